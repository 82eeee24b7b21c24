// SPDX-License-Identifier: Apache-2.0
#include "engine/transfer.h"

#include "engine/array_links.h"
#include "engine/bundle.h"
#include "engine/call_check.h"
#include "engine/cluster.h"
#include "engine/environment.h"
#include "engine/mpi_call.h"
#include "engine/nd_interface.h"
#include "engine/profile_recorder.h"
#include "engine/spin.h"
#include "engine/starpu_call.h"
#include "engine/submission.h"
#include "engine/thread_order.h"
#include "engine/watch.h"

#include <legate/utilities/assert.h>
#include <legate/utilities/logger.h>

#if LEGATE_DEFINED(LEGATE_USE_MPI)
#include <starpu_mpi.h>
#endif

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace legate::detail::engine {

namespace {

struct Transfer {
  bool sending{false};
  unsigned peer{0};
  std::uint64_t tag{0};
  std::size_t bytes{0};
  std::shared_ptr<Array> buffer{};  // kept, of a sending one
  std::function<void()> then{};
  Profile::Transfer* profile{nullptr};
  std::list<Transfer>::iterator position{};
};

// Transfers that StarPU-MPI has not reported as complete. Its own wait returns while receives are pending (1.3.10).
class Pending {
 public:
  Transfer& begin(Transfer transfer) {
    const std::lock_guard<std::mutex> guard{mutex_};
    const auto position = transfers_.insert(transfers_.end(), std::move(transfer));
    position->position = position;
    count_.fetch_add(1, std::memory_order_relaxed);
    return *position;
  }
  void end(const Transfer& transfer) noexcept {
    {
      std::list<Transfer> ended;  // outlives the lock: the buffer goes without it, but before anybody is woken
      const std::lock_guard<std::mutex> guard{mutex_};
      ended.splice(ended.end(), transfers_, transfer.position);
    }
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      { const std::lock_guard<std::mutex> guard{mutex_}; }
      none_.notify_all();
    }
  }
  void wait() {
    const auto none = [this] { return count_.load(std::memory_order_acquire) == 0; };
    if (!spin_until(std::chrono::microseconds{50}, none)) {
      std::unique_lock<std::mutex> lock{mutex_};
      none_.wait(lock, none);
    }
  }
  [[nodiscard]] std::vector<std::string> describe() {
    const std::lock_guard<std::mutex> guard{mutex_};
    std::vector<std::string> lines;
    for (const Transfer& transfer : transfers_) {
      lines.push_back((transfer.sending ? "sends " : "receives ") + std::to_string(transfer.bytes) + " bytes " +
                      (transfer.sending ? "to" : "from") + " rank " + std::to_string(transfer.peer) + ", transfer " +
                      std::to_string(transfer.tag));
    }
    return lines;
  }

 private:
  std::atomic<std::uint64_t> count_{0};
  std::mutex mutex_{};
  std::list<Transfer> transfers_{};
  std::condition_variable none_{};
};

Pending& pending() noexcept {
  static auto* const instance = new Pending;
  return *instance;
}

std::atomic<std::uint64_t> messages_sent{0};
std::atomic<std::uint64_t> bytes_sent{0};
std::uint64_t last_tag{0};  // control thread

}  // namespace

std::uint64_t next_transfer_tag() {
  compare_calls();
  return ++last_tag;
}

TransferStatistics transfer_statistics() noexcept {
  return {messages_sent.load(std::memory_order_relaxed), bytes_sent.load(std::memory_order_relaxed)};
}

void wait_for_transfers() {
  const Wait wait{"transfers"};
  pending().wait();
}

std::vector<std::string> describe_unfinished_transfers() { return pending().describe(); }

#if LEGATE_DEFINED(LEGATE_USE_MPI)

namespace {

const Logger& logger() {
  static const Logger instance{"legate.coll"};
  return instance;
}

void completed(void* argument) {
  after_others();
  const auto& transfer = *static_cast<const Transfer*>(argument);
  profile_transfer_end(transfer.profile);
  if (transfer.then) {
    transfer.then();
  }
  pending().end(transfer);
}

// MPI counts with 32 bits: bytes beyond go in blocks of this size.
constexpr std::size_t BLOCK = std::size_t{1} << 30U;

// StarPU-MPI's thread asks for the type when the data are ready to be sent or received into, and gives it back when
// they have been, before tasks may use them.
int make_datatype(starpu_data_handle_t handle, MPI_Datatype* type) {
  after_others();
  const std::size_t bytes = contiguous_bytes(handle);
  if (bytes < BLOCK) {
    expect_mpi(MPI_Type_contiguous(static_cast<int>(bytes), MPI_BYTE, type), "MPI_Type_contiguous");
  } else {
    MPI_Datatype block{};
    expect_mpi(MPI_Type_contiguous(static_cast<int>(BLOCK), MPI_BYTE, &block), "MPI_Type_contiguous");
    const int counts[2] = {static_cast<int>(bytes / BLOCK), static_cast<int>(bytes % BLOCK)};
    const MPI_Aint starts[2] = {0, static_cast<MPI_Aint>(bytes / BLOCK * BLOCK)};
    const MPI_Datatype types[2] = {block, MPI_BYTE};
    expect_mpi(MPI_Type_create_struct(2, counts, starts, types, type), "MPI_Type_create_struct");
    expect_mpi(MPI_Type_free(&block), "MPI_Type_free");
  }
  expect_mpi(MPI_Type_commit(type), "MPI_Type_commit");
  return 0;
}

void free_datatype(MPI_Datatype* type) {
  expect_mpi(MPI_Type_free(type), "MPI_Type_free");
  before_others();
}

// What StarPU-MPI matches messages by. One for every transfer: of two under one tag, it may take the one for the other.
starpu_mpi_tag_t wire_tag(std::uint64_t tag, unsigned from, unsigned to) {
  const std::uint64_t ranks = cluster().ranks;
  return static_cast<starpu_mpi_tag_t>((tag * ranks + from) * ranks + to);
}

starpu_data_handle_t handle_of(Array& buffer) {
  LEGATE_CHECK(buffer.tiles().size() == 1);
  const TileHandle tile = buffer.tile(0);
  Bundler::instance().flush();  // tasks on the buffer come first
  return tile->handle;
}

}  // namespace

