// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/compiler.h>
#include <legate_defines.h>

#include <cstdint>
#include <memory>

namespace legate::detail::comm {
class Circle;
struct CollCommAccess;
}  // namespace legate::detail::comm

namespace legate::comm::coll {

/// What the elements of a collective operation are: `char` is CollChar, `int` is CollInt; the others say how many bits.
enum class CollDataType : std::uint8_t {
  CollInt8 = 0,
  CollChar = 1,
  CollUint8 = 2,
  CollInt = 3,
  CollUint32 = 4,
  CollInt64 = 5,
  CollUint64 = 6,
  CollFloat = 7,
  CollDouble = 8,
};

/// What moves the data between processes. Kept for programs that name it: nothing of the interface takes or gives it.
enum class CollCommType : std::uint8_t { CollMPI = 0, CollLocal = 1, CollUCC = 2 };

/// One point of a concurrent launch as a member of the launch's communicator. Made by the runtime, for the body of that
/// point and as long as it runs; one thread at a time.
///
/// The fields tell, and changing them changes nothing.
class LEGATE_EXPORT Coll_Comm {
 public:
  /// No member of anything: collective operations refuse it.
  Coll_Comm() = default;
  /// For the runtime: point number `local` of those in this process. The circle must outlive the object.
  Coll_Comm(detail::comm::Circle& circle, unsigned local);

  int mpi_rank{};              ///< this process among those with points of the launch
  int mpi_comm_size{};         ///< the number of these processes
  int mpi_comm_size_actual{};  ///< the same
  int global_rank{};           ///< this point among all, from 0: its row-major position in the launch domain
  int global_comm_size{};      ///< the number of points in all processes
  int nb_threads{};            ///< the number of points in this process
  int unique_id{};             ///< as given to collCommCreate(); 0 in launches
  bool status{};               ///< whether this is a member of a communicator

 private:
  friend struct detail::comm::CollCommAccess;

  std::shared_ptr<detail::comm::Circle> circle_;  // owned by what collCommCreate() made, borrowed by the others
  unsigned local_{};
};

using CollComm = Coll_Comm*;

}  // namespace legate::comm::coll
