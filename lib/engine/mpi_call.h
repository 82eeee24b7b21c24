// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where MPI's headers and return codes are dealt with. Internal to the engine.
#include "engine/spin.h"

#include <legate/utilities/abort.h>
#include <legate_defines.h>

#if LEGATE_DEFINED(LEGATE_USE_MPI)

// The C interface is all that is used.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

namespace legate::detail::engine {

/// By default MPI ends the program itself when something fails; where it returns instead (StarPU-MPI sets that), this
/// does.
inline void expect_mpi(int code, const char* call) {
  if (code != MPI_SUCCESS) {
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    LEGATE_ABORT(call, ": ", std::string(text, static_cast<std::size_t>(length)));
  }
}

/// What StarPU-MPI sends and receives over; nothing else does.
[[nodiscard]] MPI_Comm transfer_communicator() noexcept;

/// What the communicators of groups of processes are made from; nothing is sent over it itself.
[[nodiscard]] MPI_Comm group_communicator() noexcept;

/// Returns when `over()` is true. MPI itself would look for it all the time, at the expense of workers and of ranks
/// that are not as far: after some time looking gets rarer, by a sixteenth of what has been waited already.
template <typename Over>
void wait_patiently(Over&& over) {
  const auto begin = std::chrono::steady_clock::now();
  if (spin_until(std::chrono::microseconds{200}, over)) {
    return;
  }
  while (!over()) {
    const auto waited = std::chrono::steady_clock::now() - begin;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(waited / 16, std::chrono::milliseconds{1}));
  }
}

/// Waits in this way until the operation is over, which ends the request.
inline void complete(MPI_Request& request) {
  wait_patiently([&request] {
    int flag = 0;
    expect_mpi(MPI_Test(&request, &flag, MPI_STATUS_IGNORE), "MPI_Test");
    return flag != 0;
  });
}

}  // namespace legate::detail::engine

#endif
