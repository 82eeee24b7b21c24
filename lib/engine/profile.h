// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace legate::detail::engine {

/// What ran since start_profile(). Times are nanoseconds of std::chrono::steady_clock.
struct Profile {
  struct Launch {
    const std::string* task{nullptr};
    const std::string* provenance{nullptr};
    bool fold{false};              ///< no points of the task, but what folds the results of its points
    const char* moves{nullptr};    ///< why the task moves bytes, if it does nothing else; or null
    std::uint64_t bytes{0};        ///< that a point sees; if it `moves`, that it writes
    std::uint64_t first_point{0};  ///< the number of point 0 of this rank among all
    std::int64_t submitted{0};
    std::uint32_t predicted{0};  ///< nanoseconds that points took before, as bundling knows it; 0: it does not
  };
  /// One point.
  struct Slice {
    std::uint32_t id{0};  ///< ascending in the order of submission, together with those of transfers
    const Launch* launch{nullptr};
    std::uint32_t point{0};
    unsigned worker{0};  ///< worker_count() for those that ran in the thread of the program
    std::int64_t started{0};
    std::int64_t ended{0};
    double predicted{0};  ///< nanoseconds that it was expected to take, by a model or by `launch`; 0 if nobody knew
  };
  /// A message between ranks, on one of both sides.
  struct Transfer {
    std::uint32_t id{0};
    bool sending{false};
    unsigned peer{0};
    std::uint64_t tag{0};
    std::uint64_t bytes{0};
    const char* purpose{nullptr};
    std::int64_t submitted{0};
    std::int64_t ended{0};
  };

  /// A part of a task's body that the body has given a name.
  struct Range {
    const std::string* name{nullptr};
    unsigned worker{0};  ///< as that of slices
    std::int64_t started{0};
    std::int64_t ended{0};
  };

  /// A call of the program that has waited.
  struct Wait {
    const char* what{nullptr};
    std::int64_t started{0};
    std::int64_t ended{0};
  };

  std::int64_t began{0};
  std::int64_t ended{0};
  std::vector<Slice> slices{};        ///< by worker, and of each in the order in which they ran
  std::vector<Transfer> transfers{};  ///< in the order of submission
  std::vector<Range> ranges{};        ///< by worker, and of each in the order in which they ended
  std::vector<Wait> waits{};          ///< of the program, in the order in which they ended
  /// By id, which slices and transfers it had to wait for: those that used the same tiles before.
  std::vector<std::vector<std::uint32_t>> after{};
  /// Bytes copied between memories, by the direction.
  std::map<std::string, std::uint64_t> memory_copies{};
  std::uint64_t lost{0};  ///< points and transfers that are not in here, because there was no room for them
};

namespace profile_state {
extern std::atomic<bool> on;
}

/// Whether launches are being recorded. Any thread.
[[nodiscard]] inline bool profiling() noexcept { return profile_state::on.load(std::memory_order_relaxed); }

/// What the records of a rank may take unless start_profile() says otherwise: about a million
/// points, of which browsers can still show the trace.
constexpr std::size_t PROFILE_MEMORY = std::size_t{128} << 20U;

/// Starts recording the launches that are made from now on. A launch takes 64 bytes, a point 48, and each tile that it
/// uses 16. Launches that are made when these add up to `most_bytes` are counted only. Only while the engine is running
/// and no task is pending.
/// @throws std::logic_error the engine is not running.
void start_profile(std::size_t most_bytes = PROFILE_MEMORY);

/// Stops recording and returns what was recorded. Codelets must still exist, and what is returned points into memory
/// that the next start_profile() or clear_profile() frees. Only while no task is pending (after wait_all()).
[[nodiscard]] Profile take_profile();
void clear_profile() noexcept;

/// What a point that ran in the thread of the program took. Control thread.
void profile_inline_point(const Codelet& codelet, const WorkNote& note, std::int64_t started, std::int64_t ended);

/// The thread that calls has done something with a name. Any thread.
void profile_range(std::string_view name, std::int64_t started, std::int64_t ended);

/// What std::chrono::steady_clock shows.
[[nodiscard]] std::int64_t steady_nanoseconds() noexcept;

}  // namespace legate::detail::engine
