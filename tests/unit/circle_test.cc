// SPDX-License-Identifier: Apache-2.0
#include "collective_programs.h"

#include "engine/cluster.h"
#include "engine/process_group.h"

#include <legate/comm/communicator.h>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace legate::test;
using legate::ReductionOpKind;

std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* const given = std::getenv("LEGATUS_TEST_SEED");
    const std::uint64_t result = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("seed %llu\n", static_cast<unsigned long long>(result));
    return result;
  }();
  return value;
}

Circle circle_of(unsigned points) { return Circle{seat_here(points), true, "task of the test"}; }

TEST(Circle, ReducesEveryTypeByEveryOperator) {
  Random random{seed()};
  for (const unsigned points : {1U, 2U, 3U}) {
    std::vector<Operation> operations;
    for (const auto type : EVERY_TYPE) {
      for (const auto op : EVERY_OP) {
        if (is_floating(type) && is_bitwise(op)) continue;
        for (const std::uint64_t count : {1U, 2U, 7U, 1000U, 1000000U}) {
          if (count == 1000000 && points == 3) continue;
          operations.push_back({Operation::ALLREDUCE, type, op, count, random() % 2 == 0, random()});
        }
      }
    }
    auto circle = circle_of(points);
    EXPECT_EQ(run_operations(circle, operations), "");
  }
}

TEST(Circle, PerformsRandomOperations) {
  Random random{seed() + 1};
  for (unsigned points = 1; points <= 6; ++points) {
    std::vector<Operation> operations;
    for (int i = 0; i < 600; ++i) operations.push_back(random_operation(random, i % 20 == 0 ? 5000 : 30));
    auto circle = circle_of(points);
    EXPECT_EQ(run_operations(circle, operations), "") << points << " points";
  }
}

TEST(Circle, MovesLargeBuffers) {
  Random random{seed() + 2};
  std::vector<Operation> operations;
  for (const auto kind : {Operation::ALLGATHER, Operation::ALLTOALL, Operation::ALLTOALLV}) {
    for (const bool in_place : {false, true}) {
      operations.push_back({kind, CollDataType::CollInt64, {}, 1000000, in_place, random()});
    }
  }
  auto circle = circle_of(3);
  EXPECT_EQ(run_operations(circle, operations), "");
}

TEST(Circle, GivesAllPointsTheSameFloatingPointResults) {
  constexpr unsigned POINTS = 5;
  for (const std::size_t count : {std::size_t{3}, std::size_t{20011}}) {
    auto circle = circle_of(POINTS);
    std::vector<std::vector<double>> sent(POINTS, std::vector<double>(count));
    std::vector<std::vector<double>> got(POINTS, std::vector<double>(count));
    Random random{seed() + 3};
    std::uniform_real_distribution<double> numbers{-1, 1};
    for (auto& values : sent) {
      for (auto& value : values) value = numbers(random);
    }
    run_points(circle, [&](unsigned local) {
      circle.allreduce(local, sent[local].data(), got[local].data(), count, CollDataType::CollDouble,
                       ReductionOpKind::ADD);
      circle.leave(local);
    });
    std::vector<double> expected = sent[0];  // in the order of points
    for (unsigned point = 1; point < POINTS; ++point) {
      for (std::size_t i = 0; i < count; ++i) expected[i] += sent[point][i];
    }
    for (unsigned point = 0; point < POINTS; ++point) EXPECT_EQ(got[point], expected) << "point " << point;
  }
}

TEST(Circle, LetsNobodyPassTheBarrierEarly) {
  constexpr unsigned POINTS = 4;
  auto circle = circle_of(POINTS);
  std::atomic<unsigned> come{0};
  std::atomic<bool> early{false};
  run_points(circle, [&](unsigned local) {
    circle.start(local);
    for (unsigned round = 1; round <= 2000; ++round) {
      ++come;
      circle.barrier(local);
      if (come < round * POINTS) early = true;
      circle.barrier(local);
    }
    circle.leave(local);
  });
  EXPECT_FALSE(early);
  EXPECT_EQ(come, 2000 * POINTS);
}

TEST(Circle, WakesThoseWhoSleep) {
  auto circle = circle_of(3);
  run_points(circle, [&](unsigned local) {
    for (int round = 0; round < 30; ++round) {
      if (round % 3 == static_cast<int>(local)) std::this_thread::sleep_for(std::chrono::milliseconds{1});
      circle.barrier(local);
    }
    circle.leave(local);
  });
}

