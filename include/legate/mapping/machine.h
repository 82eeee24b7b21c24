// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/processor_range.h>
#include <legate/mapping/target.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/shared_ptr.h>
#include <legate/utilities/span.h>
#include <legate_defines.h>

#include <cstdint>
#include <iosfwd>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace legate::mapping {

namespace detail {
class Machine;
}  // namespace detail

/// A set of processors: for each kind of processor, a range of ids.
///
/// An immutable value; a copy is a cheap handle on the same value. Any thread. Queries without a target speak about the
/// preferred one: the first kind, in the order GPU, OPENCL, OMP, CPU, of which there is a processor. Members of a
/// machine that was moved from throw std::logic_error.
class LEGATE_EXPORT Machine {
 public:
  Machine() = LEGATE_DEFAULT_WHEN_CYTHON;
  /// The machine with these ranges. Empty ranges are remembered, but make no difference to comparisons. Without any
  /// processor, the preferred target is CPU.
  explicit Machine(std::map<TaskTarget, ProcessorRange> ranges);
  explicit Machine(InternalSharedPtr<const detail::Machine> impl);
  explicit Machine(detail::Machine impl);

  [[nodiscard]] TaskTarget preferred_target() const;
  [[nodiscard]] ProcessorRange processor_range() const;
  /// The range of one kind; the default, empty range for a kind that the machine does not list.
  [[nodiscard]] ProcessorRange processor_range(TaskTarget target) const;
  /// The kinds with at least one processor, in order of preference. Valid as long as a handle on this machine lives.
  [[nodiscard]] Span<const TaskTarget> valid_targets() const;
  /// The kinds that the machine lists, also with empty ranges, without those in `to_exclude`.
  [[nodiscard]] std::vector<TaskTarget> valid_targets_except(const std::set<TaskTarget>& to_exclude) const;
  /// The number of processors.
  [[nodiscard]] std::uint32_t count() const;
  [[nodiscard]] std::uint32_t count(TaskTarget target) const;
  /// E.g. `Machine(preferred_target: CPU, CPU: Proc([0,4], 4 per node))`.
  [[nodiscard]] std::string to_string() const;

  /// The machine with just the kinds asked for, each with the range it has here, possibly an empty one.
  ///
  /// Its preferred target is the first kind asked for that has a processor; if none has, the first one asked for.
  [[nodiscard]] Machine only(TaskTarget target) const;
  [[nodiscard]] Machine only(Span<const TaskTarget> targets) const;
  [[nodiscard]] Machine operator[](TaskTarget target) const;
  [[nodiscard]] Machine operator[](Span<const TaskTarget> targets) const;

  /// The processors `from` to `to - 1`, counted within the range of `target`. Other kinds are dropped, or kept whole
  /// with `keep_others`.
  [[nodiscard]] Machine slice(std::uint32_t from, std::uint32_t to, TaskTarget target, bool keep_others = false) const;
  [[nodiscard]] Machine slice(std::uint32_t from, std::uint32_t to, bool keep_others = false) const;

  /// Machines are equal if they have the same processors; the preferred target does not count.
  [[nodiscard]] bool operator==(const Machine& other) const;
  [[nodiscard]] bool operator!=(const Machine& other) const;
  /// The processors that both machines have.
  /// @throws std::invalid_argument if the machines differ in the number of processors per node of a kind both list.
  [[nodiscard]] Machine operator&(const Machine& other) const;
  /// True if there is no processor of any kind.
  [[nodiscard]] bool empty() const;

  [[nodiscard]] const SharedPtr<const detail::Machine>& impl() const noexcept { return impl_; }

 private:
  SharedPtr<const detail::Machine> impl_{};
};

LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, const Machine& machine);

}  // namespace legate::mapping
