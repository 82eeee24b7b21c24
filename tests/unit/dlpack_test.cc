// SPDX-License-Identifier: Apache-2.0
#include "runtime_environment.h"

#include <legate.h>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using legate::LogicalStore;
using legate::Type;

// The layout is a binary interface: other libraries were compiled against it.
static_assert(sizeof(DLDataType) == 4 && sizeof(DLDevice) == 8 && sizeof(DLPackVersion) == 8);
static_assert(sizeof(DLTensor) == 48 && offsetof(DLTensor, shape) == 24 && offsetof(DLTensor, byte_offset) == 40);
static_assert(offsetof(DLManagedTensor, manager_ctx) == 48 && offsetof(DLManagedTensor, deleter) == 56);
static_assert(offsetof(DLManagedTensorVersioned, manager_ctx) == 8 &&
              offsetof(DLManagedTensorVersioned, deleter) == 16);
static_assert(offsetof(DLManagedTensorVersioned, flags) == 24 && offsetof(DLManagedTensorVersioned, dl_tensor) == 32);

LogicalStore store_of(const legate::Shape& shape, const Type& type, bool scalar = false) {
  return legate::Runtime::get_runtime()->create_store(shape, type, scalar);
}

/// A store of 64-bit integers whose elements are 0, 1, 2, ... in C order.
LogicalStore counting(const std::vector<std::uint64_t>& extents) {
  auto store = store_of(legate::Shape{extents}, legate::int64());
  const auto physical = store.get_physical_store();
  auto* elements = static_cast<std::int64_t*>(physical.get_inline_allocation().ptr);
  for (std::size_t i = 0; i < store.volume(); ++i) {
    elements[i] = static_cast<std::int64_t>(i);
  }
  return store;
}

std::vector<std::int64_t> shape_of(const DLTensor& tensor) { return {tensor.shape, tensor.shape + tensor.ndim}; }
std::vector<std::int64_t> strides_of(const DLTensor& tensor) { return {tensor.strides, tensor.strides + tensor.ndim}; }

TEST(ToDlpack, ShowsAViewWhereItIs) {
  const auto store = counting({4, 6});
  const auto view = store.slice(0, legate::Slice{1, 3}).transpose({1, 0}).promote(0, 2);
  const auto tensor = view.get_physical_store().to_dlpack();
  EXPECT_EQ(shape_of(tensor->dl_tensor), (std::vector<std::int64_t>{2, 6, 2}));
  EXPECT_EQ(strides_of(tensor->dl_tensor), (std::vector<std::int64_t>{0, 1, 6}));
  EXPECT_EQ(tensor->dl_tensor.byte_offset, 0U);
  EXPECT_EQ(*static_cast<std::int64_t*>(tensor->dl_tensor.data), 6);
  EXPECT_EQ(tensor->version.major, 1U);
  EXPECT_EQ(tensor->flags, 0U);
}

