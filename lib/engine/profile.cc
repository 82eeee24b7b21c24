// SPDX-License-Identifier: Apache-2.0
#include "engine/profile.h"

#include "engine/lifecycle.h"
#include "engine/profile_recorder.h"
#include "engine/submission.h"
#include "engine/thread_order.h"
#include "engine/timestamp_recorder.h"
#include "engine/watch.h"

#include <legate/utilities/assert.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace legate::detail::engine {

std::atomic<bool> profile_state::on{false};

namespace {

// What was submitted, in that order. The position among all that have one is the id.
struct Submission {
  enum class Kind : std::uint8_t { POINT, TRANSFER, CUT, FRESH };

  Kind kind{};
  std::uint32_t uses{0};  // how many
  std::uint32_t point{0};
  const void* subject{nullptr};  // the launch, the transfer, or the array
};

// A tile, and what was done to it. Two words: there are more of these than of anything else. The tile may be gone when
// it is read, so the array is kept beside it.
class Use {
 public:
  Use(const Tile* tile, Access access) noexcept
      : tile_{tile},
        array_and_access_{reinterpret_cast<std::uintptr_t>(tile->array) | (access == Access::READ ? 0U : 1U)} {}
  [[nodiscard]] const Tile* tile() const noexcept { return tile_; }
  [[nodiscard]] const void* array() const noexcept {
    return reinterpret_cast<const void*>(array_and_access_ & ~std::uintptr_t{1});
  }
  [[nodiscard]] bool writes() const noexcept { return (array_and_access_ & 1U) != 0; }

 private:
  static_assert(alignof(Array) > 1);
  const Tile* tile_;
  std::uintptr_t array_and_access_;
};

constexpr std::uint32_t NO_ID = std::numeric_limits<std::uint32_t>::max();

struct Run {
  std::uint32_t id{0};
  float predicted{0};  // nanoseconds; NaN if there is no model
  std::int64_t started{0};
  std::int64_t ended{0};
};

struct NamedRange {
  const std::string* name{nullptr};
  std::int64_t started{0};
  std::int64_t ended{0};
};

struct alignas(64) WorkerLog {
  RecordLog<Run> runs{};
  RecordLog<NamedRange> ranges{};
};

constexpr std::size_t MEMORIES = 3;  // main memory, another NUMA domain, a device

struct Recorder {
  std::int64_t began{0};
  RecordBudget budget{};
  std::uint64_t lost{0};
  RecordLog<Profile::Launch> launches{};
  RecordLog<Submission> submissions{};
  RecordLog<Use> uses{};
  RecordLog<Profile::Transfer> transfers{};
  std::vector<WorkerLog> workers{};  // and last the thread of the program
  std::uint32_t next_id{0};
  std::unordered_set<std::string> texts{};
  const std::string* last_provenance{nullptr};  // one of `texts`
  std::array<std::array<std::atomic<std::uint64_t>, MEMORIES>, MEMORIES> copies{};
  std::mutex range_mutex{};
  std::set<std::string, std::less<>> range_names{};  // under the mutex, as are the ranges of the program
  RecordLog<Profile::Wait> waits{};                  // under the mutex
  std::uint64_t lost_ranges{0};                      // under the mutex
};

std::unique_ptr<Recorder>& recorder() noexcept {
  static auto* const instance = new std::unique_ptr<Recorder>;
  return *instance;
}

// Launches that follow each other mostly come from the same place.
const std::string* intern_provenance(Recorder& log, const std::string* text) {
  if (text == nullptr || text->empty()) {
    return nullptr;
  }
  if (log.last_provenance == nullptr || *log.last_provenance != *text) {
    log.last_provenance = &*log.texts.insert(*text).first;
  }
  return log.last_provenance;
}

Profile::Launch describe(Recorder& log, const Codelet& codelet, const WorkNote& note, std::int64_t submitted,
                         std::uint32_t predicted) {
  return {&codelet.name,
          intern_provenance(log, note.provenance),
          note.fold,
          codelet.moves,
          codelet.moves == nullptr ? note.bytes : note.written,
          note.first_point,
          submitted,
          predicted};
}

// A use that finds no room is forgotten: the last points that are recorded may miss what they waited for.
void add_use(Recorder& log, Submission& submission, TileHandle tile, Access access) noexcept {
  submission.uses += log.uses.add({tile, access}, log.budget) != nullptr ? 1U : 0U;
}

void add_tiling_change(Submission::Kind kind, const Array& array) noexcept {
  Recorder& log = *recorder();
  if (!log.budget.spent()) {
    log.submissions.add({kind, 0, 0, &array}, log.budget);
  }
}

}  // namespace

