// SPDX-License-Identifier: Apache-2.0
#pragma once

// Logical and physical stores for Python.

#include "bridge/handle.h"
#include "bridge/values.h"

#include <legate.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace legatus::python {

class Partition;
class Physical;

/// Where the elements of a store lie in memory.
struct Allocation {
  std::uintptr_t pointer{};  ///< of the first element; never null
  Extents shape{};
  Integers strides{};  ///< in bytes; 0 in dimensions that only repeat
  int target{};        ///< mapping::StoreTarget
};

/// Memory with the buffer protocol. Does not keep what the memory belongs to alive.
class Memory {
 public:
  Memory(const Allocation& allocation, const Type& type);
  const Allocation& allocation() const { return allocation_; }
  /// The slot bf_getbuffer.
  int fill(PyObject* owner, Py_buffer* view, int flags);

 private:
  Allocation allocation_;
  std::string format_;  // of one element, as the module struct writes it
  Py_ssize_t item_size_;
  std::vector<Py_ssize_t> shape_;
  std::vector<Py_ssize_t> strides_;
};

/// legate::ExternalAllocation: memory of the program's, with the Python object that owns it.
class External {
 public:
  /// `target`: SYSMEM, FBMEM or ZCMEM. `owner` is kept until the runtime is done with the memory.
  External(std::uintptr_t address, std::size_t size, bool read_only, int target, std::uint32_t device, PyObject* owner);
  explicit External(legate::ExternalAllocation value) : value_{std::move(value)} {}
  bool read_only() const { return value_->read_only(); }
  std::size_t size() const { return value_->size(); }
  const legate::ExternalAllocation& native() const { return *value_; }

 private:
  Handle<legate::ExternalAllocation> value_;
};

/// Where the buffer behind a memoryview begins. @throws std::invalid_argument if it is none.
std::uintptr_t buffer_address(PyObject* memoryview);

/// legate::LogicalStore.
class Store {
 public:
  explicit Store(legate::LogicalStore value) : value_{std::move(value)} {}

  std::uint32_t ndim() const { return value_->dim(); }
  Type type() const { return Type{value_->type()}; }
  /// Waits while an unbound store is being written. @throws std::invalid_argument if nothing will ever bind it.
  Extents extents() const;
  std::size_t volume() const { return value_->volume(); }
  bool unbound() const { return value_->unbound(); }
  bool transformed() const { return value_->transformed(); }
  bool has_scalar_storage() const { return value_->has_scalar_storage(); }
  bool overlaps(const Store& other) const { return value_->overlaps(*other.value_); }
  bool equal_storage(const Store& other) const { return value_->equal_storage(*other.value_); }
  std::string to_string() const { return value_->to_string(); }
  std::uintptr_t address() const;

  Store promote(int dim, std::size_t size) const { return Store{value_->promote(dim, size)}; }
  Store project(int dim, std::int64_t index) const { return Store{value_->project(dim, index)}; }
  Store broadcast(int dim, std::size_t size) const { return Store{value_->broadcast(dim, size)}; }
  /// From `start` to before `stop`.
  Store slice(int dim, std::int64_t start, std::int64_t stop) const;
  Store transpose(const Integers& axes) const;
  Store delinearize(int dim, const Extents& sizes) const;

  /// A null pointer if the store is not split.
  Partition* partition() const;
  Partition partition_by_tiling(const Extents& tile) const;
  Partition partition_by_tiling(const Extents& tile, const Extents& colors) const;
  /// `target`: a mapping::StoreTarget, or -1 for the default.
  Physical get_physical_store(int target) const;
  void detach() const { value_->detach(); }
  void offload_to(int target) const { value_->offload_to(static_cast<legate::mapping::StoreTarget>(target)); }

  legate::LogicalStore& native() const { return *value_; }

 private:
  Handle<legate::LogicalStore> value_;
};

/// A tensor out of a DLPack capsule, which counts as consumed from then on.
class Tensor {
 public:
  /// @throws std::invalid_argument if it is no such capsule, or consumed. The GIL must be held.
  explicit Tensor(PyObject* capsule);
  Tensor(const Tensor&) = delete;
  Tensor& operator=(const Tensor&) = delete;
  /// Releases the tensor unless a store has taken it over.
  ~Tensor();
  /// A store that shares the memory. Once.
  Store make_store();

 private:
  DLManagedTensorVersioned* versioned_{};
  DLManagedTensor* plain_{};
};
/// The version of DLPack that is spoken: major, minor.
Integers dlpack_version();

/// legate::LogicalStorePartition.
class Partition {
 public:
  explicit Partition(legate::LogicalStorePartition value) : value_{std::move(value)} {}
  Store store() const { return Store{value_->store()}; }
  Extents color_shape() const;
  Store get_child_store(const Extents& color) const;
  const legate::LogicalStorePartition& native() const { return *value_; }

 private:
  Handle<legate::LogicalStorePartition> value_;
};

/// legate::TaskLocalBuffer: lives as long as the task.
class Buffer {
 public:
  explicit Buffer(legate::TaskLocalBuffer value) : value_{std::move(value)} {}
  Type type() const { return Type{value_.type()}; }
  int dim() const { return value_.dim(); }
  Allocation allocation() const;
  const legate::TaskLocalBuffer& native() const { return value_; }

 private:
  legate::TaskLocalBuffer value_;
};

/// legate::PhysicalStore: an argument of a running task, or an inline mapping.
class Physical {
 public:
  explicit Physical(legate::PhysicalStore value) : value_{std::move(value)} {}
  int ndim() const { return value_->dim(); }
  Type type() const { return Type{value_->type()}; }
  int target() const { return static_cast<int>(value_->target()); }
  bool is_unbound() const { return value_->is_unbound_store(); }
  /// Inclusive bounds.
  Integers lo() const;
  Integers hi() const;
  /// Waits, at top level, for the tasks that write the store.
  Allocation allocation() const;
  /// As allocation(). What NumPy's __array_struct__ returns: quicker to make and to read than a dictionary.
  /// @throws std::invalid_argument if the elements are in the memory of a device.
  PyObject* array_struct() const;
  Buffer create_output_buffer(const Extents& shape, bool bind) const;
  void bind_data(const Buffer& buffer, const Extents& extents) const;
  void bind_empty_data() const { value_->bind_empty_data(); }
  /// For launches inside the task that this store is an argument of.
  Store to_logical_store() const { return Store{value_->to_logical_store()}; }
  /// A new DLPack capsule that shares the memory or has a copy of the elements.
  PyObject* to_dlpack(bool copy) const;
  const legate::PhysicalStore& native() const { return *value_; }

 private:
  Handle<legate::PhysicalStore> value_;
};

}  // namespace legatus::python
