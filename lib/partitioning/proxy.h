// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partitioning/constraint.h"

#include <legate/partitioning/proxy.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/span.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace legate::detail {

using ProxyArgument =
    std::variant<ProxyArrayArgument, ProxyInputArguments, ProxyOutputArguments, ProxyReductionArguments>;

/// The variables of a task's arguments, in the order in which the arguments were added.
struct ArgumentVariables {
  Span<const Variable* const> inputs{};
  Span<const Variable* const> outputs{};
  Span<const Variable* const> reductions{};
};

/// `input`, `output` or `reduction`.
[[nodiscard]] std::string_view name_of(ProxyArrayArgument::Kind kind);

/// A partitioning constraint over arguments that do not exist yet. Immutable.
class ProxyConstraint {
 public:
  using Kind = Constraint::Kind;

  /// `second` is missing for constraints on one argument, and for an alignment of the whole group `first`.
  ProxyConstraint(Kind kind, ProxyArgument first, std::optional<ProxyArgument> second = std::nullopt,
                  std::vector<std::uint64_t> values = {}, std::vector<std::uint64_t> more_values = {});

  /// A broadcast; without axes, of all dimensions.
  [[nodiscard]] static ProxyConstraint broadcast(ProxyArgument argument,
                                                 std::optional<std::vector<std::uint64_t>> axes);

  /// `align`, `broadcast`, ...
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const ProxyArgument& first() const { return first_; }
  [[nodiscard]] const std::optional<ProxyArgument>& second() const { return second_; }

  /// Appends the constraints that this one means for a call with these arguments.
  /// @throws std::out_of_range if an argument is not among them.
  /// @throws std::invalid_argument for a broadcast with an empty list of axes.
  void expand(const ArgumentVariables& arguments, std::vector<InternalSharedPtr<Constraint>>& constraints) const;

  [[nodiscard]] bool operator==(const ProxyConstraint& other) const;
  [[nodiscard]] bool operator!=(const ProxyConstraint& other) const { return !(*this == other); }

 private:
  [[nodiscard]] Span<const Variable* const> members(const ProxyArgument& argument,
                                                    const ArgumentVariables& arguments) const;
  void relate(const Variable* left, const Variable* right,
              std::vector<InternalSharedPtr<Constraint>>& constraints) const;

  Kind kind_;
  ProxyArgument first_;
  std::optional<ProxyArgument> second_;
  std::vector<std::uint64_t> values_;
  std::vector<std::uint64_t> more_values_;
  bool has_axes_{false};  // a broadcast with a list of axes, even an empty one
};

}  // namespace legate::detail
