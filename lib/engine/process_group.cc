// SPDX-License-Identifier: Apache-2.0
#include "engine/process_group.h"

#include "engine/cluster.h"
#include "engine/mpi_call.h"
#include "type/coll_type.h"

#include <legate/utilities/assert.h>
#include <legate_defines.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

namespace legate::detail::engine {

namespace {

struct Groups {
  std::mutex mutex;
  std::map<std::vector<unsigned>, std::unique_ptr<ProcessGroup>> by_ranks;
};

Groups& groups() {
  static auto* const instance = new Groups;  // never destroyed: freed by stop_cluster(), or not at all
  return *instance;
}

constexpr std::size_t LONGEST_MESSAGE = std::size_t{1} << 30U;
std::size_t longest_message = LONGEST_MESSAGE;

}  // namespace

void set_longest_message(std::size_t bytes) noexcept { longest_message = std::min(bytes, LONGEST_MESSAGE); }

#if LEGATE_DEFINED(LEGATE_USE_MPI)

struct ProcessGroup::Connection {
  MPI_Comm operations{MPI_COMM_NULL};
  MPI_Comm barriers{MPI_COMM_NULL};  // apart, so that barriers never match with operations

  ~Connection() {
    for (MPI_Comm* const communicator : {&operations, &barriers}) {
      if (*communicator != MPI_COMM_NULL) {
        expect_mpi(MPI_Comm_free(communicator), "MPI_Comm_free");
      }
    }
  }
};

namespace {

// Of the messages of alltoallv and allgather; operations have an order, so one number does for all of them.
constexpr int TAG = 1;

// Of MPI_Comm_create_group, whose messages meet those of no others.
constexpr int CREATION_TAG = 1;

MPI_Comm communicator_of(const std::vector<unsigned>& ranks) {
  MPI_Comm result = MPI_COMM_NULL;
  if (ranks.size() == cluster().ranks) {
    MPI_Request request{};
    expect_mpi(MPI_Comm_idup(group_communicator(), &result, &request), "MPI_Comm_idup");
    engine::complete(request);
    return result;
  }
  const std::vector<int> members(ranks.begin(), ranks.end());
  MPI_Group everybody{};
  MPI_Group group{};
  expect_mpi(MPI_Comm_group(group_communicator(), &everybody), "MPI_Comm_group");
  expect_mpi(MPI_Group_incl(everybody, static_cast<int>(members.size()), members.data(), &group), "MPI_Group_incl");
  expect_mpi(MPI_Comm_create_group(group_communicator(), group, CREATION_TAG, &result), "MPI_Comm_create_group");
  expect_mpi(MPI_Group_free(&group), "MPI_Group_free");
  expect_mpi(MPI_Group_free(&everybody), "MPI_Group_free");
  return result;
}

MPI_Datatype mpi_type(legate::comm::coll::CollDataType type) {
  using legate::comm::coll::CollDataType;
  switch (type) {
    case CollDataType::CollInt8:
      return MPI_INT8_T;
    // MPI_CHAR is text, which cannot be reduced.
    case CollDataType::CollChar:
      return std::numeric_limits<char>::is_signed ? MPI_SIGNED_CHAR : MPI_UNSIGNED_CHAR;
    case CollDataType::CollUint8:
      return MPI_UINT8_T;
    case CollDataType::CollInt:
      return MPI_INT;
    case CollDataType::CollUint32:
      return MPI_UINT32_T;
    case CollDataType::CollInt64:
      return MPI_INT64_T;
    case CollDataType::CollUint64:
      return MPI_UINT64_T;
    case CollDataType::CollFloat:
      return MPI_FLOAT;
    case CollDataType::CollDouble:
      return MPI_DOUBLE;
  }
  LEGATE_ABORT("no type of elements: ", static_cast<int>(type));
}

// Integers wrap around. Open MPI's sum of 8-bit ones does not where the processor has AVX: it stays at the limit.
void add_bytes(void* in, void* inout, int* count, MPI_Datatype* /*type*/) {
  const auto* const from = static_cast<const std::uint8_t*>(in);
  auto* const to = static_cast<std::uint8_t*>(inout);
  for (int i = 0; i < *count; ++i) {
    to[i] = static_cast<std::uint8_t>(to[i] + from[i]);
  }
}

// Made when the first group connects, before anybody else can ask for it.
MPI_Op addition_of_bytes = MPI_OP_NULL;

MPI_Op mpi_op(ReductionOpKind op, std::size_t element) {
  switch (op) {
    case ReductionOpKind::ADD:
      return element == 1 ? addition_of_bytes : MPI_SUM;
    case ReductionOpKind::MUL:
      return MPI_PROD;
    case ReductionOpKind::MAX:
      return MPI_MAX;
    case ReductionOpKind::MIN:
      return MPI_MIN;
    case ReductionOpKind::OR:
      return MPI_BOR;
    case ReductionOpKind::AND:
      return MPI_BAND;
    case ReductionOpKind::XOR:
      return MPI_BXOR;
  }
  LEGATE_ABORT("no operator: ", static_cast<int>(op));
}

// Messages under way, cut where they are too long.
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
  template <typename Move>
  static void cut(std::size_t bytes, Move&& move) {
    for (std::size_t begin = 0; begin < bytes; begin += longest_message) {
      move(begin, static_cast<int>(std::min(longest_message, bytes - begin)));
    }
  }
  MPI_Request& add() { return requests_.emplace_back(); }

