// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/workers.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace legate::detail::engine {

class Codelet;

/// What an instance works on, as far as it changes how long it takes.
struct InstanceSize {
  std::uint64_t hash{0};   ///< of the extents of what it sees, and of the scalars that count
  std::uint64_t bytes{0};  ///< that it sees; 0: nothing that other sizes could be estimated from
};

/// What is known of a task beforehand.
struct ModelDeclaration {
  std::string version{"0"};  ///< samples of another version are of no use
  bool regression{false};    ///< sizes that were never measured are estimated from those that were
};

/// Microseconds, for each kind of workers.
using Durations = std::array<double, WORKER_KINDS>;

/// Kinds of workers, as bits.
using KindSet = std::uint8_t;
[[nodiscard]] constexpr KindSet set_of(WorkerKind kind) noexcept {
  return static_cast<KindSet>(1U << static_cast<unsigned>(kind));
}
[[nodiscard]] constexpr bool contains(KindSet set, WorkerKind kind) noexcept { return (set & set_of(kind)) != 0; }
[[nodiscard]] constexpr bool contains_device(KindSet set) noexcept {
  for (const auto kind : ALL_WORKER_KINDS) {
    if (contains(set, kind) && is_device(kind)) {
      return true;
    }
  }
  return false;
}

/// @name Any thread
/// @{
/// Whether launches look for models: because the scheduler wants to know how long tasks take, or to measure them.
[[nodiscard]] bool models_in_use() noexcept;
/// Whether instances are measured.
[[nodiscard]] bool calibrating() noexcept;
/// Whether the scheduler decides by models.
[[nodiscard]] bool scheduling_by_models() noexcept;
/// @}

/// A few characters that are the same for the same text in every process: for versions.
[[nodiscard]] std::string short_hash(std::string_view text);

/// Whether there is a model of any task in the directory, of this machine.
[[nodiscard]] bool any_model(const std::string& directory);

/// @name Control thread only
/// @{
/// Whether anything is known of the task on each of these kinds of workers.
[[nodiscard]] bool has_model(const Codelet& codelet, KindSet kinds);
/// What an instance of this size is expected to take on each of these kinds of workers; nothing if that is not known of
/// one of them.
[[nodiscard]] std::optional<Durations> expected_durations(const Codelet& codelet, const InstanceSize& size,
                                                          KindSet kinds);
/// @}

}  // namespace legate::detail::engine
