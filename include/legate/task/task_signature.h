// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/partitioning/proxy.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/shared_ptr.h>
#include <legate/utilities/span.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>

namespace legate {

namespace detail {
class TaskSignature;
}  // namespace detail

/// How many arguments a task takes and how they are partitioned. Checked whenever the task is submitted.
///
/// A value: copies are independent. Setters return the object; the last call for a kind of argument wins, and a kind
/// that was never set is not checked.
class LEGATE_EXPORT TaskSignature {
 public:
  /// No upper limit, as an upper bound; no check at all, as a single number.
  static constexpr auto UNBOUNDED = std::numeric_limits<std::uint32_t>::max();

  TaskSignature() noexcept;
  explicit TaskSignature(InternalSharedPtr<detail::TaskSignature> impl) noexcept : impl_{std::move(impl)} {}

  /// @name Exactly `n` arguments of a kind; `redops` are reductions
  /// @{
  TaskSignature& inputs(std::uint32_t n) noexcept;
  TaskSignature& outputs(std::uint32_t n) noexcept;
  TaskSignature& scalars(std::uint32_t n) noexcept;
  TaskSignature& redops(std::uint32_t n) noexcept;
  /// @}

  /// @name From `lower_bound` to `upper_bound` arguments of a kind, both included
  /// @throws std::out_of_range unless `lower_bound < upper_bound`.
  /// @{
  TaskSignature& inputs(std::uint32_t lower_bound, std::uint32_t upper_bound);
  TaskSignature& outputs(std::uint32_t lower_bound, std::uint32_t upper_bound);
  TaskSignature& scalars(std::uint32_t lower_bound, std::uint32_t upper_bound);
  TaskSignature& redops(std::uint32_t lower_bound, std::uint32_t upper_bound);
  /// @}

  /// Declares the partitioning constraints of every launch; launches cannot add others then, even if there are none
  /// here. `std::nullopt` leaves them to the launches. The constraints are copied.
  TaskSignature& constraints(std::optional<Span<const ProxyConstraint>> proxy_constraints) noexcept;
  /// The same, so that a plain braced list works, too.
  TaskSignature& constraints(std::initializer_list<ProxyConstraint> proxy_constraints);

  /// Compares by value, constraints one by one in order. Declaring no constraint differs from leaving them open.
  LEGATE_EXPORT friend bool operator==(const TaskSignature& left, const TaskSignature& right) noexcept;
  LEGATE_EXPORT friend bool operator!=(const TaskSignature& left, const TaskSignature& right) noexcept;

  [[nodiscard]] const SharedPtr<detail::TaskSignature>& impl() const noexcept { return impl_; }

 private:
  [[nodiscard]] detail::TaskSignature& own_();

  SharedPtr<detail::TaskSignature> impl_{};  // shared among copies until one of them is changed
};

}  // namespace legate
