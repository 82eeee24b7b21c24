// SPDX-License-Identifier: Apache-2.0
#include <legate/type/half.h>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

// The reference is arithmetic, not bit twiddling: the value of a representation from its three fields by ldexp, and the
// nearest representation by a search through all of them.

namespace {

using legate::Half;

double value_of_bits(std::uint32_t bits) {
  const int exponent = static_cast<int>((bits >> 10U) & 31U);
  const double fraction = static_cast<double>(bits & 1023U);
  const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
  if (exponent == 31) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

/// The representation nearest to a value that is not NaN; of two, the one with the even last bit.
std::uint16_t nearest(double value) {
  const double magnitude = std::abs(value);
  std::uint32_t below = 0;
  for (std::uint32_t step = 1U << 14U; step != 0; step >>= 1U) {
    if (below + step < 0x7C00U && value_of_bits(below + step) <= magnitude) {
      below += step;
    }
  }
  // What would be the next number stands for infinity; from the middle before it on, values round up.
  const double above = below == 0x7BFFU ? 65536.0 : value_of_bits(below + 1);
  const double under = magnitude - value_of_bits(below);
  const double over = above - magnitude;
  const bool up = magnitude >= above || under > over || (under == over && (below & 1U) != 0);
  return static_cast<std::uint16_t>((below + (up ? 1U : 0U)) | (std::signbit(value) ? 0x8000U : 0U));
}

Half from_bits(std::uint32_t bits) { return Half{static_cast<std::uint16_t>(bits)}; }

TEST(Half, IsTwoPlainBytes) {
  EXPECT_EQ(sizeof(Half), 2U);
  EXPECT_TRUE(std::is_trivially_copyable_v<Half>);
  EXPECT_EQ(Half{}.raw(), 0);
  static_assert(Half{std::uint16_t{0x3C00}}.raw() == 0x3C00, "usable in constants");
}

TEST(Half, EveryRepresentationHasItsValue) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const double expected = value_of_bits(bits);
    const float got = from_bits(bits);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(got)) << bits;
    } else {
      ASSERT_EQ(static_cast<double>(got), expected) << bits;
      ASSERT_EQ(std::signbit(got), std::signbit(expected)) << bits;
      ASSERT_EQ(static_cast<double>(from_bits(bits)), expected) << bits;
    }
  }
}

TEST(Half, EveryValueComesBack) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = from_bits(bits);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(static_cast<float>(Half{value}))) << bits;
      ASSERT_TRUE(std::isnan(static_cast<float>(Half{static_cast<double>(value)}))) << bits;
    } else {
      ASSERT_EQ(Half{value}.raw(), bits);
      ASSERT_EQ(Half{static_cast<double>(value)}.raw(), bits);
    }
  }
}

TEST(Half, RoundsFloatsBetweenNeighboursToTheNearest) {
  for (std::uint32_t bits = 0; bits < 0x7C00U; ++bits) {
    const double low = value_of_bits(bits);
    const double high = bits == 0x7BFFU ? 65536.0 : value_of_bits(bits + 1);
    const auto middle = static_cast<float>((low + high) / 2);
    const float cases[] = {middle, std::nextafter(middle, 0.0F), std::nextafter(middle, 1e9F)};
    for (const float value : cases) {
      ASSERT_EQ(Half{value}.raw(), nearest(static_cast<double>(value))) << value;
      ASSERT_EQ(Half{-value}.raw(), nearest(-static_cast<double>(value))) << -value;
    }
  }
}

TEST(Half, RoundsDoublesOnce) {
  // A double next to a tie is the tie as a float; rounding twice would decide by the even bit.
  EXPECT_EQ(Half{1.0 + 0x1p-11 + 0x1p-30}.raw(), 0x3C01);
  EXPECT_EQ(Half{1.0 + 0x3p-11 - 0x1p-30}.raw(), 0x3C01);
  for (std::uint32_t bits = 0; bits < 0x7C00U; ++bits) {
    const double low = value_of_bits(bits);
    const double high = bits == 0x7BFFU ? 65536.0 : value_of_bits(bits + 1);
    const double middle = (low + high) / 2;
    const double cases[] = {middle, std::nextafter(middle, 0.0), std::nextafter(middle, 1e9)};
    for (const double value : cases) {
      ASSERT_EQ(Half{value}.raw(), nearest(value)) << value;
      ASSERT_EQ(Half{-value}.raw(), nearest(-value)) << -value;
    }
  }
}

