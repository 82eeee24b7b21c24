// SPDX-License-Identifier: Apache-2.0
// Points of several processes talk to each other, as they do in concurrent launches, and compare with what they compute
// by themselves. A program of tests/mpi/communicators and nothing to learn from.
//
//   circles operations | messages | beyond_2_gib | against_mpi | breaks | over_while_others_wait
#include "../unit/collective_programs.h"

#include "engine/cluster.h"
#include "engine/process_group.h"

#include <mpi.h>

#include <cstdio>
#include <cstdlib>

namespace {

using namespace legate::test;
namespace engine = legate::detail::engine;

constexpr std::uint64_t DEFAULT_SEED = 26;

std::uint64_t seed() {
  const char* const given = std::getenv("LEGATUS_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : DEFAULT_SEED;
}

void require(const std::string& wrong, const std::string& where) {
  if (!wrong.empty()) {
    std::fprintf(stderr, "rank %u, %s (seed %llu): %s\n", engine::cluster().rank, where.c_str(),
                 static_cast<unsigned long long>(seed()), wrong.c_str());
    engine::abort_cluster();
  }
}

/// Some of the ranks, at least one; all of them half of the time.
std::vector<unsigned> random_ranks(Random& random) {
  std::vector<unsigned> result;
  const bool all = random() % 2 == 0;
  for (unsigned rank = 0; rank < engine::cluster().ranks; ++rank) {
    if (random() % 2 == 0 || all) result.push_back(rank);
  }
  if (result.empty()) result.push_back(static_cast<unsigned>(random() % engine::cluster().ranks));
  return result;
}

/// So many points in each process of the group; null where this process is none of them.
std::shared_ptr<const Seating> seat(const std::vector<unsigned>& ranks, const std::vector<unsigned>& points) {
  const auto own = std::find(ranks.begin(), ranks.end(), engine::cluster().rank);
  if (own == ranks.end()) return nullptr;
  auto result = std::make_shared<Seating>();
  result->first_points = {0};
  for (const auto count : points) result->first_points.push_back(result->first_points.back() + count);
  result->process = static_cast<unsigned>(own - ranks.begin());
  result->group = &engine::ProcessGroup::find(ranks);
  return result;
}

std::vector<unsigned> everybody() {
  std::vector<unsigned> result;
  for (unsigned rank = 0; rank < engine::cluster().ranks; ++rank) result.push_back(rank);
  return result;
}

/// Half of the time as many in each process.
std::vector<unsigned> random_points(std::size_t processes, Random& random) {
  std::vector<unsigned> result(processes, static_cast<unsigned>(1 + random() % 3));
  if (random() % 2 == 0) {
    for (auto& count : result) count = static_cast<unsigned>(1 + random() % 3);
  }
  return result;
}

std::vector<Operation> random_operations(std::size_t count, std::uint64_t most, Random& random) {
  std::vector<Operation> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(random_operation(random, most));
  return result;
}

/// Every rank draws the same numbers, also for circles that it is not in.
void run_circles(std::size_t circles, std::size_t operations, std::uint64_t most, Random& random) {
  for (std::size_t i = 0; i < circles; ++i) {
    const auto ranks = random_ranks(random);
    const auto points = random_points(ranks.size(), random);
    const bool may_break = random() % 2 == 0;
    const auto program = random_operations(operations, most, random);
    if (const auto seating = seat(ranks, points)) {
      Circle circle{seating, may_break, "task"};
      require(run_operations(circle, program), "circle " + std::to_string(i));
    }
  }
}

void operations() {
  Random random{seed()};
  run_circles(12, 250, 10, random);
  run_circles(12, 10, 3000, random);
  // so many elements that MPI reduces them
  std::vector<Operation> reductions;
  for (const auto type : EVERY_TYPE) {
    for (const auto op : EVERY_OP) {
      if (!is_floating(type) || !is_bitwise(op)) {
        reductions.push_back({Operation::ALLREDUCE, type, op, 10007, random() % 2 == 0, random()});
      }
    }
  }
  for (const unsigned points : {1U, 2U}) {
    Circle circle{seat(everybody(), std::vector<unsigned>(engine::cluster().ranks, points)), false, "task"};
    require(run_operations(circle, reductions), "reductions");
  }
  // a million elements at a time
  std::vector<unsigned> points(engine::cluster().ranks, 1);
  points.front() = 2;
  std::vector<Operation> program;
  for (const auto kind : {Operation::ALLGATHER, Operation::ALLTOALL, Operation::ALLTOALLV, Operation::ALLREDUCE}) {
    program.push_back(
        {kind, CollDataType::CollFloat, legate::ReductionOpKind::MUL, 1000000, kind == Operation::ALLGATHER, random()});
  }
  Circle circle{seat(everybody(), points), false, "task"};
  require(run_operations(circle, program), "large buffers");
}

/// Messages are cut, as if they were beyond 2 GiB; also between elements.
void messages() {
  Random random{seed() + 1};
  engine::set_longest_message(1003);
  run_circles(12, 20, 2000, random);
  engine::barrier();
}

/// What MPI cannot count: more than 2 GiB from one point to another, from all of them, and of elements to reduce. Takes
/// 5 GiB in each process.
void beyond_2_gib() {
  constexpr std::int64_t COUNT = 290000000;
  const auto ranks = static_cast<std::int64_t>(engine::cluster().ranks);
  const auto own = static_cast<std::int64_t>(engine::cluster().rank);
  Circle circle{seat(everybody(), std::vector<unsigned>(engine::cluster().ranks, 1)), false, "task"};
  coll::Coll_Comm comm{circle, 0};
  std::vector<std::int64_t> send(COUNT);
  std::vector<std::int64_t> got(COUNT);
  const auto fill = [&] {
    for (std::int64_t i = 0; i < COUNT; ++i) send[static_cast<std::size_t>(i)] = i * ranks + own;
  };
  const auto compare = [&](const char* what, std::int64_t count, const auto& expected) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (got[static_cast<std::size_t>(i)] != expected(i)) require("element " + std::to_string(i), what);
    }
  };
  // to the next process
  std::vector<int> counts(static_cast<std::size_t>(ranks), 0);
  std::vector<int> back(counts);
  const std::vector<int> places(counts);
  counts[static_cast<std::size_t>((own + 1) % ranks)] = COUNT;
  back[static_cast<std::size_t>((own + ranks - 1) % ranks)] = COUNT;
  fill();
  coll::collAlltoallv(send.data(), counts.data(), places.data(), got.data(), back.data(), places.data(),
                      CollDataType::CollInt64, &comm);
  compare("alltoallv", COUNT, [&](std::int64_t i) { return i * ranks + (own + ranks - 1) % ranks; });
  coll::collAllreduce(send.data(), got.data(), COUNT, CollDataType::CollInt64, legate::ReductionOpKind::ADD, &comm);
  compare("allreduce", COUNT, [&](std::int64_t i) { return i * ranks * ranks + ranks * (ranks - 1) / 2; });
  const std::int64_t part = COUNT / ranks;
  coll::collAllgather(send.data(), got.data(), static_cast<int>(part), CollDataType::CollInt64, &comm);
  compare("allgather", part * ranks, [&](std::int64_t i) { return i % part * ranks + i / part; });
  coll::collAlltoall(send.data(), got.data(), static_cast<int>(part), CollDataType::CollInt64, &comm);
  compare("alltoall", part * ranks, [&](std::int64_t i) { return (own * part + i % part) * ranks + i / part; });
  circle.leave(0);
}