// ---- recording

void start_profile(std::size_t most_bytes) {
  if (!running()) {
    throw std::logic_error{"start_profile: the engine is not running"};
  }
  auto fresh = std::make_unique<Recorder>();
  fresh->budget.start(most_bytes);
  fresh->workers = std::vector<WorkerLog>(worker_count() + 1);
  for (WorkerLog& worker : fresh->workers) {
    worker.runs.prepare(fresh->budget);
  }
  fresh->began = now_in_nanoseconds();
  recorder() = std::move(fresh);
  profile_state::on.store(true, std::memory_order_release);
  wait_observers.fetch_or(wait_observer::PROFILE);
}

std::int64_t steady_nanoseconds() noexcept { return now_in_nanoseconds(); }

void clear_profile() noexcept {
  wait_observers.fetch_and(~wait_observer::PROFILE);
  profile_state::on.store(false, std::memory_order_release);
  recorder().reset();
}

void profile_launch(LaunchRecord& launch) {
  Recorder& log = *recorder();
  const std::uint32_t predicted =
      launch.duration != nullptr && launch.duration->known() ? launch.duration->nanoseconds() : 0;
  launch.profile =
      log.budget.spent()
          ? nullptr
          : log.launches.add(describe(log, *launch.codelet, launch.work->note(), now_in_nanoseconds(), predicted),
                             log.budget);
  if (launch.profile == nullptr) {
    log.lost += launch.points;
    launch.profiled = false;
  }
}

void profile_point(LaunchRecord::Point& point, const TileUse* uses, std::size_t count) noexcept {
  Recorder& log = *recorder();
  Submission* const submission =
      log.submissions.add({Submission::Kind::POINT, 0, point.index, point.launch->profile}, log.budget);
  if (submission == nullptr) {
    ++log.lost;
    point.profile_id = NO_ID;
    return;
  }
  point.profile_id = log.next_id++;
  for (std::size_t i = 0; i < count; ++i) {
    add_use(log, *submission, uses[i].tile, uses[i].access);
  }
}

void profile_run(const LaunchRecord::Point& point, unsigned worker, std::int64_t started, std::int64_t ended,
                 double predicted) noexcept {
  if (point.profile_id != NO_ID) {
    Recorder& log = *recorder();
    log.workers[worker].runs.add({point.profile_id, static_cast<float>(predicted), started, ended}, log.budget);
  }
}

void profile_inline_point(const Codelet& codelet, const WorkNote& note, std::int64_t started, std::int64_t ended) {
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  Recorder& log = *recorder();
  const Profile::Launch* const launch =
      log.budget.spent() ? nullptr : log.launches.add(describe(log, codelet, note, started, 0), log.budget);
  if (launch == nullptr || log.submissions.add({Submission::Kind::POINT, 0, 0, launch}, log.budget) == nullptr) {
    ++log.lost;
    return;
  }
  log.workers.back().runs.add({log.next_id++, std::numeric_limits<float>::quiet_NaN(), started, ended}, log.budget);
}

void profile_range(std::string_view name, std::int64_t started, std::int64_t ended) {
  if (!profiling()) {
    return;
  }
  Recorder& log = *recorder();
  const std::lock_guard<std::mutex> guard{log.range_mutex};
  WorkerLog& worker = on_worker() ? log.workers[static_cast<unsigned>(starpu_worker_get_id())] : log.workers.back();
  auto found = log.range_names.find(name);
  if (found == log.range_names.end() && !log.budget.spent()) {
    found = log.range_names.emplace(name).first;
  }
  if (log.budget.spent() || worker.ranges.add({&*found, started, ended}, log.budget) == nullptr) {
    ++log.lost_ranges;
  }
}

void profile_wait(const char* what, std::int64_t started, std::int64_t ended) noexcept {
  constexpr std::int64_t SHORTEST = 1000;
  if (!profiling() || ended - started < SHORTEST) {
    return;
  }
  Recorder& log = *recorder();
  const std::lock_guard<std::mutex> guard{log.range_mutex};
  if (!log.budget.spent()) {  // otherwise points are lost as well, and counted
    static_cast<void>(log.waits.add({what, started, ended}, log.budget));
  }
}

