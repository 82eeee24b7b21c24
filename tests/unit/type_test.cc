// SPDX-License-Identifier: Apache-2.0
#include <legate/type/types.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

using legate::GlobalRedopID;
using legate::ReductionOpKind;
using legate::Type;
using Code = Type::Code;

std::vector<Type> numbers() {
  return {legate::bool_(),   legate::int8(),    legate::int16(),     legate::int32(),     legate::int64(),
          legate::uint8(),   legate::uint16(),  legate::uint32(),    legate::uint64(),    legate::float16(),
          legate::float32(), legate::float64(), legate::complex64(), legate::complex128()};
}

TEST(PrimitiveType, IsDescribedByItsCode) {
  const std::vector<std::string> names = {"bool",    "int8",    "int16",     "int32",     "int64",
                                          "uint8",   "uint16",  "uint32",    "uint64",    "float16",
                                          "float32", "float64", "complex64", "complex128"};
  const std::vector<std::uint32_t> sizes = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8, 8, 16};
  const auto types = numbers();
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto& type = types[i];
    EXPECT_EQ(type.to_string(), names[i]);
    EXPECT_EQ(type.size(), sizes[i]) << names[i];
    EXPECT_EQ(type.alignment(), sizes[i]) << names[i];
    EXPECT_EQ(type.uid(), static_cast<std::uint32_t>(type.code())) << names[i];
    EXPECT_TRUE(type.is_primitive() && !type.variable_size()) << names[i];
    EXPECT_EQ(type, legate::primitive_type(type.code()));
    std::ostringstream text;
    text << type << ' ' << type.code();
    EXPECT_EQ(text.str(), names[i] + " " + std::to_string(static_cast<int>(type.code())));
  }
}

TEST(PrimitiveType, NilHasNoBytes) {
  const auto nil = legate::null_type();
  EXPECT_EQ(nil.code(), Code::NIL);
  EXPECT_EQ(nil.size(), 0U);
  EXPECT_EQ(nil.alignment(), 0U);
  EXPECT_EQ(nil.to_string(), "null_type");
  EXPECT_TRUE(nil.is_primitive());
}

TEST(PrimitiveType, NeedsACodeOfItsOwn) {
  for (const int code : {-1, 12, 16, 17, 18, 19, 20, 21, 1000}) {
    EXPECT_THROW((void)legate::primitive_type(static_cast<Code>(code)), std::invalid_argument) << code;
  }
}

TEST(BinaryType, IsStructural) {
  for (const std::uint32_t size : {0U, 1U, 10U, 1000U, 0xFFFFEU, 0xFFFFFU}) {
    const auto type = legate::binary_type(size);
    EXPECT_EQ(type.size(), size);
    EXPECT_EQ(type.alignment(), alignof(std::max_align_t));
    EXPECT_EQ(type.to_string(), "binary(" + std::to_string(size) + ")");
    EXPECT_EQ(type, legate::binary_type(size));
    EXPECT_FALSE(type.is_primitive());
    EXPECT_FALSE(legate::is_point_type(type) || legate::is_rect_type(type));
  }
  EXPECT_EQ(legate::binary_type(10).uid(), 16U | (11U << 8U));
  EXPECT_THROW((void)legate::binary_type(0x100000), std::out_of_range);
}

TEST(StringType, HasNoSize) {
  const auto type = legate::string_type();
  EXPECT_TRUE(type.variable_size());
  EXPECT_EQ(type.uid(), 19U);
  EXPECT_EQ(type.alignment(), alignof(std::max_align_t));
  EXPECT_EQ(type, legate::string_type());
  EXPECT_THROW((void)type.size(), std::invalid_argument);
}

TEST(FixedArrayType, OfFewPrimitivesIsStructural) {
  for (const auto& element : numbers()) {
    for (const std::uint32_t count : {1U, 2U, 255U}) {
      const auto type = legate::fixed_array_type(element, count);
      EXPECT_EQ(type, legate::fixed_array_type(element, count));
      EXPECT_EQ(type.uid(), element.uid() | (count << 8U));
      EXPECT_EQ(type.size(), element.size() * count);
      EXPECT_EQ(type.alignment(), element.alignment());
      EXPECT_EQ(type.to_string(), element.to_string() + "[" + std::to_string(count) + "]");
    }
  }
}