/// With one point in every process MPI does the same.
void against_mpi() {
  Random random{seed() + 2};
  const auto seating = seat(everybody(), std::vector<unsigned>(engine::cluster().ranks, 1));
  Circle circle{seating, false, "task"};
  coll::Coll_Comm comm{circle, 0};
  const int size = comm.global_comm_size;
  std::uniform_real_distribution<double> numbers{-1, 1};
  for (const int count : {1, 2, 7, 1000, 100000}) {
    std::vector<double> send(static_cast<std::size_t>(count * size));
    Random own{seed() + engine::cluster().rank};
    for (auto& value : send) value = numbers(own);
    std::vector<double> got(send.size());
    std::vector<double> expected(send.size());
    const auto compare = [&](const char* what) { require(programs::differ(got, expected), what); };

    coll::collAllgather(send.data(), got.data(), count, CollDataType::CollDouble, &comm);
    MPI_Allgather(send.data(), count, MPI_DOUBLE, expected.data(), count, MPI_DOUBLE, MPI_COMM_WORLD);
    compare("allgather");
    coll::collAlltoall(send.data(), got.data(), count, CollDataType::CollDouble, &comm);
    MPI_Alltoall(send.data(), count, MPI_DOUBLE, expected.data(), count, MPI_DOUBLE, MPI_COMM_WORLD);
    compare("alltoall");
    coll::collAllreduce(send.data(), got.data(), count, CollDataType::CollDouble, legate::ReductionOpKind::MAX, &comm);
    MPI_Allreduce(send.data(), expected.data(), count, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    compare("allreduce");

    // Sums depend on the order, but not on the process.
    std::fill(got.begin(), got.end(), 0);
    coll::collAllreduce(send.data(), got.data(), count, CollDataType::CollDouble, legate::ReductionOpKind::ADD, &comm);
    expected = got;
    MPI_Bcast(expected.data(), static_cast<int>(expected.size()), MPI_DOUBLE, 0, MPI_COMM_WORLD);
    compare("sums in all processes");

    std::vector<int> counts(static_cast<std::size_t>(size));
    std::vector<int> back(counts.size());
    std::vector<int> places(counts.size());
    for (int rank = 0; rank < size; ++rank) {
      const auto amount = [&](int from, int to) { return (from + 2 * to) % 3 == 0 ? 0 : 1 + (from * to) % count; };
      counts[static_cast<std::size_t>(rank)] = amount(comm.global_rank, rank);
      back[static_cast<std::size_t>(rank)] = amount(rank, comm.global_rank);
      places[static_cast<std::size_t>(rank)] = rank * count;
    }
    std::fill(got.begin(), got.end(), 0);
    std::fill(expected.begin(), expected.end(), 0);
    coll::collAlltoallv(send.data(), counts.data(), places.data(), got.data(), back.data(), places.data(),
                        CollDataType::CollDouble, &comm);
    MPI_Alltoallv(send.data(), counts.data(), places.data(), MPI_DOUBLE, expected.data(), back.data(), places.data(),
                  MPI_DOUBLE, MPI_COMM_WORLD);
    compare("alltoallv");
  }
  circle.leave(0);
}

/// Starts a barrier that does not block, and waits until it is passed: not before all have started it.
void pass_group_barrier(engine::ProcessGroup& group) {
  const std::int64_t came = machine_time();
  engine::GroupBarrier barrier{group};
  while (!barrier.done()) std::this_thread::yield();
  const std::int64_t left = machine_time();
  std::vector<std::int64_t> others(group.size());
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i <= group.size(); ++i) offsets.push_back(i * sizeof came);
  others[group.rank()] = came;
  group.allgather(reinterpret_cast<std::byte*>(others.data()), offsets);
  require(*std::max_element(others.begin(), others.end()) <= left ? "" : "passed too early", "barrier of a group");
}