Profile::Transfer* profile_transfer(bool sending, unsigned peer, std::uint64_t tag, std::uint64_t bytes,
                                    const char* purpose, TileHandle tile) noexcept {
  Recorder& log = *recorder();
  Profile::Transfer* const transfer =
      log.budget.spent()
          ? nullptr
          : log.transfers.add({log.next_id, sending, peer, tag, bytes, purpose, now_in_nanoseconds(), 0}, log.budget);
  Submission* const submission =
      transfer == nullptr ? nullptr : log.submissions.add({Submission::Kind::TRANSFER, 0, 0, transfer}, log.budget);
  if (submission == nullptr) {
    ++log.lost;
    return nullptr;
  }
  ++log.next_id;
  add_use(log, *submission, tile, sending ? Access::READ : Access::WRITE);
  return transfer;
}

void profile_transfer_end(Profile::Transfer* transfer) noexcept {
  if (transfer != nullptr) {
    transfer->ended = now_in_nanoseconds();
  }
}

void profile_cut(const Array& array) noexcept { add_tiling_change(Submission::Kind::CUT, array); }
void profile_fresh(const Array& array) noexcept { add_tiling_change(Submission::Kind::FRESH, array); }

namespace {

std::size_t memory_kind(unsigned node) noexcept {
  if (node == STARPU_MAIN_RAM) {
    return 0;
  }
  return starpu_node_get_kind(node) == STARPU_CPU_RAM ? 1 : 2;
}

}  // namespace

void profile_memory_copy(unsigned from, unsigned to, std::size_t bytes) noexcept {
  recorder()->copies[memory_kind(from)][memory_kind(to)].fetch_add(bytes, std::memory_order_relaxed);
}

// ---- what waited for what

namespace {

// Goes through what was submitted as StarPU does: readers wait for the last writer, writers for the readers since.
class DependencyFinder {
 public:
  void add(std::uint32_t id, const Use& use, std::vector<std::uint32_t>& after) {
    ArrayState& array = arrays_[use.array()];
    const auto [found, fresh] = array.tiles.try_emplace(use.tile());
    TileState& tile = found->second;
    if (fresh) {
      tile.writers = array.before_cut;
    }
    if (!use.writes()) {
      after.insert(after.end(), tile.writers.begin(), tile.writers.end());
      tile.readers.push_back(id);
      return;
    }
    auto& last = tile.readers.empty() ? tile.writers : tile.readers;
    after.insert(after.end(), last.begin(), last.end());
    tile.readers.clear();
    tile.writers.assign(1, id);
  }

  void cut(const void* array_address) {
    ArrayState& array = arrays_[array_address];
    if (array.tiles.empty()) {
      return;  // nothing has used it since it was cut before
    }
    array.before_cut.clear();
    for (const auto& [tile, state] : array.tiles) {
      const auto& last = state.readers.empty() ? state.writers : state.readers;
      array.before_cut.insert(array.before_cut.end(), last.begin(), last.end());
    }
    make_set(array.before_cut);
    array.tiles.clear();
  }

  void forget(const void* array) { arrays_.erase(array); }

  static void make_set(std::vector<std::uint32_t>& ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  }

 private:
  struct TileState {
    std::vector<std::uint32_t> writers{};
    std::vector<std::uint32_t> readers{};  // since
  };
  struct ArrayState {
    std::unordered_map<const Tile*, TileState> tiles{};
    std::vector<std::uint32_t> before_cut{};
  };
  std::unordered_map<const void*, ArrayState> arrays_{};
};

// Which launch each id belongs to, and which of its points it is.
struct Origin {
  const Profile::Launch* launch{nullptr};
  std::uint32_t point{0};
};

std::vector<Origin> read_submissions(const Recorder& log, Profile& profile) {
  std::vector<Origin> origins(log.next_id);
  profile.after.resize(log.next_id);
  DependencyFinder finder;
  std::uint32_t id = 0;
  std::size_t next_use = 0;
  for (std::size_t i = 0; i < log.submissions.size(); ++i) {
    const Submission& submission = log.submissions[i];
    switch (submission.kind) {
      case Submission::Kind::CUT:
        finder.cut(submission.subject);
        continue;
      case Submission::Kind::FRESH:
        finder.forget(submission.subject);
        continue;
      case Submission::Kind::POINT:
        origins[id] = {static_cast<const Profile::Launch*>(submission.subject), submission.point};
        break;
      case Submission::Kind::TRANSFER:
        break;
    }
    auto& after = profile.after[id];
    for (std::uint32_t use = 0; use < submission.uses; ++use) {
      finder.add(id, log.uses[next_use++], after);
    }
    DependencyFinder::make_set(after);
    ++id;
  }
  return origins;
}

void name_copies(const Recorder& log, Profile& profile) {
  constexpr std::array<const char*, MEMORIES> NAMES{"main memory", "a NUMA domain", "a device"};
  for (std::size_t from = 0; from < MEMORIES; ++from) {
    for (std::size_t to = 0; to < MEMORIES; ++to) {
      if (const auto bytes = log.copies[from][to].load(std::memory_order_relaxed); bytes > 0) {
        profile.memory_copies[std::string{"from "} + NAMES[from] + " to " + NAMES[to]] = bytes;
      }
    }
  }
}

}  // namespace

