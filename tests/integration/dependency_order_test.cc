// SPDX-License-Identifier: Apache-2.0

// Nothing waits at the end of a launch: in a stencil that is repeated, one slow tile delays its neighbours, theirs one
// iteration later, and nobody else. The slow leaf waits, not for a time, but until the control program has seen every
// leaf that may go first.

#include <legate.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace {

constexpr std::int64_t TILES = 12;
constexpr std::int64_t TILE = 4;
constexpr std::int64_t ITERATIONS = 4;
constexpr std::int64_t SLOW = 2;    // the tile whose leaf blocks in iteration 0
constexpr std::int64_t FIRST = -2;  // iterations before that one, after which both stores have the tiles they keep

/// The leaves that ended, in order; and the gate that the slow one waits at.
class Events {
 public:
  using Event = std::pair<std::int64_t, std::int64_t>;  // iteration, tile

  void reset() {
    const std::lock_guard<std::mutex> lock{mutex_};
    events_.clear();
    open_ = false;
  }
  /// The time limit is for a library that makes the control program wait for the slow leaf: the order is wrong then.
  void wait_at_gate() {
    std::unique_lock<std::mutex> lock{mutex_};
    changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return open_; });
  }
  void add(std::int64_t iteration, std::int64_t tile) {
    const std::lock_guard<std::mutex> lock{mutex_};
    events_.push_back({iteration, tile});
    changed_.notify_all();
  }
  /// Opens the gate when all of `awaited` have happened, and returns what had happened by then. The time limit only
  /// turns a hanging test into a failing one.
  std::set<Event> open_after(const std::set<Event>& awaited) {
    std::unique_lock<std::mutex> lock{mutex_};
    const auto all = [&] {
      const std::set<Event> happened{events_.begin(), events_.end()};
      return std::includes(happened.begin(), happened.end(), awaited.begin(), awaited.end());
    };
    changed_.wait_for(lock, std::chrono::seconds{60}, all);
    open_ = true;
    changed_.notify_all();
    return {events_.begin(), events_.end()};
  }
  std::vector<Event> all() {
    const std::lock_guard<std::mutex> lock{mutex_};
    return events_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
  bool open_{false};
};

Events& events() {
  static Events all;
  return all;
}

/// output(i) = input(i - 1) + input(i) + input(i + 1), the inputs given as one piece for each term.
struct Step : public legate::LegateTask<Step> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const auto iteration = context.scalar(0).value<std::int64_t>();
    const auto offset = context.scalar(1).value<std::int64_t>();  // of the output's coordinates
    const auto rect = context.output(0).shape<1>();
    const auto tile = (rect.lo[0] - offset) / TILE;
    if (iteration == 0 && tile == SLOW) events().wait_at_gate();
    const auto inputs = context.inputs();
    const auto target = context.output(0).write_accessor<std::int64_t, 1>();
    const auto count = rect.hi[0] - rect.lo[0] + 1;
    for (std::int64_t i = 0; i < count; ++i) {
      std::int64_t sum = 0;
      for (const auto& input : inputs) sum += input.read_accessor<std::int64_t, 1>()[input.shape<1>().lo[0] + i];
      target[rect.lo[0] + i] = sum;
    }
    if (iteration >= 0) events().add(iteration, tile);
  }
};

class DependencyOrder : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("LEGATE_CONFIG", "--cpus 2 --sysmem 100", 1);
    setenv("LEGATE_TEST", "1", 1);
    legate::start();
    library().emplace(runtime()->create_library("dependency_order"));
    Step::register_variants(*library());
  }
  static void TearDownTestSuite() {
    library().reset();
    EXPECT_EQ(legate::finish(), 0);
  }
  static legate::Runtime* runtime() { return legate::Runtime::get_runtime(); }
  static std::optional<legate::Library>& library() {
    static std::optional<legate::Library> value;
    return value;
  }

  /// Whether the leaf depends on the slow one: what it reads, and who still reads what it writes, lies within one tile.
  static bool depends(std::int64_t iteration, std::int64_t tile) { return std::abs(tile - SLOW) <= iteration; }

  /// While the slow leaf is blocked, all that do not depend on it run; all that do come after it.
  static void expect_neighbours_only(std::int64_t first_tile, std::int64_t tiles) {
    std::set<Events::Event> independent;
    for (std::int64_t iteration = 0; iteration < ITERATIONS; ++iteration) {
      for (std::int64_t tile = first_tile; tile < first_tile + tiles; ++tile) {
        if (!depends(iteration, tile)) independent.insert({iteration, tile});
      }
    }
    EXPECT_EQ(events().open_after(independent), independent);
    runtime()->issue_execution_fence(true);
    const auto order = events().all();
    EXPECT_EQ(order.size(), static_cast<std::size_t>(tiles * ITERATIONS));
    bool slow_over = false;
    for (const auto& [iteration, tile] : order) {
      slow_over = slow_over || (iteration == 0 && tile == SLOW);
      EXPECT_TRUE(slow_over || !depends(iteration, tile)) << "iteration " << iteration << ", tile " << tile;
    }
  }

  /// What `iterations` steps make of a row of ones between zeros that stay.
  static std::vector<std::int64_t> serial(std::int64_t size, std::int64_t border, std::int64_t iterations) {
    std::vector<std::int64_t> now(static_cast<std::size_t>(size), 1);
    for (std::int64_t step = 0; step < iterations; ++step) {
      auto next = now;
      for (auto i = static_cast<std::size_t>(border); i + static_cast<std::size_t>(border) < now.size(); ++i) {
        next[i] = now[i - 1] + now[i] + now[i + 1];
      }
      now = next;
    }
    return now;
  }

  static void expect_contents(const legate::LogicalStore& store, const std::vector<std::int64_t>& expected) {
    const auto mapping = store.get_physical_store();
    const auto found = mapping.read_accessor<std::int64_t, 1>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(found[static_cast<legate::coord_t>(i)], expected[i]) << "element " << i;
    }
  }
};

