// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partitioning/solver.h"

#include <legate/partitioning/constraint.h>
#include <legate/type/types.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/span.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace legate::detail {

/// A partition symbol. Its address is its identity, so the operation that owns it must not move it.
class Variable {
 public:
  /// `operation_name` is not copied and must outlive the variable.
  Variable(const void* operation, std::int32_t index, std::string_view operation_name)
      : operation_{operation}, index_{index}, operation_name_{operation_name} {}

  [[nodiscard]] const void* operation() const { return operation_; }
  [[nodiscard]] std::int32_t index() const { return index_; }
  [[nodiscard]] std::string_view operation_name() const { return operation_name_; }
  [[nodiscard]] std::string to_string() const;

 private:
  const void* operation_{};
  std::int32_t index_{};
  std::string_view operation_name_{};
};

/// What the checks of a constraint need to know of the store bound to a variable.
struct VariableShape {
  Span<const std::uint64_t> extents{};  // empty for an unbound store
  std::uint32_t dim{};
  bool unbound{};
  bool transformed{};
  const Type* type{};  // of the elements; never null for a store
};

/// A partitioning constraint over the variables of one operation. Immutable.
class Constraint {
 public:
  using Kind = partitioning::Relation::Kind;

  Constraint(Kind kind, const Variable* first, const Variable* second = nullptr, std::vector<std::uint64_t> values = {},
             std::vector<std::uint64_t> more_values = {});

  [[nodiscard]] Kind kind() const { return kind_; }
  /// ALIGN: one side; SCALE and BLOAT: the source; IMAGE: the function; otherwise the subject.
  [[nodiscard]] const Variable* first() const { return first_; }
  /// ALIGN: the other side; SCALE, BLOAT and IMAGE: the derived variable; otherwise null.
  [[nodiscard]] const Variable* second() const { return second_; }
  /// Axes (BROADCAST, empty: all), smallest extents, factors, low offsets or the hint (IMAGE, empty: none).
  [[nodiscard]] const std::vector<std::uint64_t>& values() const { return values_; }
  /// High offsets of BLOAT.
  [[nodiscard]] const std::vector<std::uint64_t>& more_values() const { return more_values_; }
  /// An alignment of a variable with itself, which is neither checked nor solved.
  [[nodiscard]] bool is_trivial() const { return kind_ == Kind::ALIGN && first_ == second_; }

  /// Checks the constraint against the shapes of its stores; `second_shape` is ignored by constraints on one variable.
  /// @throws std::invalid_argument
  /// @throws std::runtime_error for an image in a transformed store
  void validate(const VariableShape& first_shape, const VariableShape& second_shape) const;

  /// The same; `lookup(const Variable&)` gives a VariableShape and is not called for what needs no check.
  template <typename Lookup>
  void validate(Lookup&& lookup) const {
    if (is_trivial() || (kind_ == Kind::BROADCAST && values_.empty())) return;
    validate(lookup(*first_), second_ == nullptr ? VariableShape{} : lookup(*second_));
  }

  /// The solver's form; `index_of(const Variable&)` gives the position in Problem::symbols.
  template <typename IndexOf>
  [[nodiscard]] partitioning::Relation to_relation(IndexOf&& index_of) const {
    return {kind_, index_of(*first_), second_ == nullptr ? 0 : index_of(*second_), values_, more_values_};
  }

  [[nodiscard]] std::string to_string() const;

 private:
  void validate_align(const VariableShape& left, const VariableShape& right) const;
  void validate_axes(const VariableShape& shape) const;
  void validate_image(const VariableShape& function, const VariableShape& range) const;
  [[noreturn]] void refuse(std::string text) const;

  Kind kind_;
  const Variable* first_;
  const Variable* second_;
  std::vector<std::uint64_t> values_;
  std::vector<std::uint64_t> more_values_;
};

/// How an image is computed.
[[nodiscard]] ImageComputationHint hint_of(const std::vector<std::uint64_t>& values);

/// @throws std::invalid_argument if `axes` is empty.
[[nodiscard]] InternalSharedPtr<Constraint> make_broadcast(const Variable* variable, std::vector<std::uint64_t> axes);

}  // namespace legate::detail
