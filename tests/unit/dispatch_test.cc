// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/dispatch.h>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace {

using Code = legate::Type::Code;

struct CodeNumber {
  int calls{};
  template <Code CODE>
  int operator()() {
    ++calls;
    return static_cast<int>(CODE);
  }
};
struct CodeAndDim {
  template <Code CODE, int DIM>
  int operator()(int factor) const {
    return static_cast<int>(CODE) * factor + DIM;
  }
};
struct TwoDims {
  template <int FIRST, int SECOND>
  int operator()() const {
    return FIRST * 10 + SECOND;
  }
};
struct TakesOwnership {
  template <int DIM>
  int operator()(std::unique_ptr<int> value) const {
    return *value * DIM;
  }
};
struct GivesReference {
  template <int DIM>
  int& operator()(int& value) const {
    return value;
  }
};

TEST(Dispatch, ReachesEveryPrimitiveType) {
  CodeNumber functor;
  for (const auto code :
       {Code::BOOL, Code::INT8, Code::INT16, Code::INT32, Code::INT64, Code::UINT8, Code::UINT16, Code::UINT32,
        Code::UINT64, Code::FLOAT16, Code::FLOAT32, Code::FLOAT64, Code::COMPLEX64, Code::COMPLEX128}) {
    EXPECT_EQ(legate::type_dispatch(code, functor), static_cast<int>(code));
  }
  EXPECT_EQ(functor.calls, 14) << "the functor itself is called, not a copy";
}

TEST(Dispatch, RefusesOtherCodesAndDimensions) {
  for (const auto code : {Code::NIL, Code::BINARY, Code::FIXED_ARRAY, Code::STRUCT, Code::STRING, Code::LIST}) {
    EXPECT_THROW((void)legate::type_dispatch(code, CodeNumber{}), std::runtime_error);
  }
  EXPECT_THROW((void)legate::type_dispatch(static_cast<Code>(99), CodeNumber{}), std::invalid_argument);
  EXPECT_THROW((void)legate::double_dispatch(0, Code::INT8, CodeAndDim{}, 1), std::runtime_error);
  EXPECT_THROW((void)legate::double_dispatch(1, LEGATE_MAX_DIM + 1, TwoDims{}), std::runtime_error);
}

TEST(Dispatch, PassesCodeThenDimension) {
  EXPECT_EQ(legate::double_dispatch(3, Code::INT16, CodeAndDim{}, 100), static_cast<int>(Code::INT16) * 100 + 3);
  EXPECT_EQ(legate::double_dispatch(1, LEGATE_MAX_DIM, TwoDims{}), 10 + LEGATE_MAX_DIM);
}

TEST(Dispatch, ForwardsArgumentsAndResults) {
  EXPECT_EQ(legate::dim_dispatch(2, TakesOwnership{}, std::make_unique<int>(21)), 42);
  int value = 1;
  static_assert(std::is_same_v<decltype(legate::dim_dispatch(1, GivesReference{}, value)), int&>);
  EXPECT_EQ(&legate::dim_dispatch(1, GivesReference{}, value), &value);
}

}  // namespace
