// SPDX-License-Identifier: Apache-2.0
#include <legate/tuning/scope.h>

#include "runtime/scope_state.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using legate::ExceptionMode;
using legate::ParallelPolicy;
using legate::Scope;
using legate::StreamingMode;
using legate::mapping::Machine;
using legate::mapping::TaskTarget;
using legate::mapping::detail::TargetSet;

static_assert(!std::is_copy_constructible_v<Scope> && std::is_move_constructible_v<Scope>, "move-only");
static_assert(!std::is_nothrow_destructible_v<Scope>, "a scope may report when it ends");

/// What the hooks were called for, as text, and whether they shall throw.
std::vector<std::string> calls;
bool fail_on_entering = false;
bool fail_on_leaving = false;

void note_change(const ParallelPolicy& from, const ParallelPolicy& to, bool leaving) {
  calls.push_back((leaving ? "leave " : "enter ") + std::to_string(from.overdecompose_factor()) + " " +
                  std::to_string(to.overdecompose_factor()) + " at priority " + std::to_string(Scope::priority()));
  if (leaving ? fail_on_leaving : fail_on_entering) {
    throw std::invalid_argument{"cannot stream"};
  }
}

void note_discard() { calls.emplace_back("discard"); }

/// Stands in for a started runtime with four CPUs and two OpenMP groups.
class ScopeTest : public ::testing::Test {
 protected:
  ScopeTest() {
    state_.policy_change_hook = note_change;
    state_.discard_hook = note_discard;
    legate::detail::install_scope_state(&state_);
    calls.clear();
    fail_on_entering = fail_on_leaving = false;
  }
  ~ScopeTest() override { legate::detail::install_scope_state(nullptr); }

  void expect_defaults() const {
    EXPECT_EQ(Scope::priority(), 0);
    EXPECT_EQ(Scope::exception_mode(), ExceptionMode::IMMEDIATE);
    EXPECT_EQ(Scope::provenance(), "");
    EXPECT_EQ(Scope::machine(), all());
    EXPECT_EQ(Scope::parallel_policy(), ParallelPolicy{});
  }

  [[nodiscard]] static Machine all() { return Machine{{{TaskTarget::CPU, {0, 4, 4}}, {TaskTarget::OMP, {0, 2, 2}}}}; }
  [[nodiscard]] static ParallelPolicy factor(std::uint32_t value) {
    return ParallelPolicy{}.with_overdecompose_factor(value);
  }
  [[nodiscard]] static ParallelPolicy strict(std::uint32_t value) {
    return factor(value).with_streaming(StreamingMode::STRICT);
  }

  legate::detail::ScopeState state_{legate::mapping::detail::whole_machine({4, 0, 2}, 1), {1, 2, 3, 4}};
};

/// The message of the exception that the call throws.
template <typename Exception, typename Call>
[[nodiscard]] std::string message_of(Call&& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST_F(ScopeTest, ChangesNothingByItself) {
  const Scope scope;
  expect_defaults();
}

TEST_F(ScopeTest, SetsEachParameterWhileItLives) {
  {
    const Scope priority{7};
    const Scope mode{ExceptionMode::DEFERRED};
    const Scope provenance{std::string{"here"}};
    const Scope machine{all().only(TaskTarget::CPU)};
    const Scope policy{factor(3)};
    EXPECT_EQ(Scope::priority(), 7);
    EXPECT_EQ(Scope::exception_mode(), ExceptionMode::DEFERRED);
    EXPECT_EQ(Scope::provenance(), "here");
    EXPECT_EQ(Scope::machine(), all().only(TaskTarget::CPU));
    EXPECT_EQ(Scope::parallel_policy(), factor(3));
  }
  expect_defaults();
}

TEST_F(ScopeTest, SetsSeveralParametersInAChain) {
  {
    const auto scope = Scope{}
                           .with_priority(2)
                           .with_provenance("chain")
                           .with_exception_mode(ExceptionMode::IGNORED)
                           .with_machine(all().slice(0, 1, TaskTarget::OMP))
                           .with_parallel_policy(factor(2));
    EXPECT_EQ(Scope::priority(), 2);
    EXPECT_EQ(Scope::provenance(), "chain");
    EXPECT_EQ(Scope::exception_mode(), ExceptionMode::IGNORED);
    EXPECT_EQ(Scope::machine().count(), 1U);
    EXPECT_EQ(Scope::parallel_policy(), factor(2));
  }
  expect_defaults();
}

TEST_F(ScopeTest, NestsAndInherits) {
  const Scope outer{7};
  {
    Scope inner{std::string{"inner"}};
    EXPECT_EQ(Scope::priority(), 7);
    inner.set_priority(-3);
    EXPECT_EQ(Scope::priority(), -3);
  }
  EXPECT_EQ(Scope::priority(), 7);
  EXPECT_EQ(Scope::provenance(), "");
}

TEST_F(ScopeTest, TellsWhenScopesEndOutOfOrder) {
  ::testing::internal::CaptureStderr();
  auto outer = std::make_unique<Scope>(7);
  outer->set_provenance("outer");
  auto middle = std::make_unique<Scope>(8);
  auto inner = std::make_unique<Scope>(9);
  outer.reset();
  EXPECT_EQ(Scope::priority(), 9);
  EXPECT_EQ(Scope::provenance(), "") << "no other scope sets it";
  inner.reset();
  EXPECT_EQ(Scope::priority(), 8);
  middle.reset();
  expect_defaults();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "LEGATE WARNING: a Scope that set the priority ended before one that set it later: scopes must end in the "
            "reverse order of their creation\n");
}

