// SPDX-License-Identifier: Apache-2.0
#include "engine/watch.h"

#include "engine/cluster.h"
#include "engine/launch_record.h"
#include "engine/mpi_call.h"
#include "engine/profile_recorder.h"
#include "engine/transfer.h"
#include "utilities/banner.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace legate::detail::engine {

namespace {

using Clock = std::chrono::steady_clock;

/// What one rank tells another that has waited too long.
struct Answer {
  std::uint64_t meetings_entered{0};
  std::uint64_t waiting{0};  // 0 or 1
};

#if LEGATE_DEFINED(LEGATE_USE_MPI)

/// Messages between the watches of all ranks.
class WatchMessages {
 public:
  void open() {
    if (cluster().ranks > 1) {
      expect_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &communicator_), "MPI_Comm_dup");
    }
  }
  void close() {
    if (communicator_ != MPI_COMM_NULL) {
      expect_mpi(MPI_Comm_free(&communicator_), "MPI_Comm_free");
    }
  }

  /// Asks every other rank for its report. Returns without waiting for those that do not receive anything any more.
  void ask_others() {
    for (unsigned rank = 0; rank < cluster().ranks; ++rank) {
      if (rank != cluster().rank) {
        MPI_Request request{};
        expect_mpi(MPI_Isend(nullptr, 0, MPI_BYTE, static_cast<int>(rank), ASK, communicator_, &request), "MPI_Isend");
        expect_mpi(MPI_Request_free(&request), "MPI_Request_free");
      }
    }
  }

  /// A rank that asks, if there is one.
  [[nodiscard]] bool take_question(int& asker) {
    if (!probe(ASK, asker)) {
      return false;
    }
    expect_mpi(MPI_Recv(nullptr, 0, MPI_BYTE, asker, ASK, communicator_, MPI_STATUS_IGNORE), "MPI_Recv");
    return true;
  }
  void answer(int asker, const Answer& answer) {
    expect_mpi(MPI_Send(&answer, sizeof answer, MPI_BYTE, asker, ANSWER, communicator_), "MPI_Send");
  }
  [[nodiscard]] bool take_answer(int& rank, Answer& answer) {
    if (!probe(ANSWER, rank)) {
      return false;
    }
    expect_mpi(MPI_Recv(&answer, sizeof answer, MPI_BYTE, rank, ANSWER, communicator_, MPI_STATUS_IGNORE), "MPI_Recv");
    return true;
  }

 private:
  static constexpr int ASK = 1;
  static constexpr int ANSWER = 2;

  [[nodiscard]] bool probe(int tag, int& source) {
    if (communicator_ == MPI_COMM_NULL) {
      return false;
    }
    int found = 0;
    MPI_Status status;
    expect_mpi(MPI_Iprobe(MPI_ANY_SOURCE, tag, communicator_, &found, &status), "MPI_Iprobe");
    source = status.MPI_SOURCE;
    return found != 0;
  }

  MPI_Comm communicator_{MPI_COMM_NULL};
};

#else

class WatchMessages {
 public:
  void open() {}
  void close() {}
  void ask_others() {}
  [[nodiscard]] bool take_question(int& /*asker*/) { return false; }
  void answer(int /*asker*/, const Answer& /*answer*/) {}
  [[nodiscard]] bool take_answer(int& /*rank*/, Answer& /*answer*/) { return false; }
};

#endif

