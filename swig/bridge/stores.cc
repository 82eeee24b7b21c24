// SPDX-License-Identifier: Apache-2.0
#include "bridge/stores.h"

#include "bridge/exceptions.h"

#include <legate/utilities/detail/dlpack/from_dlpack.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace legatus::python {

namespace {

// An empty store has no element, but NumPy wants an address.
alignas(std::max_align_t) std::byte nowhere{};

template <typename Sequence>
legate::Span<const std::uint64_t> span(const Sequence& values) {
  return {values.data(), values.size()};
}

Extents extents_of(const legate::Domain& domain) {
  Extents extents{};
  for (int i = 0; i < domain.dim; ++i) {
    const auto extent = domain.hi()[i] - domain.lo()[i] + 1;
    extents.push_back(extent < 0 ? 0 : static_cast<std::uint64_t>(extent));
  }
  return extents;
}

Integers coordinates(const legate::DomainPoint& point) {
  Integers result{};
  for (int i = 0; i < point.dim; ++i) result.push_back(point[i]);
  return result;
}

legate::DomainPoint point_of(const Extents& values) {
  if (values.size() > LEGATE_MAX_DIM) {
    throw std::invalid_argument{"a shape of " + std::to_string(values.size()) + " dimensions, the maximum is " +
                                std::to_string(LEGATE_MAX_DIM)};
  }
  legate::DomainPoint point{};
  point.dim = static_cast<int>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) point[static_cast<int>(i)] = static_cast<legate::coord_t>(values[i]);
  return point;
}

Allocation describe(const legate::InlineAllocation& allocation, Extents shape) {
  Allocation result{};
  bool empty = false;
  for (const auto extent : shape) empty = empty || extent == 0;
  const auto* pointer = empty || allocation.ptr == nullptr ? &nowhere : allocation.ptr;
  result.pointer = reinterpret_cast<std::uintptr_t>(pointer);
  result.shape = std::move(shape);
  for (std::size_t i = 0; i < result.shape.size(); ++i) {
    result.strides.push_back(i < allocation.strides.size() ? static_cast<std::int64_t>(allocation.strides[i]) : 0);
  }
  result.target = static_cast<int>(allocation.target);
  return result;
}

std::string struct_format(const legate::Type& type) {
  using Code = legate::Type::Code;
  switch (type.code()) {
    case Code::BOOL:
      return "?";
    case Code::INT8:
      return "b";
    case Code::INT16:
      return "h";
    case Code::INT32:
      return "i";
    case Code::INT64:
      return "q";
    case Code::UINT8:
      return "B";
    case Code::UINT16:
      return "H";
    case Code::UINT32:
      return "I";
    case Code::UINT64:
      return "Q";
    case Code::FLOAT16:
      return "e";
    case Code::FLOAT32:
      return "f";
    case Code::FLOAT64:
      return "d";
    case Code::COMPLEX64:
      return "Zf";
    case Code::COMPLEX128:
      return "Zd";
    case Code::BINARY:
      return std::to_string(type.size()) + "s";
    default:
      return std::to_string(type.size()) + "x";
  }
}

bool is_contiguous(const std::vector<Py_ssize_t>& shape, const std::vector<Py_ssize_t>& strides, Py_ssize_t item_size,
                   bool last_varies_fastest) {
  Py_ssize_t expected = item_size;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto dim = last_varies_fastest ? shape.size() - 1 - i : i;
    if (shape[dim] != 1 && strides[dim] != expected) return false;
    expected *= shape[dim];
  }
  return true;
}

// Keeps a Python object until the runtime is done with its memory, which may be in any thread, also after the
// interpreter's end: then there is nothing left to release.
std::optional<legate::ExternalAllocation::Deleter> keeper_of(PyObject* owner) {
  if (owner == Py_None) return std::nullopt;
  Py_INCREF(owner);
  return [owner](void*) {
    if (interpreter_is_gone()) return;
    const Interpreter interpreter{};
    Py_DECREF(owner);
  };
}

