// SPDX-License-Identifier: Apache-2.0
#include <legate/type/type_traits.h>
#include <legate/utilities/dispatch.h>

#include <gtest/gtest.h>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using Code = legate::Type::Code;

enum class Small : std::uint8_t { VALUE };
enum class Wide : std::int64_t { VALUE };
struct Other {};

template <typename T>
constexpr Code code = legate::type_code_of_v<T>;

TEST(TypeTraits, GiveElementTypesTheirCodes) {
  EXPECT_EQ(code<bool>, Code::BOOL);
  EXPECT_EQ(code<std::int8_t>, Code::INT8);
  EXPECT_EQ(code<std::int16_t>, Code::INT16);
  EXPECT_EQ(code<std::int32_t>, Code::INT32);
  EXPECT_EQ(code<std::int64_t>, Code::INT64);
  EXPECT_EQ(code<std::uint8_t>, Code::UINT8);
  EXPECT_EQ(code<std::uint16_t>, Code::UINT16);
  EXPECT_EQ(code<std::uint32_t>, Code::UINT32);
  EXPECT_EQ(code<std::uint64_t>, Code::UINT64);
  EXPECT_EQ(code<std::size_t>, Code::UINT64);
  EXPECT_EQ(code<legate::Half>, Code::FLOAT16);
  EXPECT_EQ(code<float>, Code::FLOAT32);
  EXPECT_EQ(code<double>, Code::FLOAT64);
  EXPECT_EQ(code<legate::Complex<float>>, Code::COMPLEX64);
  EXPECT_EQ(code<std::complex<float>>, Code::COMPLEX64);
  EXPECT_EQ(code<legate::Complex<double>>, Code::COMPLEX128);
  EXPECT_EQ(code<std::complex<double>>, Code::COMPLEX128);
  EXPECT_EQ(code<std::string>, Code::STRING);
}

TEST(TypeTraits, SeeThroughEnumerationsAndPointers) {
  EXPECT_EQ(code<Small>, Code::UINT8);
  EXPECT_EQ(code<Wide>, Code::INT64);
  EXPECT_EQ(code<int*>, Code::UINT64);
  EXPECT_EQ(code<const Other*>, Code::UINT64);
  EXPECT_EQ(code<void*>, Code::UINT64);
}

TEST(TypeTraits, HaveNoCodeForTheRest) {
  EXPECT_EQ(code<Other>, Code::NIL);
  EXPECT_EQ(code<std::vector<int>>, Code::NIL);
  EXPECT_EQ(code<void>, Code::NIL);
  EXPECT_EQ(code<legate::Complex<legate::Half>>, Code::NIL);
}

TEST(TypeTraits, GiveCodesTheirElementTypes) {
  EXPECT_TRUE((std::is_same_v<legate::type_of_t<Code::BOOL>, bool>));
  EXPECT_TRUE((std::is_same_v<legate::type_of_t<Code::UINT16>, std::uint16_t>));
  EXPECT_TRUE((std::is_same_v<legate::type_of_t<Code::FLOAT16>, legate::Half>));
  EXPECT_TRUE((std::is_same_v<legate::type_of_t<Code::COMPLEX128>, legate::Complex<double>>));
  EXPECT_TRUE((std::is_same_v<legate::type_of_t<Code::STRING>, std::string>));
  for (const bool is_void :
       {std::is_void_v<legate::type_of_t<Code::NIL>>, std::is_void_v<legate::type_of_t<Code::BINARY>>,
        std::is_void_v<legate::type_of_t<Code::FIXED_ARRAY>>, std::is_void_v<legate::type_of_t<Code::STRUCT>>,
        std::is_void_v<legate::type_of_t<Code::LIST>>}) {
    EXPECT_TRUE(is_void);
  }
  EXPECT_TRUE((std::is_same_v<legate::type_of<Code::INT8>, std::int8_t>));
}

struct SameSize {
  template <Code CODE>
  void operator()() const {
    using T = legate::type_of_t<CODE>;
    EXPECT_EQ(legate::primitive_type(CODE).size(), sizeof(T));
    EXPECT_EQ(legate::primitive_type(CODE).alignment(), alignof(T));
    EXPECT_EQ(legate::type_code_of_v<T>, CODE);
    const int kinds = (legate::is_integral<CODE>::value ? 1 : 0) + (legate::is_floating_point<CODE>::value ? 1 : 0) +
                      (legate::is_complex<CODE>::value ? 1 : 0);
    EXPECT_EQ(kinds, 1) << "every number is of exactly one kind";
    EXPECT_EQ(legate::is_signed<CODE>::value || legate::is_unsigned<CODE>::value, !legate::is_complex<CODE>::value);
    EXPECT_FALSE(legate::is_signed<CODE>::value && legate::is_unsigned<CODE>::value);
    EXPECT_EQ(legate::is_complex_type<T>::value, legate::is_complex<CODE>::value);
    EXPECT_TRUE((std::is_base_of_v<std::bool_constant<legate::is_integral<CODE>::value>, legate::is_integral<CODE>>));
  }
};

TEST(TypeTraits, AgreeWithThePrimitiveTypes) {
  for (int number = 0; number <= static_cast<int>(Code::COMPLEX128); ++number) {
    if (number != 12) {
      legate::type_dispatch(static_cast<Code>(number), SameSize{});
    }
  }
  EXPECT_TRUE(legate::is_unsigned<Code::BOOL>::value);
  EXPECT_TRUE(legate::is_signed<Code::FLOAT16>::value);
  EXPECT_FALSE(legate::is_integral<Code::STRUCT>::value || legate::is_signed<Code::STRING>::value);
}

}  // namespace