namespace {

void read_runs(const Recorder& log, const std::vector<Origin>& origins, Profile& profile) {
  for (unsigned worker = 0; worker < log.workers.size(); ++worker) {
    const auto& runs = log.workers[worker].runs;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const Run& run = runs[i];
      const Origin& origin = origins[run.id];
      const double predicted = static_cast<double>(run.predicted);  // NaN: no model
      profile.slices.push_back({run.id, origin.launch, origin.point, worker, run.started, run.ended,
                                std::isnan(predicted) ? origin.launch->predicted : predicted});
    }
  }
}

void read_ranges(const Recorder& log, Profile& profile) {
  for (unsigned worker = 0; worker < log.workers.size(); ++worker) {
    const auto& ranges = log.workers[worker].ranges;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      profile.ranges.push_back({ranges[i].name, worker, ranges[i].started, ranges[i].ended});
    }
  }
}

void read_waits(const Recorder& log, Profile& profile) {
  for (std::size_t i = 0; i < log.waits.size(); ++i) {
    profile.waits.push_back(log.waits[i]);
  }
}

void read_transfers(const Recorder& log, Profile& profile) {
  for (std::size_t i = 0; i < log.transfers.size(); ++i) {
    if (log.transfers[i].ended != 0) {  // otherwise it is one whose submission found no room
      profile.transfers.push_back(log.transfers[i]);
    }
  }
}

// StarPU tells that a transfer is over after it has let those go that waited for it.
void correct_transfer_ends(Profile& profile) {
  std::vector<Profile::Transfer*> transfers(profile.after.size());
  for (auto& transfer : profile.transfers) {
    transfers[transfer.id] = &transfer;
  }
  for (const auto& slice : profile.slices) {
    for (const auto before : profile.after[slice.id]) {
      if (auto* const transfer = transfers[before]; transfer != nullptr) {
        transfer->ended = std::min(transfer->ended, slice.started);
      }
    }
  }
}

// Counts points that were submitted, but whose run found no room, and drops what is said about them.
void drop_unknown(Profile& profile) {
  std::vector<bool> known(profile.after.size());
  for (const auto& slice : profile.slices) {
    known[slice.id] = true;
  }
  for (const auto& transfer : profile.transfers) {
    known[transfer.id] = true;
  }
  profile.lost += static_cast<std::uint64_t>(std::count(known.begin(), known.end(), false));
  for (auto& after : profile.after) {
    after.erase(std::remove_if(after.begin(), after.end(), [&](std::uint32_t id) { return !known[id]; }), after.end());
  }
}

}  // namespace

Profile take_profile() {
  wait_observers.fetch_and(~wait_observer::PROFILE);
  profile_state::on.store(false, std::memory_order_release);
  after_others();
  Profile profile;
  if (recorder() == nullptr) {
    return profile;
  }
  const Recorder& log = *recorder();
  profile.began = log.began;
  profile.ended = now_in_nanoseconds();
  profile.lost = log.lost + log.lost_ranges;
  name_copies(log, profile);
  read_runs(log, read_submissions(log, profile), profile);
  read_transfers(log, profile);
  read_ranges(log, profile);
  read_waits(log, profile);
  correct_transfer_ends(profile);
  drop_unknown(profile);
  return profile;
}

}  // namespace legate::detail::engine