TEST(FixedArrayType, OtherwiseIsItsOwn) {
  EXPECT_NE(legate::fixed_array_type(legate::int8(), 256), legate::fixed_array_type(legate::int8(), 256));
  const auto inner = legate::fixed_array_type(legate::int8(), 2);
  EXPECT_NE(legate::fixed_array_type(inner, 2), legate::fixed_array_type(inner, 2));
  EXPECT_EQ(legate::fixed_array_type(inner, 2).to_string(), "int8[2][2]");
  EXPECT_THROW((void)legate::fixed_array_type(legate::string_type(), 1), std::invalid_argument);
  EXPECT_THROW((void)legate::fixed_array_type(legate::list_type(legate::int8()), 1), std::invalid_argument);
}

TEST(FixedArrayType, OfNothingDiffersFromItsElement) {
  const auto empty = legate::fixed_array_type(legate::int64(), 0);
  EXPECT_EQ(empty.size(), 0U);
  EXPECT_EQ(empty.num_elements(), 0U);
  EXPECT_NE(Type{empty}, legate::int64());
  EXPECT_EQ(empty, legate::fixed_array_type(legate::int64(), 0));
  EXPECT_NE(empty, legate::fixed_array_type(legate::int32(), 0));
}

TEST(StructType, IsLaidOutLikeInC) {
  struct Row {
    std::int16_t a;
    bool b;
    double c;
    std::int8_t d;
  };
  const auto type = legate::struct_type(true, legate::int16(), legate::bool_(), legate::float64(), legate::int8());
  EXPECT_EQ(type.size(), sizeof(Row));
  EXPECT_EQ(type.alignment(), alignof(Row));
  EXPECT_EQ(type.offsets(),
            (std::vector<std::uint32_t>{offsetof(Row, a), offsetof(Row, b), offsetof(Row, c), offsetof(Row, d)}));
  struct Outer {
    std::int8_t first;
    Row row;
  };
  const auto outer = legate::struct_type(true, legate::int8(), type);
  EXPECT_EQ(outer.size(), sizeof(Outer));
  EXPECT_EQ(outer.offsets(), (std::vector<std::uint32_t>{0, offsetof(Outer, row)}));
}

TEST(StructType, OfRandomFieldsFollowsTheRule) {
  std::mt19937 random{11};
  const auto types = numbers();
  for (int round = 0; round < 200; ++round) {
    std::vector<Type> fields;
    for (auto count = 1U + random() % 8U; count > 0; --count) fields.push_back(types[random() % types.size()]);
    const auto aligned = legate::struct_type(fields);
    const auto packed = legate::struct_type(fields, false);
    std::uint32_t end = 0, sum = 0, largest = 1;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto size = fields[i].size();
      EXPECT_EQ(packed.offsets()[i], sum);
      while (end % size != 0) ++end;  // the alignment of a number is its size
      EXPECT_EQ(aligned.offsets()[i], end);
      EXPECT_EQ(aligned.field_type(static_cast<std::uint32_t>(i)), fields[i]);
      end += size;
      sum += size;
      largest = std::max(largest, size);
    }
    while (end % largest != 0) ++end;
    EXPECT_EQ(aligned.size(), end);
    EXPECT_EQ(aligned.alignment(), largest);
    EXPECT_EQ(packed.size(), sum);
    EXPECT_EQ(packed.alignment(), 1U);
    EXPECT_TRUE(aligned.aligned() && !packed.aligned());
  }
}

TEST(StructType, IsItsOwnAndEqualToItsCopies) {
  const auto type = legate::struct_type(true, legate::int8());
  const auto twin = legate::struct_type(true, legate::int8());
  const Type copy = type;
  EXPECT_NE(type, twin);
  EXPECT_EQ(copy, type);
  EXPECT_EQ(copy.as_struct_type().num_fields(), 1U);
  EXPECT_EQ(copy.to_string(), "{int8:0}");
}

TEST(StructType, RefusesWhatItCannotHold) {
  EXPECT_THROW((void)legate::struct_type(std::vector<Type>{}), std::invalid_argument);
  EXPECT_THROW((void)legate::struct_type(true), std::invalid_argument);
  try {
    static_cast<void>(legate::struct_type(true, legate::int8(), legate::string_type()));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "struct_type: field 1 is of type string, which has no fixed size");
  }
  EXPECT_THROW((void)legate::struct_type(true, legate::int8()).field_type(1), std::out_of_range);
}