std::string seconds(Clock::duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

void append_list(std::vector<std::string>& lines, const std::string& title, const std::vector<std::string>& entries) {
  constexpr std::size_t MOST = 20;
  if (entries.empty()) {
    return;
  }
  lines.push_back(title);
  for (std::size_t i = 0; i < entries.size() && i < MOST; ++i) {
    lines.push_back("  " + entries[i]);
  }
  if (entries.size() > MOST) {
    lines.push_back("  and " + std::to_string(entries.size() - MOST) + " more");
  }
}

class Watch {
 public:
  explicit Watch(std::chrono::seconds limit) : limit_{limit} {
    messages_.open();
    thread_ = std::thread{[this] { run(); }};
  }
  ~Watch() {
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      stopped_ = true;
    }
    wake_.notify_one();
    thread_.join();
    messages_.close();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void begin(const char* what) {
    const std::lock_guard<std::mutex> guard{mutex_};
    if (waits_.empty()) {
      since_ = Clock::now();
    }
    waits_.push_back(what);
  }
  void end() {
    const std::lock_guard<std::mutex> guard{mutex_};
    waits_.pop_back();
  }

 private:
  void run() {
    constexpr std::chrono::milliseconds INTERVAL{100};
    std::unique_lock<std::mutex> lock{mutex_};
    while (!wake_.wait_for(lock, INTERVAL, [this] { return stopped_; })) {
      const bool overdue = !waits_.empty() && Clock::now() - since_ > limit_;
      lock.unlock();
      answer_questions();
      if (overdue) {
        end_run();
      }
      lock.lock();
    }
  }

  void answer_questions() {
    int asker = 0;
    while (messages_.take_question(asker)) {
      report();
      messages_.answer(asker, own_answer());
    }
  }

  [[nodiscard]] Answer own_answer() {
    const std::lock_guard<std::mutex> guard{mutex_};
    return {meetings().entered, waits_.empty() ? 0U : 1U};
  }

  /// `Has waited for 5 s in a fence, for transfers`
  [[nodiscard]] std::string state() {
    const std::lock_guard<std::mutex> guard{mutex_};
    if (waits_.empty()) {
      return "Does not wait: the program is busy with something of its own";
    }
    std::string text = "Has waited for " + seconds(Clock::now() - since_) + " in " + waits_.front();
    for (std::size_t i = 1; i < waits_.size(); ++i) {
      text += std::string{", for "} + waits_[i];
    }
    return text;
  }

  /// What this rank waits for, once.
  void report() {
    if (std::exchange(reported_, true)) {
      return;
    }
    std::vector<std::string> lines{state()};
    append_list(lines, "Tasks that are not over:", describe_unfinished_launches());
    append_list(lines, "Transfers that are not over:", describe_unfinished_transfers());
    print_error_banner(lines);
  }

  [[noreturn]] void end_run() {
    report();
    std::vector<std::string> lines{"--timeout-fence: a wait has taken longer than " + seconds(limit_) +
                                   ", the run is ended"};
    if (cluster().ranks > 1) {
      add_other_ranks(lines);
    }
    print_error_banner(lines);
    abort_cluster();
  }

  /// Has the other ranks report, and says which of them wait as well and which are missing.
  void add_other_ranks(std::vector<std::string>& lines) {
    constexpr std::chrono::seconds PATIENCE{5};
    const auto own = meetings();
    const auto end = Clock::now() + PATIENCE;
    std::vector<unsigned> silent;
    std::vector<bool> answered(cluster().ranks, false);
    std::vector<unsigned> waiting{cluster().rank};
    std::vector<unsigned> busy;
    std::vector<unsigned> missing;
    answered[cluster().rank] = true;
    messages_.ask_others();
    for (unsigned left = cluster().ranks - 1; left > 0 && Clock::now() < end;) {
      answer_questions();  // those of ranks that are about to end the run as well
      int rank = 0;
      Answer answer;
      if (!messages_.take_answer(rank, answer)) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        continue;
      }
      --left;
      answered[static_cast<unsigned>(rank)] = true;
      (answer.waiting != 0 ? waiting : busy).push_back(static_cast<unsigned>(rank));
      if (own.entered != own.left && answer.meetings_entered < own.entered) {
        missing.push_back(static_cast<unsigned>(rank));
      }
    }
    for (unsigned rank = 0; rank < cluster().ranks; ++rank) {
      if (!answered[rank]) {
        silent.push_back(rank);
      }
    }
    add_ranks(lines, "Waiting: ", waiting);
    add_ranks(lines, "Not waiting: ", busy);
    add_ranks(lines, "Without an answer: ", silent);
    add_ranks(lines, "Not come to where this rank waits for all: ", missing);
  }

  static void add_ranks(std::vector<std::string>& lines, const char* title, std::vector<unsigned>& ranks) {
    std::sort(ranks.begin(), ranks.end());
    if (!ranks.empty()) {
      lines.push_back(title + name_ranks(ranks));
    }
  }

  const std::chrono::seconds limit_;
  std::mutex mutex_{};
  std::condition_variable wake_{};
  bool stopped_{false};
  std::vector<const char*> waits_{};  // outermost first
  Clock::time_point since_{};
  bool reported_{false};  // the watch's thread only, like messages_
  WatchMessages messages_{};
  std::thread thread_{};
};

Watch* watch = nullptr;

/// The outermost wait of a thread, for profiles.
struct ProfiledWait {
  unsigned depth{0};
  const char* what{nullptr};
  std::int64_t began{0};
};
thread_local ProfiledWait profiled_wait;

}  // namespace

void Wait::begin(const char* what) noexcept {
  if ((observers_ & wait_observer::WATCH) != 0) {
    watch->begin(what);
  }
  if ((observers_ & wait_observer::PROFILE) != 0 && profiled_wait.depth++ == 0) {
    profiled_wait.what = what;
    profiled_wait.began = steady_nanoseconds();
  }
}

void Wait::end() noexcept {
  if ((observers_ & wait_observer::PROFILE) != 0 && --profiled_wait.depth == 0) {
    profile_wait(profiled_wait.what, profiled_wait.began, steady_nanoseconds());
  }
  if ((observers_ & wait_observer::WATCH) != 0) {
    watch->end();
  }
}

void start_watch(std::chrono::seconds limit) {
  if (watch == nullptr) {
    watch = new Watch{limit};
    wait_observers.fetch_or(wait_observer::WATCH);
  }
}

void stop_watch() noexcept {
  wait_observers.fetch_and(~wait_observer::WATCH);
  delete std::exchange(watch, nullptr);
}

}  // namespace legate::detail::engine

namespace legate::detail {

void set_wait_hooks(const WaitHooks* hooks) noexcept { engine::wait_hooks.store(hooks, std::memory_order_release); }

}  // namespace legate::detail
