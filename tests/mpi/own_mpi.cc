// SPDX-License-Identifier: Apache-2.0
// A program that initialises MPI itself: own_mpi `multiple` as Legatus needs it for several ranks, own_mpi `single` for
// one thread. A program of tests/mpi/several_ranks.
#include <legate.h>

#include <mpi.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace {

int run() {
  try {
    legate::start();
  } catch (const std::runtime_error& error) {
    std::printf("refused: %s\n", error.what());
    MPI_Finalize();
    return 3;
  }
  auto* runtime = legate::Runtime::get_runtime();
  auto store = runtime->create_store(legate::Shape{1000}, legate::int64());
  runtime->issue_fill(store, legate::Scalar{std::int64_t{7}});
  const bool filled = store.get_physical_store().read_accessor<std::int64_t, 1>()[999] == 7;
  const auto ranks = runtime->node_count();
  const int status = legate::finish();
  int finalised = 1;
  int size = 0;
  MPI_Finalized(&finalised);
  if (finalised != 0) return 1;  // it is not ours to finalise
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  std::printf("%s\n", filled && static_cast<int>(ranks) == size ? "correct" : "WRONG");
  MPI_Finalize();
  return filled ? status : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool multiple = argc == 2 && std::strcmp(argv[1], "multiple") == 0;
  int level = 0;
  MPI_Init_thread(&argc, &argv, multiple ? MPI_THREAD_MULTIPLE : MPI_THREAD_SINGLE, &level);
  return run();
}
