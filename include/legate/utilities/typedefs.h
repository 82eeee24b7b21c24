// SPDX-License-Identifier: Apache-2.0
#pragma once

// The vocabulary of the interface: index spaces, accessors, processors, memories, identifiers and loggers.

#include <legate_defines.h>

#include <legion.h>

#include <legate/accessor/accessor.h>
#include <legate/geometry/domain.h>
#include <legate/geometry/domain_point.h>
#include <legate/geometry/point.h>
#include <legate/geometry/point_in_rect_iterator.h>
#include <legate/geometry/rect.h>
#include <legate/utilities/identifiers.h>
#include <legate/utilities/logger.h>
#include <legate/utilities/memory_kind.h>
#include <legate/utilities/processor.h>
