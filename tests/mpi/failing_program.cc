// SPDX-License-Identifier: Apache-2.0
// A program that goes wrong in the way that its argument names, on one of its ranks: for tests/mpi/failures.
#include <legate.h>
#include <legate/comm/coll.h>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using legate::LocalTaskID;
using legate::LogicalStore;
using legate::Scalar;
using legate::Shape;

/// output = input + scalar, where an element needs its neighbours: every rank sends to the next ones.
struct Add : public legate::LegateTask<Add> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(legate::TaskContext context) {
    const auto output = context.output(0);
    const auto rect = output.shape<1>();
    const auto values = output.write_accessor<std::int64_t, 1>();
    const auto old = context.input(0).read_accessor<std::int64_t, 1>();
    for (auto i = rect.lo[0]; i <= rect.hi[0]; ++i) {
      values[i] = old[i] + context.scalar(0).value<std::int64_t>();
    }
  }
};

/// Never returns.
struct Hang : public legate::LegateTask<Hang> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{1}};
  [[noreturn]] static void cpu_variant(legate::TaskContext) {
    while (true) {
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
  }
};

/// Says that it may throw, and does not.
struct Careful : public legate::LegateTask<Careful> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{2}};
  static constexpr auto CPU_VARIANT_OPTIONS = legate::VariantOptions{}.with_may_throw_exception(true);
  static void cpu_variant(legate::TaskContext) {}
};

/// Binds one element.
struct Produce : public legate::LegateTask<Produce> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{3}};
  static void cpu_variant(legate::TaskContext context) {
    auto output = context.output(0);
    static_cast<void>(output.create_output_buffer<std::int64_t, 1>(legate::Point<1>{1}, true));
  }
};

/// What the points of a concurrent launch do.
std::function<void(legate::TaskContext&)> in_gang;
struct Gang : public legate::LegateTask<Gang> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{4}};
  static inline const auto CPU_VARIANT_OPTIONS = legate::VariantOptions{}.with_communicators({"cpu"});
  static void cpu_variant(legate::TaskContext context) { in_gang(context); }
};

struct Program {
  legate::Runtime* runtime{legate::Runtime::get_runtime()};
  legate::Library library{runtime->create_library("failing")};
  bool odd_one_out{runtime->node_id() == 1};
  LogicalStore x{runtime->create_store(Shape{100}, legate::int64())};
  LogicalStore y{runtime->create_store(Shape{100}, legate::int64())};

  Program() {
    Add::register_variants(library);
    Hang::register_variants(library);
    Careful::register_variants(library);
    Produce::register_variants(library);
    Gang::register_variants(library);
    runtime->issue_fill(x, Scalar{std::int64_t{1}});
  }

  void add(const LogicalStore& from, const LogicalStore& to, std::int64_t what = 1) const {
    auto task = runtime->create_task(library, LocalTaskID{0});
    const auto input = task.add_input(from);
    static_cast<void>(task.add_output(to));
    task.add_scalar_arg(Scalar{what});
    task.add_constraint(legate::broadcast(input));
    runtime->submit(std::move(task));
  }
  void submit(std::int64_t id) const { runtime->submit(runtime->create_task(library, LocalTaskID{id})); }
  /// A concurrent launch of a point for each rank.
  void gang() const {
    const legate::Scope scope{std::string{"line 56"}};
    runtime->submit(runtime->create_task(library, LocalTaskID{4}, {std::uint64_t{runtime->node_count()}}));
  }
  void fence() const { runtime->issue_execution_fence(true); }
};

std::int64_t sum_of(const LogicalStore& store) {
  const auto mapped = store.get_physical_store();
  const auto values = mapped.read_accessor<std::int64_t, 1>();
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < 100; ++i) {
    sum += values[i];
  }
  return sum;
}

// --- ranks that make different calls
// ----------------------------------------------------------------------------------

void extra_submit(const Program& program) {
  const legate::Scope scope{std::string{"line 12"}};
  if (program.odd_one_out) {
    program.add(program.x, program.y);
  }
  program.fence();
}

void other_scalar(const Program& program) {
  program.add(program.x, program.y, program.odd_one_out ? 2 : 3);
  program.fence();
}

void other_shape(const Program& program) {
  static_cast<void>(program.runtime->create_store(Shape{program.odd_one_out ? 7U : 8U}, legate::int64()));
  program.fence();
}

// Messages of different lengths would be sent before anything is waited for.
void other_messages(const Program& program) {
  auto store = program.runtime->create_store(Shape{program.odd_one_out ? 100'001U : 100'000U}, legate::int64());
  program.runtime->issue_fill(store, Scalar{std::int64_t{1}});
  static_cast<void>(store.get_physical_store());
  program.fence();
}

void other_store(const Program& program) {
  program.runtime->issue_fill(program.odd_one_out ? program.x : program.y, Scalar{std::int64_t{1}});
  program.fence();
}