namespace {

Profile::Transfer* profile_if_asked(bool sending, unsigned peer, std::uint64_t tag, Array& buffer,
                                    const char* purpose) {
  return profiling() ? profile_transfer(sending, peer, tag, buffer.bytes(), purpose, buffer.tile(0)) : nullptr;
}

void send_to_peer(std::shared_ptr<Array> buffer, unsigned to, std::uint64_t tag, const char* purpose) {
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  const starpu_data_handle_t handle = handle_of(*buffer);
  logger().debug() << "rank " << cluster().rank << " sends " << buffer->bytes() << " bytes to rank " << to
                   << ", transfer " << tag;
  const std::size_t bytes = buffer->bytes();
  Profile::Transfer* const profile = profile_if_asked(true, to, tag, *buffer, purpose);
  Transfer& transfer = pending().begin({true, to, tag, bytes, std::move(buffer), {}, profile});
  before_others();
  expect_success(starpu_mpi_isend_detached(handle, static_cast<int>(to), wire_tag(tag, cluster().rank, to),
                                           transfer_communicator(), &completed, &transfer),
                 "starpu_mpi_isend_detached");
}

void receive_from_peer(Array& buffer, unsigned from, std::uint64_t tag, const char* purpose,
                       std::function<void()> then) {
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  const starpu_data_handle_t handle = handle_of(buffer);
  logger().debug() << "rank " << cluster().rank << " receives " << buffer.bytes() << " bytes from rank " << from
                   << ", transfer " << tag;
  Profile::Transfer* const profile = profile_if_asked(false, from, tag, buffer, purpose);
  Transfer& transfer = pending().begin({false, from, tag, buffer.bytes(), nullptr, std::move(then), profile});
  before_others();
  expect_success(starpu_mpi_irecv_detached(handle, static_cast<int>(from), wire_tag(tag, from, cluster().rank),
                                           transfer_communicator(), &completed, &transfer),
                 "starpu_mpi_irecv_detached");
}

}  // namespace

void start_transfers() {
  messages_sent.store(0, std::memory_order_relaxed);
  bytes_sent.store(0, std::memory_order_relaxed);
  if (!has_peers()) {
    return;
  }
  ScopedEnvironment environment;
  // Its thread would be bound to the first processor of the machine, in every process.
  environment.set_default("STARPU_MPI_NOBIND", "1");
  expect_success(starpu_mpi_init_comm(nullptr, nullptr, 0, transfer_communicator()), "starpu_mpi_init_comm");
  starpu_mpi_interface_datatype_register(nd_interface_id(), &make_datatype, &free_datatype);
}

void stop_transfers() {
  if (!has_peers()) {
    return;
  }
  const auto sent_here = transfer_statistics();
  logger().info() << "rank " << cluster().rank << " sent " << sent_here.messages << " messages, " << sent_here.bytes
                  << " bytes";
  barrier();
  starpu_mpi_interface_datatype_unregister(nd_interface_id());
  expect_success(starpu_mpi_shutdown(), "starpu_mpi_shutdown");
}

#else

namespace {

void send_to_peer(std::shared_ptr<Array>, unsigned, std::uint64_t, const char*) {
  LEGATE_ABORT("there is only one rank");
}
void receive_from_peer(Array&, unsigned, std::uint64_t, const char*, std::function<void()>) {
  LEGATE_ABORT("there is only one rank");
}

}  // namespace

void start_transfers() {}
void stop_transfers() {}

#endif

void send(std::shared_ptr<Array> buffer, unsigned to, std::uint64_t tag, const char* purpose) {
  messages_sent.fetch_add(1, std::memory_order_relaxed);
  bytes_sent.fetch_add(buffer->bytes(), std::memory_order_relaxed);
  if (has_peers()) {
    send_to_peer(std::move(buffer), to, tag, purpose);
  }
}

void receive(Array& buffer, unsigned from, std::uint64_t tag, const char* purpose, std::function<void()> then) {
  if (has_peers()) {
    receive_from_peer(buffer, from, tag, purpose, std::move(then));
  } else if (then) {
    then();
  }
}

}  // namespace legate::detail::engine
