// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/span.h>
#include <legate/utilities/tuple.h>
#include <legate_defines.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace legate {

namespace detail {
class Shape;
}  // namespace detail

/// The extents of a store, one per dimension.
///
/// A shape made from extents is a value. A shape taken from an unbound store shares that store's state: its extents
/// become known when the task that produces the store has run, and queries wait for that task only (in a task, they
/// throw std::runtime_error instead). Members of a shape that was moved from throw std::logic_error.
class LEGATE_EXPORT Shape {
 public:
  /// A shape without dimensions; its volume is 1.
  Shape();
  Shape(Span<const std::uint64_t> extents);    // NOLINT(google-explicit-constructor)
  Shape(const tuple<std::uint64_t>& extents);  // NOLINT(google-explicit-constructor)
  explicit Shape(const std::vector<std::uint64_t>& extents);
  Shape(std::initializer_list<std::uint64_t> extents);

  /// The extents. May wait for the task that produces the store.
  /// @throws std::invalid_argument if the shape belongs to an unbound store that no submitted task produces.
  [[nodiscard]] tuple<std::uint64_t> extents() const;
  /// The number of elements: the product of the extents. Waits and throws like extents().
  [[nodiscard]] std::size_t volume() const;
  /// The number of dimensions; never waits.
  [[nodiscard]] std::uint32_t ndim() const;
  /// The extent of dimension `index`, unchecked. Waits and throws like extents().
  [[nodiscard]] std::uint64_t operator[](std::uint32_t index) const;
  /// The extent of dimension `index`. Waits and throws like extents().
  /// @throws std::out_of_range if there is no such dimension.
  [[nodiscard]] std::uint64_t at(std::uint32_t index) const;
  /// `Shape [1, 2, 3]`, or `Shape(unbound 2D)` / `Shape(bound 2D)` while the extents are not known; never waits.
  [[nodiscard]] std::string to_string() const;

  /// Handles of one shape are equal without waiting; otherwise the extents are compared, under the rules of extents().
  [[nodiscard]] bool operator==(const Shape& other) const;
  [[nodiscard]] bool operator!=(const Shape& other) const;

  explicit Shape(InternalSharedPtr<detail::Shape> impl);
  [[nodiscard]] const InternalSharedPtr<detail::Shape>& impl() const noexcept { return impl_; }

 private:
  InternalSharedPtr<detail::Shape> impl_;
};

}  // namespace legate