  MPI_Comm communicator_;
  std::vector<MPI_Request> requests_;
};

}  // namespace

void ProcessGroup::connect() {
  if (addition_of_bytes == MPI_OP_NULL) {
    expect_mpi(MPI_Op_create(&add_bytes, 1, &addition_of_bytes), "MPI_Op_create");
  }
  connection_ = std::make_unique<Connection>();
  connection_->operations = communicator_of(ranks_);
  MPI_Request request{};
  expect_mpi(MPI_Comm_idup(connection_->operations, &connection_->barriers, &request), "MPI_Comm_idup");
  engine::complete(request);
}

void ProcessGroup::barrier() {
  if (connected()) {
    MPI_Request request{};
    expect_mpi(MPI_Ibarrier(connection_->operations, &request), "MPI_Ibarrier");
    complete(request);
  }
}

std::uint64_t ProcessGroup::any(std::uint64_t bits) {
  if (connected()) {
    MPI_Request request{};
    expect_mpi(MPI_Iallreduce(MPI_IN_PLACE, &bits, 1, MPI_UINT64_T, MPI_BOR, connection_->operations, &request),
               "MPI_Iallreduce");
    complete(request);
  }
  return bits;
}

void ProcessGroup::allreduce(const void* send, void* receive, std::size_t count, legate::comm::coll::CollDataType type,
                             ReductionOpKind op) {
  const std::size_t element = size_of(type);
  if (!connected()) {
    std::memcpy(receive, send, count * element);
    return;
  }
  const std::size_t most = std::max<std::size_t>(longest_message / element, 1);
  for (std::size_t begin = 0; begin < count; begin += most) {
    const void* const from = static_cast<const std::byte*>(send) + begin * element;
    void* const to = static_cast<std::byte*>(receive) + begin * element;
    MPI_Request request{};
    expect_mpi(MPI_Iallreduce(from, to, static_cast<int>(std::min(most, count - begin)), mpi_type(type),
                              mpi_op(op, element), connection_->operations, &request),
               "MPI_Iallreduce");
    complete(request);
  }
}

void ProcessGroup::allgather(std::byte* all, const std::vector<std::size_t>& offsets) {
  if (!connected()) {
    return;
  }
  if (offsets.back() > longest_message) {
    allgather_in_messages(all, offsets);
    return;
  }
  std::vector<int> counts;
  for (unsigned process = 0; process < size(); ++process) {
    counts.push_back(static_cast<int>(offsets[process + 1] - offsets[process]));
  }
  MPI_Request request{};
  if (std::adjacent_find(counts.begin(), counts.end(), std::not_equal_to<>{}) == counts.end()) {
    expect_mpi(MPI_Iallgather(MPI_IN_PLACE, 0, MPI_BYTE, all, counts[0], MPI_BYTE, connection_->operations, &request),
               "MPI_Iallgather");
    complete(request);
    return;
  }
  const std::vector<int> begins(offsets.begin(), offsets.end() - 1);
  expect_mpi(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_BYTE, all, counts.data(), begins.data(), MPI_BYTE,
                             connection_->operations, &request),
             "MPI_Iallgatherv");
  complete(request);
}

void ProcessGroup::alltoall(const std::byte* send, std::byte* receive, std::size_t bytes) {
  if (!connected()) {
    std::memcpy(receive + rank_ * bytes, send + rank_ * bytes, bytes);
    return;
  }
  if (bytes * size() > longest_message) {
    std::vector<Piece> pieces;
    for (unsigned process = 0; process < size(); ++process) {
      pieces.push_back({static_cast<std::ptrdiff_t>(process * bytes), bytes});
    }
    std::memcpy(receive + rank_ * bytes, send + rank_ * bytes, bytes);
    alltoallv(send, pieces, receive, pieces);
    return;
  }
  MPI_Request request{};
  const int count = static_cast<int>(bytes);
  expect_mpi(MPI_Ialltoall(send, count, MPI_BYTE, receive, count, MPI_BYTE, connection_->operations, &request),
             "MPI_Ialltoall");
  complete(request);
}

