// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partitioning/proxy.h"

#include <legate/utilities/shared_ptr.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace legate::detail {

/// How many arguments of one kind are accepted.
class ArgumentCount {
 public:
  /// Exactly `n`.
  explicit ArgumentCount(std::uint32_t n) : lower_{n}, upper_{n} {}
  /// From `lower` to `upper`, both included; TaskSignature::UNBOUNDED as `upper` is no limit.
  /// @throws std::out_of_range unless `lower < upper`.
  ArgumentCount(std::uint32_t lower, std::uint32_t upper);

  [[nodiscard]] bool accepts(std::size_t count) const;
  /// Whether some accepted call has an argument with this index.
  [[nodiscard]] bool accepts_index(std::uint32_t index) const;
  /// `Nargs(2)`, `Nargs(1, 3)` or `Nargs(1, unbounded)`.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool operator==(const ArgumentCount& other) const {
    return lower_ == other.lower_ && upper_ == other.upper_;
  }

 private:
  std::uint32_t lower_;
  std::uint32_t upper_;
};

/// The value behind the public class. Missing counts are not checked; missing constraints are left to the launches.
class TaskSignature {
 public:
  std::optional<ArgumentCount> inputs{};
  std::optional<ArgumentCount> outputs{};
  std::optional<ArgumentCount> reductions{};
  std::optional<ArgumentCount> scalars{};
  std::optional<std::vector<SharedPtr<ProxyConstraint>>> constraints{};

  [[nodiscard]] bool operator==(const TaskSignature& other) const;

  /// Checks that no constraint refers to an argument that every accepted call lacks.
  /// @throws std::out_of_range
  void check_constraints(std::string_view task_name) const;

  /// The constraints for a call with these arguments; none if the signature declares none.
  /// @throws std::out_of_range, std::invalid_argument as ProxyConstraint::expand.
  [[nodiscard]] std::vector<InternalSharedPtr<Constraint>> expand(const ArgumentVariables& arguments) const;

 private:
  void check_argument(const ProxyConstraint& constraint, const ProxyArgument& argument,
                      std::string_view task_name) const;
};

/// Checks the arguments of a call.
/// @throws std::out_of_range for the first mismatch among inputs, outputs, reductions and scalars.
void check_counts(const TaskSignature& signature, std::size_t inputs, std::size_t outputs, std::size_t reductions,
                  std::size_t scalars, std::string_view task_name);

}  // namespace legate::detail
