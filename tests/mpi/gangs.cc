// SPDX-License-Identifier: Apache-2.0
// Concurrent launches of every size among ordinary tasks, reductions and exceptions, the same on any number of ranks:
// random, and compared with a serial computation that every rank does for itself.
//
//   gangs [concurrent launches, default 500] [seed, default 1]
#include <legate.h>
#include <legate/comm/coll.h>
#include <legate/redop/redop.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace {

namespace coll = legate::comm::coll;
using legate::LocalTaskID;
using legate::ReductionOpKind;
using legate::Scalar;

constexpr std::int64_t SIZE = 96;
constexpr std::int64_t MODULUS = 1'000'003;

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "wrong: " << what << std::endl;
  std::abort();
}

coll::CollComm communicator(const legate::TaskContext& context) {
  return context.communicator(0).get<coll::CollComm>();
}

std::int64_t sum_over_all(const legate::TaskContext& context, std::int64_t value) {
  std::int64_t sum = value;
  if (context.num_communicators() != 0) {
    coll::collAllreduce(&value, &sum, 1, coll::CollDataType::CollInt64, ReductionOpKind::ADD, communicator(context));
  }
  return sum;
}

template <typename Function>
void for_each_element(const legate::PhysicalStore& store, Function&& function) {
  const auto elements = store.read_write_accessor<std::int64_t, 1>();
  for (legate::PointInRectIterator<1> it{store.shape<1>()}; it.valid(); ++it) {
    function(elements[*it]);
  }
}

/// x = 3 x + the sum of all x + the number of the point
struct Mix : public legate::LegateTask<Mix> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static inline const auto CPU_VARIANT_OPTIONS = legate::VariantOptions{}.with_communicators({"cpu"});
  static void cpu_variant(legate::TaskContext context) {
    std::int64_t own = 0;
    for_each_element(context.output(0), [&](std::int64_t element) { own += element; });
    const auto sum = sum_over_all(context, own);
    const auto point = context.get_task_index()[0];
    context.concurrent_task_barrier();
    for_each_element(context.output(0),
                     [&](std::int64_t& element) { element = (3 * element + sum + point) % MODULUS; });
    if (context.num_reductions() != 0) {
      context.reduction(0).reduce_accessor<legate::SumReduction<std::int64_t>, false, 1>()[0] <<= sum % 1000;
    }
  }
};

/// x = 5 x + 1
struct Step : public legate::LegateTask<Step> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};
  static void cpu_variant(legate::TaskContext context) {
    for_each_element(context.output(0), [](std::int64_t& element) { element = (5 * element + 1) % MODULUS; });
  }
};

struct Sum : public legate::LegateTask<Sum> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{2}};
  static void cpu_variant(legate::TaskContext context) {
    const auto input = context.input(0);
    const auto elements = input.read_accessor<std::int64_t, 1>();
    const auto sum = context.reduction(0).reduce_accessor<legate::SumReduction<std::int64_t>, false, 1>();
    for (legate::PointInRectIterator<1> it{input.shape<1>()}; it.valid(); ++it) {
      sum[0] <<= elements[*it] % 1000;
    }
  }
};

/// Points of the mask in scalar 0 throw in the round of scalar 1.
struct Throw : public legate::LegateTask<Throw> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{3}};
  static inline const auto CPU_VARIANT_OPTIONS =
      legate::VariantOptions{}.with_communicators({"cpu"}).with_may_throw_exception(true);
  static constexpr std::int32_t ROUNDS = 4;
  static void cpu_variant(legate::TaskContext context) {
    const auto mask = context.scalar(0).value<std::int64_t>();
    const auto point = static_cast<std::int32_t>(context.get_task_index()[0]);
    for (std::int32_t round = 0; round < ROUNDS; ++round) {
      if (round == context.scalar(1).value<std::int32_t>() && (mask >> point & 1) != 0) {
        throw legate::TaskException{point, "thrown by point " + std::to_string(point)};
      }
      if (round % 2 == 0) {
        const auto points = static_cast<std::int64_t>(context.get_launch_domain().get_volume());
        if (sum_over_all(context, point) != points * (points - 1) / 2 && points > 1) {
          fail("a sum in a launch that throws");
        }
      } else {
        context.concurrent_task_barrier();
      }
    }
  }
};

class Program {
 public:
  explicit Program(unsigned seed) : random_{seed} {
    Mix::register_variants(library_);
    Step::register_variants(library_);
    Sum::register_variants(library_);
    Throw::register_variants(library_);
    runtime_->issue_fill(data_, Scalar{std::int64_t{1}});
  }

  void run(int launches) {
    while (concurrent_ < launches) {
      const auto choice = below(20);
      if (choice < 9) {
        mix();
      } else if (choice < 14) {
        step();
      } else if (choice < 17) {
        sum();
      } else if (choice < 19) {
        fail_somewhere();
      } else {
        compare();
      }
    }
    compare();
  }

