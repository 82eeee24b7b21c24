// SPDX-License-Identifier: Apache-2.0
#include "redop/registry.h"

#include <legate/redop/redop.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

using legate::Complex;
using legate::GlobalRedopID;
using legate::Half;
using legate::detail::find_reduction_operator;

// The values reduced: any integer, and floating-point numbers whose sums and products are exact in either order.
template <typename T>
T random_value(std::mt19937& random) {
  if constexpr (std::is_same_v<T, bool>) {
    return (random() & 1U) != 0;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>((static_cast<std::uint64_t>(random()) << 32U) | random());
  } else {
    return T(static_cast<float>(static_cast<int>(random() % 17U) - 8));
  }
}

template <typename T>
std::vector<T> random_values(std::size_t count, unsigned seed) {
  std::mt19937 random{seed};
  std::vector<T> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(random_value<T>(random));
  return values;
}

/// Checks the functions of one operator, and the same operator in the registry, against a plain function.
template <typename Op, typename T, typename Reference>
void check(const std::string& name, T identity, Reference reference) {
  static_assert(std::is_same_v<typename Op::LHS, T> && std::is_same_v<typename Op::RHS, T>);
  SCOPED_TRACE(name);
  EXPECT_TRUE(Op::identity == identity);
  const auto left = random_values<T>(200, 1);
  const auto right = random_values<T>(200, 2);
  std::vector<T> expected;
  for (std::size_t i = 0; i < left.size(); ++i) {
    T exclusive = left[i], shared = left[i], folded = left[i], folded_shared = left[i], from_identity = Op::identity;
    Op::template apply<true>(exclusive, right[i]);
    Op::template apply<false>(shared, right[i]);
    Op::template fold<true>(folded, right[i]);
    Op::template fold<false>(folded_shared, right[i]);
    Op::template fold<true>(from_identity, right[i]);
    const T wanted = reference(left[i], right[i]);
    ASSERT_TRUE(exclusive == wanted && shared == wanted && folded == wanted && folded_shared == wanted) << i;
    ASSERT_TRUE(from_identity == right[i]) << i;
    expected.push_back(wanted);
  }
  const auto& redop = find_reduction_operator(Op::REDOP_ID);
  EXPECT_EQ(redop.lhs_size, sizeof(T));
  EXPECT_EQ(redop.rhs_size, sizeof(T));
  EXPECT_TRUE(redop.in_place);
  // Arrays, since a vector of bool is none.
  const auto count = left.size();
  const std::unique_ptr<T[]> target{new T[count]}, source{new T[count]}, neutral{new T[count]};  // NOLINT
  for (const auto function : {redop.fold, redop.apply}) {
    for (std::size_t i = 0; i < count; ++i) {
      target[i] = left[i];
      source[i] = right[i];
    }
    function(target.get(), source.get(), count - 3);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_TRUE(target[i] == (i < count - 3 ? expected[i] : static_cast<T>(left[i]))) << i;
    }
  }
  redop.fill_identity(neutral.get(), count);
  for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(neutral[i] == identity);
}

template <typename T>
void check_integer(const std::string& name) {
  using Unsigned = std::make_unsigned_t<T>;
  // Modulo 2^64 first: narrowing afterwards is modulo the type's own range.
  const auto widen = [](T value) { return static_cast<std::uint64_t>(value); };
  check<legate::SumReduction<T>, T>(
      name + " sum", T{0}, [&](T a, T b) { return static_cast<T>(static_cast<Unsigned>(widen(a) + widen(b))); });
  check<legate::ProdReduction<T>, T>(
      name + " product", T{1}, [&](T a, T b) { return static_cast<T>(static_cast<Unsigned>(widen(a) * widen(b))); });
  check<legate::MaxReduction<T>, T>(name + " max", std::numeric_limits<T>::min(),
                                    [](T a, T b) { return std::max(a, b); });
  check<legate::MinReduction<T>, T>(name + " min", std::numeric_limits<T>::max(),
                                    [](T a, T b) { return std::min(a, b); });
  check<legate::OrReduction<T>, T>(name + " or", T{0}, std::bit_or<T>{});
  check<legate::AndReduction<T>, T>(name + " and", static_cast<T>(~std::uint64_t{0}), std::bit_and<T>{});
  check<legate::XORReduction<T>, T>(name + " xor", T{0}, std::bit_xor<T>{});
}