legate::ExternalAllocation allocate(std::uintptr_t address, std::size_t size, bool read_only, int target,
                                    std::uint32_t device, PyObject* owner) {
  auto* pointer = reinterpret_cast<void*>(address);
  // Checked here as well, so that the owner is not taken for nothing.
  if (pointer == nullptr) throw std::invalid_argument{"ExternalAllocation: the pointer must not be null"};
  using legate::mapping::StoreTarget;
  switch (static_cast<StoreTarget>(target)) {
    case StoreTarget::FBMEM:
      return legate::ExternalAllocation::create_fbmem(device, pointer, size, read_only, keeper_of(owner));
    case StoreTarget::ZCMEM:
      return legate::ExternalAllocation::create_zcmem(pointer, size, read_only, keeper_of(owner));
    default:
      return legate::ExternalAllocation::create_sysmem(pointer, size, read_only, keeper_of(owner));
  }
}

// NumPy's PyArrayInterface, as the array interface protocol (version 3) describes it.
struct ArrayInterface {
  int two;
  int nd;
  char typekind;
  int itemsize;
  int flags;
  Py_intptr_t* shape;
  Py_intptr_t* strides;
  void* data;
  PyObject* descr;
};

struct ArrayDescription {
  ArrayInterface interface {};
  Py_intptr_t shape[LEGATE_MAX_DIM > 0 ? LEGATE_MAX_DIM : 1]{};
  Py_intptr_t strides[LEGATE_MAX_DIM > 0 ? LEGATE_MAX_DIM : 1]{};
};

void destroy_description(PyObject* capsule) {
  // NumPy puts the whole description, of which the interface is the first member, into the capsule.
  delete static_cast<ArrayDescription*>(PyCapsule_GetPointer(capsule, nullptr));
}

char type_kind(legate::Type::Code code) {
  using Code = legate::Type::Code;
  switch (code) {
    case Code::BOOL:
      return 'b';
    case Code::INT8:
    case Code::INT16:
    case Code::INT32:
    case Code::INT64:
      return 'i';
    case Code::UINT8:
    case Code::UINT16:
    case Code::UINT32:
    case Code::UINT64:
      return 'u';
    case Code::FLOAT16:
    case Code::FLOAT32:
    case Code::FLOAT64:
      return 'f';
    case Code::COMPLEX64:
    case Code::COMPLEX128:
      return 'c';
    case Code::BINARY:
      return 'S';
    default:
      return 'V';
  }
}

void destroy_capsule(PyObject* capsule) {
  // A consumer renames the capsule and takes the tensor over.
  if (PyCapsule_IsValid(capsule, "dltensor_versioned") == 0) return;
  auto* tensor = static_cast<DLManagedTensorVersioned*>(PyCapsule_GetPointer(capsule, "dltensor_versioned"));
  if (tensor->deleter != nullptr) tensor->deleter(tensor);
}

// What get() returns. Waits for a turn at top level only: threads that a body has started look at its stores, too.
template <typename Get>
auto in_turn(const Handle<legate::PhysicalStore>& store, const Get& get) {
  std::optional<Control> control{};
  if (!store.made_in_task()) control.emplace();
  return get();
}

}  // namespace

External::External(std::uintptr_t address, std::size_t size, bool read_only, int target, std::uint32_t device,
                   PyObject* owner)
    : value_{allocate(address, size, read_only, target, device, owner)} {}

std::uintptr_t buffer_address(PyObject* memoryview) {
  if (!PyMemoryView_Check(memoryview)) throw std::invalid_argument{"buffer_address: expected a memoryview"};
  return reinterpret_cast<std::uintptr_t>(PyMemoryView_GET_BUFFER(memoryview)->buf);
}

