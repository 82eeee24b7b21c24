// SPDX-License-Identifier: Apache-2.0
#include "partitioning/proxy.h"

#include <legate/partitioning/constraint.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace legate::detail {

namespace {

Span<const Variable* const> all_of(ProxyArrayArgument::Kind kind, const ArgumentVariables& arguments) {
  switch (kind) {
    case ProxyArrayArgument::Kind::INPUT:
      return arguments.inputs;
    case ProxyArrayArgument::Kind::OUTPUT:
      return arguments.outputs;
    case ProxyArrayArgument::Kind::REDUCTION:
      break;
  }
  return arguments.reductions;
}

}  // namespace

std::string_view name_of(ProxyArrayArgument::Kind kind) {
  switch (kind) {
    case ProxyArrayArgument::Kind::INPUT:
      return "input";
    case ProxyArrayArgument::Kind::OUTPUT:
      return "output";
    case ProxyArrayArgument::Kind::REDUCTION:
      break;
  }
  return "reduction";
}

ProxyConstraint::ProxyConstraint(Kind kind, ProxyArgument first, std::optional<ProxyArgument> second,
                                 std::vector<std::uint64_t> values, std::vector<std::uint64_t> more_values)
    : kind_{kind}, first_{first}, second_{second}, values_{std::move(values)}, more_values_{std::move(more_values)} {}

ProxyConstraint ProxyConstraint::broadcast(ProxyArgument argument, std::optional<std::vector<std::uint64_t>> axes) {
  const bool has_axes = axes.has_value();
  ProxyConstraint constraint{Kind::BROADCAST, argument, std::nullopt,
                             has_axes ? std::move(*axes) : std::vector<std::uint64_t>{}};
  constraint.has_axes_ = has_axes;
  return constraint;
}

std::string_view ProxyConstraint::name() const {
  switch (kind_) {
    case Kind::ALIGN:
      return "align";
    case Kind::BROADCAST:
      return "broadcast";
    case Kind::MIN_EXTENTS:
      return "min_extents";
    case Kind::SCALE:
      return "scale";
    case Kind::IMAGE:
      return "image";
    case Kind::BLOAT:
      break;
  }
  return "bloat";
}

Span<const Variable* const> ProxyConstraint::members(const ProxyArgument& argument,
                                                     const ArgumentVariables& arguments) const {
  using ArgumentKind = ProxyArrayArgument::Kind;
  if (std::holds_alternative<ProxyInputArguments>(argument)) return all_of(ArgumentKind::INPUT, arguments);
  if (std::holds_alternative<ProxyOutputArguments>(argument)) return all_of(ArgumentKind::OUTPUT, arguments);
  if (std::holds_alternative<ProxyReductionArguments>(argument)) return all_of(ArgumentKind::REDUCTION, arguments);

  const auto& single = std::get<ProxyArrayArgument>(argument);
  const auto group = all_of(single.kind, arguments);
  if (single.index >= group.size()) {
    const auto kind = std::string{name_of(single.kind)};
    throw std::out_of_range{"Invalid arguments to task. The signature's " + std::string{name()} +
                            " constraint refers to " + kind + " " + std::to_string(single.index) + ", but there are " +
                            std::to_string(group.size()) + " " + kind + " arguments"};
  }
  return Span<const Variable* const>(group.data() + single.index, 1);
}

void ProxyConstraint::relate(const Variable* left, const Variable* right,
                             std::vector<InternalSharedPtr<Constraint>>& constraints) const {
  if (left == right) return;
  constraints.push_back(std::make_shared<Constraint>(kind_, left, right, values_, more_values_));
}

void ProxyConstraint::expand(const ArgumentVariables& arguments,
                             std::vector<InternalSharedPtr<Constraint>>& constraints) const {
  const auto left = members(first_, arguments);
  if (kind_ == Kind::BROADCAST && has_axes_) {
    for (const auto* variable : left) constraints.push_back(make_broadcast(variable, values_));
    return;
  }
  if (kind_ == Kind::BROADCAST || kind_ == Kind::MIN_EXTENTS) {
    for (const auto* variable : left) {
      constraints.push_back(std::make_shared<Constraint>(kind_, variable, nullptr, values_));
    }
    return;
  }
  if (!second_) {
    for (std::size_t i = 1; i < left.size(); ++i) relate(left[0], left[i], constraints);
    return;
  }
  const auto right = members(*second_, arguments);
  for (const auto* from : left) {
    for (const auto* to : right) relate(from, to, constraints);
  }
}

bool ProxyConstraint::operator==(const ProxyConstraint& other) const {
  return kind_ == other.kind_ && first_ == other.first_ && second_ == other.second_ && values_ == other.values_ &&
         more_values_ == other.more_values_ && has_axes_ == other.has_axes_;
}

}  // namespace legate::detail

namespace legate {

namespace {

using detail::ProxyArgument;
using Kind = detail::ProxyConstraint::Kind;

std::vector<std::uint64_t> copy(Span<const std::uint64_t> values) { return {values.begin(), values.end()}; }

template <typename... Arguments>
ProxyConstraint make(Arguments&&... arguments) {
  return ProxyConstraint{std::make_shared<detail::ProxyConstraint>(std::forward<Arguments>(arguments)...)};
}

}  // namespace

ProxyConstraint align(ProxyArgument left, ProxyArgument right) noexcept { return make(Kind::ALIGN, left, right); }

ProxyConstraint align(ProxyInputArguments proxies) noexcept { return make(Kind::ALIGN, proxies); }

ProxyConstraint align(ProxyOutputArguments proxies) noexcept { return make(Kind::ALIGN, proxies); }

ProxyConstraint broadcast(ProxyArgument value, const std::optional<tuple<std::uint32_t>>& axes) noexcept {
  std::optional<std::vector<std::uint64_t>> list;
  if (axes) list.emplace(axes->begin(), axes->end());
  return make(detail::ProxyConstraint::broadcast(value, std::move(list)));
}

ProxyConstraint min_extents(ProxyArgument variable, Span<const std::uint64_t> minimum_extents) {
  return make(Kind::MIN_EXTENTS, variable, std::nullopt, copy(minimum_extents));
}

ProxyConstraint image(ProxyArgument var_function, ProxyArgument var_range,
                      std::optional<ImageComputationHint> hint) noexcept {
  std::vector<std::uint64_t> values;
  if (hint) values.push_back(static_cast<std::uint64_t>(*hint));
  return make(Kind::IMAGE, var_function, var_range, std::move(values));
}

ProxyConstraint scale(Span<const std::uint64_t> factors, ProxyArgument var_smaller, ProxyArgument var_bigger) noexcept {
  return make(Kind::SCALE, var_smaller, var_bigger, copy(factors));
}

ProxyConstraint bloat(ProxyArgument var_source, ProxyArgument var_bloat, Span<const std::uint64_t> low_offsets,
                      Span<const std::uint64_t> high_offsets) noexcept {
  return make(Kind::BLOAT, var_source, var_bloat, copy(low_offsets), copy(high_offsets));
}

}  // namespace legate
