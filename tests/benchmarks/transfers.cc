// SPDX-License-Identifier: Apache-2.0
// What a dependency between two ranks costs: a task changes a store on rank 0, the next one on rank 1, and so on, there
// and back. Against MPI_Send and MPI_Recv of as many bytes, and against StarPU-MPI by hand.
//
//   transfers [--rounds 7] [--largest 67108864]
#include <legate.h>

#include "measure.h"
#include "ranks.h"
#include "raw_starpu.h"

#include <mpi.h>
#include <starpu_mpi.h>

namespace {

using legate::LocalTaskID;
using legate::Runtime;
using legate::TaskContext;

const benchmark::Table TABLE{{{"bytes, us a hop", 15},
                              {"over", 6},
                              {"MPI", 8},
                              {"StarPU", 8},
                              {"Legatus", 8},
                              {"by MPI", 7},
                              {"by StarPU", 9},
                              {"MPI GB/s", 9},
                              {"StarPU", 7},
                              {"Legatus", 7}}};

/// Adds one to the first element; the others are just there.
struct Bump : public legate::LegateTask<Bump> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext context) {
    context.output(0).read_write_accessor<std::uint64_t, 1>()[legate::Point<1>{0}] += 1;
  }
};

void bump(void** buffers, void*) { *reinterpret_cast<std::uint64_t*>(STARPU_VECTOR_GET_PTR(buffers[0])) += 1; }

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "wrong result: %s\n", what);
  std::exit(1);
}

void fence() { Runtime::get_runtime()->issue_execution_fence(/*block=*/true); }

/// A message that goes to and fro, by each of the three. Hops are counted in the message itself.
class PingPong {
 public:
  PingPong(legate::Library library, std::size_t bytes)
      : library_{std::move(library)},
        elements_{bytes / sizeof(std::uint64_t)},
        rank_{Runtime::get_runtime()->node_id()},
        message_(elements_, 0),
        store_{Runtime::get_runtime()->create_store(legate::Shape{elements_}, legate::uint64())} {
    Runtime::get_runtime()->issue_fill(store_, legate::Scalar{std::uint64_t{0}});
    starpu_vector_data_register(&handle_, STARPU_MAIN_RAM, reinterpret_cast<std::uintptr_t>(message_.data()),
                                static_cast<std::uint32_t>(elements_), sizeof(std::uint64_t));
  }
  ~PingPong() { starpu_data_unregister(handle_); }
  PingPong(const PingPong&) = delete;
  PingPong& operator=(const PingPong&) = delete;

