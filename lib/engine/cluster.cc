// SPDX-License-Identifier: Apache-2.0
#include "engine/cluster.h"

#include "engine/call_check.h"
#include "engine/environment.h"
#include "engine/mpi_call.h"
#include "engine/process_group.h"
#include "engine/watch.h"
#include "utilities/banner.h"

#include <legate_defines.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <thread>

namespace legate::detail::engine {

namespace {

struct State {
  Cluster cluster{};
  bool pretended{false};
#if LEGATE_DEFINED(LEGATE_USE_MPI)
  bool initialised_here{false};
  MPI_Comm transfers{MPI_COMM_NULL};    // StarPU-MPI's
  MPI_Comm collectives{MPI_COMM_NULL};  // the control threads'
  MPI_Comm groups{MPI_COMM_NULL};       // what those of groups are made from
  pid_t process{0};                     // not a child that it has forked
#endif
};

State& state() noexcept {
  static auto* const instance = new State;  // never destroyed: asked by static destructors, too
  return *instance;
}

std::optional<unsigned> number(const char* text) {
  if (text == nullptr || *text == '\0') {
    return std::nullopt;
  }
  char* end = nullptr;
  errno = 0;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (*end != '\0' || errno != 0 || value > 100'000'000) {
    return std::nullopt;
  }
  return static_cast<unsigned>(value);
}

std::atomic<std::uint64_t> meetings_entered{0};
std::atomic<std::uint64_t> meetings_left{0};

std::string processes(unsigned count) { return std::to_string(count) + (count == 1 ? " process" : " processes"); }

}  // namespace

Meetings meetings() noexcept {
  const auto left = meetings_left.load(std::memory_order_relaxed);
  return {meetings_entered.load(std::memory_order_relaxed), left};
}

std::string name_ranks(const std::vector<unsigned>& ranks) {
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  for (std::size_t i = 0; i < ranks.size();) {
    std::size_t last = i;
    while (last + 1 < ranks.size() && ranks[last + 1] == ranks[last] + 1) {
      ++last;
    }
    text += (i == 0 ? "" : ", ") + std::to_string(ranks[i]);
    if (last > i) {
      text += (last == i + 1 ? ", " : " to ") + std::to_string(ranks[last]);
    }
    i = last + 1;
  }
  return text;
}

const Cluster& cluster() noexcept { return state().cluster; }
bool has_peers() noexcept { return state().cluster.ranks > 1 && !state().pretended; }

void pretend_cluster(const Cluster& cluster) noexcept {
  state().cluster = cluster;
  state().pretended = cluster.ranks > 1;
}

std::optional<LauncherView> look_at_launcher(const char* (*get)(const char* name)) {
  // Slurm sets the number of tasks for a whole job, but SLURM_STEP_NUM_TASKS only for what srun has started.
  static constexpr struct {
    const char* size;
    const char* rank;
  } LAUNCHERS[]{{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                {"PMI_SIZE", "PMI_RANK"},
                {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"},
                {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}};
  for (const auto& launcher : LAUNCHERS) {
    const auto size = number(get(launcher.size));
    const auto rank = number(get(launcher.rank));
    if (size && rank && *size > 0 && *rank < *size) {
      return LauncherView{launcher.size, Cluster{*rank, *size}};
    }
  }
  return std::nullopt;
}

unsigned ranks_of_this_node() noexcept {
  for (const char* const name : {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "MV2_COMM_WORLD_LOCAL_SIZE"}) {
    if (const auto ranks = number(std::getenv(name)); ranks && *ranks > 0) {
      return *ranks;
    }
  }
  return 1;
}

unsigned rank_on_node(const char* (*get)(const char* name)) {
  // The last one is from legate-bind.sh, which knows more launchers.
  for (const char* const name : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "MV2_COMM_WORLD_LOCAL_RANK",
                                 "SLURM_LOCALID", "LEGATE_LOCAL_RANK"}) {
    if (const auto rank = number(get(name))) {
      return *rank;
    }
  }
  return 0;
}

#if LEGATE_DEFINED(LEGATE_USE_MPI)

namespace {

// Where there are more threads than processors, a process that waits for a message must let the others run.
void let_others_run(ScopedEnvironment& environment) {
  const long processors = ::sysconf(_SC_NPROCESSORS_ONLN);
  if (processors > 0 && 2 * static_cast<long>(ranks_of_this_node()) > processors) {
    environment.set_default("OMPI_MCA_mpi_yield_when_idle", "1");
  }
}

std::string own_name() { return "Rank " + std::to_string(cluster().rank) + " of " + std::to_string(cluster().ranks); }

// Launchers notice a process that ends without MPI_Finalize, some sooner than others, but tell it in terms of their
// own.
void end_run_at_exit() {
  int finalised = 0;
  if (!has_peers() || state().process != ::getpid() || MPI_Finalized(&finalised) != MPI_SUCCESS || finalised != 0) {
    return;
  }
  print_error_banner({"The process ends before legate::finish(), which every rank has to call: the run is ended"});
  abort_cluster();
}

void watch_exit() {
  static bool registered = false;
  state().process = ::getpid();
  if (!registered) {
    registered = std::atexit(&end_run_at_exit) == 0;
  }
}

// Returns whether MPI is initialised now; by us, if it was not before.
bool provide_mpi(bool wanted) {
  int initialised = 0;
  expect_mpi(MPI_Initialized(&initialised), "MPI_Initialized");
  int level = MPI_THREAD_SINGLE;
  if (initialised != 0) {
    expect_mpi(MPI_Query_thread(&level), "MPI_Query_thread");
  } else if (wanted) {
    ScopedEnvironment environment;
    let_others_run(environment);
    expect_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &level), "MPI_Init_thread");
    state().initialised_here = true;
  } else {
    return false;
  }
  int ranks = 1;
  expect_mpi(MPI_Comm_size(MPI_COMM_WORLD, &ranks), "MPI_Comm_size");
  if (ranks == 1 && !wanted) {
    return false;  // the program's own business
  }
  if (level != MPI_THREAD_MULTIPLE) {
    stop_cluster();
    throw std::runtime_error{
        "MPI is initialised for fewer threads than Legate needs: call MPI_Init_thread with "
        "MPI_THREAD_MULTIPLE, or leave MPI to Legate"};
  }
  return true;
}

}  // namespace