TEST(Circle, TellsEverybodyThatAPointHasBrokenOff) {
  Random random{seed() + 4};
  for (int run = 0; run < 3000; ++run) {
    const auto points = static_cast<unsigned>(1 + random() % 4);
    std::vector<Operation> operations;
    for (std::size_t i = random() % 5; i > 0; --i)
      operations.push_back(random_operation(random, run % 100 == 0 ? 9000 : 3));
    Breaks breaks;
    for (std::size_t i = 1 + random() % points; i > 0; --i) {
      breaks.emplace_back(random() % points, random() % (operations.size() + 1));
    }
    auto circle = circle_of(points);
    ASSERT_EQ(run_with_breaks(circle, operations, breaks), "") << "run " << run << ", " << points << " points";
  }
}

TEST(Circle, TellsThoseWhoSleepThatAPointHasBrokenOff) {
  for (const bool starts : {false, true}) {
    auto circle = circle_of(3);
    std::atomic<int> told{0};
    run_points(circle, [&](unsigned local) {
      if (local == 1) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
        circle.break_off(local);
        return;
      }
      EXPECT_THROW(starts ? circle.start(local) : circle.barrier(local), BrokenOff);
      ++told;
      circle.leave(local);
    });
    EXPECT_EQ(told, 2);
  }
}

// Two points: `first` is what point 0 does, `second` what point 1 does.
template <typename First, typename Second>
void two_points(First&& first, Second&& second) {
  auto circle = circle_of(2);
  run_points(circle, [&](unsigned local) { local == 0 ? first(circle) : second(circle); });
}

TEST(CircleDeath, NamesTheTaskWhereAPointWaitsForOneThatHasEnded) {
  const auto waits = [](Circle& circle) { circle.barrier(0); };
  EXPECT_DEATH(two_points(waits, [](Circle& circle) { circle.leave(1); }), "Task task of the test: .* ended");
  EXPECT_DEATH(two_points(waits,
                          [](Circle& circle) {
                            std::this_thread::sleep_for(std::chrono::milliseconds{20});
                            circle.leave(1);
                          }),
               "Task task of the test: 1 of 2 points in this process have ended while others wait for them");
  EXPECT_DEATH(two_points(
                   [&](Circle& circle) {
                     std::this_thread::sleep_for(std::chrono::milliseconds{20});
                     waits(circle);
                   },
                   [](Circle& circle) { circle.leave(1); }),
               "Task task of the test: a point waits in a barrier .* that have ended: 1 of 2");
}

TEST(CircleDeath, NamesDifferentOperations) {
  EXPECT_DEATH(two_points([](Circle& circle) { circle.barrier(0); },
                          [](Circle& circle) {
                            std::array<char, 4> send{};
                            std::array<char, 8> receive{};
                            circle.allgather(1, send.data(), receive.data(), 4);
                          }),
               "points call different operations: point 0 barrier, point 1 allgather of 4 bytes");
}

TEST(CircleDeath, NamesTypesAndOperatorsThatDiffer) {
  const auto sum = [](unsigned local, CollDataType type, ReductionOpKind op) {
    return [local, type, op](Circle& circle) {
      std::array<int, 2> values{};
      circle.allreduce(local, values.data(), values.data(), 2, type, op);
    };
  };
  EXPECT_DEATH(two_points(sum(0, CollDataType::CollInt, ReductionOpKind::ADD),
                          sum(1, CollDataType::CollUint32, ReductionOpKind::MAX)),
               "point 0 allreduce of 2 CollInt by ADD, point 1 allreduce of 2 CollUint32 by MAX");
}

TEST(CircleDeath, NamesCountsThatDoNotMatch) {
  const auto exchange = [](int expected) {
    return [expected](Circle& circle) {
      const unsigned local = expected == 1 ? 0 : 1;
      std::array<int, 8> send{};
      std::array<int, 8> receive{};
      const std::array<int, 2> sent{1, 1};
      const std::array<int, 2> got{1, expected};
      const std::array<int, 2> places{0, 3};
      circle.alltoallv(local, send.data(), sent.data(), places.data(), receive.data(), got.data(), places.data(),
                       sizeof(int));
    };
  };
  EXPECT_DEATH(two_points(exchange(1), exchange(2)), "point 1 expects 2 elements from point 1, which sends 1");
}

