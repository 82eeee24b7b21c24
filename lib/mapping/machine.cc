// SPDX-License-Identifier: Apache-2.0
#include "mapping/machine.h"
#include "utilities/handle.h"

#include <legate/mapping/machine.h>

#include <ostream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace legate::mapping::detail {

Machine::Machine(const std::map<TaskTarget, ProcessorRange>& ranges) {
  for (const auto& [target, range] : ranges) {
    set(target, range);
  }
  summarize();
}

std::size_t Machine::position(TaskTarget target) {
  const auto result = static_cast<std::size_t>(target);
  if (result >= TASK_TARGETS) {
    throw std::invalid_argument{"There is no task target " + std::to_string(result)};
  }
  return result;
}

void Machine::set(TaskTarget target, const ProcessorRange& range) {
  ranges_[position(target)] = range;
  listed_ = listed_.with(target);
}

void Machine::summarize() {
  valid_count_ = 0;
  for (const auto target : TARGETS_BY_PREFERENCE) {
    if (!processor_range(target).empty()) {
      valid_[valid_count_++] = target;
    }
  }
  preferred_ = empty() ? TaskTarget::CPU : valid_.front();
}

std::string Machine::to_string() const {
  std::ostringstream text;
  text << "Machine(preferred_target: " << preferred_;
  for (const auto target : TARGETS_BY_PREFERENCE) {
    if (lists(target)) {
      text << ", " << target << ": " << processor_range(target);
    }
  }
  text << ')';
  return text.str();
}

Machine Machine::only(TargetSet targets) const {
  Machine result;
  for (const auto target : TARGETS_BY_PREFERENCE) {
    if (targets.contains(target)) {
      result.set(target, processor_range(target));
    }
  }
  result.summarize();
  if (!result.empty()) {
    return result;
  }
  // without processors, what was asked for still says what is preferred
  result.preferred_ = preferred_;
  for (const auto target : TARGETS_BY_PREFERENCE) {
    if (targets.contains(target)) {
      result.preferred_ = target;
      break;
    }
  }
  return result;
}

Machine Machine::slice(std::uint32_t from, std::uint32_t to, TaskTarget target, bool keep_others) const {
  Machine result = keep_others ? *this : Machine{};
  result.set(target, processor_range(target).slice(from, to));
  result.summarize();
  return result;
}

bool Machine::operator==(const Machine& other) const {
  for (const auto target : TARGETS_BY_PREFERENCE) {
    const auto& mine = processor_range(target);
    const auto& theirs = other.processor_range(target);
    // empty ranges are alike, whatever their count per node, and whether listed or not
    if (mine != theirs && !(mine.empty() && theirs.empty())) {
      return false;
    }
  }
  return true;
}

Machine Machine::operator&(const Machine& other) const {
  Machine result;
  for (const auto target : TARGETS_BY_PREFERENCE) {
    if (lists(target) && other.lists(target)) {
      result.set(target, processor_range(target) & other.processor_range(target));
    }
  }
  result.summarize();
  return result;
}

std::shared_ptr<const Machine> whole_machine(const ProcessorCounts& counts, std::uint32_t nodes) {
  const auto range = [&](std::uint32_t count) { return ProcessorRange{0, count * nodes, count}; };
  std::map<TaskTarget, ProcessorRange> ranges{{TaskTarget::GPU, range(counts.gpus)},
                                              {TaskTarget::OMP, range(counts.omps)},
                                              {TaskTarget::CPU, range(counts.cpus)}};
  if (counts.opencls > 0) {
    ranges.emplace(TaskTarget::OPENCL, range(counts.opencls));
  }
  return std::make_shared<const Machine>(ranges);
}

}  // namespace legate::mapping::detail

namespace legate::mapping {

namespace {

[[nodiscard]] Machine handle(detail::Machine machine) {
  return Machine{InternalSharedPtr<const detail::Machine>{std::make_shared<const detail::Machine>(machine)}};
}

[[nodiscard]] detail::TargetSet set_of(Span<const TaskTarget> targets) {
  detail::TargetSet set;
  for (const auto target : targets) {
    set = set.with(target);
  }
  return set;
}

}  // namespace

Machine::Machine(std::map<TaskTarget, ProcessorRange> ranges)
    : impl_{std::make_shared<const detail::Machine>(ranges)} {}

Machine::Machine(InternalSharedPtr<const detail::Machine> impl) : impl_{std::move(impl)} {}

Machine::Machine(detail::Machine impl) : impl_{std::make_shared<const detail::Machine>(impl)} {}

TaskTarget Machine::preferred_target() const {
  return legate::detail::checked(impl_, "Machine::preferred_target").preferred_target();
}

ProcessorRange Machine::processor_range() const {
  return legate::detail::checked(impl_, "Machine::processor_range").processor_range(impl_->preferred_target());
}

ProcessorRange Machine::processor_range(TaskTarget target) const {
  return legate::detail::checked(impl_, "Machine::processor_range").processor_range(target);
}

Span<const TaskTarget> Machine::valid_targets() const {
  return Span<const TaskTarget>{legate::detail::checked(impl_, "Machine::valid_targets").valid_targets(),
                                impl_->valid_target_count()};
}

std::vector<TaskTarget> Machine::valid_targets_except(const std::set<TaskTarget>& to_exclude) const {
  std::vector<TaskTarget> result;
  for (const auto target : detail::TARGETS_BY_PREFERENCE) {
    if (legate::detail::checked(impl_, "Machine::valid_targets_except").lists(target) &&
        to_exclude.count(target) == 0) {
      result.push_back(target);
    }
  }
  return result;
}

std::uint32_t Machine::count() const { return legate::detail::checked(impl_, "Machine::count").count(); }

std::uint32_t Machine::count(TaskTarget target) const {
  return legate::detail::checked(impl_, "Machine::count").count(target);
}

std::string Machine::to_string() const { return legate::detail::checked(impl_, "Machine::to_string").to_string(); }

Machine Machine::only(TaskTarget target) const {
  return handle(legate::detail::checked(impl_, "Machine::only").only(detail::TargetSet{}.with(target)));
}

Machine Machine::only(Span<const TaskTarget> targets) const {
  return handle(legate::detail::checked(impl_, "Machine::only").only(set_of(targets)));
}

Machine Machine::operator[](TaskTarget target) const { return only(target); }

Machine Machine::operator[](Span<const TaskTarget> targets) const { return only(targets); }

Machine Machine::slice(std::uint32_t from, std::uint32_t to, TaskTarget target, bool keep_others) const {
  return handle(legate::detail::checked(impl_, "Machine::slice").slice(from, to, target, keep_others));
}

Machine Machine::slice(std::uint32_t from, std::uint32_t to, bool keep_others) const {
  return slice(from, to, preferred_target(), keep_others);
}

bool Machine::operator==(const Machine& other) const {
  return impl_ == other.impl_ || legate::detail::checked(impl_, "Machine::operator==") ==
                                     legate::detail::checked(other.impl_, "Machine::operator==");
}

bool Machine::operator!=(const Machine& other) const { return !(*this == other); }

Machine Machine::operator&(const Machine& other) const {
  return handle(legate::detail::checked(impl_, "Machine::operator&") &
                legate::detail::checked(other.impl_, "Machine::operator&"));
}

bool Machine::empty() const { return legate::detail::checked(impl_, "Machine::empty").empty(); }

std::ostream& operator<<(std::ostream& stream, const Machine& machine) { return stream << machine.to_string(); }

}  // namespace legate::mapping