// Everybody begins with the process after itself, so that not all of them send to the same one first.
void ProcessGroup::alltoallv(const std::byte* send, const std::vector<Piece>& to, std::byte* receive,
                             const std::vector<Piece>& from) {
  if (!connected()) {
    return;
  }
  Messages messages{connection_->operations};
  for (unsigned i = 1; i < size(); ++i) {
    const unsigned source = (rank_ + size() - i) % size();
    messages.receive(receive + from[source].begin, from[source].bytes, source);
  }
  for (unsigned i = 1; i < size(); ++i) {
    const unsigned target = (rank_ + i) % size();
    messages.send(send + to[target].begin, to[target].bytes, target);
  }
  messages.complete();
}

void ProcessGroup::allgather_in_messages(std::byte* all, const std::vector<std::size_t>& offsets) {
  Messages messages{connection_->operations};
  const auto bytes_of = [&](unsigned process) { return offsets[process + 1] - offsets[process]; };
  for (unsigned i = 1; i < size(); ++i) {
    const unsigned source = (rank_ + size() - i) % size();
    messages.receive(all + offsets[source], bytes_of(source), source);
  }
  for (unsigned i = 1; i < size(); ++i) {
    messages.send(all + offsets[rank_], bytes_of(rank_), (rank_ + i) % size());
  }
  messages.complete();
}

void free_process_groups() {
  groups().by_ranks.clear();  // in the order of the map, which is the same in every process
  if (addition_of_bytes != MPI_OP_NULL) {
    expect_mpi(MPI_Op_free(&addition_of_bytes), "MPI_Op_free");
  }
}

struct GroupBarrier::Request {
  MPI_Request request{};
};

GroupBarrier::GroupBarrier(ProcessGroup& group) {
  if (group.connected()) {
    request_ = std::make_unique<Request>();
    expect_mpi(MPI_Ibarrier(group.connection_->barriers, &request_->request), "MPI_Ibarrier");
  }
}

GroupBarrier::~GroupBarrier() {
  if (request_ != nullptr) {
    complete(request_->request);
  }
}

bool GroupBarrier::done() {
  if (request_ == nullptr) {
    return true;
  }
  int flag = 0;
  expect_mpi(MPI_Test(&request_->request, &flag, MPI_STATUS_IGNORE), "MPI_Test");
  if (flag != 0) {
    request_.reset();
  }
  return flag != 0;
}

#else

struct ProcessGroup::Connection {};
struct GroupBarrier::Request {};

void free_process_groups() { groups().by_ranks.clear(); }

void ProcessGroup::connect() {}
void ProcessGroup::barrier() {}
std::uint64_t ProcessGroup::any(std::uint64_t bits) { return bits; }
void ProcessGroup::allreduce(const void* send, void* receive, std::size_t count, legate::comm::coll::CollDataType type,
                             ReductionOpKind /*op*/) {
  std::memcpy(receive, send, count * size_of(type));
}
void ProcessGroup::allgather(std::byte* /*all*/, const std::vector<std::size_t>& /*offsets*/) {}
void ProcessGroup::alltoall(const std::byte* send, std::byte* receive, std::size_t bytes) {
  std::memcpy(receive + rank_ * bytes, send + rank_ * bytes, bytes);
}
void ProcessGroup::alltoallv(const std::byte* /*send*/, const std::vector<Piece>& /*to*/, std::byte* /*receive*/,
                             const std::vector<Piece>& /*from*/) {}

GroupBarrier::GroupBarrier(ProcessGroup& /*group*/) {}
GroupBarrier::~GroupBarrier() = default;
bool GroupBarrier::done() { return true; }

#endif

ProcessGroup::ProcessGroup(std::vector<unsigned> ranks) : ranks_{std::move(ranks)} {
  const auto own = std::lower_bound(ranks_.begin(), ranks_.end(), cluster().rank);
  LEGATE_CHECK(own != ranks_.end() && *own == cluster().rank);
  rank_ = static_cast<unsigned>(own - ranks_.begin());
  if (has_peers() && ranks_.size() > 1) {
    connect();
  }
}

ProcessGroup::~ProcessGroup() = default;

ProcessGroup& ProcessGroup::find(const std::vector<unsigned>& ranks) {
  Groups& all = groups();
  const std::lock_guard<std::mutex> lock{all.mutex};
  auto& group = all.by_ranks[ranks];
  if (group == nullptr) {
    group.reset(new ProcessGroup{ranks});
  }
  return *group;
}

}  // namespace legate::detail::engine