void start_cluster() {
  const auto launcher = look_at_launcher([](const char* name) -> const char* { return std::getenv(name); });
  if (!provide_mpi(launcher && launcher->cluster.ranks > 1)) {
    return;
  }
  State& self = state();
  int rank = 0;
  int ranks = 0;
  expect_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "MPI_Comm_rank");
  expect_mpi(MPI_Comm_size(MPI_COMM_WORLD, &ranks), "MPI_Comm_size");
  if (launcher && launcher->cluster.ranks != static_cast<unsigned>(ranks)) {
    const std::string message = "The launcher has started " + processes(launcher->cluster.ranks) + " (" +
                                launcher->variable + "), but MPI knows " + processes(static_cast<unsigned>(ranks)) +
                                ": is it the launcher of another MPI?";
    stop_cluster();
    throw std::runtime_error{message};
  }
  expect_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &self.transfers), "MPI_Comm_dup");
  expect_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &self.collectives), "MPI_Comm_dup");
  expect_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &self.groups), "MPI_Comm_dup");
  self.cluster = {static_cast<unsigned>(rank), static_cast<unsigned>(ranks)};
  if (ranks > 1) {
    set_banner_heading(own_name());
    watch_exit();
  }
}

void stop_cluster() {
  stop_watch();
  free_process_groups();
  State& self = state();
  for (MPI_Comm* const communicator : {&self.transfers, &self.collectives, &self.groups}) {
    if (*communicator != MPI_COMM_NULL) {
      expect_mpi(MPI_Comm_free(communicator), "MPI_Comm_free");
    }
  }
  if (self.initialised_here) {
    self.initialised_here = false;
    expect_mpi(MPI_Finalize(), "MPI_Finalize");
  }
  stop_call_check();
  self.cluster = {};
  set_banner_heading({});
}

