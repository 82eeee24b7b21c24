// SPDX-License-Identifier: Apache-2.0
#include "runtime_environment.h"

#include <legate.h>

#include <gtest/gtest.h>

#include <legate/utilities/detail/dlpack/from_dlpack.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using legate::ExternalAllocation;
using legate::LogicalStore;
using legate::detail::from_dlpack;
using legate::detail::make_external_alloc_from_dlpack;
using Integers = std::vector<std::int64_t>;

/// A tensor on memory of its producer, in either form, which counts how often it was given back.
template <typename Managed>
struct Producer {
  static constexpr bool VERSIONED = std::is_same_v<Managed, DLManagedTensorVersioned>;

  Producer(void* data, Integers tensor_shape, Integers tensor_strides = {}, DLDataType type = {kDLInt, 64, 1})
      : shape{std::move(tensor_shape)}, strides{std::move(tensor_strides)} {
    auto& view = tensor.dl_tensor;
    view.data = data;
    view.device = {kDLCPU, 0};
    view.ndim = static_cast<std::int32_t>(shape.size());
    view.dtype = type;
    view.shape = shape.data();
    view.strides = strides.empty() ? nullptr : strides.data();
    view.byte_offset = 0;
    tensor.manager_ctx = this;
    tensor.deleter = [](Managed* self) { ++static_cast<Producer*>(self->manager_ctx)->given_back; };
    if constexpr (VERSIONED) {
      tensor.version = {1, 0};
      tensor.flags = 0;
    }
  }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  [[nodiscard]] LogicalStore store() {
    auto* pointer = &tensor;
    auto result = from_dlpack(&pointer);
    EXPECT_EQ(pointer, nullptr);
    return result;
  }
  /// What the exception says of a tensor that is refused; the tensor is given back.
  template <typename Exception>
  [[nodiscard]] std::string refusal() {
    auto* pointer = &tensor;
    try {
      static_cast<void>(from_dlpack(&pointer));
    } catch (const Exception& error) {
      EXPECT_EQ(pointer, nullptr);
      EXPECT_EQ(given_back, 1);
      given_back = 0;
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  Integers shape;
  Integers strides;
  Managed tensor{};
  int given_back{0};
};

template <typename Managed>
class FromDlpack : public ::testing::Test {
 protected:
  FromDlpack() { std::iota(data.begin(), data.end(), 0); }

  Integers data = Integers(24);
};
using Forms = ::testing::Types<DLManagedTensor, DLManagedTensorVersioned>;
TYPED_TEST_SUITE(FromDlpack, Forms, );

void fence() { legate::Runtime::get_runtime()->issue_execution_fence(true); }

/// A mismatch of the elements of a 2-D store and `expected`, as text.
std::string differences(const LogicalStore& store,
                        const std::function<std::int64_t(std::int64_t, std::int64_t)>& expected) {
  const auto physical = store.get_physical_store();
  const auto elements = physical.read_accessor<std::int64_t, 2>();
  const auto extents = store.extents().data();
  std::string text;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(extents[0]); ++i) {
    for (std::int64_t j = 0; j < static_cast<std::int64_t>(extents[1]); ++j) {
      if (elements[{i, j}] != expected(i, j)) {
        text += "(" + std::to_string(i) + ", " + std::to_string(j) + ") is " + std::to_string(elements[{i, j}]) + "; ";
      }
    }
  }
  return text;
}

TYPED_TEST(FromDlpack, SharesTheMemoryOfATensor) {
  Producer<TypeParam> c_order{this->data.data(), {4, 6}};
  {
    const auto store = c_order.store();
    EXPECT_EQ(store.type(), legate::int64());
    EXPECT_EQ(differences(store, [](auto i, auto j) { return 6 * i + j; }), "");
    legate::Runtime::get_runtime()->issue_fill(store.project(0, 1), legate::Scalar{std::int64_t{-1}});
    EXPECT_EQ(c_order.given_back, 0);
  }
  fence();
  EXPECT_EQ(c_order.given_back, 1);
  for (std::int64_t i = 0; i < 24; ++i) {
    EXPECT_EQ(this->data[static_cast<std::size_t>(i)], i / 6 == 1 ? -1 : i);
  }
}

TYPED_TEST(FromDlpack, FollowsStridesOfBothOrders) {
  Producer<TypeParam> c_order{this->data.data(), {4, 6}, {6, 1}};
  EXPECT_EQ(differences(c_order.store(), [](auto i, auto j) { return 6 * i + j; }), "");
  Producer<TypeParam> fortran{this->data.data(), {4, 6}, {1, 4}};
  EXPECT_EQ(differences(fortran.store(), [](auto i, auto j) { return i + 4 * j; }), "");
  // Strides of dimensions of extent 1 mean nothing.
  Producer<TypeParam> row{this->data.data(), {1, 6}, {77, 1}};
  EXPECT_EQ(differences(row.store(), [](auto, auto j) { return j; }), "");
  Producer<TypeParam> column{this->data.data(), {6, 1}, {1, 3}};
  EXPECT_EQ(differences(column.store(), [](auto i, auto) { return i; }), "");
  Producer<TypeParam> empty{this->data.data(), {0, 6}, {5, 7}};
  EXPECT_EQ(empty.store().volume(), 0U);
  Producer<TypeParam> nowhere{nullptr, {3, 0}};
  EXPECT_EQ(nowhere.store().volume(), 0U);
  Producer<TypeParam> point{this->data.data() + 5, {}};
  const auto mapped = point.store().get_physical_store();
  EXPECT_EQ((mapped.template read_accessor<std::int64_t, 1>()[0]), 5);
}

TYPED_TEST(FromDlpack, StartsAtTheByteOffset) {
  Producer<TypeParam> producer{this->data.data(), {2, 3}};
  producer.tensor.dl_tensor.byte_offset = 7 * sizeof(std::int64_t);
  EXPECT_EQ(differences(producer.store(), [](auto i, auto j) { return 7 + 3 * i + j; }), "");
}

TYPED_TEST(FromDlpack, DetachGivesTheTensorBack) {
  Producer<TypeParam> producer{this->data.data(), {24}};
  auto store = producer.store();
  store.detach();
  EXPECT_EQ(producer.given_back, 1);
}

TYPED_TEST(FromDlpack, KnowsTheTypesOfElements) {
  struct Case {
    DLDataType type;
    legate::Type expected;
  };
  for (const auto& [type, expected] :
       {Case{{kDLBool, 8, 1}, legate::bool_()}, Case{{kDLInt, 8, 1}, legate::int8()},
        Case{{kDLInt, 16, 1}, legate::int16()}, Case{{kDLInt, 32, 1}, legate::int32()},
        Case{{kDLUInt, 8, 1}, legate::uint8()}, Case{{kDLUInt, 64, 1}, legate::uint64()},
        Case{{kDLFloat, 16, 1}, legate::float16()}, Case{{kDLFloat, 32, 1}, legate::float32()},
        Case{{kDLFloat, 64, 1}, legate::float64()}, Case{{kDLComplex, 64, 1}, legate::complex64()},
        Case{{kDLComplex, 128, 1}, legate::complex128()}, Case{{kDLOpaqueHandle, 24, 1}, legate::binary_type(3)}}) {
    Producer<TypeParam> producer{this->data.data(), {5}, {}, type};
    EXPECT_EQ(producer.store().type(), expected);
  }
}

TYPED_TEST(FromDlpack, RefusesOtherElements) {
  const auto of_type = [this](DLDataType type) { return Producer<TypeParam>{this->data.data(), {2}, {}, type}; };
  for (const DLDataType type : {DLDataType{kDLInt, 7, 1}, DLDataType{kDLInt, 128, 1}, DLDataType{kDLBool, 1, 1},
                                DLDataType{kDLFloat, 80, 1}, DLDataType{kDLComplex, 32, 1}, DLDataType{kDLUInt, 0, 1},
                                DLDataType{kDLOpaqueHandle, 0, 1}, DLDataType{kDLOpaqueHandle, 12, 1}}) {
    auto producer = of_type(type);
    EXPECT_NE(producer.template refusal<std::out_of_range>().find(std::to_string(type.bits) + " bits"),
              std::string::npos);
  }
  for (const DLDataType type : {DLDataType{kDLBfloat, 16, 1}, DLDataType{kDLFloat8_e5m2, 8, 1},
                                DLDataType{kDLFloat4_e2m1fn, 4, 1}, DLDataType{99, 8, 1}}) {
    auto producer = of_type(type);
    EXPECT_NE(producer.template refusal<std::invalid_argument>().find("type code"), std::string::npos);
  }
  auto lanes = of_type({kDLInt, 32, 2});
  EXPECT_NE(lanes.template refusal<std::invalid_argument>().find("2 lanes"), std::string::npos);
}

TYPED_TEST(FromDlpack, RefusesOtherLayouts) {
  const auto refusal = [this](const Integers& shape, const Integers& strides) {
    Producer<TypeParam> producer{this->data.data(), shape, strides};
    return producer.template refusal<std::invalid_argument>();
  };
  for (const auto& [shape, strides] : {std::pair{Integers{3}, Integers{2}},
                                       {Integers{3}, Integers{-1}},
                                       {Integers{2, 3}, Integers{4, 1}},
                                       {Integers{2, 3}, Integers{1, 3}},
                                       {Integers{2, 3}, Integers{0, 1}},
                                       {Integers{3}, Integers{0}}}) {
    EXPECT_NE(refusal(shape, strides).find("non-contiguous"), std::string::npos) << strides.front();
  }
  EXPECT_NE(refusal({2, 3, 4}, {4, 8, 1}).find("non monotonous"), std::string::npos);
  Producer<TypeParam> negative{this->data.data(), {-2}};
  EXPECT_NE(negative.template refusal<std::invalid_argument>().find("negative"), std::string::npos);
  Producer<TypeParam> no_data{nullptr, {2}};
  EXPECT_NE(no_data.template refusal<std::invalid_argument>().find("no data"), std::string::npos);
  Producer<TypeParam> huge{this->data.data(), {std::int64_t{1} << 40, std::int64_t{1} << 40}};
  EXPECT_NE(huge.template refusal<std::invalid_argument>().find("larger than memory"), std::string::npos);
  Producer<TypeParam> misaligned{this->data.data(), {2}};
  misaligned.tensor.dl_tensor.byte_offset = 4;
  EXPECT_NE(misaligned.template refusal<std::invalid_argument>().find("multiple of 8"), std::string::npos);
  for (const std::int32_t dims : {-1, LEGATE_MAX_DIM + 1}) {
    Producer<TypeParam> producer{this->data.data(), Integers(LEGATE_MAX_DIM + 1, 1)};
    producer.tensor.dl_tensor.ndim = dims;
    EXPECT_NE(producer.template refusal<std::out_of_range>().find(std::to_string(dims)), std::string::npos);
  }
}

TYPED_TEST(FromDlpack, RefusesOtherDevices) {
  const auto on_device = [this](DLDevice device, auto check) {
    Producer<TypeParam> producer{this->data.data(), {2}};
    producer.tensor.dl_tensor.device = device;
    check(producer);
  };
  for (const auto device : {kDLCUDA, kDLCUDAManaged, kDLCUDAHost}) {
    on_device({device, 0}, [](auto& producer) {
      EXPECT_NE(producer.template refusal<std::runtime_error>().find("CUDA"), std::string::npos);
    });
  }
  for (const auto device : {kDLCUDA, kDLCUDAManaged}) {
    on_device({device, -1}, [](auto& producer) {
      EXPECT_NE(producer.template refusal<std::out_of_range>().find("-1"), std::string::npos);
    });
  }
  for (const auto device : {kDLOpenCL, kDLROCM, kDLMetal}) {
    on_device({device, 0}, [](auto& producer) {
      EXPECT_NE(producer.template refusal<std::invalid_argument>().find("not supported"), std::string::npos);
    });
  }
}

TYPED_TEST(FromDlpack, RefusesNullPointers) {
  TypeParam* none = nullptr;
  TypeParam** nowhere = nullptr;
  EXPECT_THROW(static_cast<void>(from_dlpack(&none)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(from_dlpack(nowhere)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(make_external_alloc_from_dlpack(&none)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(make_external_alloc_from_dlpack(nowhere)), std::invalid_argument);
}

TYPED_TEST(FromDlpack, AllocationGivesTheTensorBackWhetherUsedOrNot) {
  Producer<TypeParam> producer{this->data.data(), {4, 6}, {1, 4}};
  auto* pointer = &producer.tensor;
  {
    const auto unused = make_external_alloc_from_dlpack(&pointer);
    EXPECT_EQ(pointer, nullptr);
    EXPECT_EQ(unused.ptr(), this->data.data());
    EXPECT_EQ(unused.size(), 24 * sizeof(std::int64_t));
    EXPECT_FALSE(unused.read_only());
  }
  EXPECT_EQ(producer.given_back, 1);
  pointer = &producer.tensor;
  auto allocation = make_external_alloc_from_dlpack(&pointer, true);
  EXPECT_TRUE(allocation.read_only());
  auto store = legate::Runtime::get_runtime()->create_store(legate::Shape{24}, legate::int64(), allocation);
  EXPECT_EQ(producer.given_back, 1);
  store.detach();
  EXPECT_EQ(producer.given_back, 2);
  allocation = ExternalAllocation{};
  EXPECT_EQ(producer.given_back, 2);
}

TYPED_TEST(FromDlpack, TensorWithoutDeleterIsLeftAlone) {
  Producer<TypeParam> producer{this->data.data(), {4, 6}};
  producer.tensor.deleter = nullptr;
  auto store = producer.store();
  EXPECT_EQ(differences(store, [](auto i, auto j) { return 6 * i + j; }), "");
  store.detach();
}

TEST(FromVersionedDlpack, ReadOnlyTensorsAreNotWritten) {
  Integers data(6, 1);
  Producer<DLManagedTensorVersioned> producer{data.data(), {6}};
  producer.tensor.flags = DLPACK_FLAG_BITMASK_READ_ONLY;
  {
    auto store = producer.store();
    legate::Runtime::get_runtime()->issue_fill(store, legate::Scalar{std::int64_t{9}});
    EXPECT_EQ((store.get_physical_store().read_accessor<std::int64_t, 1>()[5]), 9);
    store.detach();
  }
  EXPECT_EQ(data, Integers(6, 1));
  EXPECT_EQ(producer.given_back, 1);
  auto* pointer = &producer.tensor;
  EXPECT_TRUE(make_external_alloc_from_dlpack(&pointer).read_only());
  EXPECT_EQ(producer.given_back, 2);
  pointer = &producer.tensor;
  EXPECT_THROW(static_cast<void>(make_external_alloc_from_dlpack(&pointer, false)), std::invalid_argument);
  EXPECT_EQ(producer.given_back, 3);
}

TEST(FromVersionedDlpack, RefusesOtherMajorVersions) {
  Integers data(6, 1);
  for (const std::uint32_t major : {0U, 2U}) {
    Producer<DLManagedTensorVersioned> producer{data.data(), {6}};
    producer.tensor.version = {major, 1};
    EXPECT_NE(producer.refusal<std::runtime_error>().find("version " + std::to_string(major)), std::string::npos);
  }
}

TEST(FromVersionedDlpack, TakesWhatAStoreExports) {
  const auto source = legate::Runtime::get_runtime()->create_store(legate::Shape{4, 3}, legate::int64());
  legate::Runtime::get_runtime()->issue_fill(source, legate::Scalar{std::int64_t{4}});
  auto* tensor = source.transpose({1, 0}).get_physical_store().to_dlpack().release();
  auto store = from_dlpack(&tensor);
  EXPECT_EQ(store.extents().data(), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(differences(store, [](auto, auto) { return 4; }), "");
  store.get_physical_store().write_accessor<std::int64_t, 2>()[{2, 1}] = 5;
  store.detach();
  EXPECT_EQ(differences(source, [](auto i, auto j) { return i == 1 && j == 2 ? 5 : 4; }), "");
}

}  // namespace