Tensor::Tensor(PyObject* capsule) {
  const auto take = [capsule](const char* name, const char* used_name) -> void* {
    if (PyCapsule_IsValid(capsule, name) == 0) return nullptr;
    auto* tensor = PyCapsule_GetPointer(capsule, name);
    PyCapsule_SetName(capsule, used_name);
    return tensor;
  };
  versioned_ = static_cast<DLManagedTensorVersioned*>(take("dltensor_versioned", "used_dltensor_versioned"));
  if (versioned_ == nullptr) plain_ = static_cast<DLManagedTensor*>(take("dltensor", "used_dltensor"));
  if (versioned_ == nullptr && plain_ == nullptr) {
    throw std::invalid_argument{
        std::string{"from_dlpack: expected a DLPack capsule that was not consumed before, but got "} +
        Py_TYPE(capsule)->tp_name};
  }
}

Tensor::~Tensor() {
  if (versioned_ != nullptr && versioned_->deleter != nullptr) versioned_->deleter(versioned_);
  if (plain_ != nullptr && plain_->deleter != nullptr) plain_->deleter(plain_);
}

Store Tensor::make_store() {
  // Set to null where the store takes them over.
  return Store{versioned_ != nullptr ? legate::detail::from_dlpack(&versioned_) : legate::detail::from_dlpack(&plain_)};
}

Integers dlpack_version() { return {DLPACK_MAJOR_VERSION, DLPACK_MINOR_VERSION}; }

PyObject* Physical::to_dlpack(bool copy) const {
  auto tensor = in_turn(value_, [this, copy] { return value_->to_dlpack(copy); });
  auto* capsule = PyCapsule_New(tensor.get(), "dltensor_versioned", destroy_capsule);
  if (capsule == nullptr) throw PythonError{};
  static_cast<void>(tensor.release());
  return capsule;
}

Memory::Memory(const Allocation& allocation, const Type& type)
    : allocation_{allocation},
      format_{struct_format(type.native())},
      item_size_{static_cast<Py_ssize_t>(type.size())},
      shape_(allocation.shape.begin(), allocation.shape.end()),
      strides_(allocation.strides.begin(), allocation.strides.end()) {}

int Memory::fill(PyObject* owner, Py_buffer* view, int flags) {
  const auto refuse = [view](const char* reason) {
    view->obj = nullptr;
    PyErr_SetString(PyExc_BufferError, reason);
    return -1;
  };
  if (allocation_.target == static_cast<int>(legate::mapping::StoreTarget::FBMEM)) {
    return refuse("the store is in the memory of a device");
  }
  Py_ssize_t count = 1;
  for (const auto extent : shape_) count *= extent;
  const bool c_order = count == 0 || is_contiguous(shape_, strides_, item_size_, true);
  const bool fortran_order = count == 0 || is_contiguous(shape_, strides_, item_size_, false);
  const auto asks = [flags](int what) { return (flags & what) == what; };
  if (asks(PyBUF_C_CONTIGUOUS) && !c_order) return refuse("the memory is not C-contiguous");
  if (asks(PyBUF_F_CONTIGUOUS) && !fortran_order) return refuse("the memory is not Fortran-contiguous");
  if (asks(PyBUF_ANY_CONTIGUOUS) && !c_order && !fortran_order) return refuse("the memory is not contiguous");
  if (!asks(PyBUF_STRIDES) && !c_order) return refuse("the memory is not C-contiguous, and strides were not asked for");
  view->buf = reinterpret_cast<void*>(allocation_.pointer);
  view->obj = owner;
  Py_INCREF(owner);
  view->len = count * item_size_;
  view->itemsize = item_size_;
  view->readonly = 0;
  view->ndim = static_cast<int>(shape_.size());
  view->format = asks(PyBUF_FORMAT) ? format_.data() : nullptr;
  view->shape = asks(PyBUF_ND) ? shape_.data() : nullptr;
  view->strides = asks(PyBUF_STRIDES) ? strides_.data() : nullptr;
  view->suboffsets = nullptr;
  view->internal = nullptr;
  return 0;
}