  /// A round trip is two hops: rank 0 changes the message and sends it, rank 1 changes it and sends it back.
  double by_mpi(int trips) {
    std::vector<std::uint64_t> message(elements_, 0);
    const auto bytes = static_cast<int>(elements_ * sizeof(std::uint64_t));
    MPI_Barrier(MPI_COMM_WORLD);
    const double begin = benchmark::now();
    for (int trip = 0; trip < trips; ++trip) {
      for (const bool mine : {rank_ == 0, rank_ == 1}) {
        if (mine) {
          message[0] += 1;
          MPI_Send(message.data(), bytes, MPI_BYTE, other(), 0, MPI_COMM_WORLD);
        } else {
          MPI_Recv(message.data(), bytes, MPI_BYTE, other(), 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
      }
    }
    const double seconds = benchmark::now() - begin;
    require(message[0] >= static_cast<std::uint64_t>(2 * trips - 1), "MPI");
    return microseconds_a_hop(seconds, trips);
  }

  double by_starpu(int trips) {
    fence();
    MPI_Barrier(MPI_COMM_WORLD);
    const double begin = benchmark::now();
    for (int trip = 0; trip < trips; ++trip) {
      for (const bool mine : {rank_ == 0, rank_ == 1}) {
        ++tag_;
        if (mine) {
          raw::submit(bump_, {handle_});
          raw::expect(starpu_mpi_isend_detached(handle_, other(), tag_, MPI_COMM_WORLD, nullptr, nullptr), "isend");
        } else {
          raw::expect(starpu_mpi_irecv_detached(handle_, other(), tag_, MPI_COMM_WORLD, nullptr, nullptr), "irecv");
        }
      }
    }
    // Acquiring the data waits for the last receive, or for the task before the last send.
    raw::expect(starpu_data_acquire(handle_, STARPU_R), "starpu_data_acquire");
    const double seconds = benchmark::now() - begin;
    started_by_hand_ += static_cast<std::uint64_t>(2 * trips);
    require(message_[0] == started_by_hand_, "StarPU-MPI");
    starpu_data_release(handle_);
    MPI_Barrier(MPI_COMM_WORLD);
    return microseconds_a_hop(seconds, trips);
  }

  double by_legate(int trips) {
    auto* runtime = Runtime::get_runtime();
    const auto machine = runtime->get_machine();
    const auto first = machine.slice(0, 1);
    const auto second = machine.slice(1, 2);
    fence();
    MPI_Barrier(MPI_COMM_WORLD);
    const double begin = benchmark::now();
    for (int trip = 0; trip < trips; ++trip) {
      for (const auto& place : {first, second}) {
        const legate::Scope scope{place};
        auto task = runtime->create_task(library_, Bump::TASK_CONFIG.task_id());
        task.add_input(store_);
        task.add_output(store_);
        runtime->submit(std::move(task));
      }
    }
    fence();
    return microseconds_a_hop(benchmark::now() - begin, trips);
  }

 private:
  [[nodiscard]] int other() const { return rank_ == 0 ? 1 : 0; }
  [[nodiscard]] static double microseconds_a_hop(double seconds, int trips) { return seconds * 1e6 / (2.0 * trips); }

  static inline starpu_mpi_tag_t tag_{0};

  legate::Library library_;
  std::size_t elements_;
  std::uint32_t rank_;
  std::vector<std::uint64_t> message_;
  std::uint64_t started_by_hand_{0};
  starpu_data_handle_t handle_{nullptr};
  raw::Codelet bump_{"bump", bump, {STARPU_RW}};
  legate::LogicalStore store_;
};

int run(std::size_t rounds, std::size_t largest) {
  legate::start();
  {
    auto* runtime = Runtime::get_runtime();
    if (runtime->node_count() != 2) {
      std::fprintf(stderr, "transfers: wants 2 ranks, not %u\n", runtime->node_count());
      std::exit(2);
    }
    auto library = runtime->create_library("transfers");
    Bump::register_variants(library);
    const char* transport = std::getenv("OMPI_MCA_btl");
    const std::string over = transport != nullptr && std::string{transport}.find("tcp") == 0 ? "TCP" : "memory";
    for (std::size_t bytes = 8; bytes <= largest; bytes *= 8) {
      PingPong message{library, bytes};
      const int trips = static_cast<int>(std::clamp<std::size_t>((std::size_t{32} << 20U) / bytes, 4, 500));
      // The same number of rounds on both ranks, however long they take.
      const auto figures =
          benchmark::interleave(0.0, rounds,
                                {[&] { return message.by_mpi(trips); }, [&] { return message.by_starpu(trips); },
                                 [&] { return message.by_legate(trips); }});
      if (runtime->node_id() != 0) continue;
      const auto gigabytes = [&](double microseconds) {
        return benchmark::number(static_cast<double>(bytes) / microseconds * 1e-3);
      };
      TABLE.row({std::to_string(bytes), over, benchmark::number(figures[0]), benchmark::number(figures[1]),
                 benchmark::number(figures[2]), benchmark::ratio(figures[2], figures[0]),
                 benchmark::ratio(figures[2], figures[1]), gigabytes(figures[0]), gigabytes(figures[1]),
                 gigabytes(figures[2])});
    }
  }
  return legate::finish();
}

}  // namespace

int main(int argc, char** argv) {
  const auto rounds = static_cast<std::size_t>(benchmark::option(argc, argv, "--rounds", 7.0));
  const auto largest = static_cast<std::size_t>(benchmark::option(argc, argv, "--largest", 67108864.0));
  if (benchmark::is_a_rank()) return run(rounds, largest);
  TABLE.header();
  for (const char* transport : {"vader", "tcp"}) {
    const int status = benchmark::run_on_ranks(2, transport, "--cpus 1 --sysmem 1000", argv);
    if (status != 0) return status;
  }
  return 0;
}