void other_part(const Program& program) {
  const auto part = program.x.slice(0, program.odd_one_out ? legate::Slice{10, 20} : legate::Slice{0, 10});
  program.runtime->issue_fill(part, Scalar{std::int64_t{1}});
  program.fence();
}

void other_constraint(const Program& program) {
  auto task = program.runtime->create_task(program.library, LocalTaskID{0});
  const auto input = task.add_input(program.x);
  const auto output = task.add_output(program.y);
  task.add_scalar_arg(Scalar{std::int64_t{1}});
  task.add_constraint(program.odd_one_out ? legate::align(input, output) : legate::broadcast(input));
  program.runtime->submit(std::move(task));
  program.fence();
}

void other_wait(const Program& program) {
  program.add(program.x, program.y);
  if (program.odd_one_out) {
    static_cast<void>(sum_of(program.y));
  } else {
    program.fence();
  }
}

void other_mode(const Program& program) {
  const legate::Scope scope{program.odd_one_out ? legate::ExceptionMode::DEFERRED : legate::ExceptionMode::IMMEDIATE};
  program.submit(2);
  program.fence();
}

void extents_of_one(const Program& program) {
  const auto made = program.runtime->create_store(legate::int64(), 1);
  auto task = program.runtime->create_task(program.library, LocalTaskID{3}, {4});
  task.add_output(made);
  program.runtime->submit(std::move(task));
  if (program.odd_one_out) {
    static_cast<void>(made.extents());
  }
  program.fence();
}

void early_finish(const Program& program) {
  if (!program.odd_one_out) {
    program.add(program.x, program.y);
    program.fence();
  }
}

/// The first difference is followed by so many dependent launches that submission has to wait for room.
void among_many(const Program& program) {
  for (int i = 0; i < 5000; ++i) {
    if (i == 777 && program.odd_one_out) {
      program.runtime->issue_fill(program.x, Scalar{std::int64_t{5}});
    }
    program.add(i % 2 == 0 ? program.x : program.y, i % 2 == 0 ? program.y : program.x);
  }
}

/// What ranks may do differently: views, handles, looking at what every rank has.
void harmless(const Program& program) {
  for (int i = 0; i < 200; ++i) {
    program.add(program.x, program.y);
    if (program.odd_one_out) {
      static_cast<void>(program.x.slice(0, legate::Slice{i % 50, 60}));
      static_cast<void>(program.runtime->create_task(program.library, LocalTaskID{0}));
      program.runtime->issue_mapping_fence();
    }
    const legate::Scope scope{std::string{program.odd_one_out ? "one place" : "another"}};
    program.add(program.y, program.x);
  }
  if (sum_of(program.x) != 100 * 401) {
    throw std::runtime_error{"wrong sum"};
  }
  if (program.odd_one_out) {
    static_cast<void>(sum_of(program.x));
  }
  const auto constant = program.runtime->create_store(Scalar{std::int64_t{3}});
  if (program.odd_one_out) {
    static_cast<void>(constant.get_physical_store());
  }
  program.fence();
}

