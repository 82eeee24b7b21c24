// SPDX-License-Identifier: Apache-2.0
#include "engine/process_group.h"

#include "engine/cluster.h"
#include "engine/group_connection.h"

#include <legate/utilities/assert.h>
#include <legate_defines.h>

#include <algorithm>
#include <cstdint>
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

}  // namespace

#if LEGATE_DEFINED(LEGATE_USE_MPI)

namespace {

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

// Wraps around. Open MPI's own sum of 8-bit integers stays at the limit instead, where the processor has AVX.
void add_bytes(void* in, void* inout, int* count, MPI_Datatype* /*type*/) {
  const auto* const from = static_cast<const std::uint8_t*>(in);
  auto* const to = static_cast<std::uint8_t*>(inout);
  for (int i = 0; i < *count; ++i) {
    to[i] = static_cast<std::uint8_t>(to[i] + from[i]);
  }
}

}  // namespace

void ProcessGroup::connect() {
  connection_ = std::make_unique<Connection>();
  expect_mpi(MPI_Op_create(&add_bytes, 1, &connection_->sum_of_bytes), "MPI_Op_create");
  connection_->operations = communicator_of(ranks_);
  MPI_Request request{};
  expect_mpi(MPI_Comm_idup(connection_->operations, &connection_->barriers, &request), "MPI_Comm_idup");
  engine::complete(request);
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

struct GroupBarrier::Request {};

void ProcessGroup::connect() {}

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

void free_process_groups() {
  groups().by_ranks.clear();  // in the order of the map, which is the same in every process
}

}  // namespace legate::detail::engine
