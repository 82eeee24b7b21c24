// SPDX-License-Identifier: Apache-2.0
#include <legate/type/complex.h>
#include <legate/type/detail/complex_own.h>
#include <legate/type/half.h>

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <random>
#include <sstream>
#include <type_traits>

// Our own class is tested by its own name, so that it is also where Complex is CUDA's. The reference is std::complex.

namespace {

template <typename T>
using Own = legate::detail::OwnComplex<T>;

template <typename T>
class OwnComplex : public ::testing::Test {};
using Components = ::testing::Types<float, double>;
TYPED_TEST_SUITE(OwnComplex, Components);

template <typename T>
void expect_near(const Own<T>& got, const std::complex<T>& expected) {
  const T tolerance = 16 * std::numeric_limits<T>::epsilon() * std::max(T{1}, std::abs(expected));
  EXPECT_NEAR(got.real(), expected.real(), tolerance);
  EXPECT_NEAR(got.imag(), expected.imag(), tolerance);
}

TYPED_TEST(OwnComplex, HasTheLayoutOfTheStandardClass) {
  using T = TypeParam;
  EXPECT_EQ(sizeof(Own<T>), sizeof(std::complex<T>));
  EXPECT_EQ(alignof(Own<T>), 2 * sizeof(T));
  EXPECT_TRUE(std::is_trivially_copyable_v<Own<T>>);
  const std::complex<T> standard{T{1.5}, T{-2}};
  Own<T> own;
  EXPECT_TRUE(own == Own<T>{});
  std::memcpy(static_cast<void*>(&own), &standard, sizeof(own));
  EXPECT_EQ(own.real(), T{1.5});
  EXPECT_EQ(own.imag(), T{-2});
}

TYPED_TEST(OwnComplex, ComputesLikeTheStandardClass) {
  using T = TypeParam;
  std::mt19937 random{3};
  std::uniform_real_distribution<T> any{-8, 8};
  for (int i = 0; i < 1000; ++i) {
    const std::complex<T> a{any(random), any(random)};
    const std::complex<T> b{any(random), any(random)};
    const Own<T> x = a;
    const Own<T> y = b;
    expect_near<T>(x + y, a + b);
    expect_near<T>(x - y, a - b);
    expect_near<T>(x * y, a * b);
    expect_near<T>(x / y, a / b);
    expect_near<T>(-x, -a);
    expect_near<T>(conj(x), std::conj(a));
    expect_near<T>(exp(x / Own<T>{8}), std::exp(a / T{8}));
    expect_near<T>(log(x), std::log(a));
    expect_near<T>(sqrt(x), std::sqrt(a));
    EXPECT_NEAR(abs(x), std::abs(a), 32 * std::numeric_limits<T>::epsilon());
    EXPECT_NEAR(arg(x), std::arg(a), 32 * std::numeric_limits<T>::epsilon());
    EXPECT_NEAR(norm(x), std::norm(a), 512 * std::numeric_limits<T>::epsilon());
    Own<T> z = x;
    z += y;
    z -= x;
    expect_near<T>(z, b);
  }
  expect_near<T>(legate::detail::polar(T{2}, T{0.5}), std::polar(T{2}, T{0.5}));
}

TYPED_TEST(OwnComplex, DividesWithoutOverflowInBetween) {
  using T = TypeParam;
  const T huge = std::numeric_limits<T>::max() / 4;
  const auto quotient = Own<T>{huge, huge} / Own<T>{huge, huge};
  EXPECT_EQ(quotient, Own<T>(1, 0));
  EXPECT_TRUE(std::isfinite(abs(Own<T>{huge, huge})));
}

TYPED_TEST(OwnComplex, MixesWithRealNumbersAndWithTheStandardClass) {
  using T = TypeParam;
  const Own<T> z{T{1}, T{2}};
  EXPECT_EQ(z + T{1}, Own<T>(2, 2));
  EXPECT_EQ(T{1} - z, Own<T>(0, -2));
  EXPECT_EQ(T{3} * z, Own<T>(3, 6));
  EXPECT_EQ(z / T{2}, Own<T>(T{0.5}, 1));
  EXPECT_TRUE(Own<T>{T{4}} == T{4});
  EXPECT_TRUE(z != T{1});
  EXPECT_TRUE(z == (std::complex<T>{T{1}, T{2}}));
  const std::complex<T> standard = z;
  EXPECT_EQ(standard, (std::complex<T>{T{1}, T{2}}));
  EXPECT_EQ(std::complex<T>{z}, standard);
}

TYPED_TEST(OwnComplex, PrintsLikeTheStandardClass) {
  using T = TypeParam;
  std::ostringstream own;
  std::ostringstream standard;
  own << Own<T>{T{1.5}, T{-2}};
  standard << std::complex<T>{T{1.5}, T{-2}};
  EXPECT_EQ(own.str(), standard.str());
}

TEST(OwnComplexConversions, AreImplicitWhereNothingIsLost) {
  EXPECT_TRUE((std::is_convertible_v<Own<float>, Own<double>>));
  EXPECT_FALSE((std::is_convertible_v<Own<double>, Own<float>>));
  EXPECT_TRUE((std::is_constructible_v<Own<float>, Own<double>>));
  const Own<double> wide = Own<float>{0.5F, 3.0F};
  EXPECT_EQ(wide, Own<double>(0.5, 3));
}

TEST(OwnComplexOfHalf, ComputesThroughFloat) {
  using legate::Half;
  const Own<Half> z{Half{3.0F}, Half{4.0F}};
  const Own<Half> unit{Half{0.0F}, Half{1.0F}};
  EXPECT_EQ(z + unit, Own<Half>(Half{3.0F}, Half{5.0F}));
  EXPECT_EQ(z * unit, Own<Half>(Half{-4.0F}, Half{3.0F}));
  EXPECT_EQ(z / unit, Own<Half>(Half{4.0F}, Half{-3.0F}));
  EXPECT_EQ(abs(z), Half{5.0F});
  EXPECT_EQ(sizeof(z), 4U);
  std::ostringstream text;
  text << z;
  EXPECT_EQ(text.str(), "(3,4)");
}

TEST(Complex, IsWhatCudaCallsComplex) {
  EXPECT_TRUE((std::is_same_v<legate::Complex<double>, ::cuda::std::complex<double>>));
  EXPECT_EQ(alignof(legate::Complex<float>), 8U);
  EXPECT_EQ(alignof(legate::Complex<double>), 16U);
  const legate::Complex<float> z{3, 4};
  EXPECT_EQ(::cuda::std::abs(z), 5.0F);
  EXPECT_EQ(::cuda::std::conj(z).imag(), -4.0F);
}

}  // namespace
