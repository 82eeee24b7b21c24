// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace legate {

/// What a task declares about how long its instances take (an extension): `TaskConfig::with_cost_model`.
///
/// Instances that see parts of the same extents count as equally long, and are measured together, whatever a task
/// declares.
class CostModel {
 public:
  /// Positions of the scalar arguments that change how long an instance takes: other values are measured apart.
  std::vector<std::uint32_t> scalars{};
  /// What sizes take that were never measured is estimated from others, as a constant plus a power of the bytes that an
  /// instance sees.
  bool regression{false};
  /// To be changed with the body: what was measured under another number is not used any more.
  std::uint32_t version{0};

  CostModel& with_scalars(std::vector<std::uint32_t> positions) {
    scalars = std::move(positions);
    return *this;
  }
  CostModel& with_regression(bool value) noexcept {
    regression = value;
    return *this;
  }
  CostModel& with_version(std::uint32_t value) noexcept {
    version = value;
    return *this;
  }

  friend bool operator==(const CostModel& left, const CostModel& right) noexcept {
    return left.scalars == right.scalars && left.regression == right.regression && left.version == right.version;
  }
  friend bool operator!=(const CostModel& left, const CostModel& right) noexcept { return !(left == right); }
};

}  // namespace legate
