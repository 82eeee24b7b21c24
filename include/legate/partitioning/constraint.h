// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/partitioning/proxy.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/shared_ptr.h>
#include <legate/utilities/span.h>
#include <legate/utilities/tuple.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace legate {

namespace detail {
class Constraint;
class Variable;
}  // namespace detail

/// A partition symbol of one task: how the store bound to it will be split.
///
/// A plain handle, valid as long as the task description that made it.
class LEGATE_EXPORT Variable {
 public:
  Variable() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit Variable(const detail::Variable* impl) noexcept : impl_{impl} {}

  /// A text for logs that names the symbol and its task.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] const detail::Variable* impl() const noexcept { return impl_; }

 private:
  const detail::Variable* impl_{};
};

/// A demand on how the stores bound to some partition symbols are split. Attach it with AutoTask::add_constraint.
///
/// A cheap handle to an immutable value.
class LEGATE_EXPORT Constraint {
 public:
  Constraint() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit Constraint(InternalSharedPtr<detail::Constraint>&& impl) noexcept : impl_{std::move(impl)} {}

  /// A text for logs.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] const SharedPtr<detail::Constraint>& impl() const noexcept { return impl_; }

 private:
  SharedPtr<detail::Constraint> impl_{};
};

// Whether a constraint suits the stores is checked when the task is submitted, not here.

/// Both stores are split alike: every point of the launch sees the same index range in both. They must have one shape,
/// or both be unbound. Transitive.
[[nodiscard]] LEGATE_EXPORT Constraint align(Variable lhs, Variable rhs);
/// All stores are split alike. One constraint per variable after the first; none for fewer than two variables.
[[nodiscard]] LEGATE_EXPORT std::vector<Constraint> align(Span<const Variable> variables);

/// The store is not split: every point of the launch sees all of it.
[[nodiscard]] LEGATE_EXPORT Constraint broadcast(Variable variable);
/// None of the stores is split.
[[nodiscard]] LEGATE_EXPORT std::vector<Constraint> broadcast(Span<const Variable> variables);
/// The store is not split along the dimensions `axes`.
/// @throws std::invalid_argument if `axes` is empty.
[[nodiscard]] LEGATE_EXPORT Constraint broadcast(Variable variable, Span<const std::uint32_t> axes);
/// The same for every pair of variable and axes.
/// @throws std::invalid_argument if some list of axes is empty.
[[nodiscard]] LEGATE_EXPORT std::vector<Constraint> broadcast(
    Span<const std::pair<Variable, Span<const std::uint32_t>>> variables);

/// No tile of the store is shorter than `minimum_extents` (one per dimension, 0: no demand); if the usual split has one
/// that is, the store is not split at all.
[[nodiscard]] LEGATE_EXPORT Constraint min_extents(Variable variable, Span<const std::uint64_t> minimum_extents);

/// Each point sees of the bigger store its range of the smaller store times `factors`, clamped to the bigger store.
[[nodiscard]] LEGATE_EXPORT Constraint scale(Span<const std::uint64_t> factors, Variable var_smaller,
                                             Variable var_bigger);

/// A halo: each point sees of the second store its range of the first, grown by `low_offsets` below and `high_offsets`
/// above and clamped to the second store.
[[nodiscard]] LEGATE_EXPORT Constraint bloat(Variable var_source, Variable var_bloat,
                                             Span<const std::uint64_t> low_offsets,
                                             Span<const std::uint64_t> high_offsets);

/// How the partition of an image is computed.
enum class ImageComputationHint : std::uint8_t {
  NO_HINT,    ///< all elements are looked at
  MIN_MAX,    ///< the same: what a point sees is the box around everything its elements name
  FIRST_LAST  ///< the box around what the first and the last element name, in row-major order: enough if they ascend or
              ///< descend
};

/// Each point sees of the range what its elements of the function point at: the smallest box around it. The function
/// holds points or rects of the range's index space (or int64, for a range of one dimension); empty rects, and what
/// lies outside the range, name nothing. The range is not transformed.
///
/// Submitting the task waits for the contents of the function. Boxes of different points may overlap and need not cover
/// the range; a point that names nothing sees nothing. Where the function is not split, neither is the range.
[[nodiscard]] LEGATE_EXPORT Constraint image(Variable var_function, Variable var_range,
                                             ImageComputationHint hint = ImageComputationHint::NO_HINT);

/// @name Constraints for signatures
/// Like the functions above, over the arguments of a task that is still to be created. A whole group of arguments
/// stands for each of its members: two groups are related pairwise, an argument never with itself.
/// @{
[[nodiscard]] LEGATE_EXPORT ProxyConstraint
align(std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments> left,
      std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments>
          right) noexcept;
/// Aligns all inputs.
[[nodiscard]] LEGATE_EXPORT ProxyConstraint align(ProxyInputArguments proxies) noexcept;
/// Aligns all outputs.
[[nodiscard]] LEGATE_EXPORT ProxyConstraint align(ProxyOutputArguments proxies) noexcept;
/// Without `axes`, no dimension is split. An empty list of axes is refused when a task is submitted.
[[nodiscard]] LEGATE_EXPORT ProxyConstraint
broadcast(std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments> value,
          const std::optional<tuple<std::uint32_t>>& axes = std::nullopt) noexcept;
[[nodiscard]] LEGATE_EXPORT ProxyConstraint min_extents(
    std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments> variable,
    Span<const std::uint64_t> minimum_extents);
/// Without `hint`, as with NO_HINT; but such signatures are not equal.
[[nodiscard]] LEGATE_EXPORT ProxyConstraint
image(std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments> var_function,
      std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments> var_range,
      std::optional<ImageComputationHint> hint = std::nullopt) noexcept;
[[nodiscard]] LEGATE_EXPORT ProxyConstraint
scale(Span<const std::uint64_t> factors,
      std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments> var_smaller,
      std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments>
          var_bigger) noexcept;
[[nodiscard]] LEGATE_EXPORT ProxyConstraint
bloat(std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments> var_source,
      std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments> var_bloat,
      Span<const std::uint64_t> low_offsets, Span<const std::uint64_t> high_offsets) noexcept;
/// @}

}  // namespace legate
