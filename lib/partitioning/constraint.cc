// SPDX-License-Identifier: Apache-2.0
#include "partitioning/constraint.h"
#include "utilities/handle.h"

#include <memory>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

template <typename Range>
std::string list(const Range& values) {
  std::string text{"["};
  for (const auto& value : values) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(value);
  }
  return text + "]";
}

}  // namespace

std::string Variable::to_string() const {
  return "X" + std::to_string(index_) + "{" + std::string{operation_name_} + "}";
}

Constraint::Constraint(Kind kind, const Variable* first, const Variable* second, std::vector<std::uint64_t> values,
                       std::vector<std::uint64_t> more_values)
    : kind_{kind}, first_{first}, second_{second}, values_{std::move(values)}, more_values_{std::move(more_values)} {}

void Constraint::validate(const VariableShape& first_shape, const VariableShape& second_shape) const {
  const auto dim = first_shape.dim;
  switch (kind_) {
    case Kind::ALIGN:
      return validate_align(first_shape, second_shape);
    case Kind::BROADCAST:
      return validate_axes(first_shape);
    case Kind::MIN_EXTENTS:
      if (values_.size() != dim) {
        refuse("Invalid minimum-extents constraint with " + std::to_string(values_.size()) + " extents for a " +
               std::to_string(dim) + "-D store");
      }
      return;
    case Kind::SCALE:
      if (dim != second_shape.dim)
        refuse("Scaling constraint requires the stores to have the same number of dimensions");
      if (values_.size() != dim) {
        refuse("Scaling constraint requires the number of factors to match the number of dimensions");
      }
      return;
    case Kind::BLOAT:
      if (dim != second_shape.dim) {
        refuse("Bloating constraint requires the stores to have the same number of dimensions");
      }
      if (values_.size() != dim || more_values_.size() != dim) {
        refuse("Bloating constraint requires the number of offsets to match the number of dimensions");
      }
      return;
    case Kind::IMAGE:
      return validate_image(first_shape, second_shape);
  }
}

void Constraint::validate_align(const VariableShape& left, const VariableShape& right) const {
  if (is_trivial()) return;
  if (left.unbound != right.unbound) refuse("Alignment requires the stores to be all normal or all unbound");
  if (left.unbound) return;
  bool equal = left.dim == right.dim;
  for (std::size_t d = 0; equal && d < left.dim; ++d) equal = left.extents[d] == right.extents[d];
  if (!equal) {
    refuse("Alignment requires the stores to have the same shape, but found " + list(left.extents) + " and " +
           list(right.extents));
  }
}

void Constraint::validate_axes(const VariableShape& shape) const {
  for (const auto axis : values_) {
    if (axis >= shape.dim) {
      refuse("Invalid broadcasting dimension " + std::to_string(axis) + " for a " + std::to_string(shape.dim) +
             "-D store");
    }
  }
}

void Constraint::validate_image(const VariableShape& function, const VariableShape& range) const {
  if (!is_point_type(*function.type, range.dim) && !is_rect_type(*function.type, range.dim)) {
    refuse("Store from which the image partition is derived should have " + std::to_string(range.dim) +
           "-D points or rects, not " + function.type->to_string());
  }
  if (range.transformed) {
    throw std::runtime_error{"Image constraints on transformed stores are not supported yet: " + to_string()};
  }
}

void Constraint::refuse(std::string text) const { throw std::invalid_argument{std::move(text) + ": " + to_string()}; }

std::string Constraint::to_string() const {
  const auto first = first_->to_string();
  switch (kind_) {
    case Kind::ALIGN:
      return "Align(" + first + ", " + second_->to_string() + ")";
    case Kind::BROADCAST:
      return "Broadcast(" + first + (values_.empty() ? "" : ", " + list(values_)) + ")";
    case Kind::MIN_EXTENTS:
      return "MinExtents(" + first + ", " + list(values_) + ")";
    case Kind::SCALE:
      return "ScaleConstraint(" + list(values_) + ", " + first + ", " + second_->to_string() + ")";
    case Kind::IMAGE:
      return "ImageConstraint(" + first + ", " + second_->to_string() + ")";
    case Kind::BLOAT:
      break;
  }
  return "BloatConstraint(" + first + ", " + second_->to_string() + ", low: " + list(values_) +
         ", high: " + list(more_values_) + ")";
}

ImageComputationHint hint_of(const std::vector<std::uint64_t>& values) {
  return values.empty() ? ImageComputationHint::NO_HINT : static_cast<ImageComputationHint>(values.front());
}

InternalSharedPtr<Constraint> make_broadcast(const Variable* variable, std::vector<std::uint64_t> axes) {
  if (axes.empty()) throw std::invalid_argument{"List of axes to broadcast must not be empty"};
  return std::make_shared<Constraint>(Constraint::Kind::BROADCAST, variable, nullptr, std::move(axes));
}

}  // namespace legate::detail

namespace legate {

namespace {

using Kind = detail::Constraint::Kind;

std::vector<std::uint64_t> copy(Span<const std::uint64_t> values) { return {values.begin(), values.end()}; }

Constraint make(Kind kind, Variable first, const detail::Variable* second = nullptr,
                std::vector<std::uint64_t> values = {}, std::vector<std::uint64_t> more_values = {}) {
  return Constraint{
      std::make_shared<detail::Constraint>(kind, first.impl(), second, std::move(values), std::move(more_values))};
}

}  // namespace

std::string Variable::to_string() const { return impl_->to_string(); }

std::string Constraint::to_string() const { return detail::checked(impl_, "Constraint::to_string").to_string(); }

Constraint align(Variable lhs, Variable rhs) { return make(Kind::ALIGN, lhs, rhs.impl()); }

std::vector<Constraint> align(Span<const Variable> variables) {
  std::vector<Constraint> constraints;
  for (std::size_t i = 1; i < variables.size(); ++i) constraints.push_back(align(variables[0], variables[i]));
  return constraints;
}

Constraint broadcast(Variable variable) { return make(Kind::BROADCAST, variable); }

std::vector<Constraint> broadcast(Span<const Variable> variables) {
  std::vector<Constraint> constraints;
  constraints.reserve(variables.size());
  for (const auto& variable : variables) constraints.push_back(broadcast(variable));
  return constraints;
}

Constraint broadcast(Variable variable, Span<const std::uint32_t> axes) {
  return Constraint{detail::make_broadcast(variable.impl(), {axes.begin(), axes.end()})};
}

std::vector<Constraint> broadcast(Span<const std::pair<Variable, Span<const std::uint32_t>>> variables) {
  std::vector<Constraint> constraints;
  constraints.reserve(variables.size());
  for (const auto& [variable, axes] : variables) constraints.push_back(broadcast(variable, axes));
  return constraints;
}

Constraint min_extents(Variable variable, Span<const std::uint64_t> minimum_extents) {
  return make(Kind::MIN_EXTENTS, variable, nullptr, copy(minimum_extents));
}

Constraint scale(Span<const std::uint64_t> factors, Variable var_smaller, Variable var_bigger) {
  return make(Kind::SCALE, var_smaller, var_bigger.impl(), copy(factors));
}

Constraint bloat(Variable var_source, Variable var_bloat, Span<const std::uint64_t> low_offsets,
                 Span<const std::uint64_t> high_offsets) {
  return make(Kind::BLOAT, var_source, var_bloat.impl(), copy(low_offsets), copy(high_offsets));
}

Constraint image(Variable var_function, Variable var_range, ImageComputationHint hint) {
  return make(Kind::IMAGE, var_function, var_range.impl(), {static_cast<std::uint64_t>(hint)});
}

}  // namespace legate
