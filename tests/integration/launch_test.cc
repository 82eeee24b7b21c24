// SPDX-License-Identifier: Apache-2.0

// What leaves of a launch see, and when they run, where wrong results would rarely show: values that the result does
// not depend on, plans that are used again, the order of tasks.
#include "runtime_test.h"

#include <legate/redop/redop.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace legate::test {
namespace {

using Values = std::vector<std::int64_t>;

class Launches : public RuntimeTest {
 protected:
  /// A store that manual launches of `pieces` points write, one piece each.
  LogicalStore written_in(const LogicalStore& target, std::uint64_t pieces) {
    const std::vector<std::uint64_t> tile{target.volume() / pieces};
    body = [](TaskContext) {};
    auto task = plain({pieces});
    task.add_output(target.partition_by_tiling(tile));
    run(std::move(task));
    return target;
  }
  /// The shapes of the pieces in which leaves of an automatic launch see a 2-D store.
  std::vector<Point<2>> pieces_seen(const LogicalStore& source, const std::vector<std::uint32_t>& whole_axes) {
    std::vector<Point<2>> seen;
    std::mutex guard;
    body = [&](TaskContext context) {
      const auto rect = context.input(0).shape<2>();
      const std::lock_guard<std::mutex> lock{guard};
      seen.push_back(rect.hi - rect.lo + Point<2>::ONES());
    };
    auto task = plain();
    task.add_constraint(broadcast(task.add_input(source), whole_axes));
    run(std::move(task));
    return seen;
  }
};

// Every leaf has a copy of its own but one, which must not be at it before the others have theirs.
TEST_F(Launches, AllLeavesSeeTheOldValuesOfAStoreThatAllReadAndWrite) {
  const auto target = numbered(Shape{6});
  std::atomic<int> wrong{0};
  body = [&wrong](TaskContext context) {
    const auto round = context.scalar(0).value<std::int64_t>();
    const auto from = context.input(0).read_accessor<std::int64_t, 1>();
    const auto to = context.output(0).read_write_accessor<std::int64_t, 1>();
    for (coord_t i = 0; i < 6; ++i) {
      if (from[i] != i + round || to[i] != i + round) ++wrong;
      to[i] = i + round + 1;
      if (from[i] != i + round + 1) ++wrong;  // input and output are one memory
    }
  };
  for (std::int64_t round = 0; round < 20; ++round) {
    auto task = plain({5});
    task.add_input(target);
    task.add_output(target);
    task.add_scalar_arg(round);
    runtime->submit(std::move(task));
  }
  runtime->issue_execution_fence(true);
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(values_of(target), (Values{20, 21, 22, 23, 24, 25}));
}

TEST_F(Launches, AnInputKeepsItsValuesWhileTheLeafReducesIntoTheSameStore) {
  const auto target = numbered(Shape{12});
  std::atomic<int> wrong{0};
  body = [&wrong](TaskContext context) {
    const auto sum = context.reduction(0).reduce_accessor<SumReduction<std::int64_t>, false, 1>();
    const auto old = context.input(0).read_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{context.reduction(0).shape<1>()}; it.valid(); ++it) {
      sum.reduce(*it, 100);
      if (old[*it] != (*it)[0]) ++wrong;
    }
  };
  auto task = plain();
  static_cast<void>(task.add_input(target));
  static_cast<void>(task.add_reduction(target, ReductionOpKind::ADD));
  run(std::move(task));
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(values_of(target), (Values{100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111}));
}

// Contributions are folded in the order of the points, so that rounding does not depend on the schedule.
TEST_F(Launches, FloatingPointReductionsGiveTheSameBitsEveryTime) {
  constexpr int POINTS = 64;
  const auto contribution = [](coord_t point) {
    const auto mantissa = 1.0 + 0.37 * static_cast<double>(point);
    return std::ldexp(point % 2 == 0 ? mantissa : -mantissa, static_cast<int>(point * 7 % 41) - 20);
  };
  body = [&](TaskContext context) {
    const auto sum = context.reduction(0).reduce_accessor<SumReduction<double>, false, 1>();
    sum.reduce(0, contribution(context.get_task_index()[0]));
  };
  double expected = 0.5;
  for (coord_t point = 0; point < POINTS; ++point) expected += contribution(point);
  for (const bool scalar : {false, true}) {
    const auto target = runtime->create_store(Shape{1}, float64(), scalar);
    for (int round = 0; round < 10; ++round) {
      runtime->issue_fill(target, Scalar{0.5});
      auto task = plain({POINTS});
      task.add_reduction(target, ReductionOpKind::ADD);
      run(std::move(task));
      EXPECT_EQ((target.get_physical_store().read_accessor<double, 1>()[0]), expected) << scalar;
    }
  }
}

// --- plans that are used again -----------------------------------------------------------------------------------

TEST_F(Launches, LaunchesThatDifferOnlyInTheNumbersOfAConstraintAreSplitDifferently) {
  const auto source = filled(Shape{8, 8}, 1);
  for (int round = 0; round < 2; ++round) {
    for (const std::uint32_t axis : {0U, 1U}) {
      const auto pieces = pieces_seen(source, {axis});
      EXPECT_EQ(pieces.size(), 4U) << axis;
      for (const auto& piece : pieces) {
        EXPECT_EQ(piece[static_cast<int>(axis)], 8) << axis;
        EXPECT_EQ(piece[static_cast<int>(1 - axis)], 2) << axis;
      }
    }
  }
}

