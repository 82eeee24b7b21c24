// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a group of processes has of MPI. Internal to the engine.
#include "engine/mpi_call.h"
#include "engine/process_group.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace legate::detail::engine {

/// As set_longest_message() has it.
[[nodiscard]] std::size_t longest_message() noexcept;

#if LEGATE_DEFINED(LEGATE_USE_MPI)

struct ProcessGroup::Connection {
  MPI_Comm operations{MPI_COMM_NULL};
  MPI_Comm barriers{MPI_COMM_NULL};  // apart, so that barriers never match with operations
  MPI_Op sum_of_bytes{MPI_OP_NULL};  // which wraps around

  Connection() = default;
  ~Connection() {
    for (MPI_Comm* const communicator : {&operations, &barriers}) {
      if (*communicator != MPI_COMM_NULL) {
        expect_mpi(MPI_Comm_free(communicator), "MPI_Comm_free");
      }
    }
    if (sum_of_bytes != MPI_OP_NULL) {
      expect_mpi(MPI_Op_free(&sum_of_bytes), "MPI_Op_free");
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
};

/// Messages under way, cut where they are too long.
class Messages {
 public:
  explicit Messages(MPI_Comm communicator) noexcept : communicator_{communicator} {}

  void receive(std::byte* data, std::size_t bytes, unsigned from) {
    cut(bytes, [&](std::size_t begin, int count) {
      expect_mpi(MPI_Irecv(data + begin, count, MPI_BYTE, static_cast<int>(from), TAG, communicator_, &add()),
                 "MPI_Irecv");
    });
  }

  void send(const std::byte* data, std::size_t bytes, unsigned to) {
    cut(bytes, [&](std::size_t begin, int count) {
      expect_mpi(MPI_Isend(data + begin, count, MPI_BYTE, static_cast<int>(to), TAG, communicator_, &add()),
                 "MPI_Isend");
    });
  }

  void complete() {
    wait_patiently([this] {
      int flag = 0;
      expect_mpi(MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &flag, MPI_STATUSES_IGNORE),
                 "MPI_Testall");
      return flag != 0;
    });
  }

 private:
  // Operations have an order, so one number does for all of them.
  static constexpr int TAG = 1;

  template <typename Move>
  static void cut(std::size_t bytes, Move&& move) {
    const std::size_t longest = longest_message();
    for (std::size_t begin = 0; begin < bytes; begin += longest) {
      move(begin, static_cast<int>(std::min(longest, bytes - begin)));
    }
  }
  MPI_Request& add() { return requests_.emplace_back(); }

  MPI_Comm communicator_;
  std::vector<MPI_Request> requests_;
};

#else

struct ProcessGroup::Connection {};

#endif

}  // namespace legate::detail::engine
