// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/external_allocation.h>
#include <legate/data/logical_store.h>
#include <legate/utilities/dlpack.h>
#include <legate_defines.h>

#include <optional>

namespace legate::detail {

/// @name Tensors of other libraries, for language bindings
///
/// Every function takes the tensor over and sets `*tensor` to null, also if it throws (unless there is no tensor): then
/// the tensor's deleter has been called. Otherwise that happens when the result is not in use any more, by any thread
/// and without a lock of the library, as for ExternalAllocation::Deleter.
///
/// Only tensors in main memory can be used, whose elements lie one beside the other in C or Fortran order. Dimensions
/// of extent 1 lie in any order, and so does a tensor without elements.
///
/// @throws std::invalid_argument if `tensor` or `*tensor` is null, or the tensor has no data, elements of several lanes
///   or of a kind that no store has, gaps between elements, dimensions in another order, or is on a device of another
///   kind.
/// @throws std::out_of_range if it has more than LEGATE_MAX_DIM dimensions or less than none, a number of bits that no
///   element type of that kind has, or is on a CUDA device of a negative number.
/// @throws std::runtime_error if it is of another major version than 1, or in memory of CUDA, which cannot be
///   attached.
/// @{

/// A store on the tensor's memory. Of a tensor that is read-only it never writes that, as Runtime::create_store says.
/// Control program; throws what that does, too.
[[nodiscard]] LEGATE_EXPORT legate::LogicalStore from_dlpack(DLManagedTensorVersioned** tensor);
/// The same; memory of this older form may always be written.
[[nodiscard]] LEGATE_EXPORT legate::LogicalStore from_dlpack(DLManagedTensor** tensor);

/// The tensor's memory, to make a store on. `read_only`: whether that must leave it alone, instead of what the tensor
/// says. The tensor's deleter is called also if no store is made.
/// @throws std::invalid_argument also if `read_only` is false for a tensor that is read-only.
[[nodiscard]] LEGATE_EXPORT legate::ExternalAllocation make_external_alloc_from_dlpack(
    DLManagedTensorVersioned** tensor, std::optional<bool> read_only = std::nullopt);
[[nodiscard]] LEGATE_EXPORT legate::ExternalAllocation make_external_alloc_from_dlpack(
    DLManagedTensor** tensor, std::optional<bool> read_only = std::nullopt);
/// @}

}  // namespace legate::detail
