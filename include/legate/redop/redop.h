// SPDX-License-Identifier: Apache-2.0
#pragma once

/// All built-in reduction operators.

#include <legate/redop/base.h>
#include <legate/redop/complex.h>
#include <legate/redop/half.h>
