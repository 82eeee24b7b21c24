// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/unbound_output.h"
#include "data/view.h"
#include "redop/registry.h"

#include <legate/data/physical_store.h>
#include <legate/type/types.h>
#include <legate_defines.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

class LogicalStore;

/// What a PhysicalStore handle refers to: where the elements are and what may be done with them.
///
/// Those of a task are plain records in the task's frame, filled anew for every instance; they own nothing. Those of a
/// mapping own the store they map.
class PhysicalStore {
 public:
  enum class Kind : std::uint8_t { ARRAY, SCALAR, UNBOUND };

  Kind kind{Kind::ARRAY};
  bool readable{false};
  bool writable{false};
  bool reducible{false};
  bool transformed{false};
  bool partitioned{false};
  bool valid{true};
  std::int32_t dim{0};
  const Type* type{};              // of the logical store, which outlives this
  std::uintptr_t base{};           // of coordinate 0, see StoreLayout
  std::uintptr_t device_memory{};  // the `cl_mem` that `base` counts bytes of; 0: elements have addresses
  mapping::StoreTarget target{mapping::StoreTarget::SYSMEM};
  std::array<std::size_t, LEGATE_MAX_DIM> strides{};  // in bytes
  std::array<std::int64_t, LEGATE_MAX_DIM> lo{};      // domain [lo, hi)
  std::array<std::int64_t, LEGATE_MAX_DIM> hi{};
  UnboundPiece* piece{};             // of an unbound output
  const ReductionOperator* redop{};  // of a store that may only be reduced into: the elements are contributions

  /// Places the view on memory: `origin` holds the element of the array at `box_lo`, with `array_strides` in bytes.
  void place(const View& view, const std::byte* origin, const std::int64_t* box_lo, const std::size_t* array_strides);

  /// What the coordinates are; not of an unbound output.
  [[nodiscard]] Domain domain() const;

  /// @name Mappings into the control program
  /// @{

  /// The memory of an array store; waits for submitted operations now and whenever an accessor is made.
  [[nodiscard]] static std::shared_ptr<PhysicalStore> of_mapping(std::shared_ptr<LogicalStore> store);
  /// A copy of a scalar store's value.
  [[nodiscard]] static std::shared_ptr<PhysicalStore> of_scalar_copy(std::shared_ptr<LogicalStore> store);
  /// The memory of a local array store, or a copy of a local scalar's value.
  [[nodiscard]] static std::shared_ptr<PhysicalStore> of_local(std::shared_ptr<LogicalStore> store);
  /// Waits for operations submitted since; nothing for a task's store.
  /// @throws std::invalid_argument if the store was detached from the memory that was mapped.
  /// @throws std::runtime_error if the store belongs to another task, or to one that has ended.
  void synchronize() const;
  /// Whether the store is still where it was when it was mapped.
  [[nodiscard]] bool is_current() const;
  /// @}

  /// The elements as a local store of the running task, which starts at 0.
  /// @throws std::runtime_error unless this is an array that belongs to the running task.
  [[nodiscard]] std::shared_ptr<LogicalStore> to_logical_store() const;

 private:
  /// Refers to the elements of a store whose storage is at `origin`, and keeps the store.
  void show(std::shared_ptr<LogicalStore> store, const std::byte* origin, const std::size_t* array_strides);
  /// Holds the value of a scalar store.
  void show_copy(std::shared_ptr<LogicalStore> store, const std::byte* value);

  std::shared_ptr<LogicalStore> owner_{};  // of a mapping
  std::uint64_t moves_{};                  // of the owner's storage, when it was mapped
  std::vector<std::byte> copy_{};          // of a mapped scalar store
};

}  // namespace legate::detail
