// SPDX-License-Identifier: Apache-2.0
// Mistakes with scopes, machines, policies, streaming and exceptions of tasks.
#include "runtime_test.h"

namespace legate::test {
namespace {

using MisuseOfScope = RuntimeTest;

TEST_F(MisuseOfScope, ParametersAreSetOnlyOnce) {
  {
    Scope scope{7};
    refuses<std::invalid_argument>([&] { scope.set_priority(8); }, {"Priority"});
    EXPECT_EQ(Scope::priority(), 7);
    Scope inner;
    inner.set_priority(9);  // another object may
    EXPECT_EQ(Scope::priority(), 9);
  }
  EXPECT_EQ(Scope::priority(), 0);
  {
    Scope scope{ExceptionMode::DEFERRED};
    refuses<std::invalid_argument>([&] { scope.set_exception_mode(ExceptionMode::IGNORED); }, {"Exception mode"});
    EXPECT_EQ(Scope::exception_mode(), ExceptionMode::DEFERRED);
  }
  {
    auto scope = Scope{}.with_provenance("first");
    refuses<std::invalid_argument>([&] { scope.set_provenance("second"); }, {"Provenance"});
    EXPECT_EQ(Scope::provenance(), "first");
  }
  {
    const auto machine = get_machine();
    Scope scope{machine.slice(0, 2)};
    refuses<std::invalid_argument>([&] { scope.set_machine(machine); }, {"Machine"});
    EXPECT_EQ(Scope::machine().count(), 2U);
  }
  {
    Scope scope{ParallelPolicy{}.with_overdecompose_factor(3)};
    refuses<std::invalid_argument>([&] { scope.set_parallel_policy(ParallelPolicy{}); }, {"Parallel policy"});
    EXPECT_EQ(Scope::parallel_policy().overdecompose_factor(), 3U);
  }
  refuses<std::invalid_argument>([&] { const auto scope = Scope{3}.with_priority(4); }, {"Priority"});
  EXPECT_EQ(Scope::priority(), 0);
  EXPECT_EQ(Scope::provenance(), "");
  EXPECT_EQ(Scope::machine(), get_machine());
  EXPECT_EQ(Scope::exception_mode(), ExceptionMode::IMMEDIATE);
}

TEST_F(MisuseOfScope, EmptyMachinesAreRefused) {
  const auto machine = get_machine();
  const auto count = machine.count();
  refuses<std::runtime_error>([&] { Scope scope{machine.slice(count, count + 3)}; }, {"Empty machines"});
  refuses<std::runtime_error>([&] { Scope scope{machine.only(mapping::TaskTarget::GPU)}; }, {"Empty machines"});
  EXPECT_EQ(Scope::machine(), machine);
  Scope scope{machine.slice(0, 1)};
  refuses<std::runtime_error>([&] { Scope inner{machine.slice(1, 2)}; }, {"Empty machines"});
  // the empty result is found before the rule that a parameter is set only once
  refuses<std::runtime_error>([&] { scope.set_machine(machine.slice(1, 2)); }, {"Empty machines"});
  EXPECT_EQ(Scope::machine().count(), 1U);
}

TEST_F(MisuseOfScope, MachinesOfOtherNodesCannotBeIntersected) {
  const mapping::Machine other{{{mapping::TaskTarget::CPU, mapping::ProcessorRange{0, 2, 3}}}};
  refuses<std::invalid_argument>([&] { Scope scope{other}; }, {"different per-node counts"});
}

TEST_F(MisuseOfScope, RefusedParameterLeavesTheOthersInForce) {
  const auto machine = get_machine();
  refuses<std::runtime_error>(
      [&] { const auto scope = Scope{5}.with_provenance("gone").with_machine(machine.only(mapping::TaskTarget::OMP)); },
      {"Empty machines"});
  EXPECT_EQ(Scope::priority(), 0);
  EXPECT_EQ(Scope::provenance(), "");
}

// --- streaming ---------------------------------------------------------------------------------------------------

class MisuseOfStreaming : public RuntimeTest {
 protected:
  static Scope streaming(StreamingMode mode, std::uint32_t factor = 2) {
    return Scope{ParallelPolicy{}.with_streaming(mode).with_overdecompose_factor(factor)};
  }
  /// A task that adds 1 to every element.
  AutoTask increment(const LogicalStore& target) {
    auto task = plain();
    static_cast<void>(task.add_input(target));
    static_cast<void>(task.add_output(target));
    return task;
  }
  MisuseOfStreaming() {
    body = [](TaskContext context) {
      if (context.num_outputs() == 0) return;
      const auto access = context.output(0).read_write_accessor<std::int64_t, 1>();
      for (PointInRectIterator<1> it{context.output(0).shape<1>()}; it.valid(); ++it) ++access[*it];
    };
  }
};

TEST_F(MisuseOfStreaming, StrictRefusesWhatItCannotInterleave) {
  const auto target = filled(Shape{16}, 0);
  const auto other = filled(Shape{24}, 0);
  const auto within = [&](auto call) {
    const auto scope = streaming(StreamingMode::STRICT);  // its destructor may throw
    runtime->submit(increment(target));
    call();
  };
  refuses<std::invalid_argument>([&] { within([&] { runtime->issue_execution_fence(); }); }, {"fence"});
  refuses<std::invalid_argument>([&] { within([&] { runtime->issue_mapping_fence(); }); }, {"fence"});
  refuses<std::invalid_argument>([&] { within([&] { runtime->issue_execution_fence(true); }); }, {"fence"});
  refuses<std::invalid_argument>([&] { within([&] { static_cast<void>(target.get_physical_store()); }); },
                                 {"streaming"});
  refuses<std::invalid_argument>(
      [&] {
        within([&] {
          auto task = plain({3});
          task.add_input(other);
          runtime->submit(std::move(task));
        });
      },
      {"domain", "Plain"});
  refuses<std::invalid_argument>(
      [&] {
        within([&] {
          auto task = plain();
          static_cast<void>(task.add_reduction(target, ReductionOpKind::ADD));
          runtime->submit(std::move(task));
          runtime->submit(increment(target));
        });
      },
      {"Plain"});
  refuses<std::invalid_argument>([&] { within([&] { runtime->submit(runtime->create_task(library, THROWING)); }); },
                                 {"Throwing", "throw"});
  // everything held was discarded
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(16, 0));
}

TEST_F(MisuseOfStreaming, StrictAllowsNoOtherPolicyInside) {
  const auto target = filled(Shape{16}, 0);
  refuses<std::invalid_argument>(
      [&] {
        const auto outer = streaming(StreamingMode::STRICT);
        runtime->submit(increment(target));
        Scope inner{ParallelPolicy{}};
      },
      {"STRICT"});
  refuses<std::invalid_argument>(
      [&] {
        const auto outer = streaming(StreamingMode::STRICT);
        const auto inner = streaming(StreamingMode::RELAXED);
      },
      {"STRICT"});
  refuses<std::invalid_argument>(
      [&] {
        const auto outer = streaming(StreamingMode::STRICT, 2);
        const auto inner = streaming(StreamingMode::STRICT, 3);
      },
      {"STRICT"});
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(16, 0));
  {
    const auto outer = streaming(StreamingMode::STRICT);
    const auto inner = streaming(StreamingMode::STRICT);
    runtime->submit(increment(target));
  }
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(16, 1));
}

