// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The whole public interface of the task runtime.

#include <legate_defines.h>

#include <legate/data/allocator.h>
#include <legate/data/buffer.h>
#include <legate/data/external_allocation.h>
#include <legate/data/logical_array.h>
#include <legate/data/logical_store.h>
#include <legate/data/physical_array.h>
#include <legate/data/physical_store.h>
#include <legate/data/scalar.h>
#include <legate/data/shape.h>
#include <legate/data/slice.h>
#include <legate/mapping/machine.h>
#include <legate/mapping/mapping.h>
#include <legate/mapping/operation.h>
#include <legate/mapping/proxy_instance_mapping_policy.h>
#include <legate/mapping/proxy_store_mapping.h>
#include <legate/operation/projection.h>
#include <legate/operation/task.h>
#include <legate/partitioning/constraint.h>
#include <legate/partitioning/proxy.h>
#include <legate/runtime/library.h>
#include <legate/runtime/runtime.h>
#include <legate/task/cost_model.h>
#include <legate/task/exception.h>
#include <legate/task/registrar.h>
#include <legate/task/task.h>
#include <legate/task/task_config.h>
#include <legate/task/task_context.h>
#include <legate/task/task_signature.h>
#include <legate/task/variant_options.h>
#include <legate/tuning/parallel_policy.h>
#include <legate/tuning/scope.h>
#include <legate/type/complex.h>
#include <legate/type/half.h>
#include <legate/type/type_traits.h>
#include <legate/utilities/dispatch.h>
#include <legate/utilities/mdspan.h>
#include <legate/utilities/out_of_memory.h>
#include <legate/utilities/span.h>
#include <legate/utilities/typedefs.h>
#include <legate/version.h>
