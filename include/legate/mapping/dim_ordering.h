// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstdint>
#include <vector>

namespace legate::mapping {

/// The order in which the dimensions of a store are laid out in memory.
///
/// A value: changing a copy leaves the original alone.
class LEGATE_EXPORT DimOrdering {
 public:
  /// C: the last dimension varies fastest; FORTRAN: the first one does; CUSTOM: as listed.
  enum class Kind : std::uint8_t { C, FORTRAN, CUSTOM };

  /// The C order.
  DimOrdering() = default;
  [[nodiscard]] static DimOrdering c_order();
  [[nodiscard]] static DimOrdering fortran_order();
  /// The order given by a list of all dimensions, from the one that varies fastest to the slowest.
  [[nodiscard]] static DimOrdering custom_order(std::vector<std::int32_t> dims);

  void set_c_order();
  void set_fortran_order();
  void set_custom_order(std::vector<std::int32_t> dims);

  [[nodiscard]] Kind kind() const { return kind_; }
  /// The list of a CUSTOM order; empty for the others.
  [[nodiscard]] std::vector<std::int32_t> dimensions() const { return dimensions_; }

  /// Compares kinds and lists: a CUSTOM order never equals the C order, even if both mean the same layout.
  [[nodiscard]] bool operator==(const DimOrdering& other) const;
  [[nodiscard]] bool operator!=(const DimOrdering& other) const;

 private:
  Kind kind_{Kind::C};
  std::vector<std::int32_t> dimensions_{};
};

}  // namespace legate::mapping