/// Points of any processes break off at any time, several at once; then the same processes go on with another circle.
void breaks() {
  {
    Circle circle{seat(everybody(), std::vector<unsigned>(engine::cluster().ranks, 1)), true, "task"};
    if (engine::cluster().rank == 0) circle.start(0);  // which is no business of the others
    engine::barrier();
    if (engine::cluster().rank != 0) circle.start(0);
    circle.leave(0);
  }
  Random random{seed() + 3};
  for (int i = 0; i < 700; ++i) {
    const auto ranks = random_ranks(random);
    const auto points = random_points(ranks.size(), random);
    const auto program = random_operations(random() % 4, i % 50 == 0 ? 3000 : 4, random);
    std::uint64_t all = 0;
    for (const auto count : points) all += count;
    Breaks breaks;
    for (std::size_t k = random() % (all + 1); k > 0; --k) {
      breaks.emplace_back(random() % all, random() % (program.size() + 1));
    }
    if (const auto seating = seat(ranks, points)) {
      const engine::GroupBarrier barrier{*seating->group};  // goes on meanwhile
      Circle circle{seating, true, "task"};
      require(run_with_breaks(circle, program, breaks), "circle " + std::to_string(i));
      if (i % 10 == 0) pass_group_barrier(*seating->group);
    }
  }
}

/// Ends the run, with a message that names the task.
void over_while_others_wait() {
  Circle circle{seat(everybody(), std::vector<unsigned>(engine::cluster().ranks, 2)), true, "impatient"};
  run_points(circle, [&](unsigned local) {
    if (engine::cluster().rank != 0) circle.barrier(local);
    circle.leave(local);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string part = argc > 1 ? argv[1] : "";
  engine::start_cluster();
  if (part == "operations") operations();
  if (part == "messages") messages();
  if (part == "beyond_2_gib") beyond_2_gib();
  if (part == "against_mpi") against_mpi();
  if (part == "breaks") breaks();
  if (part == "over_while_others_wait") over_while_others_wait();
  engine::stop_cluster();
  std::printf("correct\n");
}