TEST_F(MisuseOfStreaming, StrictRefusesEveryDependencyThatIsNotPieceByPiece) {
  const auto target = filled(Shape{12}, 0);
  const auto pieces = target.partition_by_tiling(std::vector<std::uint64_t>{3});
  const auto backward = SymbolicPoint{dimension(0) * -1 + 3};
  body = [](TaskContext) {};
  const auto launch = [&](auto add) {
    auto task = plain({4});
    add(task);
    runtime->submit(std::move(task));
  };
  const auto reads_all = [&](auto& task) { task.add_input(target); };
  const auto reads_pieces = [&](auto& task) { task.add_input(pieces); };
  const auto writes_pieces = [&](auto& task) { task.add_output(pieces); };
  const auto writes_backward = [&](auto& task) { task.add_output(pieces, backward); };
  const auto reduces = [&](auto& task) { task.add_reduction(target, ReductionOpKind::ADD); };
  const auto refuses_pair = [&](auto first, auto second, std::string_view why) {
    refuses<std::invalid_argument>(
        [&] {
          const auto scope = streaming(StreamingMode::STRICT);
          launch(first);
          launch(second);
        },
        {"cannot be streamed in one go", why});
  };
  refuses_pair(writes_pieces, reads_all, "RAW");
  refuses_pair(reads_all, writes_pieces, "WAR");
  refuses_pair(writes_pieces, writes_backward, "WAW");
  refuses_pair(reads_all, reads_pieces, "RAR");
  refuses_pair(reduces, reads_all, "use of a reduced store");
  refuses_pair(reduces, reduces, "repeated reduction");
  {
    const auto scope = streaming(StreamingMode::STRICT);
    launch(writes_pieces);
    launch(reads_pieces);
    launch(writes_pieces);
  }
}