TEST(Coll, RefusesWhatIsNoArgument) {
  auto circle = circle_of(1);
  coll::Coll_Comm comm{circle, 0};
  std::array<double, 4> a{};
  std::array<double, 4> b{};
  const std::array<int, 1> one{1};
  const std::array<int, 1> zero{0};
  const std::array<int, 1> negative{-3};
  const auto refused = [](const std::string& message, auto&& call) {
    try {
      call();
      ADD_FAILURE() << "nothing was wrong, expected: " << message;
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(error.what(), message);
    }
  };
  constexpr auto DOUBLE = CollDataType::CollDouble;
  const auto alltoallv = [&](const void* send, const int* sc, const int* sd, void* receive, const int* rc,
                             const int* rd) {
    return [=, &comm] { coll::collAlltoallv(send, sc, sd, receive, rc, rd, DOUBLE, &comm); };
  };
  refused("Invalid sendbuf: nullptr", alltoallv(nullptr, one.data(), zero.data(), b.data(), one.data(), zero.data()));
  refused("Invalid recvbuf: nullptr", alltoallv(a.data(), one.data(), zero.data(), nullptr, one.data(), zero.data()));
  refused("Invalid sendcounts: nullptr", alltoallv(a.data(), nullptr, zero.data(), b.data(), one.data(), zero.data()));
  refused("Invalid sdispls: nullptr", alltoallv(a.data(), one.data(), nullptr, b.data(), one.data(), zero.data()));
  refused("Invalid recvcounts: nullptr", alltoallv(a.data(), one.data(), zero.data(), b.data(), nullptr, zero.data()));
  refused("Invalid rdispls: nullptr", alltoallv(a.data(), one.data(), zero.data(), b.data(), one.data(), nullptr));
  refused("Inplace Alltoallv not yet supported",
          alltoallv(a.data(), one.data(), zero.data(), a.data(), one.data(), zero.data()));
  refused("Invalid sendcounts: -3 for rank 0",
          alltoallv(a.data(), negative.data(), zero.data(), b.data(), one.data(), zero.data()));
  refused("Invalid recvcounts: -3 for rank 0",
          alltoallv(a.data(), one.data(), zero.data(), b.data(), negative.data(), zero.data()));

  refused("Invalid sendbuf: nullptr", [&] { coll::collAlltoall(nullptr, b.data(), 1, DOUBLE, &comm); });
  refused("Invalid recvbuf: nullptr", [&] { coll::collAlltoall(a.data(), nullptr, 1, DOUBLE, &comm); });
  refused("Invalid count: <= 0", [&] { coll::collAlltoall(a.data(), b.data(), 0, DOUBLE, &comm); });
  refused("Inplace Alltoall not yet supported", [&] { coll::collAlltoall(a.data(), a.data(), 1, DOUBLE, &comm); });

  refused("Invalid sendbuf: nullptr", [&] { coll::collAllgather(nullptr, b.data(), 1, DOUBLE, &comm); });
  refused("Invalid recvbuf: nullptr", [&] { coll::collAllgather(a.data(), nullptr, 1, DOUBLE, &comm); });
  refused("Invalid count: <= 0", [&] { coll::collAllgather(a.data(), b.data(), -1, DOUBLE, &comm); });
  refused("Invalid type: 9", [&] { coll::collAllgather(a.data(), b.data(), 1, static_cast<CollDataType>(9), &comm); });
  refused("Invalid global_comm: nullptr", [&] { coll::collAllgather(a.data(), b.data(), 1, DOUBLE, nullptr); });
  coll::Coll_Comm nobody;
  refused("Invalid global_comm: not a member of a communicator",
          [&] { coll::collAllgather(a.data(), b.data(), 1, DOUBLE, &nobody); });

  constexpr auto ADD = ReductionOpKind::ADD;
  refused("Invalid sendbuf: nullptr", [&] { coll::collAllreduce(nullptr, b.data(), 1, DOUBLE, ADD, &comm); });
  refused("Invalid recvbuf: nullptr", [&] { coll::collAllreduce(a.data(), nullptr, 1, DOUBLE, ADD, &comm); });
  refused("Invalid count: <= 0", [&] { coll::collAllreduce(a.data(), b.data(), 0, DOUBLE, ADD, &comm); });
  for (const auto type : {CollDataType::CollFloat, DOUBLE}) {
    for (const auto op : {ReductionOpKind::OR, ReductionOpKind::AND, ReductionOpKind::XOR}) {
      refused("all_reduce does not support float or double reduction with bitwise operations",
              [&] { coll::collAllreduce(a.data(), b.data(), 1, type, op, &comm); });
    }
  }
  refused("Invalid op: 1",
          [&] { coll::collAllreduce(a.data(), b.data(), 1, DOUBLE, static_cast<ReductionOpKind>(1), &comm); });
}

