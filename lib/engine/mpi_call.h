// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where MPI's headers and return codes are dealt with. Internal to the engine.
#include <legate/utilities/abort.h>
#include <legate_defines.h>

#if LEGATE_DEFINED(LEGATE_USE_MPI)

// The C interface is all that is used.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <string>

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

}  // namespace legate::detail::engine

#endif