TEST(BuiltinReductions, OfIntegersWrapAround) {
  check_integer<std::int8_t>("int8");
  check_integer<std::int16_t>("int16");
  check_integer<std::int32_t>("int32");
  check_integer<std::int64_t>("int64");
  check_integer<std::uint8_t>("uint8");
  check_integer<std::uint16_t>("uint16");
  check_integer<std::uint32_t>("uint32");
  check_integer<std::uint64_t>("uint64");
}

TEST(BuiltinReductions, OfBoolsAreLogical) {
  const auto either = [](bool a, bool b) { return a || b; };
  const auto both = [](bool a, bool b) { return a && b; };
  check<legate::SumReduction<bool>, bool>("sum", false, either);
  check<legate::ProdReduction<bool>, bool>("product", true, both);
  check<legate::MaxReduction<bool>, bool>("max", false, either);
  check<legate::MinReduction<bool>, bool>("min", true, both);
  check<legate::OrReduction<bool>, bool>("or", false, either);
  check<legate::AndReduction<bool>, bool>("and", true, both);
  check<legate::XORReduction<bool>, bool>("xor", false, [](bool a, bool b) { return a != b; });
}

template <typename T>
void check_floating(const std::string& name, T lowest, T largest) {
  const auto as_double = [](T value) { return static_cast<double>(value); };
  check<legate::SumReduction<T>, T>(name + " sum", T(0.0F), [&](T a, T b) { return T(as_double(a) + as_double(b)); });
  check<legate::ProdReduction<T>, T>(name + " product", T(1.0F),
                                     [&](T a, T b) { return T(static_cast<float>(a) * static_cast<float>(b)); });
  check<legate::MaxReduction<T>, T>(name + " max", lowest,
                                    [&](T a, T b) { return as_double(a) < as_double(b) ? b : a; });
  check<legate::MinReduction<T>, T>(name + " min", largest,
                                    [&](T a, T b) { return as_double(b) < as_double(a) ? b : a; });
}

TEST(BuiltinReductions, OfFloatingPointNumbers) {
  check_floating<float>("float32", std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max());
  check_floating<double>("float64", std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max());
  check_floating<Half>("float16", Half{-65504.0F}, Half{65504.0F});
}

TEST(BuiltinReductions, OfComplexNumbers) {
  using Single = Complex<float>;
  using Double = Complex<double>;
  for (const float a : {1.0F, -2.0F}) {
    const Single x{a, 2};
    const Single y{3, -5};
    Single sum = x, product = x, shared = x;
    legate::SumReduction<Single>::fold<false>(sum, y);
    legate::ProdReduction<Single>::apply<true>(product, y);
    legate::ProdReduction<Single>::apply<false>(shared, y);
    EXPECT_TRUE(sum == Single(a + 3, -3));
    EXPECT_TRUE(product == Single(a * 3 + 10, a * -5 + 6));
    EXPECT_TRUE(shared == product);
  }
  Double wide{1, 2};
  legate::SumReduction<Double>::fold<true>(wide, {3, -5});
  legate::SumReduction<Double>::fold<false>(wide, {1, 1});
  EXPECT_TRUE(wide == Double(5, -2));
  EXPECT_TRUE(legate::ProdReduction<Single>::identity == Single(1, 0));
  const auto& redop = find_reduction_operator(legate::SumReduction<Double>::REDOP_ID);
  const Double right[] = {{1, 1}, {2, 2}};
  Double left[] = {{1, 0}, {0, 1}};
  redop.fold(left, right, 2);
  EXPECT_TRUE(left[0] == Double(2, 1) && left[1] == Double(2, 3));
}

