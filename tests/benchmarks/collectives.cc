// SPDX-License-Identifier: Apache-2.0
// What the points of a concurrent launch pay for talking to each other: threads of one process against barriers and
// loops by hand, and one point on each rank against MPI's own blocking collectives.
//
//   collectives [--rounds 9] [--largest 1048576] [--threads N] [--ranks N]
#include "measure.h"
#include "ranks.h"

#include "comm/circle.h"
#include "engine/cluster.h"
#include "engine/process_group.h"
#include "engine/spin.h"

#include <mpi.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace engine = legate::detail::engine;
using legate::comm::coll::CollDataType;
using legate::detail::comm::Circle;
using legate::detail::comm::Seating;

const benchmark::Table TABLE{{{"operation", 9},
                              {"bytes", 8},
                              {"points", 9},
                              {"reference", 9},
                              {"Legatus", 8},
                              {"ratio", 6},
                              {"best", 6},
                              {"may throw", 9},
                              {"ratio", 6}}};

struct Settings {
  std::size_t rounds;
  std::size_t largest;
};

enum class Kind { BARRIER, ALLREDUCE, ALLGATHER, ALLTOALL };
constexpr Kind KINDS[]{Kind::BARRIER, Kind::ALLREDUCE, Kind::ALLGATHER, Kind::ALLTOALL};
const char* name_of(Kind kind) {
  constexpr const char* NAMES[]{"barrier", "allreduce", "allgather", "alltoall"};
  return NAMES[static_cast<std::size_t>(kind)];
}

/// What a point sends and receives: `bytes` in a reduction, for everybody in a gather, for each in an exchange.
struct Buffers {
  Buffers(std::size_t bytes, std::size_t points)
      : send(std::max<std::size_t>(bytes * points / sizeof(double), 1), 1.0), receive(send.size(), 0.0) {}
  std::vector<double> send;
  std::vector<double> receive;
};

void by_circle(Circle& circle, unsigned local, Kind kind, std::size_t bytes, Buffers& buffers) {
  switch (kind) {
    case Kind::BARRIER:
      return circle.barrier(local);
    case Kind::ALLREDUCE:
      return circle.allreduce(local, buffers.send.data(), buffers.receive.data(), bytes / sizeof(double),
                              CollDataType::CollDouble, legate::ReductionOpKind::ADD);
    case Kind::ALLGATHER:
      return circle.allgather(local, buffers.send.data(), buffers.receive.data(), bytes);
    case Kind::ALLTOALL:
      return circle.alltoall(local, buffers.send.data(), buffers.receive.data(), bytes);
  }
}

/// As std::barrier: the last one to come begins the next round, the others look for a while and then sleep.
class PlainBarrier {
 public:
  explicit PlainBarrier(unsigned members) : members_{members} {}
  void wait() {
    const unsigned round = round_.load();
    if (come_.fetch_add(1) + 1 == members_) {
      come_ = 0;
      {
        const std::lock_guard<std::mutex> lock{mutex_};
        round_ = round + 1;
      }
      condition_.notify_all();
      return;
    }
    if (!engine::spin_until(std::chrono::microseconds{50}, [&] { return round_.load() != round; })) {
      std::unique_lock<std::mutex> lock{mutex_};
      condition_.wait(lock, [&] { return round_.load() != round; });
    }
  }

 private:
  unsigned members_;
  std::atomic<unsigned> come_{0};
  std::atomic<unsigned> round_{0};
  std::mutex mutex_;
  std::condition_variable condition_;
};

/// Each thread fetches what it needs between two barriers.
class ByHand {
 public:
  explicit ByHand(std::vector<Buffers>& buffers) : buffers_{buffers}, barrier_{static_cast<unsigned>(buffers.size())} {}

  void run(unsigned local, Kind kind, std::size_t bytes) {
    barrier_.wait();
    if (kind == Kind::BARRIER) return;
    const std::size_t count = bytes / sizeof(double);
    auto& own = buffers_[local].receive;
    if (kind == Kind::ALLREDUCE) {
      std::copy_n(buffers_[0].send.begin(), count, own.begin());
      for (std::size_t point = 1; point < buffers_.size(); ++point) {
        for (std::size_t i = 0; i < count; ++i) own[i] += buffers_[point].send[i];
      }
    } else {
      for (std::size_t point = 0; point < buffers_.size(); ++point) {
        const std::size_t from = kind == Kind::ALLGATHER ? 0 : local * count;
        std::memcpy(own.data() + point * count, buffers_[point].send.data() + from, bytes);
      }
    }
    barrier_.wait();
  }
  void meet() { barrier_.wait(); }

 private:
  std::vector<Buffers>& buffers_;
  PlainBarrier barrier_;
};

/// Microseconds a call, of all threads together.
template <typename Call>
double by_threads(ByHand& start, unsigned threads, std::size_t calls, Call&& call) {
  double seconds = 0;
  const auto body = [&](unsigned local) {
    start.meet();
    const double begin = benchmark::now();
    for (std::size_t i = 0; i < calls; ++i) call(local);
    if (local == 0) seconds = benchmark::now() - begin;
  };
  std::vector<std::thread> others;
  for (unsigned local = 1; local < threads; ++local) others.emplace_back(body, local);
  body(0);
  for (auto& other : others) other.join();
  return seconds * 1e6 / static_cast<double>(calls);
}

std::size_t calls_for(std::size_t bytes) {
  return std::clamp<std::size_t>((std::size_t{8} << 20U) / (bytes + 1), 5, 2000);
}