void abort_cluster() {
  if (has_peers()) {
    state().process = 0;  // said what there is to say
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
  }
  std::abort();
}

MPI_Comm transfer_communicator() noexcept { return state().transfers; }
MPI_Comm group_communicator() noexcept { return state().groups; }

namespace {

// The control thread takes part in a collective operation as long as this lives.
class Meeting {
 public:
  Meeting() noexcept { meetings_entered.fetch_add(1, std::memory_order_relaxed); }
  ~Meeting() { meetings_left.fetch_add(1, std::memory_order_relaxed); }
  Meeting(const Meeting&) = delete;
  Meeting& operator=(const Meeting&) = delete;

  // Returns when the operation is over.
  void complete(MPI_Request request) const { engine::complete(request); }

 private:
  Wait wait_{"all ranks to come to this point"};
};

}  // namespace

void barrier() {
  if (has_peers()) {
    const Meeting meeting;
    MPI_Request request{};
    expect_mpi(MPI_Ibarrier(state().collectives, &request), "MPI_Ibarrier");
    meeting.complete(request);
  }
}

namespace {

void gather_from_peers(const void* data, std::byte* all, std::size_t bytes) {
  const Meeting meeting;
  const int count = static_cast<int>(bytes);
  MPI_Request request{};
  expect_mpi(MPI_Iallgather(data, count, MPI_BYTE, all, count, MPI_BYTE, state().collectives, &request),
             "MPI_Iallgather");
  meeting.complete(request);
}

}  // namespace

void broadcast(void* data, std::size_t bytes, unsigned root) {
  if (has_peers()) {
    const Meeting meeting;
    MPI_Request request{};
    expect_mpi(
        MPI_Ibcast(data, static_cast<int>(bytes), MPI_BYTE, static_cast<int>(root), state().collectives, &request),
        "MPI_Ibcast");
    meeting.complete(request);
  }
}

void minima(std::uint64_t* values, std::size_t count) {
  if (has_peers()) {
    const Meeting meeting;
    MPI_Request request{};
    expect_mpi(MPI_Iallreduce(MPI_IN_PLACE, values, static_cast<int>(count), MPI_UINT64_T, MPI_MIN, state().collectives,
                              &request),
               "MPI_Iallreduce");
    meeting.complete(request);
  }
}

namespace {

// Messages between control threads.
constexpr int CLOCK_TAG = 1;
constexpr int TEXT_TAG = 2;

void send_bytes(const Meeting& meeting, const void* data, std::size_t bytes, unsigned to, int tag) {
  MPI_Request request{};
  expect_mpi(
      MPI_Isend(data, static_cast<int>(bytes), MPI_BYTE, static_cast<int>(to), tag, state().collectives, &request),
      "MPI_Isend");
  meeting.complete(request);
}

void receive_bytes(const Meeting& meeting, void* data, std::size_t bytes, unsigned from, int tag) {
  MPI_Request request{};
  expect_mpi(
      MPI_Irecv(data, static_cast<int>(bytes), MPI_BYTE, static_cast<int>(from), tag, state().collectives, &request),
      "MPI_Irecv");
  meeting.complete(request);
}

std::int64_t steady_time() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Of all questions, the one that was answered fastest tells the most: the answer was given halfway, give or take half
// of the time that it took.
constexpr int QUESTIONS = 32;

std::int64_t ask_clock(const Meeting& meeting, unsigned rank) {
  std::int64_t fastest = std::numeric_limits<std::int64_t>::max();
  std::int64_t difference = 0;
  for (int i = 0; i < QUESTIONS; ++i) {
    std::int64_t theirs = 0;
    const std::int64_t asked = steady_time();
    send_bytes(meeting, &asked, sizeof asked, rank, CLOCK_TAG);
    receive_bytes(meeting, &theirs, sizeof theirs, rank, CLOCK_TAG);
    const std::int64_t took = steady_time() - asked;
    if (took < fastest) {
      fastest = took;
      difference = asked + took / 2 - theirs;
    }
  }
  return difference;
}

void answer_clock(const Meeting& meeting) {
  for (int i = 0; i < QUESTIONS; ++i) {
    std::int64_t time = 0;
    receive_bytes(meeting, &time, sizeof time, 0, CLOCK_TAG);
    time = steady_time();
    send_bytes(meeting, &time, sizeof time, 0, CLOCK_TAG);
  }
}

// MPI counts with 32 bits.
constexpr std::size_t LONGEST_MESSAGE = std::size_t{1} << 30U;

template <typename Move>
void in_messages(std::size_t bytes, Move&& move) {
  for (std::size_t begin = 0; begin < bytes; begin += LONGEST_MESSAGE) {
    move(begin, std::min(LONGEST_MESSAGE, bytes - begin));
  }
}

}  // namespace

