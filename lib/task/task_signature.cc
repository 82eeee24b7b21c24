// SPDX-License-Identifier: Apache-2.0
#include "task/task_signature.h"

#include <legate/task/task_signature.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>
#include <variant>

namespace legate::detail {

namespace {

constexpr auto UNBOUNDED = legate::TaskSignature::UNBOUNDED;

void check_count(const std::optional<ArgumentCount>& expected, std::size_t count, std::string_view kind,
                 std::string_view task_name) {
  if (!expected || expected->accepts(count)) return;
  throw std::out_of_range{"Invalid arguments to task. Expected " + expected->to_string() + " " + std::string{kind} +
                          " arguments, have " + std::to_string(count) + " (task " + std::string{task_name} + ")"};
}

}  // namespace

ArgumentCount::ArgumentCount(std::uint32_t lower, std::uint32_t upper) : lower_{lower}, upper_{upper} {
  if (lower >= upper) {
    throw std::out_of_range{"Invalid argument range: [" + std::to_string(lower) + ", " + std::to_string(upper) +
                            "], upper bound must be strictly greater than the lower bound"};
  }
}

bool ArgumentCount::accepts(std::size_t count) const {
  return count >= lower_ && (upper_ == UNBOUNDED || count <= upper_);
}

bool ArgumentCount::accepts_index(std::uint32_t index) const { return upper_ == UNBOUNDED || index < upper_; }

std::string ArgumentCount::to_string() const {
  if (lower_ == upper_) return "Nargs(" + std::to_string(lower_) + ")";
  return "Nargs(" + std::to_string(lower_) + ", " + (upper_ == UNBOUNDED ? "unbounded" : std::to_string(upper_)) + ")";
}

bool TaskSignature::operator==(const TaskSignature& other) const {
  if (!(inputs == other.inputs && outputs == other.outputs && reductions == other.reductions &&
        scalars == other.scalars && constraints.has_value() == other.constraints.has_value())) {
    return false;
  }
  if (!constraints) return true;
  return std::equal(constraints->begin(), constraints->end(), other.constraints->begin(), other.constraints->end(),
                    [](const auto& left, const auto& right) { return *left == *right; });
}

void TaskSignature::check_constraints(std::string_view task_name) const {
  if (!constraints) return;
  for (const auto& constraint : *constraints) {
    check_argument(*constraint, constraint->first(), task_name);
    if (constraint->second()) check_argument(*constraint, *constraint->second(), task_name);
  }
}

void TaskSignature::check_argument(const ProxyConstraint& constraint, const ProxyArgument& argument,
                                   std::string_view task_name) const {
  const auto* single = std::get_if<ProxyArrayArgument>(&argument);
  if (single == nullptr) return;  // a group may have any number of members
  using Kind = ProxyArrayArgument::Kind;
  const auto& count = single->kind == Kind::INPUT ? inputs : single->kind == Kind::OUTPUT ? outputs : reductions;
  if (!count || count->accepts_index(single->index)) return;
  throw std::out_of_range{"Invalid task signature for task " + std::string{task_name} + ". " +
                          std::string{name_of(single->kind)} + " argument index " + std::to_string(single->index) +
                          " (for " + std::string{constraint.name()} +
                          " constraint) is out of range for specified signature: " + count->to_string()};
}

std::vector<InternalSharedPtr<Constraint>> TaskSignature::expand(const ArgumentVariables& arguments) const {
  std::vector<InternalSharedPtr<Constraint>> expanded;
  if (!constraints) return expanded;
  for (const auto& constraint : *constraints) constraint->expand(arguments, expanded);
  return expanded;
}

void check_counts(const TaskSignature& signature, std::size_t inputs, std::size_t outputs, std::size_t reductions,
                  std::size_t scalars, std::string_view task_name) {
  check_count(signature.inputs, inputs, "input", task_name);
  check_count(signature.outputs, outputs, "output", task_name);
  check_count(signature.reductions, reductions, "reduction", task_name);
  check_count(signature.scalars, scalars, "scalar", task_name);
}

}  // namespace legate::detail

namespace legate {

namespace {

std::optional<detail::ArgumentCount> exactly(std::uint32_t n) {
  if (n == TaskSignature::UNBOUNDED) return std::nullopt;
  return detail::ArgumentCount{n};
}

template <typename Range>
std::vector<SharedPtr<detail::ProxyConstraint>> copy(const Range& constraints) {
  std::vector<SharedPtr<detail::ProxyConstraint>> result;
  for (const ProxyConstraint& constraint : constraints) result.push_back(constraint.impl());
  return result;
}

}  // namespace

TaskSignature::TaskSignature() noexcept : impl_{std::make_shared<detail::TaskSignature>()} {}

detail::TaskSignature& TaskSignature::own_() {
  if (impl_ == nullptr) {
    impl_ = std::make_shared<detail::TaskSignature>();
  } else if (impl_.use_count() > 1) {
    impl_ = std::make_shared<detail::TaskSignature>(*impl_);
  }
  return *impl_;
}

TaskSignature& TaskSignature::inputs(std::uint32_t n) noexcept {
  own_().inputs = exactly(n);
  return *this;
}

TaskSignature& TaskSignature::outputs(std::uint32_t n) noexcept {
  own_().outputs = exactly(n);
  return *this;
}

TaskSignature& TaskSignature::scalars(std::uint32_t n) noexcept {
  own_().scalars = exactly(n);
  return *this;
}

TaskSignature& TaskSignature::redops(std::uint32_t n) noexcept {
  own_().reductions = exactly(n);
  return *this;
}

TaskSignature& TaskSignature::inputs(std::uint32_t lower_bound, std::uint32_t upper_bound) {
  own_().inputs = detail::ArgumentCount{lower_bound, upper_bound};
  return *this;
}

TaskSignature& TaskSignature::outputs(std::uint32_t lower_bound, std::uint32_t upper_bound) {
  own_().outputs = detail::ArgumentCount{lower_bound, upper_bound};
  return *this;
}

TaskSignature& TaskSignature::scalars(std::uint32_t lower_bound, std::uint32_t upper_bound) {
  own_().scalars = detail::ArgumentCount{lower_bound, upper_bound};
  return *this;
}

TaskSignature& TaskSignature::redops(std::uint32_t lower_bound, std::uint32_t upper_bound) {
  own_().reductions = detail::ArgumentCount{lower_bound, upper_bound};
  return *this;
}

TaskSignature& TaskSignature::constraints(std::optional<Span<const ProxyConstraint>> proxy_constraints) noexcept {
  auto& signature = own_();
  signature.constraints.reset();
  if (proxy_constraints) signature.constraints = copy(*proxy_constraints);
  return *this;
}

TaskSignature& TaskSignature::constraints(std::initializer_list<ProxyConstraint> proxy_constraints) {
  own_().constraints = copy(proxy_constraints);
  return *this;
}

bool operator==(const TaskSignature& left, const TaskSignature& right) noexcept {
  return left.impl() == right.impl() || (left.impl() && right.impl() && *left.impl() == *right.impl());
}

bool operator!=(const TaskSignature& left, const TaskSignature& right) noexcept { return !(left == right); }

}  // namespace legate