TEST(ListType, IsItsOwn) {
  const auto type = legate::list_type(legate::int8());
  EXPECT_TRUE(type.variable_size());
  EXPECT_EQ(type.alignment(), 0U);
  EXPECT_EQ(type.to_string(), "list(int8)");
  EXPECT_NE(type, legate::list_type(legate::int8()));
  EXPECT_EQ(Type{type}.as_list_type().element_type(), legate::int8());
  EXPECT_THROW((void)type.size(), std::invalid_argument);
  EXPECT_THROW((void)legate::list_type(type), std::runtime_error);
}

TEST(Type, IsViewedAsItsOwnKindOnly) {
  const std::vector<Type> types = {legate::int64(),
                                   legate::null_type(),
                                   legate::binary_type(4),
                                   legate::string_type(),
                                   legate::fixed_array_type(legate::int8(), 2),
                                   legate::struct_type(true, legate::int8()),
                                   legate::list_type(legate::int8()),
                                   legate::point_type(2),
                                   legate::rect_type(2)};
  for (const auto& type : types) {
    if (type.code() != Code::FIXED_ARRAY) {
      EXPECT_THROW((void)type.as_fixed_array_type(), std::invalid_argument) << type;
    }
    if (type.code() != Code::STRUCT) {
      EXPECT_THROW((void)type.as_struct_type(), std::invalid_argument) << type;
    }
    if (type.code() != Code::LIST) {
      EXPECT_THROW((void)type.as_list_type(), std::invalid_argument) << type;
    }
  }
  EXPECT_EQ(legate::point_type(2).as_fixed_array_type().num_elements(), 2U);
  EXPECT_EQ(legate::rect_type(2).as_struct_type().num_fields(), 2U);
}

TEST(PointAndRectTypes, HaveADimension) {
  for (std::uint32_t ndim = 1; ndim <= LEGATE_MAX_DIM; ++ndim) {
    const auto point = legate::point_type(ndim);
    const auto rect = legate::rect_type(ndim);
    EXPECT_EQ(point.uid(), 0x10000000U + ndim);
    EXPECT_EQ(rect.uid(), 0x10000000U + LEGATE_MAX_DIM + 1U + ndim);
    EXPECT_EQ(point.size(), 8U * ndim);
    EXPECT_EQ(rect.size(), 16U * ndim);
    EXPECT_EQ(point.alignment(), 8U);
    EXPECT_EQ(rect.alignment(), 8U);
    EXPECT_EQ(point.to_string(), "int64[" + std::to_string(ndim) + "]");
    EXPECT_EQ(rect.field_type(1), point);
    EXPECT_EQ(legate::ndim_point_type(point), static_cast<std::int32_t>(ndim));
    EXPECT_EQ(legate::ndim_rect_type(rect), static_cast<std::int32_t>(ndim));
    for (std::uint32_t other = 0; other <= LEGATE_MAX_DIM + 1; ++other) {
      EXPECT_EQ(legate::is_point_type(point, other), other == ndim);
      EXPECT_EQ(legate::is_rect_type(rect, other), other == ndim);
      EXPECT_FALSE(legate::is_rect_type(point, other) || legate::is_point_type(rect, other));
    }
    EXPECT_NE(Type{point}, legate::fixed_array_type(legate::int64(), ndim));
    EXPECT_FALSE(legate::is_point_type(legate::fixed_array_type(legate::int64(), ndim)));
  }
  EXPECT_TRUE(legate::is_point_type(legate::int64(), 1));
  EXPECT_FALSE(legate::is_point_type(legate::uint64()));
  for (const std::uint32_t ndim : {0U, LEGATE_MAX_DIM + 1U, ~0U}) {
    EXPECT_THROW((void)legate::point_type(ndim), std::out_of_range);
    EXPECT_THROW((void)legate::rect_type(ndim), std::out_of_range);
  }
  EXPECT_THROW((void)legate::ndim_point_type(legate::float64()), std::invalid_argument);
  EXPECT_THROW((void)legate::ndim_rect_type(legate::point_type(1)), std::invalid_argument);
}

