// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The array layer of releases up to 26.06: a plain physical array is a store, under the name PhysicalArray.

#include <legate/data/physical_store.h>
