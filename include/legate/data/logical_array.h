// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The array layer of releases up to 26.06: a plain array is a store, under the name LogicalArray.

#include <legate/data/logical_store.h>
