// SPDX-License-Identifier: Apache-2.0
#include <legate/comm/coll.h>

#include "comm/circle.h"
#include "comm/fold.h"
#include "type/coll_type.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate::detail::comm {

/// What the operations need of a communicator and its user does not.
struct CollCommAccess {
  [[nodiscard]] static Circle& circle(const legate::comm::coll::Coll_Comm& communicator) {
    return *communicator.circle_;
  }
  [[nodiscard]] static bool is_member(const legate::comm::coll::Coll_Comm& communicator) {
    return communicator.circle_ != nullptr;
  }
  [[nodiscard]] static unsigned local(const legate::comm::coll::Coll_Comm& communicator) { return communicator.local_; }
  static void own(legate::comm::coll::Coll_Comm& communicator, std::shared_ptr<Circle> circle) {
    communicator = legate::comm::coll::Coll_Comm{*circle, 0};
    communicator.circle_ = std::move(circle);
  }
};

}  // namespace legate::detail::comm

namespace legate::comm::coll {

namespace {

using detail::size_of;
using detail::comm::Circle;
using detail::comm::CollCommAccess;

void require(bool holds, const char* message) {
  if (!holds) {
    throw std::invalid_argument{message};
  }
}

void check_communicator(const Coll_Comm* communicator) {
  require(communicator != nullptr, "Invalid global_comm: nullptr");
  require(CollCommAccess::is_member(*communicator), "Invalid global_comm: not a member of a communicator");
}

void check_type(CollDataType type) {
  if (size_of(type) == 0) {
    throw std::invalid_argument{"Invalid type: " + std::to_string(static_cast<int>(type))};
  }
}

void check(const void* send, const void* receive, CollDataType type, const Coll_Comm* communicator) {
  require(send != nullptr, "Invalid sendbuf: nullptr");
  require(receive != nullptr, "Invalid recvbuf: nullptr");
  check_type(type);
  check_communicator(communicator);
}

void check_counts(const int counts[], int size, const char* name) {
  for (int rank = 0; rank < size; ++rank) {
    if (counts[rank] < 0) {
      throw std::invalid_argument{std::string{"Invalid "} + name + ": " + std::to_string(counts[rank]) + " for rank " +
                                  std::to_string(rank)};
    }
  }
}

}  // namespace

Coll_Comm::Coll_Comm(detail::comm::Circle& circle, unsigned local)
    : mpi_rank{static_cast<int>(circle.seating().process)},
      mpi_comm_size{static_cast<int>(circle.seating().processes())},
      mpi_comm_size_actual{mpi_comm_size},
      global_rank{static_cast<int>(circle.first() + local)},
      global_comm_size{static_cast<int>(circle.size())},
      nb_threads{static_cast<int>(circle.local_points())},
      status{true},
      circle_{std::shared_ptr<void>{}, &circle},
      local_{local} {}

void collAlltoallv(const void* sendbuf, const int sendcounts[], const int sdispls[], void* recvbuf,
                   const int recvcounts[], const int rdispls[], CollDataType type, CollComm global_comm) {
  check(sendbuf, recvbuf, type, global_comm);
  require(sendcounts != nullptr, "Invalid sendcounts: nullptr");
  require(sdispls != nullptr, "Invalid sdispls: nullptr");
  require(recvcounts != nullptr, "Invalid recvcounts: nullptr");
  require(rdispls != nullptr, "Invalid rdispls: nullptr");
  require(sendbuf != recvbuf, "Inplace Alltoallv not yet supported");
  Circle& circle = CollCommAccess::circle(*global_comm);
  check_counts(sendcounts, static_cast<int>(circle.size()), "sendcounts");
  check_counts(recvcounts, static_cast<int>(circle.size()), "recvcounts");
  circle.alltoallv(CollCommAccess::local(*global_comm), sendbuf, sendcounts, sdispls, recvbuf, recvcounts, rdispls,
                   size_of(type));
}

void collAlltoall(const void* sendbuf, void* recvbuf, int count, CollDataType type, CollComm global_comm) {
  check(sendbuf, recvbuf, type, global_comm);
  require(count > 0, "Invalid count: <= 0");
  require(sendbuf != recvbuf, "Inplace Alltoall not yet supported");
  CollCommAccess::circle(*global_comm)
      .alltoall(CollCommAccess::local(*global_comm), sendbuf, recvbuf, static_cast<std::size_t>(count) * size_of(type));
}

void collAllgather(const void* sendbuf, void* recvbuf, int count, CollDataType type, CollComm global_comm) {
  check(sendbuf, recvbuf, type, global_comm);
  require(count > 0, "Invalid count: <= 0");
  CollCommAccess::circle(*global_comm)
      .allgather(CollCommAccess::local(*global_comm), sendbuf, recvbuf,
                 static_cast<std::size_t>(count) * size_of(type));
}

void collAllreduce(const void* sendbuf, void* recvbuf, int count, CollDataType type, ReductionOpKind op,
                   CollComm global_comm) {
  check(sendbuf, recvbuf, type, global_comm);
  require(count > 0, "Invalid count: <= 0");
  if (detail::comm::find_fold(type, op) == nullptr) {
    const bool bitwise = op == ReductionOpKind::OR || op == ReductionOpKind::AND || op == ReductionOpKind::XOR;
    throw std::invalid_argument{bitwise
                                    ? "all_reduce does not support float or double reduction with bitwise operations"
                                    : "Invalid op: " + std::to_string(static_cast<int>(op))};
  }
  CollCommAccess::circle(*global_comm)
      .allreduce(CollCommAccess::local(*global_comm), sendbuf, recvbuf, static_cast<std::size_t>(count), type, op);
}

void collCommCreate(CollComm global_comm, int global_comm_size, int global_rank, int unique_id,
                    const int* /*mapping_table*/) {
  require(global_comm != nullptr, "collCommCreate: invalid global_comm: nullptr");
  if (global_comm_size != 1) {
    throw std::invalid_argument{"collCommCreate: invalid global_comm_size: " + std::to_string(global_comm_size) +
                                "; communicators of several points belong to launches, and the runtime makes them"};
  }
  if (global_rank != 0) {
    throw std::invalid_argument{"collCommCreate: invalid global_rank: " + std::to_string(global_rank) +
                                " in a communicator of size 1"};
  }
  auto seating = std::make_shared<detail::comm::Seating>();
  seating->first_points = {0, 1};
  CollCommAccess::own(*global_comm, std::make_shared<Circle>(std::move(seating), false, "collCommCreate"));
  global_comm->unique_id = unique_id;
}

void collCommDestroy(CollComm global_comm) {
  require(global_comm != nullptr, "collCommDestroy: invalid global_comm: nullptr");
  *global_comm = Coll_Comm{};
}

}  // namespace legate::comm::coll