TEST(Half, RoundsRandomFloatsOfEveryMagnitude) {
  std::mt19937 random{20240229};
  for (int i = 0; i < 200000; ++i) {
    const float mantissa = std::uniform_real_distribution<float>{1, 2}(random);
    const float value = std::ldexp(mantissa, std::uniform_int_distribution<int>{-30, 18}(random));
    ASSERT_EQ(Half{value}.raw(), nearest(static_cast<double>(value))) << value;
  }
}

TEST(Half, FarValuesAreInfiniteOrZero) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Half{infinity}.raw(), 0x7C00);
  EXPECT_EQ(Half{-infinity}.raw(), 0xFC00);
  EXPECT_EQ(Half{1e30F}.raw(), 0x7C00);
  EXPECT_EQ(Half{-1e300}.raw(), 0xFC00);
  EXPECT_EQ(Half{std::numeric_limits<double>::infinity()}.raw(), 0x7C00);
  EXPECT_EQ(Half{std::numeric_limits<float>::denorm_min()}.raw(), 0);
  EXPECT_EQ(Half{-std::numeric_limits<double>::denorm_min()}.raw(), 0x8000);
  EXPECT_EQ(Half{-0.0F}.raw(), 0x8000);
  EXPECT_EQ(static_cast<float>(Half{LEGATE_MAX_HALF}), 65504.0F);
  EXPECT_EQ(static_cast<float>(Half{LEGATE_MIN_HALF}), -65504.0F);
}

TEST(Half, TakesIntegersByValue) {
  for (int value = -70000; value <= 70000; value += 7) {
    const auto expected = nearest(static_cast<double>(value));
    ASSERT_EQ(Half{value}.raw(), expected);
    ASSERT_EQ(Half{static_cast<long long>(value)}.raw(), expected);
  }
  EXPECT_EQ(Half{std::size_t{2051}}.raw(), nearest(2051));
  EXPECT_EQ(Half{std::numeric_limits<std::size_t>::max()}.raw(), 0x7C00);
  EXPECT_EQ(Half{std::numeric_limits<long long>::min()}.raw(), 0xFC00);
  Half assigned;
  assigned = 3;
  EXPECT_EQ(assigned, Half{3.0F});
  assigned = 0.5;
  EXPECT_EQ(assigned, Half{0.5F});
  assigned = std::size_t{9};
  EXPECT_EQ(assigned, Half{9.0F});
  assigned = -4LL;
  EXPECT_EQ(assigned, Half{-4.0F});
  assigned = 1.5F;
  EXPECT_EQ(assigned, Half{1.5F});
}

TEST(Half, ComputesInFloatAndRoundsTheResult) {
  std::mt19937 random{7};
  std::uniform_int_distribution<std::uint32_t> any{0, 0x7BFF};
  for (int i = 0; i < 50000; ++i) {
    const Half a = from_bits(any(random));
    const Half b = from_bits(any(random) | 0x8000U);
    const float x = a;
    const float y = b;
    ASSERT_EQ((a + b).raw(), nearest(static_cast<double>(x + y)) & ((x + y) == 0 ? 0x7FFF : 0xFFFF));
    ASSERT_EQ((a - b).raw(), nearest(static_cast<double>(x - y)));
    ASSERT_EQ((a * b).raw(), nearest(static_cast<double>(x * y)));
    if (y != 0) {
      ASSERT_EQ((a / b).raw(), nearest(static_cast<double>(x / y)));
    }
    Half c = a;
    c += b;
    ASSERT_EQ(c, a + b);
    ASSERT_EQ((-a).raw(), a.raw() ^ 0x8000);
    ASSERT_EQ(a < b, x < y);
    ASSERT_EQ(a <= b, x <= y);
    ASSERT_EQ(a > b, x > y);
    ASSERT_EQ(a >= b, x >= y);
  }
}

TEST(Half, EqualityComparesRepresentations) {
  const Half nan{std::numeric_limits<float>::quiet_NaN()};
  EXPECT_TRUE(nan == nan);
  EXPECT_FALSE(nan != nan);
  EXPECT_FALSE(nan < nan || nan > nan || nan <= nan || nan >= nan);
  EXPECT_TRUE(Half{0.0F} != Half{-0.0F});
  EXPECT_FALSE(Half{-0.0F} < Half{0.0F});
}

TEST(Half, ConvertsToFloatByItselfAndFromNothingByItself) {
  EXPECT_TRUE((std::is_convertible_v<Half, float>));
  EXPECT_FALSE((std::is_convertible_v<float, Half>));
  EXPECT_FALSE((std::is_convertible_v<int, Half>));
  EXPECT_EQ(Half{1.5F} + 1.0F, 2.5F);
}

}  // namespace
