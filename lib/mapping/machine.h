// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/processor_range.h>
#include <legate/mapping/target.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace legate::mapping::detail {

inline constexpr std::size_t TASK_TARGETS = 4;

/// A set of kinds of processors.
class TargetSet {
 public:
  constexpr TargetSet() = default;
  [[nodiscard]] constexpr TargetSet with(TaskTarget target) const {
    return TargetSet{static_cast<std::uint8_t>(bits_ | bit(target))};
  }
  [[nodiscard]] constexpr bool contains(TaskTarget target) const { return (bits_ & bit(target)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  /// A number below 2^TASK_TARGETS, different for different sets.
  [[nodiscard]] constexpr std::size_t index() const { return bits_; }

 private:
  explicit constexpr TargetSet(std::uint8_t bits) : bits_{bits} {}
  [[nodiscard]] static constexpr std::uint8_t bit(TaskTarget target) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(target));
  }
  std::uint8_t bits_{0};
};

/// What a mapping::Machine refers to. See there for the meaning of the operations.
class Machine {
 public:
  Machine() = default;
  explicit Machine(const std::map<TaskTarget, ProcessorRange>& ranges);

  [[nodiscard]] TaskTarget preferred_target() const { return preferred_; }
  [[nodiscard]] const ProcessorRange& processor_range(TaskTarget target) const { return ranges_[position(target)]; }
  [[nodiscard]] std::uint32_t count(TaskTarget target) const { return processor_range(target).count(); }
  [[nodiscard]] std::uint32_t count() const { return count(preferred_); }
  /// True if the machine lists this kind, if only with an empty range.
  [[nodiscard]] bool lists(TaskTarget target) const { return listed_.contains(target); }
  [[nodiscard]] const TaskTarget* valid_targets() const { return valid_.data(); }
  [[nodiscard]] std::size_t valid_target_count() const { return valid_count_; }
  [[nodiscard]] bool empty() const { return valid_count_ == 0; }
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] Machine only(TargetSet targets) const;
  [[nodiscard]] Machine slice(std::uint32_t from, std::uint32_t to, TaskTarget target, bool keep_others) const;
  [[nodiscard]] bool operator==(const Machine& other) const;
  [[nodiscard]] Machine operator&(const Machine& other) const;

 private:
  /// @throws std::invalid_argument for a number that is no TaskTarget.
  [[nodiscard]] static std::size_t position(TaskTarget target);
  void set(TaskTarget target, const ProcessorRange& range);
  /// Derives the valid targets from the ranges, and from these the preferred one.
  void summarize();

  std::array<ProcessorRange, TASK_TARGETS> ranges_{};
  std::array<TaskTarget, TASK_TARGETS> valid_{};
  std::uint8_t valid_count_{0};
  TaskTarget preferred_{TaskTarget::CPU};
  TargetSet listed_{};
};

/// The kinds of processors from the most to the least preferred.
inline constexpr std::array<TaskTarget, TASK_TARGETS> TARGETS_BY_PREFERENCE{TaskTarget::GPU, TaskTarget::OPENCL,
                                                                            TaskTarget::OMP, TaskTarget::CPU};

/// How many processors a process has.
struct ProcessorCounts {
  std::uint32_t cpus{0};
  std::uint32_t gpus{0};
  std::uint32_t omps{0};
  std::uint32_t opencls{0};
};

/// The machine of a whole run in which every one of `nodes` processes has this many processors. OpenCL devices are
/// listed only where there are some.
[[nodiscard]] std::shared_ptr<const Machine> whole_machine(const ProcessorCounts& counts, std::uint32_t nodes);

}  // namespace legate::mapping::detail
