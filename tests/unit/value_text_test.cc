// SPDX-License-Identifier: Apache-2.0
#include "data/value_text.h"

#include <legate/data/scalar.h>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using legate::Scalar;

std::string text_of(const Scalar& scalar) {
  return legate::detail::value_text(scalar.type(), scalar.ptr(), scalar.size());
}

TEST(ValueText, ShowsNumbersAsNumbers) {
  EXPECT_EQ(text_of(Scalar{std::int64_t{-5}}), "int64 -5");
  EXPECT_EQ(text_of(Scalar{std::uint8_t{65}}), "uint8 65");
  EXPECT_EQ(text_of(Scalar{true}), "bool 1");
  EXPECT_EQ(text_of(Scalar{0.5}), "float64 0.5");
}

TEST(ValueText, TellsNeighbouringNumbersApart) {
  EXPECT_NE(text_of(Scalar{0.1}), text_of(Scalar{std::nextafter(0.1, 1.0)}));
  EXPECT_NE(text_of(Scalar{0.1F}), text_of(Scalar{std::nextafter(0.1F, 1.0F)}));
}

TEST(ValueText, ShowsOtherValuesAsBytes) {
  EXPECT_EQ(text_of(Scalar{std::vector<std::uint16_t>{1, 0xabcd}}).substr(0, 9), "uint16[2]");
  EXPECT_NE(text_of(Scalar{std::vector<std::uint16_t>{1, 0xabcd}}).find("0x0100cdab"), std::string::npos);
}

TEST(ValueText, TellsLongValuesApartThatDifferAtTheirEnds) {
  std::vector<std::int64_t> one(100, 7);
  auto other = one;
  other.back() = 8;
  EXPECT_NE(text_of(Scalar{one}), text_of(Scalar{other}));
  EXPECT_LT(text_of(Scalar{one}).size(), 200U);
}

}  // namespace