TEST_F(DependencyOrder, SlowTileOfManualLaunchesDelaysOnlyItsNeighbours) {
  // Whole tiles are added here: tile p becomes the sum of the tiles p - 1, p and p + 1.
  events().reset();
  constexpr std::int64_t SIZE = TILES * TILE;
  std::vector<legate::LogicalStorePartition> pieces;
  for (int i = 0; i < 2; ++i) {
    const auto store = runtime()->create_store(legate::Shape{std::uint64_t{SIZE}}, legate::int64());
    runtime()->issue_fill(store, legate::Scalar{std::int64_t{1}});
    const std::vector<std::uint64_t> tile{TILE};
    pieces.push_back(store.partition_by_tiling(tile));
  }
  for (std::int64_t iteration = FIRST; iteration < ITERATIONS; ++iteration) {
    auto task =
        runtime()->create_task(*library(), Step::TASK_CONFIG.task_id(),
                               legate::Domain{legate::Rect<1>{legate::Point<1>{1}, legate::Point<1>{TILES - 2}}});
    const auto& from = pieces[static_cast<std::size_t>(iteration & 1)];
    for (const std::int32_t neighbour : {-1, 0, 1}) {
      task.add_input(from, legate::SymbolicPoint{legate::dimension(0) + neighbour});
    }
    task.add_output(pieces[static_cast<std::size_t>((iteration + 1) & 1)], legate::SymbolicPoint{legate::dimension(0)});
    task.add_scalar_arg(iteration);
    task.add_scalar_arg(std::int64_t{0});
    runtime()->submit(std::move(task));
  }
  expect_neighbours_only(1, TILES - 2);
  // All elements of a tile are alike.
  const auto tiles = serial(TILES, 1, ITERATIONS - FIRST);
  std::vector<std::int64_t> expected;
  for (const auto value : tiles) expected.insert(expected.end(), TILE, value);
  expect_contents(pieces[ITERATIONS % 2].store(), expected);
}

TEST_F(DependencyOrder, SlowTileOfAlignedSlicesDelaysOnlyItsNeighbours) {
  events().reset();
  constexpr std::int64_t SIZE = TILES * TILE + 2;
  const legate::Scope scope{legate::ParallelPolicy{}.with_overdecompose_factor(TILES / 2)};  // for two processors
  std::vector<legate::LogicalStore> stores;
  for (int i = 0; i < 2; ++i) {
    stores.push_back(runtime()->create_store(legate::Shape{std::uint64_t{SIZE}}, legate::int64()));
    runtime()->issue_fill(stores.back(), legate::Scalar{std::int64_t{1}});
  }
  const auto interior = [&](std::int64_t step, std::int64_t shift) {
    return stores[static_cast<std::size_t>(step & 1)].slice(0, legate::Slice{1 + shift, SIZE - 1 + shift});
  };
  for (std::int64_t step = FIRST; step < ITERATIONS; ++step) {
    auto task = runtime()->create_task(*library(), Step::TASK_CONFIG.task_id());
    const auto output = task.add_output(interior(step + 1, 0));
    for (const std::int64_t shift : {-1, 0, 1}) {
      task.add_constraint(legate::align(output, task.add_input(interior(step, shift))));
    }
    task.add_scalar_arg(step);
    task.add_scalar_arg(std::int64_t{0});
    runtime()->submit(std::move(task));
  }
  expect_neighbours_only(0, TILES);
  expect_contents(stores[ITERATIONS % 2], serial(SIZE, 1, ITERATIONS - FIRST));
}

}  // namespace
