// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where Scope was in earlier releases.
#include <legate/tuning/scope.h>