TEST(ToDlpack, CopiesAViewInOrder) {
  const auto view = counting({3, 4}).transpose({1, 0}).slice(0, legate::Slice{1, 3});
  const auto tensor = view.get_physical_store().to_dlpack(true);
  EXPECT_EQ(shape_of(tensor->dl_tensor), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(strides_of(tensor->dl_tensor), (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(tensor->flags, DLPACK_FLAG_BITMASK_IS_COPIED);
  const auto* elements = static_cast<const std::int64_t*>(tensor->dl_tensor.data);
  EXPECT_EQ(std::vector<std::int64_t>(elements, elements + 6), (std::vector<std::int64_t>{1, 5, 9, 2, 6, 10}));
}

TEST(ToDlpack, TakesEmptyAndScalarStores) {
  const auto empty = counting({3, 0}).get_physical_store().to_dlpack(true);
  EXPECT_EQ(shape_of(empty->dl_tensor), (std::vector<std::int64_t>{3, 0}));
  EXPECT_NE(empty->dl_tensor.data, nullptr);

  const auto value = legate::Runtime::get_runtime()->create_store(legate::Scalar{2.5});
  const auto tensor = value.get_physical_store().to_dlpack();
  EXPECT_EQ(shape_of(tensor->dl_tensor), std::vector<std::int64_t>{1});
  EXPECT_EQ(*static_cast<double*>(tensor->dl_tensor.data), 2.5);

  const auto point = counting({3}).project(0, 2).get_physical_store().to_dlpack();
  EXPECT_EQ(point->dl_tensor.ndim, 0);
  EXPECT_EQ(*static_cast<std::int64_t*>(point->dl_tensor.data), 2);
}

TEST(ToDlpack, KeepsTheStoreAfterItsHandlesAreGone) {
  auto* tensor = counting({5}).get_physical_store().to_dlpack().release();
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(store_of(legate::Shape{5}, legate::int64()).get_physical_store().to_dlpack());
    counting({5}).get_physical_store().read_write_accessor<std::int64_t, 1>().write(3, -1);
  }
  EXPECT_EQ(static_cast<std::int64_t*>(tensor->dl_tensor.data)[3], 3);
  tensor->deleter(tensor);
}

TEST(ToDlpack, NamesElementTypes) {
  const std::vector<std::pair<Type, DLDataTypeCode>> codes{
      {legate::bool_(), kDLBool},        {legate::int8(), kDLInt},           {legate::int64(), kDLInt},
      {legate::uint16(), kDLUInt},       {legate::float16(), kDLFloat},      {legate::float64(), kDLFloat},
      {legate::complex64(), kDLComplex}, {legate::complex128(), kDLComplex}, {legate::binary_type(5), kDLOpaqueHandle}};
  for (const auto& [type, code] : codes) {
    const auto element = store_of(legate::Shape{2}, type).get_physical_store().to_dlpack()->dl_tensor.dtype;
    EXPECT_EQ(element.code, code) << type.to_string();
    EXPECT_EQ(element.bits, 8 * type.size()) << type.to_string();
    EXPECT_EQ(element.lanes, 1) << type.to_string();
  }
}

TEST(ToDlpack, RefusesWhatDlpackCannotSay) {
  const auto tensor_of = [](const Type& type) {
    return store_of(legate::Shape{2}, type).get_physical_store().to_dlpack();
  };
  EXPECT_THROW(static_cast<void>(tensor_of(legate::fixed_array_type(legate::int8(), 2))), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(tensor_of(legate::struct_type(true, legate::int8()))), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(tensor_of(legate::binary_type(32))), std::domain_error);
  EXPECT_THROW(static_cast<void>(counting({2}).get_physical_store().to_dlpack(false, nullptr)), std::runtime_error);
}

std::atomic<int> failures{0};

/// Writes its tile of output 0 through a tensor, and looks at an unbound output.
struct WriteThroughTensor : public legate::LegateTask<WriteThroughTensor> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore output{context.output(0)};
    const auto rows = output.shape<2>();
    const auto tensor = output.to_dlpack();
    const auto& shown = tensor->dl_tensor;
    failures += shown.shape[0] != rows.hi[0] - rows.lo[0] + 1 || shown.shape[1] != rows.hi[1] - rows.lo[1] + 1;
    for (std::int64_t i = 0; i < shown.shape[0]; ++i) {
      for (std::int64_t j = 0; j < shown.shape[1]; ++j) {
        static_cast<std::int64_t*>(shown.data)[i * shown.strides[0] + j * shown.strides[1]] =
            100 * (rows.lo[0] + i) + rows.lo[1] + j;
      }
    }
    const legate::PhysicalStore unbound{context.output(1)};
    try {
      static_cast<void>(unbound.to_dlpack());
      ++failures;
    } catch (const std::invalid_argument&) {
    }
    unbound.bind_empty_data();
  }
};

TEST(ToDlpack, ShowsTheTileOfATask) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("dlpack");
  WriteThroughTensor::register_variants(library);
  const auto store = store_of(legate::Shape{6, 3}, legate::int64());
  auto task = runtime->create_task(library, legate::LocalTaskID{0}, {3});
  task.add_output(store.partition_by_tiling({2, 3}), legate::SymbolicPoint{legate::dimension(0), legate::constant(0)});
  task.add_output(runtime->create_store(legate::int8(), 1));
  runtime->submit(std::move(task));
  const auto physical = store.get_physical_store();
  const auto elements = physical.read_accessor<std::int64_t, 2>();
  for (std::int64_t i = 0; i < 6; ++i) {
    for (std::int64_t j = 0; j < 3; ++j) {
      EXPECT_EQ((elements[{i, j}]), 100 * i + j);
    }
  }
  EXPECT_EQ(failures, 0);
}

}  // namespace