 private:
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  [[nodiscard]] std::uint64_t some_points() { return 1 + below(processors_); }
  [[nodiscard]] legate::LogicalStorePartition split(std::uint64_t points) {
    return data_.partition_by_tiling({(SIZE + points - 1) / points});
  }

  void mix() {
    const auto points = some_points();
    auto task = runtime_->create_task(library_, LocalTaskID{0}, {points});
    task.add_input(split(points));
    task.add_output(split(points));
    const bool reduces = below(3) == 0;
    if (reduces) {
      task.add_reduction(total_, ReductionOpKind::ADD);
    }
    runtime_->submit(std::move(task));
    ++concurrent_;
    std::int64_t sum = 0;
    for (const auto element : expected_) {
      sum += element;
    }
    const auto tile = (SIZE + static_cast<std::int64_t>(points) - 1) / static_cast<std::int64_t>(points);
    for (std::int64_t i = 0; i < SIZE; ++i) {
      auto& element = expected_[static_cast<std::size_t>(i)];
      element = (3 * element + sum + i / tile) % MODULUS;
    }
    expected_total_ += reduces ? static_cast<std::int64_t>(points) * (sum % 1000) : 0;
  }

  void step() {
    const auto points = 1 + below(8);
    auto task = runtime_->create_task(library_, LocalTaskID{1}, {points});
    task.add_input(split(points));
    task.add_output(split(points));
    runtime_->submit(std::move(task));
    for (auto& element : expected_) {
      element = (5 * element + 1) % MODULUS;
    }
  }

  void sum() {
    const auto points = 1 + below(8);
    auto task = runtime_->create_task(library_, LocalTaskID{2}, {points});
    task.add_input(split(points));
    task.add_reduction(total_, ReductionOpKind::ADD);
    runtime_->submit(std::move(task));
    for (const auto element : expected_) {
      expected_total_ += element % 1000;
    }
  }

  // Of those that are to throw, some may hear of another's exception before it is their turn.
  void fail_somewhere() {
    const auto points = some_points();
    const auto mask = static_cast<std::int64_t>(below(std::uint64_t{1} << points));
    auto task = runtime_->create_task(library_, LocalTaskID{3}, {points});
    task.add_scalar_arg(Scalar{mask});
    task.add_scalar_arg(Scalar{static_cast<std::int32_t>(below(Throw::ROUNDS))});
    ++concurrent_;
    std::int64_t thrown = -1;
    try {
      if (below(2) == 0) {
        runtime_->submit(std::move(task));
      } else {
        {
          const legate::Scope scope{legate::ExceptionMode::DEFERRED};
          runtime_->submit(std::move(task));
        }
        for (auto more = below(4); more > 0; --more) {
          mix();
        }
        runtime_->raise_pending_exception();
      }
    } catch (const legate::TaskException& error) {
      thrown = error.index();
      if (error.error_message() != "thrown by point " + std::to_string(thrown)) {
        fail("the message '" + error.error_message() + "'");
      }
    }
    if (mask == 0 ? thrown != -1 : (thrown < 0 || (mask >> thrown & 1) == 0)) {
      fail("of points " + std::to_string(mask) + ", " + std::to_string(thrown) + " has thrown");
    }
  }

  void compare() {
    const auto physical = data_.get_physical_store();
    const auto elements = physical.read_accessor<std::int64_t, 1>();
    for (std::int64_t i = 0; i < SIZE; ++i) {
      if (elements[i] != expected_[static_cast<std::size_t>(i)]) {
        fail("element " + std::to_string(i) + " is " + std::to_string(elements[i]) + ", not " +
             std::to_string(expected_[static_cast<std::size_t>(i)]));
      }
    }
    const auto total = total_.get_physical_store().read_accessor<std::int64_t, 1>()[0];
    if (total != expected_total_) {
      fail("the total is " + std::to_string(total) + ", not " + std::to_string(expected_total_));
    }
  }

  legate::Runtime* runtime_{legate::Runtime::get_runtime()};
  legate::Library library_{runtime_->create_library("gangs")};
  std::uint64_t processors_{runtime_->get_machine().count()};
  std::mt19937_64 random_;
  legate::LogicalStore data_{runtime_->create_store(legate::Shape{SIZE}, legate::int64())};
  legate::LogicalStore total_{runtime_->create_store(Scalar{std::int64_t{0}})};
  std::vector<std::int64_t> expected_ = std::vector<std::int64_t>(SIZE, 1);
  std::int64_t expected_total_{0};
  int concurrent_{0};
};

}  // namespace

int main(int argc, char** argv) {
  legate::start();
  {
    Program program{argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1U};
    program.run(argc > 1 ? std::atoi(argv[1]) : 500);
  }
  if (const int status = legate::finish(); status != 0) {
    return status;
  }
  std::cout << "correct" << std::endl;
  return 0;
}