TEST(BuiltinReductions, OfComplexHalvesExistAsClasses) {
  using Number = Complex<Half>;
  const Number a{Half{1.0F}, Half{2.0F}};
  const Number b{Half{3.0F}, Half{-5.0F}};
  for (const bool exclusive : {true, false}) {
    Number sum = legate::SumReduction<Number>::identity;
    Number product = legate::ProdReduction<Number>::identity;
    for (const auto& value : {a, b}) {
      exclusive ? legate::SumReduction<Number>::fold<true>(sum, value)
                : legate::SumReduction<Number>::fold<false>(sum, value);
      exclusive ? legate::ProdReduction<Number>::fold<true>(product, value)
                : legate::ProdReduction<Number>::fold<false>(product, value);
    }
    EXPECT_TRUE(sum == Number(Half{4.0F}, Half{-3.0F}));
    EXPECT_TRUE(product == Number(Half{13.0F}, Half{1.0F}));
  }
}

template <typename Op>
using FoldOf = decltype(Op::identity);
template <typename Op, typename = void>
struct Exists : std::false_type {};
template <typename Op>
struct Exists<Op, std::void_t<FoldOf<Op>>> : std::true_type {};

TEST(BuiltinReductions, AreEmptyWhereTheyMakeNoSense) {
  EXPECT_TRUE(Exists<legate::SumReduction<int>>::value);
  EXPECT_FALSE(Exists<legate::XORReduction<float>>::value);
  EXPECT_FALSE(Exists<legate::OrReduction<Half>>::value);
  EXPECT_FALSE(Exists<legate::MaxReduction<Complex<float>>>::value);
  EXPECT_FALSE(Exists<legate::ProdReduction<Complex<double>>>::value);
  EXPECT_FALSE(Exists<legate::SumReduction<std::string>>::value);
}

template <typename Op, typename T>
void check_concurrent(const std::string& name, T start, T each, T expected) {
  constexpr int ROUNDS = 20000;
  T value = start;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < ROUNDS; ++i) Op::template fold<false>(value, each);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(value == expected) << name;
}

TEST(BuiltinReductions, NonExclusiveUpdatesOfManyThreadsAllCount) {
  check_concurrent<legate::SumReduction<std::int8_t>, std::int8_t>("int8", 3, 1, static_cast<std::int8_t>(40003));
  check_concurrent<legate::SumReduction<std::uint16_t>, std::uint16_t>("uint16", 0, 3,
                                                                       static_cast<std::uint16_t>(120000));
  check_concurrent<legate::SumReduction<std::int32_t>, std::int32_t>("int32", 1, 2, 80001);
  check_concurrent<legate::SumReduction<std::int64_t>, std::int64_t>("int64", 5, 3, 120005);
  check_concurrent<legate::SumReduction<float>, float>("float", 0, 1, 40000);
  check_concurrent<legate::SumReduction<double>, double>("double", 0.5, 2, 80000.5);
  check_concurrent<legate::SumReduction<Complex<float>>, Complex<float>>("complex64", {0, 0}, {1, -1}, {40000, -40000});
  check_concurrent<legate::SumReduction<Complex<double>>, Complex<double>>("complex128", {0, 1}, {1, -1},
                                                                           {40000, -39999});
  check_concurrent<legate::XORReduction<bool>, bool>("bool", true, true, true);
}

