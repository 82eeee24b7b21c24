// SPDX-License-Identifier: Apache-2.0
#include "task/task_signature.h"

#include <legate/partitioning/constraint.h>
#include <legate/task/task_signature.h>

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

namespace proxy = legate::proxy;
using legate::ProxyConstraint;
using legate::TaskSignature;

std::string mismatch(const TaskSignature& signature, std::size_t inputs, std::size_t outputs, std::size_t reductions,
                     std::size_t scalars) {
  try {
    legate::detail::check_counts(*signature.impl(), inputs, outputs, reductions, scalars, "saxpy");
  } catch (const std::out_of_range& error) {
    return error.what();
  }
  return {};
}

std::string rejection(const TaskSignature& signature) {
  try {
    signature.impl()->check_constraints("saxpy");
  } catch (const std::out_of_range& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST(TaskSignature, KindsThatWereNotSetAreNotChecked) {
  EXPECT_EQ(mismatch(TaskSignature{}, 1, 2, 3, 4), "");
  EXPECT_EQ(mismatch(TaskSignature{}.inputs(TaskSignature::UNBOUNDED), 7, 0, 0, 0), "");
  EXPECT_EQ(mismatch(TaskSignature{}.inputs(1).inputs(TaskSignature::UNBOUNDED), 7, 0, 0, 0), "");
}

TEST(TaskSignature, CountsAreCheckedInOrder) {
  const auto exact = TaskSignature{}.inputs(1).outputs(2).redops(3).scalars(4);
  EXPECT_EQ(mismatch(exact, 1, 2, 3, 4), "");
  EXPECT_EQ(mismatch(exact, 0, 0, 0, 0),
            "Invalid arguments to task. Expected Nargs(1) input arguments, have 0 (task saxpy)");
  EXPECT_EQ(mismatch(exact, 1, 3, 0, 0),
            "Invalid arguments to task. Expected Nargs(2) output arguments, have 3 (task saxpy)");
  EXPECT_EQ(mismatch(exact, 1, 2, 4, 0),
            "Invalid arguments to task. Expected Nargs(3) reduction arguments, have 4 (task saxpy)");
  EXPECT_EQ(mismatch(exact, 1, 2, 3, 5),
            "Invalid arguments to task. Expected Nargs(4) scalar arguments, have 5 (task saxpy)");
}

TEST(TaskSignature, BothBoundsOfARangeAreAccepted) {
  const auto range = TaskSignature{}.inputs(1, 3).scalars(2, TaskSignature::UNBOUNDED);
  for (const std::size_t inputs : {1U, 2U, 3U}) EXPECT_EQ(mismatch(range, inputs, 0, 0, 2), "");
  for (const std::size_t inputs : {0U, 4U}) {
    EXPECT_NE(mismatch(range, inputs, 0, 0, 2).find("Expected Nargs(1, 3) input"), std::string::npos);
  }
  EXPECT_EQ(mismatch(range, 1, 0, 0, 4000), "");
  EXPECT_NE(mismatch(range, 1, 0, 0, 1).find("Expected Nargs(2, unbounded) scalar"), std::string::npos);
}

TEST(TaskSignature, RangesMustGrow) {
  constexpr auto UNBOUNDED = TaskSignature::UNBOUNDED;
  TaskSignature signature;
  EXPECT_THROW(signature.inputs(3, 3), std::out_of_range);
  EXPECT_THROW(signature.outputs(4, 3), std::out_of_range);
  EXPECT_THROW(signature.scalars(UNBOUNDED, 1), std::out_of_range);
  EXPECT_THROW(signature.redops(UNBOUNDED, UNBOUNDED), std::out_of_range);
  EXPECT_EQ(signature, TaskSignature{}) << "a refused range changes nothing";
}

TEST(TaskSignature, ConstraintsTakeEveryKindOfBraces) {
  const auto one = legate::align(proxy::inputs), two = legate::align(proxy::outputs);
  const std::vector<ProxyConstraint> both{one, two};
  const auto expected = TaskSignature{}.constraints(legate::Span<const ProxyConstraint>{both});
  EXPECT_EQ(expected.impl()->constraints->size(), 2U);
  EXPECT_EQ(TaskSignature{}.constraints({{one, two}}), expected);
  EXPECT_EQ(TaskSignature{}.constraints({one, two}), expected);
  EXPECT_EQ(TaskSignature{}.constraints({one}).impl()->constraints->size(), 1U);
  EXPECT_EQ(TaskSignature{}.constraints({{one}}).impl()->constraints->size(), 1U);
  EXPECT_TRUE(TaskSignature{}.constraints(both).impl()->constraints.has_value());
}

TEST(TaskSignature, DeclaringNoConstraintDiffersFromLeavingThemOpen) {
  EXPECT_FALSE(TaskSignature{}.impl()->constraints.has_value());
  EXPECT_FALSE(
      TaskSignature{}.constraints({legate::align(proxy::inputs)}).constraints(std::nullopt).impl()->constraints);
  for (const auto& none :
       {TaskSignature{}.constraints({}), TaskSignature{}.constraints(legate::Span<const ProxyConstraint>{}),
        TaskSignature{}.constraints({legate::Span<const ProxyConstraint>{}})}) {
    ASSERT_TRUE(none.impl()->constraints.has_value());
    EXPECT_TRUE(none.impl()->constraints->empty());
    EXPECT_NE(none, TaskSignature{});
  }
}

TEST(TaskSignature, ComparesByValue) {
  EXPECT_EQ(TaskSignature{}.inputs(1).outputs(2, 3), TaskSignature{}.outputs(2, 3).inputs(1));
  EXPECT_NE(TaskSignature{}.inputs(1), TaskSignature{}.outputs(1));
  EXPECT_NE(TaskSignature{}.inputs(1), TaskSignature{}.inputs(1, 2));
  EXPECT_NE(TaskSignature{}.redops(1), TaskSignature{}.scalars(1));
  const auto a = legate::align(proxy::inputs), b = legate::broadcast(proxy::inputs);
  EXPECT_EQ(TaskSignature{}.constraints({a, b}), TaskSignature{}.constraints({legate::align(proxy::inputs), b}));
  EXPECT_NE(TaskSignature{}.constraints({a, b}), TaskSignature{}.constraints({b, a})) << "the order counts";
}

TEST(TaskSignature, CopiesAreIndependent) {
  auto original = TaskSignature{}.inputs(1);
  auto copy = original;
  copy.inputs(2);
  EXPECT_EQ(original, TaskSignature{}.inputs(1));
  EXPECT_EQ(copy, TaskSignature{}.inputs(2));
}

TEST(TaskSignature, ConstraintsOnExcludedArgumentsAreRejected) {
  EXPECT_EQ(rejection(TaskSignature{}.inputs(1).constraints({legate::align(proxy::inputs[1], proxy::outputs[0])})),
            "Invalid task signature for task saxpy. input argument index 1 (for align constraint) is out of range for "
            "specified signature: Nargs(1)");
  EXPECT_NE(rejection(TaskSignature{}.outputs(2).constraints({legate::scale({2}, proxy::inputs[0], proxy::outputs[2])}))
                .find("output argument index 2 (for scale constraint)"),
            std::string::npos);
  EXPECT_NE(rejection(TaskSignature{}.redops(0).constraints({legate::broadcast(proxy::reductions[0])})), "");
  EXPECT_NE(rejection(TaskSignature{}.outputs(3, 5).constraints({legate::broadcast(proxy::outputs[5])})), "");
}

TEST(TaskSignature, ConstraintsOnPossibleArgumentsAreAccepted) {
  EXPECT_EQ(rejection(TaskSignature{}.outputs(3, 5).constraints({legate::align(proxy::outputs[0], proxy::outputs[4])})),
            "");
  EXPECT_EQ(
      rejection(
          TaskSignature{}.outputs(3, TaskSignature::UNBOUNDED).constraints({legate::broadcast(proxy::outputs[99])})),
      "");
  EXPECT_EQ(rejection(TaskSignature{}.constraints({legate::broadcast(proxy::outputs[99])})), "")
      << "undeclared kinds are free";
  EXPECT_EQ(rejection(TaskSignature{}.inputs(0).constraints({legate::align(proxy::inputs)})), "")
      << "and so are groups";
}