void print(Kind kind, std::size_t bytes, const std::string& points, const std::vector<benchmark::Summary>& figures) {
  std::vector<std::string> cells{name_of(kind),
                                 kind == Kind::BARRIER ? "-" : std::to_string(bytes),
                                 points,
                                 benchmark::number(figures[0].median),
                                 benchmark::number(figures[1].median),
                                 benchmark::ratio(figures[1].median, figures[0].median),
                                 benchmark::ratio(figures[1].best, figures[0].best)};
  if (figures.size() > 2) {
    cells.push_back(benchmark::number(figures[2].median));
    cells.push_back(benchmark::ratio(figures[2].median, figures[0].median));
  }
  TABLE.row(cells);
}

template <typename Measure>
void for_sizes(const Settings& settings, Measure&& measure) {
  for (const Kind kind : KINDS) {
    for (std::size_t bytes = 8; bytes <= (kind == Kind::BARRIER ? 8 : settings.largest); bytes *= 8) {
      measure(kind, bytes);
    }
    if (kind != Kind::BARRIER && settings.largest >= std::size_t{1} << 20U) measure(kind, std::size_t{1} << 20U);
  }
}

void in_one_process(unsigned threads, const Settings& settings) {
  auto seating = std::make_shared<Seating>();
  seating->first_points = {0, threads};
  for_sizes(settings, [&](Kind kind, std::size_t bytes) {
    std::vector<Buffers> buffers(threads, Buffers{bytes, threads});
    ByHand by_hand{buffers};
    Circle circle{seating, false, "collectives"};
    const std::size_t calls = calls_for(bytes);
    const auto figures = benchmark::summarize(
        0.0, settings.rounds,
        {[&] { return by_threads(by_hand, threads, calls, [&](unsigned local) { by_hand.run(local, kind, bytes); }); },
         [&] {
           return by_threads(by_hand, threads, calls,
                             [&](unsigned local) { by_circle(circle, local, kind, bytes, buffers[local]); });
         }});
    print(kind, bytes, std::to_string(threads) + " threads", figures);
  });
}

void by_mpi(Kind kind, std::size_t bytes, Buffers& buffers) {
  const int count = static_cast<int>(bytes / sizeof(double));
  switch (kind) {
    case Kind::BARRIER:
      MPI_Barrier(MPI_COMM_WORLD);
      break;
    case Kind::ALLREDUCE:
      MPI_Allreduce(buffers.send.data(), buffers.receive.data(), count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
      break;
    case Kind::ALLGATHER:
      MPI_Allgather(buffers.send.data(), count, MPI_DOUBLE, buffers.receive.data(), count, MPI_DOUBLE, MPI_COMM_WORLD);
      break;
    case Kind::ALLTOALL:
      MPI_Alltoall(buffers.send.data(), count, MPI_DOUBLE, buffers.receive.data(), count, MPI_DOUBLE, MPI_COMM_WORLD);
      break;
  }
}

int on_ranks(const Settings& settings) {
  engine::start_cluster();
  {
    const auto [rank, ranks] = engine::cluster();
    auto seating = std::make_shared<Seating>();
    std::vector<unsigned> everybody;
    for (unsigned i = 0; i <= ranks; ++i) seating->first_points.push_back(i);
    for (unsigned i = 0; i < ranks; ++i) everybody.push_back(i);
    seating->process = rank;
    seating->group = &engine::ProcessGroup::find(everybody);
    for_sizes(settings, [&, ranks = ranks, rank = rank](Kind kind, std::size_t bytes) {
      Buffers buffers{bytes, ranks};
      Circle circle{seating, false, "collectives"};
      Circle throwing{seating, true, "collectives"};
      const std::size_t calls = calls_for(bytes);
      const auto timed = [&](const auto& call) {
        MPI_Barrier(MPI_COMM_WORLD);
        const double begin = benchmark::now();
        for (std::size_t i = 0; i < calls; ++i) call();
        MPI_Barrier(MPI_COMM_WORLD);
        return (benchmark::now() - begin) * 1e6 / static_cast<double>(calls);
      };
      // The same number of rounds on all ranks, however long they take.
      const auto figures =
          benchmark::summarize(0.0, settings.rounds,
                               {[&] { return timed([&] { by_mpi(kind, bytes, buffers); }); },
                                [&] { return timed([&] { by_circle(circle, 0, kind, bytes, buffers); }); },
                                [&] { return timed([&] { by_circle(throwing, 0, kind, bytes, buffers); }); }});
      circle.leave(0);
      throwing.leave(0);
      if (rank == 0) print(kind, bytes, std::to_string(ranks) + " ranks", figures);
    });
  }
  engine::stop_cluster();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings{static_cast<std::size_t>(benchmark::option(argc, argv, "--rounds", 9.0)),
                          static_cast<std::size_t>(benchmark::option(argc, argv, "--largest", 1048576.0))};
  if (benchmark::is_a_rank()) return on_ranks(settings);
  TABLE.header();
  const auto wanted = [&](const char* option, unsigned count) {
    const auto only = benchmark::option(argc, argv, option, std::string{});
    return only.empty() || only == std::to_string(count);
  };
  for (const unsigned threads : {2U, 4U}) {
    if (wanted("--threads", threads)) in_one_process(threads, settings);
  }
  for (const unsigned ranks : {2U, 4U}) {
    if (!wanted("--ranks", ranks)) continue;
    if (const int status = benchmark::run_on_ranks(ranks, "vader", "--cpus 1", argv); status != 0) return status;
  }
  return 0;
}
