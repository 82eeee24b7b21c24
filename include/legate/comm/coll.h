// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/comm/coll_comm.h>
#include <legate/type/types.h>
#include <legate/utilities/compiler.h>

namespace legate::comm::coll {

/// @name Collective operations of the points of a concurrent launch
/// Every point calls the same ones in the same order, with a communicator of its own: what
/// `context.communicator(0).get<CollComm>()` returns for the communicator "cpu". Each returns when this point's results
/// are there and its buffers may be changed. Counts and displacements are in elements of `type`.
///
/// Arguments are checked before anything is sent, by each point for itself, and refused with std::invalid_argument.
/// What points have to agree on and do not (the operation, counts, types) ends the process, if it is noticed.
///
/// If another point of the launch has thrown an exception, a point that waits for it, or calls one of these later, gets
/// an exception derived from std::exception, which the task should let pass.
/// @{

/// Point r sends `sendcounts[s]` elements from `sendbuf + sdispls[s]` on to point s, and point s receives them from
/// `recvbuf + rdispls[r]` on. All four arrays have an entry for each point of the launch; `recvcounts[r]` of point s is
/// `sendcounts[s]` of point r.
///
/// @throws std::invalid_argument a null pointer; a negative count; `sendbuf == recvbuf`.
LEGATE_EXPORT void collAlltoallv(const void* sendbuf, const int sendcounts[], const int sdispls[], void* recvbuf,
                                 const int recvcounts[], const int rdispls[], CollDataType type, CollComm global_comm);

/// Point r sends the elements [s * count, (s + 1) * count) of `sendbuf` to point s, which receives them as its elements
/// [r * count, (r + 1) * count). Both buffers have `count` elements for each point.
///
/// @throws std::invalid_argument a null pointer; `count <= 0`; `sendbuf == recvbuf`.
LEGATE_EXPORT void collAlltoall(const void* sendbuf, void* recvbuf, int count, CollDataType type, CollComm global_comm);

/// Every point gets the `count` elements of all points, in their order. `recvbuf` has room for `count` elements of
/// each. If `sendbuf == recvbuf`, the point contributes the first `count` elements of it.
///
/// @throws std::invalid_argument a null pointer; `count <= 0`.
LEGATE_EXPORT void collAllgather(const void* sendbuf, void* recvbuf, int count, CollDataType type,
                                 CollComm global_comm);

/// Every point gets the elements of all points combined, first with first and so on: `count` of them. `sendbuf` and
/// `recvbuf` may be the same. All points get the same results, of floating-point types too. Integers wrap around.
///
/// @param op ADD, MUL, MAX or MIN; for integers also OR, AND, XOR.
/// @throws std::invalid_argument a null pointer; `count <= 0`; a bitwise operation on CollFloat or CollDouble.
LEGATE_EXPORT void collAllreduce(const void* sendbuf, void* recvbuf, int count, CollDataType type, ReductionOpKind op,
                                 CollComm global_comm);
/// @}

/// @name Communicators of one's own
/// The runtime makes the communicators of launches without these. They are there for programs that link to them.
/// @{

/// Makes `*global_comm` a communicator of one point, the calling thread, on which all collective operations copy.
///
/// @param mapping_table ignored: the rank of each point's process.
/// @throws std::invalid_argument `global_comm` is null; a communicator of several points is wanted, which only launches
/// have; `global_rank` is none of it.
LEGATE_EXPORT void collCommCreate(CollComm global_comm, int global_comm_size, int global_rank, int unique_id,
                                  const int* mapping_table);

/// Makes `*global_comm`, which collCommCreate() has made, a member of nothing again.
///
/// @throws std::invalid_argument `global_comm` is null.
LEGATE_EXPORT void collCommDestroy(CollComm global_comm);
/// @}

}  // namespace legate::comm::coll