std::int64_t clock_difference() {
  std::int64_t own = 0;
  if (!has_peers()) {
    return own;
  }
  const Meeting meeting;
  if (cluster().rank != 0) {
    answer_clock(meeting);
    receive_bytes(meeting, &own, sizeof own, 0, CLOCK_TAG);
    return own;
  }
  for (unsigned rank = 1; rank < cluster().ranks; ++rank) {
    const std::int64_t difference = ask_clock(meeting, rank);
    send_bytes(meeting, &difference, sizeof difference, rank, CLOCK_TAG);
  }
  return own;
}

void collect_texts(const std::string& own, const std::function<void(const std::string& text)>& take) {
  if (cluster().rank == 0) {
    take(own);
  }
  if (!has_peers()) {
    return;
  }
  const Meeting meeting;
  std::uint64_t size = own.size();
  if (cluster().rank != 0) {
    send_bytes(meeting, &size, sizeof size, 0, TEXT_TAG);
    in_messages(size, [&](std::size_t begin, std::size_t bytes) {
      send_bytes(meeting, own.data() + begin, bytes, 0, TEXT_TAG);
    });
    return;
  }
  for (unsigned rank = 1; rank < cluster().ranks; ++rank) {
    receive_bytes(meeting, &size, sizeof size, rank, TEXT_TAG);
    std::string text(size, ' ');
    in_messages(size, [&](std::size_t begin, std::size_t bytes) {
      receive_bytes(meeting, text.data() + begin, bytes, rank, TEXT_TAG);
    });
    take(text);
  }
}

#else

std::int64_t clock_difference() { return 0; }
void collect_texts(const std::string& own, const std::function<void(const std::string& text)>& take) { take(own); }

void start_cluster() {
  const auto launcher = look_at_launcher([](const char* name) -> const char* { return std::getenv(name); });
  if (launcher && launcher->cluster.ranks > 1) {
    throw std::runtime_error{"The launcher has started " + processes(launcher->cluster.ranks) + " (" +
                             launcher->variable +
                             "), but this Legatus was built without MPI: every process would run the whole program "
                             "alone. Build it with MPI and StarPU-MPI, or start one process"};
  }
}

void stop_cluster() {
  stop_watch();
  free_process_groups();
}
void abort_cluster() { std::abort(); }
void barrier() {}

namespace {

void gather_from_peers(const void* /*data*/, std::byte* /*all*/, std::size_t /*bytes*/) {}

}  // namespace

void broadcast(void* /*data*/, std::size_t /*bytes*/, unsigned /*root*/) {}
void minima(std::uint64_t* /*values*/, std::size_t /*count*/) {}

#endif

std::vector<std::byte> gather_everywhere(const void* data, std::size_t bytes) {
  std::vector<std::byte> all(bytes * cluster().ranks);
  if (has_peers()) {
    gather_from_peers(data, all.data(), bytes);
  } else {
    for (unsigned rank = 0; rank < cluster().ranks; ++rank) {
      std::memcpy(all.data() + rank * bytes, data, bytes);
    }
  }
  return all;
}

std::uint64_t minimum(std::uint64_t value) {
  minima(&value, 1);
  return value;
}

}  // namespace legate::detail::engine
