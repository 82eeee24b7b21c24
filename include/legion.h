// SPDX-License-Identifier: Apache-2.0
#pragma once

// The names under which programs written against earlier releases know some types and limits. New code uses the names
// of namespace legate.

#include <legate_defines.h>

#include <legate/accessor/accessor.h>
#include <legate/geometry/domain.h>
#include <legate/geometry/domain_point.h>
#include <legate/geometry/point.h>
#include <legate/geometry/point_in_rect_iterator.h>
#include <legate/geometry/rect.h>
#include <legate/utilities/logger.h>
#include <legate/utilities/memory_kind.h>
#include <legate/utilities/processor.h>

#define LEGION_MAX_DIM LEGATE_MAX_DIM
#define LEGION_MAX_NUM_PROCS LEGATE_MAX_NUM_PROCS
#ifndef __CUDA_HD__
#define __CUDA_HD__ LEGATE_HOST_DEVICE
#endif

namespace Legion {

using legate::coord_t;
using legate::Domain;
using legate::DomainPoint;
using legate::Logger;
using legate::Memory;
using legate::Point;
using legate::PointInDomainIterator;
using legate::PointInRectIterator;
using legate::Processor;
using legate::Rect;

}  // namespace Legion
