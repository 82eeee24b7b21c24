// SPDX-License-Identifier: Apache-2.0
// Every rank gives up stores that the program needs no more in an order and at times of its own, some of them after
// finish(). A program of tests/mpi/several_ranks and nothing to learn from.
#include <legate.h>

#include <legate/redop/redop.h>

#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

namespace {

struct Increment : public legate::LegateTask<Increment> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore input = context.input(0);
    const legate::PhysicalStore output = context.output(0);
    const auto from = input.read_accessor<std::int64_t, 1>();
    const auto to = output.write_accessor<std::int64_t, 1>();
    const auto rect = output.shape<1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) to[i] = from[i] + 1;
    const auto sum = context.reduction(0).reduce_accessor<legate::SumReduction<std::int64_t>, true, 1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) sum.reduce(0, from[i]);
  }
};

/// As many elements as the point has, each with its own position.
struct Select : public legate::LegateTask<Select> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore input = context.input(0);
    const legate::PhysicalStore output = context.output(0);
    const auto rect = input.shape<1>();
    const auto count = rect.volume();
    const auto buffer =
        output.create_output_buffer<std::int64_t, 1>(legate::Point<1>{static_cast<legate::coord_t>(count)}, true);
    for (std::size_t i = 0; i < count; ++i) {
      buffer[legate::Point<1>{static_cast<legate::coord_t>(i)}] = rect.lo[0] + static_cast<std::int64_t>(i);
    }
  }
};

constexpr std::int64_t ROUNDS = 300;
constexpr std::int64_t ELEMENTS = 1000;

class Program {
 public:
  Program() : library_{runtime_->create_library("destruction")}, current_{make()} {
    Increment::register_variants(library_);
    Select::register_variants(library_);
    runtime_->issue_fill(current_, legate::Scalar{std::int64_t{0}});
  }

  void round() {
    auto next = make();
    auto sum = runtime_->create_store(legate::Scalar{std::int64_t{0}});
    auto positions = runtime_->create_store(legate::int64(), 1);
    auto increment = runtime_->create_task(library_, legate::LocalTaskID{0});
    const auto from = increment.add_input(current_);
    const auto to = increment.add_output(next);
    increment.add_reduction(sum, legate::ReductionOpKind::ADD);
    increment.add_constraint(legate::align(from, to));
    runtime_->submit(std::move(increment));
    auto select = runtime_->create_task(library_, legate::LocalTaskID{1});
    select.add_input(next);
    select.add_output(positions);
    runtime_->submit(std::move(select));
    for (auto& store : {current_, sum, positions}) retired_.push_back(store);
    current_ = next;
    give_some_up();
  }

  [[nodiscard]] bool is_right() {
    const auto mapped = current_.get_physical_store();
    const auto values = mapped.read_accessor<std::int64_t, 1>();
    for (std::int64_t i = 0; i < ELEMENTS; ++i) {
      if (values[i] != ROUNDS) return false;
    }
    return true;
  }
  [[nodiscard]] std::vector<legate::LogicalStore> take_the_rest() { return std::move(retired_); }

 private:
  [[nodiscard]] legate::LogicalStore make() const {
    return runtime_->create_store(legate::Shape{static_cast<std::uint64_t>(ELEMENTS)}, legate::int64());
  }
  /// Decided by each rank for itself.
  void give_some_up() {
    for (auto count = dice_() % 6; count > 0 && !retired_.empty(); --count) {
      std::swap(retired_[dice_() % retired_.size()], retired_.back());
      retired_.pop_back();
    }
  }

  legate::Runtime* runtime_{legate::Runtime::get_runtime()};
  legate::Library library_;
  legate::LogicalStore current_;
  std::vector<legate::LogicalStore> retired_{};
  std::mt19937 dice_{static_cast<std::uint32_t>(runtime_->node_id()) + 1};
};

}  // namespace

int main() {
  std::vector<legate::LogicalStore> rest;
  legate::start();
  bool right = false;
  {
    Program program;
    for (std::int64_t round = 0; round < ROUNDS; ++round) program.round();
    right = program.is_right();
    rest = program.take_the_rest();
    std::printf("rank %u: %s, %zu stores left\n", legate::Runtime::get_runtime()->node_id(),
                right ? "correct" : "WRONG", rest.size());
  }
  const int status = legate::finish();
  return right ? status : 1;
}