TEST_F(Launches, ReadersFollowTheSplitOfTheLastWriter) {
  const auto target = filled(Shape{24}, 1);
  for (const std::uint64_t pieces : {2U, 3U, 2U, 6U}) {
    written_in(target, pieces);
    std::atomic<std::uint64_t> leaves{0};
    body = [&leaves](TaskContext) { ++leaves; };
    auto task = plain();
    static_cast<void>(task.add_input(target));
    run(std::move(task));
    EXPECT_EQ(leaves, pieces);
  }
}

// So that pieces stay where they are.
TEST_F(Launches, ASliceIsCutWhereTheStoreWasCutThatItIsOf) {
  for (const coord_t start : {0, 3, 6}) {
    const auto slice = written_in(filled(Shape{24}, 1), 4).slice(0, Slice{start, 24});
    std::atomic<int> leaves{0};
    std::atomic<int> across{0};
    body = [&](TaskContext context) {
      const auto rect = context.input(0).shape<1>();
      ++leaves;
      if (!rect.empty() && (rect.lo[0] + start) / 6 != (rect.hi[0] + start) / 6) ++across;
    };
    auto task = plain();
    static_cast<void>(task.add_input(slice));
    run(std::move(task));
    EXPECT_GT(leaves, 1);
    EXPECT_EQ(across, 0) << "slice from " << start;
  }
}

// --- order -------------------------------------------------------------------------------------------------------

// The first task gives the second one time to start, if anything lets it.
TEST_F(Launches, OperationsBehindAFenceStartAfterAllBeforeIt) {
  std::atomic<bool> first_over{false};
  std::atomic<bool> second_started{false};
  std::atomic<int> too_early{0};
  body = [&](TaskContext context) {
    if (context.num_scalars() == 0) {
      second_started = true;
      if (!first_over) ++too_early;
      return;
    }
    const auto patience = std::chrono::steady_clock::now() + std::chrono::milliseconds{5};
    while (!second_started && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    first_over = true;
  };
  for (int round = 0; round < 5; ++round) {
    first_over = second_started = false;
    auto first = plain();
    first.add_scalar_arg(1);
    runtime->submit(std::move(first));
    runtime->issue_execution_fence();
    runtime->submit(plain());
    runtime->issue_execution_fence(true);
  }
  EXPECT_EQ(too_early, 0);
}

// The memory of dropped stores is used again at once, also while tasks are still at it.
TEST_F(Launches, PiecesOfAnUnboundStoreDoNotOverwriteWhatIsStillRead) {
  constexpr coord_t SIZE = 1000;
  std::atomic<bool> bound{false};
  std::atomic<int> wrong{0};
  body = [&](TaskContext context) {
    if (context.num_outputs() > 0) {
      const auto buffer = context.output(0).create_output_buffer<std::int64_t, 1>(Point<1>{SIZE}, true);
      for (coord_t i = 0; i < SIZE; ++i) buffer[i] = -1;
      return;
    }
    const auto number = context.scalar(0).value<std::int64_t>();
    const auto patience = std::chrono::steady_clock::now() + std::chrono::milliseconds{5};
    while (number == 0 && !bound && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    for (const auto value : values_of(context.input(0))) {
      if (value != number) ++wrong;
    }
  };
  for (std::int64_t number = 0; number < 4; ++number) {  // so many that the next owner gets one that is in use
    const Scope one_worker{get_machine().slice(0, 1, mapping::TaskTarget::CPU)};
    const auto dropped = filled(Shape{SIZE}, number);
    auto task = plain({1});
    task.add_input(dropped);
    task.add_scalar_arg(number);
    runtime->submit(std::move(task));
  }
  const auto grown = runtime->create_store(int64(), 1);
  auto producer = plain({1});
  producer.add_output(grown);
  runtime->submit(std::move(producer));
  EXPECT_EQ(values_of(grown), Values(SIZE, -1));
  bound = true;
  runtime->issue_execution_fence(true);
  EXPECT_EQ(wrong, 0);
}

TEST_F(Launches, TasksOfHigherPriorityStartFirst) {
  std::mutex mutex;
  std::condition_variable changed;
  bool started = false;
  bool open = false;
  std::vector<std::int32_t> order;
  body = [&](TaskContext context) {
    std::unique_lock<std::mutex> lock{mutex};
    if (context.num_scalars() == 0) {
      started = true;
      changed.notify_all();
      return changed.wait(lock, [&] { return open; });
    }
    order.push_back(context.scalar(0).value<std::int32_t>());
  };
  const Scope one_worker{get_machine().slice(0, 1, mapping::TaskTarget::CPU)};
  runtime->submit(plain());  // occupies the worker
  {
    std::unique_lock<std::mutex> lock{mutex};
    changed.wait(lock, [&] { return started; });
  }
  for (const std::int32_t priority : {1, 3, 2}) {
    const Scope scope{priority};
    auto task = plain();
    task.add_scalar_arg(priority);
    runtime->submit(std::move(task));
  }
  {
    const std::lock_guard<std::mutex> lock{mutex};
    open = true;
  }
  changed.notify_all();
  runtime->issue_execution_fence(true);
  EXPECT_EQ(order, (std::vector<std::int32_t>{3, 2, 1}));
}

}  // namespace
}  // namespace legate::test