TEST(BuiltinReductions, AreWhatTheirTypesFind) {
  using legate::ReductionOpKind;
  EXPECT_EQ(legate::int32().find_reduction_operator(ReductionOpKind::ADD),
            legate::SumReduction<std::int32_t>::REDOP_ID);
  EXPECT_EQ(legate::uint64().find_reduction_operator(ReductionOpKind::XOR),
            legate::XORReduction<std::uint64_t>::REDOP_ID);
  EXPECT_EQ(legate::bool_().find_reduction_operator(ReductionOpKind::AND), legate::AndReduction<bool>::REDOP_ID);
  EXPECT_EQ(legate::float16().find_reduction_operator(ReductionOpKind::MIN), legate::MinReduction<Half>::REDOP_ID);
  EXPECT_EQ(legate::complex128().find_reduction_operator(ReductionOpKind::ADD),
            legate::SumReduction<Complex<double>>::REDOP_ID);
}

#define ADD_ID(Op, set) (set).push_back(static_cast<std::int32_t>(Op::REDOP_ID));

TEST(ForeachRedop, VisitsEveryOperatorOfTheType) {
  std::vector<std::int32_t> ids;
  LEGATE_FOREACH_BOOL_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_INT8_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_INT16_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_INT32_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_INT64_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_UINT8_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_UINT16_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_UINT32_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_UINT64_REDOP(ADD_ID, ids)
  EXPECT_EQ(ids.size(), 63U);
  LEGATE_FOREACH_FLOAT16_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_FLOAT32_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_FLOAT64_REDOP(ADD_ID, ids)
  EXPECT_EQ(ids.size(), 75U);
  LEGATE_FOREACH_COMPLEX64_REDOP(ADD_ID, ids)
  LEGATE_FOREACH_COMPLEX128_REDOP(ADD_ID, ids)
  EXPECT_EQ(ids.size(), 78U);
  EXPECT_EQ(std::set<std::int32_t>(ids.begin(), ids.end()).size(), 78U);
  for (const auto id : ids) EXPECT_NO_THROW((void)find_reduction_operator(GlobalRedopID{id}));
  ids.clear();
  LEGATE_FOREACH_COMPLEX_REDOP(ADD_ID, ids)
  EXPECT_EQ(ids.size(), 5U) << "those of Complex<Half> are among them";
}

/// Counts positive contributions: the two sides differ in type.
struct CountPositive {
  using LHS = std::int64_t;
  using RHS = double;
  static constexpr double identity = 0.0;
  template <bool EXCLUSIVE>
  static void apply(LHS& lhs, RHS rhs) {
    lhs += static_cast<std::int64_t>(rhs);
  }
  template <bool EXCLUSIVE>
  static void fold(RHS& rhs1, RHS rhs2) {
    rhs1 += rhs2;
  }
};

TEST(ReductionRegistry, TakesOperatorsOfLibraries) {
  const auto base = legate::detail::reserve_reduction_operator_ids(3);
  const auto next = legate::detail::reserve_reduction_operator_ids(1);
  EXPECT_GE(next, base + 3);
  const GlobalRedopID id{base + 1};
  EXPECT_THROW((void)find_reduction_operator(id), std::invalid_argument);
  legate::detail::register_reduction_operator(id, legate::detail::make_reduction_operator<CountPositive>());
  EXPECT_THROW(
      legate::detail::register_reduction_operator(id, legate::detail::make_reduction_operator<CountPositive>()),
      std::invalid_argument);
  const auto& redop = find_reduction_operator(id);
  EXPECT_EQ(redop.lhs_size, sizeof(std::int64_t));
  EXPECT_EQ(redop.rhs_size, sizeof(double));
  EXPECT_FALSE(redop.in_place);
  std::vector<double> buffer(5, 9.0);
  redop.fill_identity(buffer.data(), 5);
  const std::vector<double> more{1, 2, 3, 4, 5};
  redop.fold(buffer.data(), more.data(), 5);
  redop.fold(buffer.data(), more.data(), 2);
  std::vector<std::int64_t> target{10, 20, 30, 40, 50};
  redop.apply(target.data(), buffer.data(), 5);
  EXPECT_EQ(target, (std::vector<std::int64_t>{12, 24, 33, 44, 55}));
  EXPECT_EQ(&redop, &find_reduction_operator(id)) << "an operator stays where it is";
}

}  // namespace
