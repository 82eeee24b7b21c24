// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/target.h>
#include <legate_defines.h>

#include <array>
#include <cstdint>

namespace legate {

/// Whether the tasks of a scope may run piece by piece through the whole sequence, to keep few temporary data alive.
enum class StreamingMode : std::uint8_t {
  OFF,
  /// Every operation of the scope must allow it, which concurrent tasks do not; otherwise the scope's end throws.
  STRICT,
  /// The sequence is cut where an operation does not allow it. Submitting a concurrent task throws std::runtime_error.
  RELAXED,
};

/// How tasks are cut into pieces. A value; installed by a Scope.
class LEGATE_EXPORT ParallelPolicy {
 public:
  /// No streaming, one piece for each processor, and the partitioning thresholds of the configuration.
  /// @throws std::runtime_error before start() and after finish().
  ParallelPolicy();

  ParallelPolicy& with_streaming(StreamingMode mode);
  /// The number of pieces for each processor; 0 counts as 1.
  ParallelPolicy& with_overdecompose_factor(std::uint32_t overdecompose_factor);
  /// A store with fewer elements than `threshold` is not partitioned for processors of this kind.
  /// @throws std::invalid_argument if there is no such kind.
  ParallelPolicy& with_partitioning_threshold(mapping::TaskTarget target, std::uint64_t threshold);

  /// True unless the streaming mode is OFF.
  [[nodiscard]] bool streaming() const { return mode_ != StreamingMode::OFF; }
  [[nodiscard]] StreamingMode streaming_mode() const { return mode_; }
  [[nodiscard]] std::uint32_t overdecompose_factor() const { return overdecompose_factor_; }
  /// @throws std::invalid_argument if there is no such kind.
  [[nodiscard]] std::uint64_t partitioning_threshold(mapping::TaskTarget target) const;

  /// Compares all values.
  [[nodiscard]] bool operator==(const ParallelPolicy& other) const;
  [[nodiscard]] bool operator!=(const ParallelPolicy& other) const;

  /// The default policy with given thresholds, in the order of the targets. For the runtime: needs no started one.
  explicit ParallelPolicy(const std::array<std::uint64_t, 4>& thresholds) : thresholds_{thresholds} {}

 private:
  StreamingMode mode_{StreamingMode::OFF};
  std::uint32_t overdecompose_factor_{1};
  std::array<std::uint64_t, 4> thresholds_{};
};

}  // namespace legate