TEST_F(MisuseOfStreaming, StrictLaterOperationsReadScalarsOfEarlierOnes) {
  const auto scalar = runtime->create_store(Shape{1}, int64(), true);
  const auto copy_scalar = [&](const LogicalStore& target) {
    body = [](TaskContext context) {
      context.output(0).write_accessor<std::int64_t, 1>()[0] = context.input(0).read_accessor<std::int64_t, 1>()[0];
    };
    auto task = plain();
    static_cast<void>(task.add_input(scalar));
    static_cast<void>(task.add_output(target));
    runtime->submit(std::move(task));
  };
  const auto target = filled(Shape{1}, 0);
  refuses<std::invalid_argument>(
      [&] {
        const auto scope = streaming(StreamingMode::STRICT);
        runtime->issue_fill(scalar, Scalar{std::int64_t{7}});
        copy_scalar(target);
        runtime->issue_mapping_fence();  // no such sequence can be streamed
      },
      {"cannot be streamed in one go"});
  // The scalar has never been written.
  refuses<std::invalid_argument>([&] { copy_scalar(target); }, {"uninitialized scalar store"});
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>{0});
  {
    const auto scope = streaming(StreamingMode::STRICT);
    runtime->issue_fill(scalar, Scalar{std::int64_t{7}});
    copy_scalar(target);
  }
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>{7});
}

TEST_F(MisuseOfStreaming, RelaxedContinuesBehindAViolation) {
  const auto target = filled(Shape{16}, 0);
  {
    const auto scope = streaming(StreamingMode::RELAXED);
    runtime->submit(increment(target));
    runtime->issue_execution_fence(true);
    EXPECT_EQ(values_of(target), std::vector<std::int64_t>(16, 1));
    runtime->submit(increment(target));
    runtime->issue_mapping_fence();
    runtime->submit(increment(target));
    runtime->submit(runtime->create_task(library, THROWING));
  }
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(16, 3));
}

TEST_F(MisuseOfStreaming, ConcurrentTasksAreRefused) {
  const auto target = filled(Shape{16}, 0);
  const auto within = [&](StreamingMode mode, bool communicates) {
    const auto scope = streaming(mode, 1);  // one piece a processor, so that nothing else is wrong
    runtime->submit(increment(target));
    auto task = increment(target);
    communicates ? task.add_communicator("cpu") : task.set_concurrent(true);
    runtime->submit(std::move(task));
  };
  for (const bool communicates : {false, true}) {
    refuses<std::runtime_error>([&] { within(StreamingMode::STRICT, communicates); },
                                {"Plain", "concurrent", "streaming"});
  }
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(16, 0)) << "what the scope held was not discarded";
  for (const bool communicates : {false, true}) {
    refuses<std::runtime_error>([&] { within(StreamingMode::RELAXED, communicates); },
                                {"Plain", "concurrent", "streaming"});
  }
  EXPECT_EQ(values_of(target), std::vector<std::int64_t>(16, 2)) << "only what was submitted before was to run";
}