/// The exception is caught: later calls throw it again, and finish() ends the run. Waits for all ranks to have got
/// there.
void caught(const Program& program) {
  const auto refused = [](const std::function<void()>& call) {
    try {
      call();
    } catch (const std::logic_error& error) {
      return std::string{error.what()}.find("different calls") != std::string::npos;
    }
    return false;
  };
  const bool all = refused([&] { extra_submit(program); }) && refused([&] { program.add(program.x, program.y); }) &&
                   refused([&] { program.fence(); }) && refused([&] { static_cast<void>(sum_of(program.x)); });
  std::printf("rank %u: refused %s\n", program.runtime->node_id(), all ? "everything" : "too little");
  std::fflush(stdout);
  const std::filesystem::path folder{std::getenv("LEGATUS_TEST_FOLDER")};
  std::ofstream{folder / ("caught." + std::to_string(program.runtime->node_id()))} << "caught\n";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  for (std::uint32_t rank = 0; rank < program.runtime->node_count(); ++rank) {
    while (!std::filesystem::exists(folder / ("caught." + std::to_string(rank))) &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  }
}

// --- ranks that die
// -----------------------------------------------------------------------------------------------------

/// Rank 1 dies by `die` while the others wait for its part.
void leave_waiting(const Program& program, const std::function<void()>& die) {
  program.add(program.x, program.y);
  program.fence();
  if (program.odd_one_out) {
    die();
  }
  program.add(program.y, program.x);
  static_cast<void>(sum_of(program.x));
}

void killed(const Program& program) {
  leave_waiting(program, [] { ::kill(::getpid(), SIGKILL); });
}
void aborts(const Program& program) {
  leave_waiting(program, [] { std::abort(); });
}
void exits(const Program& program) {
  leave_waiting(program, [] { std::exit(3); });
}
void exits_successfully(const Program& program) {
  leave_waiting(program, [] { std::exit(0); });
}
void exits_quickly(const Program& program) {
  leave_waiting(program, [] { std::_Exit(3); });
}
void throws(const Program& program) {
  leave_waiting(program, [] { throw std::runtime_error{"thrown by a rank"}; });
}
/// Rank 1 dies in a task while others wait for it in the same launch.
void killed_in_gang(const Program& program) {
  in_gang = [odd_one_out = program.odd_one_out](legate::TaskContext& context) {
    std::int64_t sum = 1;
    for (int round = 0;; ++round) {
      if (odd_one_out && round == 100) {
        ::kill(::getpid(), SIGKILL);
      }
      legate::comm::coll::collAllreduce(&sum, &sum, 1, legate::comm::coll::CollDataType::CollInt64,
                                        legate::ReductionOpKind::MAX,
                                        context.communicator(0).get<legate::comm::coll::CollComm>());
    }
  };
  program.gang();
  program.fence();
}
void does_not_finish(const Program&) {}  // main() returns without finish() on rank 1

// --- ranks that hang
// ----------------------------------------------------------------------------------------------------

void hanging_task(const Program& program) {
  const legate::Scope scope{std::string{"line 34"}};
  program.submit(1);
  program.fence();
}

/// The point of rank 1 does not come to where the others wait for it.
void uneven_barriers(const Program& program) {
  in_gang = [odd_one_out = program.odd_one_out](legate::TaskContext& context) {
    if (!odd_one_out) {
      context.concurrent_task_barrier();
    }
  };
  program.gang();
  program.fence();
}

/// The point of rank 1 looks for the largest where the others add up.
void other_operation(const Program& program) {
  in_gang = [odd_one_out = program.odd_one_out](legate::TaskContext& context) {
    std::int64_t value = 1;
    legate::comm::coll::collAllreduce(&value, &value, 1, legate::comm::coll::CollDataType::CollInt64,
                                      odd_one_out ? legate::ReductionOpKind::MAX : legate::ReductionOpKind::ADD,
                                      context.communicator(0).get<legate::comm::coll::CollComm>());
  };
  program.gang();
  program.fence();
}

/// Rank 1 asks for no communicator.
void other_communicator(const Program& program) {
  auto task = program.runtime->create_task(program.library, LocalTaskID{2});
  if (!program.odd_one_out) {
    task.add_communicator("cpu");
  }
  program.runtime->submit(std::move(task));
  program.fence();
}

void hanging_program(const Program& program) {
  program.add(program.x, program.y);
  while (program.odd_one_out) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  program.fence();
}

void stopped_process(const Program& program) {
  if (program.odd_one_out) {
    ::raise(SIGSTOP);
  }
  program.fence();
}

/// Rank 1 never sends what the others need.
void lacking_transfer(const Program& program) {
  program.add(program.x, program.y);
  while (program.odd_one_out) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  program.add(program.y, program.x);
  static_cast<void>(sum_of(program.x));
}

const std::map<std::string, void (*)(const Program&)>& failures() {
  static const std::map<std::string, void (*)(const Program&)> all{{"extra_submit", &extra_submit},
                                                                   {"other_scalar", &other_scalar},
                                                                   {"other_shape", &other_shape},
                                                                   {"other_messages", &other_messages},
                                                                   {"other_store", &other_store},
                                                                   {"other_part", &other_part},
                                                                   {"other_constraint", &other_constraint},
                                                                   {"other_wait", &other_wait},
                                                                   {"other_mode", &other_mode},
                                                                   {"extents_of_one", &extents_of_one},
                                                                   {"early_finish", &early_finish},
                                                                   {"among_many", &among_many},
                                                                   {"harmless", &harmless},
                                                                   {"caught", &caught},
                                                                   {"killed", &killed},
                                                                   {"aborts", &aborts},
                                                                   {"exits", &exits},
                                                                   {"exits_successfully", &exits_successfully},
                                                                   {"exits_quickly", &exits_quickly},
                                                                   {"throws", &throws},
                                                                   {"killed_in_gang", &killed_in_gang},
                                                                   {"uneven_barriers", &uneven_barriers},
                                                                   {"other_communicator", &other_communicator},
                                                                   {"other_operation", &other_operation},
                                                                   {"does_not_finish", &does_not_finish},
                                                                   {"hanging_task", &hanging_task},
                                                                   {"hanging_program", &hanging_program},
                                                                   {"stopped_process", &stopped_process},
                                                                   {"lacking_transfer", &lacking_transfer}};
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const auto failure = argc == 2 ? failures().find(argv[1]) : failures().end();
  if (failure == failures().end()) {
    std::fprintf(stderr, "usage: failing_program NAME, as in tests/mpi/failures\n");
    return 2;
  }
  legate::start();
  {
    const Program program;
    failure->second(program);
    if (failure->first == "does_not_finish" && program.odd_one_out) {
      return 0;
    }
  }
  return legate::finish();
}