TEST(Coll, TellsWhoIsWho) {
  auto seating = std::make_shared<Seating>();
  seating->first_points = {0, 3, 7, 12};
  seating->process = 1;
  Circle circle{seating, false, "task"};
  const coll::Coll_Comm comm{circle, 2};
  EXPECT_EQ(comm.mpi_rank, 1);
  EXPECT_EQ(comm.mpi_comm_size, 3);
  EXPECT_EQ(comm.mpi_comm_size_actual, 3);
  EXPECT_EQ(comm.global_rank, 5);
  EXPECT_EQ(comm.global_comm_size, 12);
  EXPECT_EQ(comm.nb_threads, 4);
  EXPECT_TRUE(comm.status);
}

TEST(Coll, MakesCommunicatorsOfOne) {
  coll::Coll_Comm comm;
  EXPECT_FALSE(comm.status);
  EXPECT_THROW(coll::collCommCreate(nullptr, 1, 0, 5, nullptr), std::invalid_argument);
  EXPECT_THROW(coll::collCommCreate(&comm, 2, 0, 5, nullptr), std::invalid_argument);
  EXPECT_THROW(coll::collCommCreate(&comm, 1, 1, 5, nullptr), std::invalid_argument);
  EXPECT_THROW(coll::collCommDestroy(nullptr), std::invalid_argument);
  coll::collCommCreate(&comm, 1, 0, 5, nullptr);
  EXPECT_TRUE(comm.status);
  EXPECT_EQ(comm.global_comm_size, 1);
  EXPECT_EQ(comm.unique_id, 5);
  const std::array<int, 2> send{3, 4};
  std::array<int, 2> receive{};
  coll::collAllreduce(send.data(), receive.data(), 2, CollDataType::CollInt, ReductionOpKind::MUL, &comm);
  EXPECT_EQ(receive, send);
  coll::collCommDestroy(&comm);
  EXPECT_FALSE(comm.status);
  EXPECT_THROW(coll::collAllgather(send.data(), receive.data(), 1, CollDataType::CollInt, &comm),
               std::invalid_argument);
}

TEST(Communicator, HoldsHandlesOfEitherKind) {
  coll::Coll_Comm comm;
  const legate::comm::Communicator cpu{&comm};
  EXPECT_EQ(cpu.get<coll::CollComm>(), &comm);
  EXPECT_EQ(*cpu.get<coll::CollComm*>(), &comm);
  struct Other* other = nullptr;
  const legate::comm::Communicator nccl{static_cast<void*>(&other)};
  EXPECT_EQ(nccl.get<Other**>(), &other);
}

TEST(ProcessGroup, AgreesWithRanksThatAreMadeUp) {
  namespace engine = legate::detail::engine;
  engine::pretend_cluster({2, 5});
  auto& group = engine::ProcessGroup::find({0, 2, 4});
  EXPECT_EQ(group.rank(), 1U);
  EXPECT_EQ(group.size(), 3U);
  EXPECT_EQ(&engine::ProcessGroup::find({0, 2, 4}), &group);
  group.barrier();
  EXPECT_EQ(group.any(5), 5U);
  const std::array<int, 2> send{3, 4};
  std::array<int, 2> receive{};
  group.allreduce(send.data(), receive.data(), 2, CollDataType::CollInt, ReductionOpKind::ADD);
  EXPECT_EQ(receive, send);
  engine::GroupBarrier barrier{group};
  EXPECT_TRUE(barrier.done());
  engine::free_process_groups();
  engine::pretend_cluster({});
}

}  // namespace