TEST_F(ScopeTest, CountsTheOrderOfSettingsNotOfCreation) {
  ::testing::internal::CaptureStderr();
  {
    Scope outer;
    auto inner = std::make_unique<Scope>(3);
    outer.set_priority(4);  // later than the inner one, which ends before
    inner.reset();
    EXPECT_EQ(Scope::priority(), 4);
  }
  expect_defaults();
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("set the priority"), std::string::npos);
}

TEST_F(ScopeTest, SaysNothingOfScopesInOrder) {
  ::testing::internal::CaptureStderr();
  {
    const Scope outer{7};
    Scope inner{8};
    Scope other{9};
    inner = std::move(other);  // lives on in its place
    EXPECT_EQ(Scope::priority(), 9);
  }
  expect_defaults();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(ScopeTest, LeavesAStreamingPolicyWithTheLastOfItsScopes) {
  ::testing::internal::CaptureStderr();
  auto outer = std::make_unique<Scope>(strict(2));
  auto inner = std::make_unique<Scope>(strict(2));
  calls.clear();
  outer.reset();
  EXPECT_TRUE(calls.empty());
  inner.reset();
  EXPECT_EQ(calls, std::vector<std::string>{"leave 2 1 at priority 0"});
  static_cast<void>(::testing::internal::GetCapturedStderr());
}

TEST_F(ScopeTest, SetsAParameterOnce) {
  Scope scope{7};
  scope.set_exception_mode(ExceptionMode::DEFERRED);
  scope.set_provenance("here");
  scope.set_machine(all());
  scope.set_parallel_policy(ParallelPolicy{});
  using Error = std::invalid_argument;
  EXPECT_EQ(message_of<Error>([&] { scope.set_priority(8); }), "Priority can be set only once for each scope");
  EXPECT_EQ(message_of<Error>([&] { scope.set_exception_mode(ExceptionMode::IGNORED); }),
            "Exception mode can be set only once for each scope");
  EXPECT_EQ(message_of<Error>([&] { scope.set_provenance("there"); }),
            "Provenance can be set only once for each scope");
  EXPECT_EQ(message_of<Error>([&] { scope.set_machine(all()); }), "Machine can be set only once for each scope");
  EXPECT_EQ(message_of<Error>([&] { scope.set_parallel_policy(factor(3)); }),
            "Parallel policy can be set only once for each scope");
  EXPECT_EQ(Scope::priority(), 7);
  EXPECT_EQ(Scope::exception_mode(), ExceptionMode::DEFERRED);
  EXPECT_EQ(Scope::provenance(), "here");
  EXPECT_EQ(Scope::parallel_policy(), ParallelPolicy{});
}

TEST_F(ScopeTest, LeavesNothingBehindWhenAChainFails) {
  EXPECT_THROW((Scope{3}.with_provenance("x").with_priority(4)), std::invalid_argument);
  expect_defaults();
}

TEST_F(ScopeTest, EndsWithAnException) {
  try {
    const Scope scope{9};
    throw std::logic_error{"out"};
  } catch (const std::logic_error&) {
  }
  expect_defaults();
}

TEST_F(ScopeTest, IntersectsMachines) {
  const Scope outer{all().only(TaskTarget::CPU).slice(0, 2)};
  EXPECT_EQ(Scope::machine().count(TaskTarget::CPU), 2U);
  EXPECT_EQ(Scope::machine().count(TaskTarget::OMP), 0U);
  const Scope inner{all()};
  EXPECT_EQ(Scope::machine().count(TaskTarget::CPU), 2U);
  EXPECT_EQ(Scope::machine().count(TaskTarget::OMP), 0U);
}

TEST_F(ScopeTest, RejectsEmptyMachines) {
  const auto empty = all().only(TaskTarget::CPU).slice(4, 8);
  EXPECT_NE(message_of<std::runtime_error>([&] {
              const Scope scope{empty};
            }).find("Empty machines cannot be used for resource scoping"),
            std::string::npos);
  EXPECT_THROW(const Scope scope{all().only(TaskTarget::GPU)}, std::runtime_error);
  expect_defaults();
  Scope scope{all()};
  EXPECT_THROW(scope.set_machine(empty), std::runtime_error) << "checked before the rule of setting once";
  EXPECT_EQ(Scope::machine(), all());
}

TEST_F(ScopeTest, RejectsMachinesOfAnotherLayout) {
  EXPECT_THROW(const Scope scope{Machine({{TaskTarget::CPU, {0, 4, 2}}})}, std::invalid_argument);
  expect_defaults();
}

TEST_F(ScopeTest, StaysInEffectWhenMoved) {
  {
    auto scope = std::make_unique<Scope>(2);
    const Scope moved{std::move(*scope)};
    scope.reset();
    EXPECT_EQ(Scope::priority(), 2);
  }
  expect_defaults();
}

TEST_F(ScopeTest, IsReplacedByAssignment) {
  {
    Scope scope{1};
    scope.set_provenance("old");
    scope = Scope{2};
    EXPECT_EQ(Scope::priority(), 2);
    EXPECT_EQ(Scope::provenance(), "");
    scope = Scope{std::string{"new"}};
    EXPECT_EQ(Scope::priority(), 0);
    EXPECT_EQ(Scope::provenance(), "new");
    scope = Scope{};
    expect_defaults();
  }
  expect_defaults();
}

TEST_F(ScopeTest, FlushesWhereThePolicyChanges) {
  {
    const Scope priority{5};
    Scope same{ParallelPolicy{}};
    const Scope outer{factor(2)};
    const auto inner = Scope{6}.with_parallel_policy(factor(3));
  }
  EXPECT_EQ(calls, (std::vector<std::string>{"enter 1 2 at priority 5", "enter 2 3 at priority 6",
                                             "leave 3 2 at priority 6", "leave 2 1 at priority 5"}));
}

TEST_F(ScopeTest, KeepsThePolicyWhenFlushingFails) {
  fail_on_entering = true;
  EXPECT_THROW(const Scope scope{factor(2)}, std::invalid_argument);
  EXPECT_EQ(calls.size(), 1U) << "a scope that failed is not left";
  expect_defaults();
}

TEST_F(ScopeTest, ReportsFailuresWhenItEnds) {
  fail_on_leaving = true;
  EXPECT_THROW(
      {
        auto scope = Scope{4}.with_parallel_policy(strict(2));
        EXPECT_EQ(Scope::priority(), 4);
      },
      std::invalid_argument);
  expect_defaults();
}

TEST_F(ScopeTest, DoesNotReplaceTheExceptionThatEndsIt) {
  fail_on_leaving = true;
  EXPECT_THROW(
      {
        const Scope scope{strict(2)};
        throw std::logic_error{"the cause"};
      },
      std::logic_error);
  expect_defaults();
}

TEST_F(ScopeTest, AllowsOnlyEqualPoliciesInsideStrictStreaming) {
  const Scope outer{strict(4)};
  calls.clear();
  {
    const Scope inner{strict(4)};
    const Scope other{3};
    EXPECT_TRUE(calls.empty());
  }
  for (const auto& policy : {strict(3), factor(4).with_streaming(StreamingMode::RELAXED), factor(4)}) {
    calls.clear();
    EXPECT_THROW(const Scope inner{policy}, std::invalid_argument);
    EXPECT_EQ(calls, std::vector<std::string>{"discard"});
    EXPECT_EQ(Scope::parallel_policy(), strict(4));
  }
}

TEST_F(ScopeTest, AllowsOtherPoliciesInsideRelaxedStreaming) {
  const Scope outer{factor(4).with_streaming(StreamingMode::RELAXED)};
  const Scope inner{strict(4)};
  EXPECT_EQ(Scope::parallel_policy().streaming_mode(), StreamingMode::STRICT);
}

TEST_F(ScopeTest, RemembersRestrictedMachines) {
  const auto cpus = TargetSet{}.with(TaskTarget::CPU);
  const auto narrow = state_.narrow(cpus);
  EXPECT_EQ(*narrow, *all().only(TaskTarget::CPU).impl());
  EXPECT_EQ(state_.narrow(cpus), narrow) << "the same object, not an equal one";
  {
    const Scope scope{all().slice(0, 1, TaskTarget::CPU)};
    EXPECT_EQ(state_.narrow(cpus)->count(), 1U);
    EXPECT_TRUE(state_.narrow(TargetSet{}.with(TaskTarget::OMP))->empty());
  }
  EXPECT_EQ(state_.narrow(cpus), narrow) << "also after a scope with another machine";
}

TEST_F(ScopeTest, MayOutliveTheRuntime) {
  const Scope scope{3};
  legate::detail::install_scope_state(nullptr);
}

TEST(Scope, NeedsAStartedRuntime) {
  EXPECT_THROW(Scope{1}, std::runtime_error);
  EXPECT_THROW((void)Scope::priority(), std::runtime_error);
  EXPECT_THROW((void)Scope::exception_mode(), std::runtime_error);
  EXPECT_THROW((void)Scope::provenance(), std::runtime_error);
  EXPECT_THROW((void)Scope::machine(), std::runtime_error);
  EXPECT_NE(message_of<std::runtime_error>([] {
              (void)Scope::parallel_policy();
            }).find("Must call legate::start() before retrieving the Legate runtime."),
            std::string::npos);
}

}  // namespace
