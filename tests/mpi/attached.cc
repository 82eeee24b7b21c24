// SPDX-License-Identifier: Apache-2.0
// Every rank attaches memory of its own: where results have to be, and when memory is released. A program of
// tests/mpi/several_ranks and nothing to learn from.
#include <legate.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using Values = std::vector<std::int64_t>;
using Tiles = std::vector<std::pair<legate::ExternalAllocation, legate::tuple<std::uint64_t>>>;

int wrong = 0;

void check(bool right, const char* what) {
  if (!right) {
    ++wrong;
    std::printf("rank %u: wrong: %s\n", legate::Runtime::get_runtime()->node_id(), what);
  }
}

/// output[p] = input[p] + a scalar, for every element p.
struct Add : public legate::LegateTask<Add> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  template <std::int32_t DIM>
  static void add(const legate::PhysicalStore& input, const legate::PhysicalStore& output, std::int64_t amount) {
    const auto from = input.read_accessor<std::int64_t, DIM>();
    const auto to = output.read_write_accessor<std::int64_t, DIM>();
    for (legate::PointInRectIterator<DIM> it{output.shape<DIM>()}; it.valid(); ++it) to[*it] = from[*it] + amount;
  }
  static void cpu_variant(legate::TaskContext context) {
    const auto amount = context.scalar(0).value<std::int64_t>();
    if (context.output(0).dim() == 1) {
      add<1>(context.input(0), context.output(0), amount);
    } else {
      add<2>(context.input(0), context.output(0), amount);
    }
  }
};

class Program {
 public:
  Program() : library_{runtime_->create_library("attached")} { Add::register_variants(library_); }

  void run() {
    results_are_everywhere_after_a_fence();
    results_are_everywhere_after_detach();
    memory_of_dropped_stores_has_the_results_after_a_fence();
    read_only_memory_stays_as_it_is();
    tiles_are_where_their_ranks_have_them();
    refusals_are_refusals_everywhere();
  }

  int released{0};

 private:
  void add(const legate::LogicalStore& source, const legate::LogicalStore& target, std::int64_t amount) {
    auto task = runtime_->create_task(library_, legate::LocalTaskID{0});
    const auto from = task.add_input(source);
    const auto to = task.add_output(target);
    task.add_scalar_arg(legate::Scalar{amount});
    task.add_constraint(legate::align(from, to));
    runtime_->submit(std::move(task));
  }
  [[nodiscard]] legate::ExternalAllocation counted(Values& memory, bool read_only) {
    return legate::ExternalAllocation::create_sysmem(memory.data(), memory.size() * sizeof(std::int64_t), read_only,
                                                     [this](void*) { ++released; });
  }
  [[nodiscard]] static Values iota(std::size_t count, std::int64_t first = 0) {
    Values values(count);
    std::iota(values.begin(), values.end(), first);
    return values;
  }

  void results_are_everywhere_after_a_fence() {
    for (int round = 0; round < 3; ++round) {
      Values memory = iota(1000);
      auto store = runtime_->create_store(legate::Shape{1000}, legate::int64(), memory.data(), false);
      add(store, store, 100);
      const auto middle = store.slice(0, legate::Slice{300, 700});
      add(middle, middle, 1000);
      runtime_->issue_execution_fence(true);
      auto expected = iota(1000, 100);
      std::for_each(expected.begin() + 300, expected.begin() + 700, [](auto& value) { value += 1000; });
      check(memory == expected, "memory after a fence");
      // The store is still attached, and can be written again.
      add(store, store, 1);
      store.detach();
      std::for_each(expected.begin(), expected.end(), [](auto& value) { ++value; });
      check(memory == expected, "memory after a fence and detach");
    }
  }

  void results_are_everywhere_after_detach() {
    Values memory = iota(35);
    auto store = runtime_->create_store(legate::Shape{5, 7}, legate::int64(), counted(memory, false),
                                        legate::mapping::DimOrdering::fortran_order());
    const auto other = runtime_->create_store(legate::Shape{7, 5}, legate::int64());
    add(store.transpose({1, 0}), other, 0);
    add(other.transpose({1, 0}), store, 50);
    const int before = released;
    store.detach();
    check(released == before + 1, "detach calls the deleter");
    check(memory == iota(35, 50), "memory after detach");
  }

  // Ranks give the store up at different times; one of them before the others have even submitted the second task.
  void memory_of_dropped_stores_has_the_results_after_a_fence() {
    const auto rank = runtime_->node_id();
    constexpr std::size_t STORES = 6;
    std::vector<Values> memory(STORES, iota(500));
    const int before = released;
    {
      std::vector<std::optional<legate::LogicalStore>> stores;
      for (auto& values : memory) {
        stores.emplace_back(runtime_->create_store(legate::Shape{500}, legate::int64(), counted(values, false)));
        add(*stores.back(), *stores.back(), 7);
      }
      for (std::size_t i = 0; i < STORES; ++i) {
        const auto which = (i * (rank % 2 == 0 ? 1 : 5) + rank) % STORES;
        stores[which].reset();
      }
      const auto other = runtime_->create_store(legate::Shape{10}, legate::int64());
      runtime_->issue_fill(other, legate::Scalar{std::int64_t{1}});
    }
    runtime_->issue_execution_fence(true);
    for (const auto& values : memory) check(values == iota(500, 7), "memory of a dropped store");
    check(released == before + static_cast<int>(STORES), "dropped stores are released by a fence");
  }

