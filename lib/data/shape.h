// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

class UnboundOutput;

/// Extents that may not be known yet. Control thread only.
///
/// *Unbound* until some operation will produce them, then *bound*, then *ready* once the operation has run.
class Shape {
 public:
  explicit Shape(std::vector<std::uint64_t> extents);
  /// An unbound shape.
  explicit Shape(std::uint32_t dim) : dim_{dim} {}

  [[nodiscard]] std::uint32_t dim() const { return dim_; }
  [[nodiscard]] bool unbound() const { return !ready_ && !producer_; }
  [[nodiscard]] bool ready() const { return ready_; }
  /// The extents were known from the start. (Whether others are known by now may differ between ranks.)
  [[nodiscard]] bool given() const { return given_; }

  /// Names the operation that will decide the extents.
  void bind(std::shared_ptr<UnboundOutput> producer) { producer_ = std::move(producer); }
  /// The extents; waits for the producer. @throws std::invalid_argument if there is none.
  [[nodiscard]] const std::vector<std::uint64_t>& extents();

 private:
  std::uint32_t dim_;
  bool given_{false};
  bool ready_{false};
  std::vector<std::uint64_t> extents_{};
  std::shared_ptr<UnboundOutput> producer_{};
};

}  // namespace legate::detail