TEST_F(MisuseOfStreaming, EmptyScopesAreFine) {
  for (const auto mode : {StreamingMode::OFF, StreamingMode::RELAXED, StreamingMode::STRICT}) {
    const auto scope = streaming(mode);
  }
  expect_usable();
}

// --- exceptions of tasks -----------------------------------------------------------------------------------------

class ExceptionsOfTasks : public RuntimeTest {
 protected:
  void submit_throwing(std::int32_t index) {
    auto task = runtime->create_task(library, THROWING);
    task.add_scalar_arg(index);
    runtime->submit(std::move(task));
  }
  ExceptionsOfTasks() {
    body = [](TaskContext context) {
      if (context.num_scalars() == 0) return;
      const auto index = context.scalar(0).value<std::int32_t>();
      throw TaskException{index, "number " + std::to_string(index)};
    };
  }
};

TEST_F(ExceptionsOfTasks, ImmediateModeThrowsFromSubmit) {
  refuses<TaskException>([&] { submit_throwing(5); }, {"number 5"});
  runtime->raise_pending_exception();  // nothing was queued
}

TEST_F(ExceptionsOfTasks, DeferredModeThrowsTheFirstOnceAndClearsTheQueue) {
  {
    const Scope scope{ExceptionMode::DEFERRED};
    runtime->submit(runtime->create_task(library, THROWING));
    submit_throwing(3);
    submit_throwing(4);
  }
  try {
    runtime->raise_pending_exception();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const TaskException& exception) {
    EXPECT_EQ(exception.index(), 3);
    EXPECT_EQ(exception.error_message(), "number 3");
    EXPECT_STREQ(exception.what(), "number 3");
  }
  runtime->raise_pending_exception();
  expect_usable();
}

TEST_F(ExceptionsOfTasks, IgnoredModeThrowsNothing) {
  {
    const Scope scope{ExceptionMode::IGNORED};
    submit_throwing(1);
  }
  runtime->raise_pending_exception();
  expect_usable();
}

TEST_F(ExceptionsOfTasks, TheLowestPointOfALaunchIsReported) {
  body = [](TaskContext context) {
    const auto point = context.get_task_index();
    if (point[0] + point[1] == 0) return;
    throw TaskException{static_cast<std::int32_t>(10 * point[0] + point[1]), "point"};
  };
  for (int round = 0; round < 10; ++round) {
    try {
      runtime->submit(runtime->create_task(library, THROWING, {3, 3}));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const TaskException& exception) {
      EXPECT_EQ(exception.index(), 1);
    }
  }
}

TEST_F(ExceptionsOfTasks, UnboundOutputsOfALeafThatThrowsBecomeEmpty) {
  for (const bool bind_first : {false, true}) {
    body = [bind_first](TaskContext context) {
      const bool throws = context.get_task_index()[0] == 1;
      if (bind_first || !throws) {
        const auto buffer = context.output(0).create_output_buffer<std::int64_t, 1>(Point<1>{2}, true);
        buffer[0] = buffer[1] = context.get_task_index()[0];
      }
      if (throws) throw TaskException{"after all"};
    };
    const auto grown = runtime->create_store(int64(), 1);
    auto task = runtime->create_task(library, THROWING, {3});
    task.add_output(grown);
    refuses<TaskException>([&] { runtime->submit(std::move(task)); }, {"after all"});
    EXPECT_EQ(values_of(grown), (std::vector<std::int64_t>{0, 0, 2, 2})) << bind_first;
  }
}

TEST_F(ExceptionsOfTasks, PermissionIsGivenPerLaunchToo) {
  body = [](TaskContext context) {
    EXPECT_TRUE(context.can_raise_exception());
    throw TaskException{"allowed"};
  };
  auto task = plain();
  task.throws_exception(true);
  try {
    runtime->submit(std::move(task));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const TaskException& exception) {
    EXPECT_EQ(exception.index(), 0);
    EXPECT_EQ(exception.error_message(), "allowed");
  }
}

}  // namespace
}  // namespace legate::test