TEST(TypeUid, TellsDifferentTypesApart) {
  std::vector<Type> types = numbers();
  types.push_back(legate::null_type());
  types.push_back(legate::string_type());
  for (const std::uint32_t size : {0U, 1U, 254U, 255U, 0xFFFFFU}) types.push_back(legate::binary_type(size));
  for (const auto& element : numbers()) {
    for (const std::uint32_t count : {0U, 1U, 2U, 255U, 256U})
      types.push_back(legate::fixed_array_type(element, count));
  }
  for (std::uint32_t ndim = 1; ndim <= LEGATE_MAX_DIM; ++ndim) {
    types.push_back(legate::point_type(ndim));
    types.push_back(legate::rect_type(ndim));
  }
  types.push_back(legate::struct_type(true, legate::int8()));
  types.push_back(legate::list_type(legate::int8()));
  std::set<std::uint32_t> uids;
  for (const auto& type : types) EXPECT_TRUE(uids.insert(type.uid()).second) << type;
}

TEST(ReductionOperators, AreRecordedForTheDocumentedPairsOnly) {
  const std::vector<ReductionOpKind> kinds = {ReductionOpKind::ADD, ReductionOpKind::MUL, ReductionOpKind::MAX,
                                              ReductionOpKind::MIN, ReductionOpKind::OR,  ReductionOpKind::AND,
                                              ReductionOpKind::XOR};
  std::set<std::int32_t> ids;
  std::size_t recorded = 0;
  for (const auto& type : numbers()) {
    const std::size_t supported = type.code() < Code::FLOAT16      ? 7
                                  : type.code() < Code::COMPLEX64  ? 4
                                  : type.code() == Code::COMPLEX64 ? 2
                                                                   : 1;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (i < supported) {
        ids.insert(static_cast<std::int32_t>(type.find_reduction_operator(kinds[i])));
        ++recorded;
        EXPECT_THROW(type.record_reduction_operator(kinds[i], GlobalRedopID{1}), std::invalid_argument);
      } else {
        EXPECT_THROW((void)type.find_reduction_operator(kinds[i]), std::invalid_argument) << type;
      }
    }
    EXPECT_THROW((void)type.find_reduction_operator(1), std::invalid_argument);
  }
  EXPECT_EQ(ids.size(), recorded) << "no two pairs share an operator";
  EXPECT_THROW((void)legate::point_type(1).find_reduction_operator(ReductionOpKind::ADD), std::invalid_argument);
}

TEST(ReductionOperators, AreRecordedForTheTypeNotTheHandle) {
  const auto type = legate::struct_type(true, legate::int32());
  const Type copy = type;
  const auto lower = std::numeric_limits<std::int32_t>::min();
  for (const std::int32_t kind : {lower, -1, 0, 77, std::numeric_limits<std::int32_t>::max()}) {
    type.record_reduction_operator(kind, GlobalRedopID{4242});
    EXPECT_EQ(copy.find_reduction_operator(kind), GlobalRedopID{4242});
    EXPECT_THROW(copy.record_reduction_operator(kind, GlobalRedopID{1}), std::invalid_argument);
  }
  EXPECT_THROW((void)legate::struct_type(true, legate::int32()).find_reduction_operator(77), std::invalid_argument);
  legate::string_type().record_reduction_operator(500, GlobalRedopID{5});
  EXPECT_EQ(legate::string_type().find_reduction_operator(500), GlobalRedopID{5});
  legate::binary_type(12).record_reduction_operator(ReductionOpKind::MAX, GlobalRedopID{6});
  EXPECT_EQ(legate::binary_type(12).find_reduction_operator(4), GlobalRedopID{6});
}

TEST(Type, IsUsedByManyThreads) {
  const auto shared = legate::struct_type(true, legate::int8(), legate::float64());
  std::vector<std::thread> threads;
  std::vector<std::set<std::uint32_t>> uids(4);
  for (auto& own : uids) {
    threads.emplace_back([&own, &shared] {
      for (std::int32_t i = 0; i < 500; ++i) {
        const Type copy = shared;
        const auto mine = legate::struct_type(true, copy, legate::int64());
        mine.record_reduction_operator(i, GlobalRedopID{i});
        own.insert(mine.uid());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::uint32_t> all;
  for (const auto& own : uids) all.insert(own.begin(), own.end());
  EXPECT_EQ(all.size(), 2000U);
}

}  // namespace