  void read_only_memory_stays_as_it_is() {
    Values memory = iota(400);
    auto store = runtime_->create_store(legate::Shape{400}, legate::int64(), memory.data());
    const auto copy = runtime_->create_store(legate::Shape{400}, legate::int64());
    add(store, copy, 0);
    const auto half = store.slice(0, legate::Slice{0, 200});
    add(half, half, 1000);
    auto expected = iota(400);
    const auto same = [&](const legate::LogicalStore& actual) {
      const auto mapping = actual.get_physical_store();
      const auto values = mapping.read_accessor<std::int64_t, 1>();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (values[static_cast<legate::coord_t>(i)] != expected[i]) return false;
      }
      return true;
    };
    check(same(copy), "read before the write");
    std::for_each(expected.begin(), expected.begin() + 200, [](auto& value) { value += 1000; });
    check(same(store), "written read-only attachment");
    store.detach();
    check(memory == iota(400), "read-only memory");
  }

  // A 2-D store of 6 x 10 in tiles of 2 x 3, dealt to the ranks; then one that all ranks have.
  void tiles_are_where_their_ranks_have_them() {
    const auto ranks = runtime_->node_count();
    const auto rank = runtime_->node_id();
    for (const bool common : {false, true}) {
      std::vector<Values> buffers;
      std::vector<std::vector<std::uint64_t>> colors;
      for (std::uint64_t i = 0; i < 3; ++i) {
        for (std::uint64_t j = 0; j < 4; ++j) {
          if (!common && (i * 5 + j) % ranks != rank) continue;
          const auto columns = j == 3 ? 1 : 3;
          Values buffer;
          for (std::int64_t r = 0; r < 2; ++r) {
            for (std::int64_t c = 0; c < columns; ++c) {
              buffer.push_back((static_cast<std::int64_t>(i) * 2 + r) * 100 + static_cast<std::int64_t>(j) * 3 + c);
            }
          }
          buffers.push_back(buffer);
          colors.push_back({i, j});
        }
      }
      Tiles tiles;
      for (std::size_t t = 0; t < buffers.size(); ++t) {
        tiles.emplace_back(counted(buffers[t], true), legate::tuple<std::uint64_t>{colors[t]});
      }
      const int before = released;
      auto [store, partition] =
          runtime_->create_store(legate::Shape{6, 10}, legate::tuple<std::uint64_t>{2, 3}, legate::int64(), tiles);
      const auto sum = runtime_->create_store(legate::Shape{6, 10}, legate::int64());
      add(store, sum, 5);
      add(store, store, 9);
      check_grid(sum, 5);
      check_grid(store, 9);
      const auto child = partition.get_child_store(std::vector<std::uint64_t>{1, 3});
      check(child.get_physical_store().read_accessor<std::int64_t, 2>()[{1, 0}] == 309 + 9, "a tile");
      store.detach();
      check(released == before + static_cast<int>(tiles.size()), "detach releases the tiles");
    }
  }
  static void check_grid(const legate::LogicalStore& store, std::int64_t amount) {
    const auto mapping = store.get_physical_store();
    const auto values = mapping.read_accessor<std::int64_t, 2>();
    bool right = true;
    for (legate::coord_t r = 0; r < 6; ++r) {
      for (legate::coord_t c = 0; c < 10; ++c) right = right && values[{r, c}] == r * 100 + c + amount;
    }
    check(right, "elements of tiles");
  }

  // Only the last rank has a tile that does not fit, and all are refused.
  void refusals_are_refusals_everywhere() {
    Values memory = iota(4);
    const auto rank = runtime_->node_id();
    const auto last = runtime_->node_count() - 1;
    const auto before = released;
    try {
      const Tiles tiles{{counted(memory, true), {rank == last ? rank + 1 : rank}}};
      static_cast<void>(runtime_->create_store(legate::Shape{4 * (last + 1)}, legate::tuple<std::uint64_t>{4},
                                               legate::int64(), tiles));
      check(false, "nothing was refused");
    } catch (const std::out_of_range&) {
      check(rank == last, "refused for its own tile");
    } catch (const std::invalid_argument& refusal) {
      check(rank != last && std::string{refusal.what()}.find("rank " + std::to_string(last)) != std::string::npos,
            "refused because of the last rank");
    }
    check(released == before, "what was refused is not released");
  }

  legate::Runtime* runtime_{legate::Runtime::get_runtime()};
  legate::Library library_;
};

}  // namespace

int main() {
  legate::start();
  const auto rank = legate::Runtime::get_runtime()->node_id();
  Values memory(100, 0);
  Values kept_memory(1, 0);
  int released = 0;
  int released_late = 0;
  std::optional<legate::LogicalStore> late;
  {
    Program program;
    program.run();
    // Written, dropped, and no fence before the end.
    auto* runtime = legate::Runtime::get_runtime();
    auto allocation = legate::ExternalAllocation::create_sysmem(memory.data(), 800, false, [&](void*) { ++released; });
    const auto store = runtime->create_store(legate::Shape{100}, legate::int64(), allocation);
    runtime->issue_fill(store, legate::Scalar{std::int64_t{3}});
    // Kept longer than the runtime.
    late = runtime->create_store(legate::Shape{1}, legate::int64(),
                                 legate::ExternalAllocation::create_sysmem(kept_memory.data(), sizeof(std::int64_t),
                                                                           true, [&](void*) { ++released_late; }));
  }
  const int status = legate::finish();
  const bool too_early = released_late != 0;
  late.reset();
  if (too_early || released_late != 1) {
    ++wrong;
    std::printf("rank %u: wrong: memory of a store that is dropped after finish\n", rank);
  }
  if (memory != Values(100, 3) || released != 1) {
    ++wrong;
    std::printf("rank %u: wrong: memory after finish\n", rank);
  }
  if (wrong == 0 && status == 0) std::printf("rank %u: correct\n", rank);
  return wrong == 0 ? status : 1;
}