Extents Store::extents() const {
  const auto extents = value_->extents();
  return {extents.begin(), extents.end()};
}

std::uintptr_t Store::address() const { return reinterpret_cast<std::uintptr_t>(value_->impl().get()); }

Store Store::slice(int dim, std::int64_t start, std::int64_t stop) const {
  return Store{value_->slice(dim, legate::Slice{start, stop})};
}

Store Store::transpose(const Integers& axes) const {
  return Store{value_->transpose(std::vector<std::int32_t>{axes.begin(), axes.end()})};
}

Store Store::delinearize(int dim, const Extents& sizes) const { return Store{value_->delinearize(dim, sizes)}; }

Partition* Store::partition() const {
  auto partition = value_->get_partition();
  return partition ? new Partition{*std::move(partition)} : nullptr;
}

Partition Store::partition_by_tiling(const Extents& tile) const {
  return Partition{value_->partition_by_tiling(span(tile))};
}

Partition Store::partition_by_tiling(const Extents& tile, const Extents& colors) const {
  return Partition{value_->partition_by_tiling(span(tile), span(colors))};
}

Physical Store::get_physical_store(int target) const {
  if (target < 0) return Physical{value_->get_physical_store()};
  return Physical{value_->get_physical_store(static_cast<legate::mapping::StoreTarget>(target))};
}

Extents Partition::color_shape() const {
  const auto shape = value_->color_shape();
  return {shape.begin(), shape.end()};
}

Store Partition::get_child_store(const Extents& color) const { return Store{value_->get_child_store(span(color))}; }

Allocation Buffer::allocation() const { return describe(value_.get_inline_allocation(), extents_of(value_.domain())); }

Integers Physical::lo() const { return coordinates(value_->domain().lo()); }
Integers Physical::hi() const { return coordinates(value_->domain().hi()); }

Allocation Physical::allocation() const {
  return describe(in_turn(value_, [this] { return value_->get_inline_allocation(); }), extents_of(value_->domain()));
}

PyObject* Physical::array_struct() const {
  constexpr int ALIGNED = 0x100;
  constexpr int NOT_SWAPPED = 0x200;
  constexpr int WRITEABLE = 0x400;
  const auto allocation = in_turn(value_, [this] { return value_->get_inline_allocation(); });
  if (allocation.target == legate::mapping::StoreTarget::FBMEM) {
    throw std::invalid_argument{"the store is in the memory of a device: it has no __array_struct__"};
  }
  const auto domain = value_->domain();
  const auto type = value_->type();
  auto description = std::make_unique<ArrayDescription>();
  auto& interface = description->interface;
  interface.two = 2;
  interface.nd = domain.dim;
  interface.typekind = type_kind(type.code());
  interface.itemsize = static_cast<int>(type.size());
  interface.flags = ALIGNED | NOT_SWAPPED | WRITEABLE;
  interface.shape = description->shape;
  interface.strides = description->strides;
  bool empty = false;
  for (int i = 0; i < domain.dim; ++i) {
    const auto extent = domain.hi()[i] - domain.lo()[i] + 1;
    empty = empty || extent <= 0;
    description->shape[i] = extent < 0 ? 0 : extent;
    description->strides[i] = static_cast<Py_intptr_t>(allocation.strides[static_cast<std::size_t>(i)]);
  }
  interface.data = empty || allocation.ptr == nullptr ? &nowhere : allocation.ptr;
  auto* capsule = PyCapsule_New(description.get(), nullptr, destroy_description);
  if (capsule == nullptr) throw PythonError{};
  static_cast<void>(description.release());
  return capsule;
}

Buffer Physical::create_output_buffer(const Extents& shape, bool bind) const {
  return Buffer{value_->create_output_buffer(point_of(shape), bind)};
}

void Physical::bind_data(const Buffer& buffer, const Extents& extents) const {
  value_->bind_data(buffer.native(), point_of(extents), true);
}

}  // namespace legatus::python
