// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/tuple.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace legate {

/// One coordinate of a color as a function of a launch point: `weight * point[dim] + offset`, or just `offset` if there
/// is no dimension.
class LEGATE_EXPORT SymbolicExpr {
 public:
  /// The dimension of constants.
  static constexpr std::uint32_t UNSET = -1U;

  SymbolicExpr() = default;
  SymbolicExpr(std::uint32_t dim, std::int32_t weight, std::int32_t offset = 0)
      : dim_{dim}, weight_{weight}, offset_{offset} {}
  explicit SymbolicExpr(std::uint32_t dim) : dim_{dim} {}

  [[nodiscard]] std::uint32_t dim() const { return dim_; }
  [[nodiscard]] std::int32_t weight() const { return weight_; }
  [[nodiscard]] std::int32_t offset() const { return offset_; }

  /// Whether this is exactly the coordinate `dim` of the point.
  [[nodiscard]] bool is_identity(std::uint32_t dim) const { return dim_ == dim && weight_ == 1 && offset_ == 0; }
  [[nodiscard]] bool is_constant() const { return dim_ == UNSET; }

  /// Compares the members.
  [[nodiscard]] bool operator==(const SymbolicExpr& other) const;
  [[nodiscard]] bool operator!=(const SymbolicExpr& other) const { return !(*this == other); }
  /// By dimension, then weight, then offset.
  [[nodiscard]] bool operator<(const SymbolicExpr& other) const;

  /// Multiplies weight and offset.
  [[nodiscard]] SymbolicExpr operator*(std::int32_t other) const;
  /// Adds to the offset.
  [[nodiscard]] SymbolicExpr operator+(std::int32_t other) const;

  /// `3*COORD2`, `COORD1+4`, `COORD1-4`, or the offset alone for a constant.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] std::size_t hash() const;

 private:
  std::uint32_t dim_{UNSET};
  std::int32_t weight_{1};
  std::int32_t offset_{};
};

/// Prints `to_string()`.
LEGATE_EXPORT std::ostream& operator<<(std::ostream& out, const SymbolicExpr& expr);

/// A color as a function of a launch point.
using SymbolicPoint = tuple<SymbolicExpr>;

/// The coordinate `dim` of the launch point.
[[nodiscard]] LEGATE_EXPORT SymbolicExpr dimension(std::uint32_t dim);
/// The same value at every launch point.
[[nodiscard]] LEGATE_EXPORT SymbolicExpr constant(std::int32_t value);

}  // namespace legate

template <>
struct std::hash<legate::SymbolicExpr> {
  [[nodiscard]] std::size_t operator()(const legate::SymbolicExpr& expr) const noexcept { return expr.hash(); }
};
