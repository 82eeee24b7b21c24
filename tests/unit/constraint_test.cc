// SPDX-License-Identifier: Apache-2.0
#include "partitioning/constraint.h"
#include "partitioning/proxy.h"

#include <legate/partitioning/constraint.h>
#include <legate/partitioning/proxy.h>

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace proxy = legate::proxy;
using legate::Constraint;
using legate::ProxyConstraint;
using legate::Variable;
using legate::detail::ArgumentVariables;
using legate::detail::VariableShape;
using Kind = legate::detail::Constraint::Kind;
using Numbers = std::vector<std::uint64_t>;
using Axes = std::vector<std::uint32_t>;

const legate::detail::Variable x_impl{nullptr, 0, "task"}, y_impl{nullptr, 1, "task"}, z_impl{nullptr, 2, "task"};
const Variable x{&x_impl}, y{&y_impl}, z{&z_impl};

/// The message of the std::invalid_argument that validation throws for stores of these shapes; empty if it passes.
std::string refusal(const Constraint& constraint, const Numbers& first, const Numbers& second = {}) {
  const auto shape = [](const Numbers& extents) {
    return VariableShape{extents, static_cast<std::uint32_t>(extents.size()), false};
  };
  try {
    constraint.impl()->validate(shape(first), shape(second));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

void expect_refusal(const std::string& message, const std::string& text) {
  EXPECT_EQ(message.rfind(text, 0), 0U) << "the message is: " << message;
}

/// The constraints that a proxy constraint means for a call with two inputs and one output, as text.
std::vector<std::string> expanded(const ProxyConstraint& constraint, std::size_t input_count = 2) {
  const std::vector<const legate::detail::Variable*> inputs{&x_impl, &y_impl}, outputs{&z_impl};
  std::vector<legate::InternalSharedPtr<legate::detail::Constraint>> constraints;
  constraint.impl()->expand({{inputs.data(), input_count}, outputs, {}}, constraints);
  std::vector<std::string> texts;
  for (const auto& made : constraints) texts.push_back(made->to_string());
  return texts;
}

std::vector<std::string> texts(const std::vector<Constraint>& constraints) {
  std::vector<std::string> result;
  for (const auto& constraint : constraints) result.push_back(constraint.to_string());
  return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST(Constraint, PrintsItsParts) {
  EXPECT_EQ(x.to_string(), "X0{task}");
  EXPECT_EQ(legate::align(x, y).to_string(), "Align(X0{task}, X1{task})");
  EXPECT_EQ(legate::broadcast(x).to_string(), "Broadcast(X0{task})");
  EXPECT_EQ(legate::broadcast(x, Axes{0, 2}).to_string(), "Broadcast(X0{task}, [0, 2])");
  EXPECT_EQ(legate::min_extents(x, {4, 5}).to_string(), "MinExtents(X0{task}, [4, 5])");
  EXPECT_EQ(legate::scale({3}, x, y).to_string(), "ScaleConstraint([3], X0{task}, X1{task})");
  EXPECT_EQ(legate::bloat(x, y, {1}, {2}).to_string(), "BloatConstraint(X0{task}, X1{task}, low: [1], high: [2])");
  EXPECT_EQ(legate::image(x, y).to_string(), "ImageConstraint(X0{task}, X1{task})");
}

TEST(Constraint, SpanFormsMakeOnePerVariable) {
  const std::vector<Variable> all{x, y, z}, one{x}, none;
  EXPECT_EQ(texts(legate::align(all)), (Texts{"Align(X0{task}, X1{task})", "Align(X0{task}, X2{task})"}));
  EXPECT_TRUE(legate::align(one).empty());
  EXPECT_TRUE(legate::align(none).empty());
  EXPECT_EQ(texts(legate::broadcast(all)),
            (Texts{"Broadcast(X0{task})", "Broadcast(X1{task})", "Broadcast(X2{task})"}));
  const Axes first{0}, second{1};
  const std::vector<std::pair<Variable, legate::Span<const std::uint32_t>>> pairs{{x, first}, {y, second}};
  EXPECT_EQ(texts(legate::broadcast(pairs)), (Texts{"Broadcast(X0{task}, [0])", "Broadcast(X1{task}, [1])"}));
  const std::vector<std::pair<Variable, legate::Span<const std::uint32_t>>> empty{{x, Axes{}}};
  EXPECT_THROW((void)legate::broadcast(empty), std::invalid_argument);
}

TEST(Constraint, AxesToBroadcastMustNotBeEmpty) {
  try {
    (void)legate::broadcast(x, Axes{});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "List of axes to broadcast must not be empty");
  }
}

TEST(Constraint, AlignmentNeedsEqualShapes) {
  EXPECT_EQ(refusal(legate::align(x, y), {8, 2}, {8, 2}), "");
  expect_refusal(refusal(legate::align(x, y), {8}, {9}),
                 "Alignment requires the stores to have the same shape, but found [8] and [9]");
  expect_refusal(refusal(legate::align(x, y), {8}, {8, 8}), "Alignment requires the stores to have the same shape");
  EXPECT_EQ(refusal(legate::align(x, x), {8}, {9}), "") << "a store is aligned with itself";
}

TEST(Constraint, AlignmentNeedsAllNormalOrAllUnbound) {
  const auto align = legate::align(x, y);
  const Numbers extents{8};
  const VariableShape bound{extents, 1, false}, unbound{{}, 1, true};
  EXPECT_NO_THROW(align.impl()->validate(unbound, unbound));
  for (const auto& [left, right] : {std::pair{bound, unbound}, std::pair{unbound, bound}}) {
    try {
      align.impl()->validate(left, right);
      FAIL();
    } catch (const std::invalid_argument& error) {
      expect_refusal(error.what(), "Alignment requires the stores to be all normal or all unbound");
    }
  }
}

TEST(Constraint, OtherConstraintsNeedMatchingDimensions) {
  EXPECT_EQ(refusal(legate::broadcast(x), {8}), "");
  EXPECT_EQ(refusal(legate::broadcast(x, {0, 1, 0}), {8, 8}), "") << "repeated axes are harmless";
  expect_refusal(refusal(legate::broadcast(x, {0, 5}), {8, 8}), "Invalid broadcasting dimension 5 for a 2-D store");
  expect_refusal(refusal(legate::min_extents(x, {1, 1}), {8}),
                 "Invalid minimum-extents constraint with 2 extents for a 1-D store");
  EXPECT_EQ(refusal(legate::scale({2}, x, y), {8}, {16}), "");
  EXPECT_EQ(refusal(legate::scale({0}, x, y), {8}, {16}), "") << "factors are not restricted";
  expect_refusal(refusal(legate::scale({2}, x, y), {8}, {8, 8}),
                 "Scaling constraint requires the stores to have the same number of dimensions");
  expect_refusal(refusal(legate::scale({2, 2}, x, y), {8}, {8}),
                 "Scaling constraint requires the number of factors to match the number of dimensions");
  EXPECT_EQ(refusal(legate::bloat(x, y, {1}, {1}), {8}, {8}), "");
  expect_refusal(refusal(legate::bloat(x, y, {1}, {1}), {8}, {8, 8}),
                 "Bloating constraint requires the stores to have the same number of dimensions");
  for (const auto& [low, high] : {std::pair{Numbers{1, 1}, Numbers{1}}, std::pair{Numbers{1}, Numbers{}}}) {
    expect_refusal(refusal(legate::bloat(x, y, low, high), {8}, {8}),
                   "Bloating constraint requires the number of offsets to match the number of dimensions");
  }
}

TEST(Constraint, ImagesNeedPointsOrRectsOfAnUntransformedRange) {
  const auto check = [](const legate::Type& type, std::uint32_t dim, bool transformed = false) {
    const Numbers extents(dim, 4);
    const VariableShape function{extents, 1, false, false, &type};
    const VariableShape range{extents, dim, false, transformed, &type};
    legate::image(x, y).impl()->validate(function, range);
  };
  EXPECT_NO_THROW(check(legate::point_type(2), 2));
  EXPECT_NO_THROW(check(legate::rect_type(3), 3));
  EXPECT_NO_THROW(check(legate::int64(), 1)) << "an index is a point of one dimension";
  EXPECT_THROW(check(legate::int64(), 2), std::invalid_argument);
  EXPECT_THROW(check(legate::int32(), 1), std::invalid_argument);
  EXPECT_THROW(check(legate::rect_type(2), 3), std::invalid_argument);
  EXPECT_THROW(check(legate::point_type(2), 2, true), std::runtime_error);
}

TEST(Constraint, UncheckedFormsDoNotAskForShapes) {
  const auto never = [](const legate::detail::Variable&) -> VariableShape { throw std::logic_error{"asked"}; };
  EXPECT_NO_THROW(legate::align(x, x).impl()->validate(never));
  EXPECT_NO_THROW(legate::broadcast(x).impl()->validate(never));
  EXPECT_THROW(legate::broadcast(x, {0}).impl()->validate(never), std::logic_error);
}

TEST(Constraint, BecomesARelationOfTheSolver) {
  const std::map<const legate::detail::Variable*, std::uint32_t> positions{{&x_impl, 7}, {&y_impl, 9}};
  const auto index_of = [&](const legate::detail::Variable& variable) { return positions.at(&variable); };
  const auto relation = legate::bloat(x, y, {1}, {2}).impl()->to_relation(index_of);
  EXPECT_EQ(relation.kind, Kind::BLOAT);
  EXPECT_EQ(relation.first, 7U);
  EXPECT_EQ(relation.second, 9U);
  EXPECT_EQ(relation.values, (Numbers{1}));
  EXPECT_EQ(relation.more_values, (Numbers{2}));
  EXPECT_EQ(legate::broadcast(y).impl()->to_relation(index_of).first, 9U);
}

TEST(ProxyConstraint, ProxiesCompareByKindAndIndex) {
  using ProxyKind = legate::ProxyArrayArgument::Kind;
  static_assert(proxy::inputs[3].kind == ProxyKind::INPUT && proxy::inputs[3].index == 3);
  static_assert(proxy::outputs[1] == proxy::outputs[1] && proxy::outputs[1] != proxy::outputs[2]);
  static_assert(proxy::outputs[1] != proxy::reductions[1]);
  static_assert(proxy::inputs == proxy::inputs && !(proxy::inputs != proxy::inputs));
}

TEST(ProxyConstraint, ExpandsToThePairsOfItsOperands) {
  EXPECT_EQ(expanded(legate::align(proxy::inputs[0], proxy::outputs[0])), (Texts{"Align(X0{task}, X2{task})"}));
  EXPECT_EQ(expanded(legate::align(proxy::inputs, proxy::outputs)),
            (Texts{"Align(X0{task}, X2{task})", "Align(X1{task}, X2{task})"}));
  EXPECT_EQ(expanded(legate::align(proxy::inputs, proxy::inputs)),
            (Texts{"Align(X0{task}, X1{task})", "Align(X1{task}, X0{task})"}));
  EXPECT_EQ(expanded(legate::align(proxy::inputs)), (Texts{"Align(X0{task}, X1{task})"}));
  EXPECT_EQ(expanded(legate::align(proxy::inputs[0], proxy::inputs)), expanded(legate::align(proxy::inputs)));
  EXPECT_EQ(expanded(legate::align(proxy::outputs)), Texts{});
  EXPECT_EQ(expanded(legate::align(proxy::inputs), 0), Texts{}) << "no input, nothing to align";
  EXPECT_EQ(expanded(legate::align(proxy::reductions, proxy::inputs)), Texts{});
  EXPECT_EQ(expanded(legate::broadcast(proxy::inputs)), (Texts{"Broadcast(X0{task})", "Broadcast(X1{task})"}));
  EXPECT_EQ(expanded(legate::broadcast(proxy::outputs, legate::tuple<std::uint32_t>{1})),
            (Texts{"Broadcast(X2{task}, [1])"}));
  EXPECT_EQ(expanded(legate::min_extents(proxy::inputs[1], {3})), (Texts{"MinExtents(X1{task}, [3])"}));
  EXPECT_EQ(expanded(legate::scale({2}, proxy::outputs, proxy::inputs[0])),
            (Texts{"ScaleConstraint([2], X2{task}, X0{task})"}));
  EXPECT_EQ(expanded(legate::bloat(proxy::inputs[0], proxy::inputs, {1}, {2})),
            (Texts{"BloatConstraint(X0{task}, X1{task}, low: [1], high: [2])"}));
  EXPECT_EQ(expanded(legate::image(proxy::inputs, proxy::outputs[0])),
            (Texts{"ImageConstraint(X0{task}, X2{task})", "ImageConstraint(X1{task}, X2{task})"}));
}

TEST(ProxyConstraint, RefusesArgumentsThatTheCallLacks) {
  EXPECT_THROW((void)expanded(legate::broadcast(proxy::inputs[2])), std::out_of_range);
  EXPECT_THROW((void)expanded(legate::align(proxy::inputs[0], proxy::reductions[0])), std::out_of_range);
  EXPECT_THROW((void)expanded(legate::align(proxy::inputs[0], proxy::inputs), 0), std::out_of_range);
  EXPECT_THROW((void)expanded(legate::broadcast(proxy::inputs, legate::tuple<std::uint32_t>{})), std::invalid_argument);
}

TEST(ProxyConstraint, ComparesByValue) {
  const auto equal = [](const ProxyConstraint& left, const ProxyConstraint& right) {
    return *left.impl() == *right.impl();
  };
  EXPECT_TRUE(equal(legate::align(proxy::inputs), legate::align(proxy::inputs)));
  EXPECT_FALSE(equal(legate::align(proxy::inputs), legate::align(proxy::outputs)));
  EXPECT_FALSE(equal(legate::align(proxy::inputs[0], proxy::outputs), legate::align(proxy::inputs[1], proxy::outputs)));
  EXPECT_FALSE(
      equal(legate::broadcast(proxy::inputs), legate::broadcast(proxy::inputs, legate::tuple<std::uint32_t>{})));
  EXPECT_FALSE(
      equal(legate::scale({2}, proxy::inputs, proxy::outputs), legate::scale({3}, proxy::inputs, proxy::outputs)));
  EXPECT_FALSE(equal(legate::bloat(proxy::inputs, proxy::outputs, {1}, {2}),
                     legate::bloat(proxy::inputs, proxy::outputs, {1}, {3})));
  using Hint = legate::ImageComputationHint;
  const auto image = [](std::optional<Hint> hint) { return legate::image(proxy::inputs, proxy::outputs, hint); };
  EXPECT_TRUE(equal(image(Hint::MIN_MAX), image(Hint::MIN_MAX)));
  EXPECT_FALSE(equal(image(Hint::MIN_MAX), image(Hint::FIRST_LAST)));
  EXPECT_FALSE(equal(image(std::nullopt), image(Hint::NO_HINT)));
}
