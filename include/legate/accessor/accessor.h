// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/accessor/accessor_base.h>

#include <cstddef>

namespace legate {

// Accessors give a task the elements of a store by their absolute coordinates. They are small values, trivially
// copyable, const throughout and usable on devices. `accessor[p]` takes a point, a braced list of coordinates, one
// index after another (`accessor[i][j]`), or, in one dimension, a number. With LEGATE_BOUNDS_CHECKS an access outside
// of the bounds ends the process with exit status 1; else it is undefined.

/// Read-only access.
template <typename FT, int N, typename T = coord_t>
class AccessorRO : public detail::AccessorBase<FT, const FT, N, T> {
 public:
  using reference = const FT&;
  using const_reference = const FT&;
  using detail::AccessorBase<FT, const FT, N, T>::AccessorBase;

  [[nodiscard]] LEGATE_HOST_DEVICE FT read(const Point<N, T>& point) const { return *this->ptr(point); }
  [[nodiscard]] LEGATE_HOST_DEVICE const FT& operator[](const Point<N, T>& point) const { return *this->ptr(point); }
  template <typename I, typename = detail::enable_chained_index<I, N, T>>
  [[nodiscard]] LEGATE_HOST_DEVICE auto operator[](I index) const {
    return detail::begin_index_chain(*this, index);
  }
};

/// Access for reading and writing.
template <typename FT, int N, typename T = coord_t>
class AccessorRW : public detail::AccessorBase<FT, FT, N, T> {
 public:
  using reference = FT&;
  using const_reference = const FT&;
  using detail::AccessorBase<FT, FT, N, T>::AccessorBase;

  [[nodiscard]] LEGATE_HOST_DEVICE FT read(const Point<N, T>& point) const { return *this->ptr(point); }
  LEGATE_HOST_DEVICE void write(const Point<N, T>& point, FT value) const { *this->ptr(point) = value; }
  /// Applies a reduction operator to an element; atomically unless `EXCLUSIVE`.
  template <typename REDOP, bool EXCLUSIVE>
  LEGATE_HOST_DEVICE void reduce(const Point<N, T>& point, typename REDOP::RHS value) const {
    REDOP::template apply<EXCLUSIVE>(*this->ptr(point), value);
  }
  [[nodiscard]] LEGATE_HOST_DEVICE FT& operator[](const Point<N, T>& point) const { return *this->ptr(point); }
  template <typename I, typename = detail::enable_chained_index<I, N, T>>
  [[nodiscard]] LEGATE_HOST_DEVICE auto operator[](I index) const {
    return detail::begin_index_chain(*this, index);
  }
};

/// Access for writing. What elements hold before they are written is not specified.
template <typename FT, int N, typename T = coord_t>
class AccessorWO : public detail::AccessorBase<FT, FT, N, T> {
 public:
  using reference = FT&;
  using const_reference = const FT&;
  using detail::AccessorBase<FT, FT, N, T>::AccessorBase;

  LEGATE_HOST_DEVICE void write(const Point<N, T>& point, FT value) const { *this->ptr(point) = value; }
  [[nodiscard]] LEGATE_HOST_DEVICE FT& operator[](const Point<N, T>& point) const { return *this->ptr(point); }
  template <typename I, typename = detail::enable_chained_index<I, N, T>>
  [[nodiscard]] LEGATE_HOST_DEVICE auto operator[](I index) const {
    return detail::begin_index_chain(*this, index);
  }
};

namespace detail {

/// One element of a reduction accessor.
template <typename REDOP, bool EXCLUSIVE>
class ReductionProxy {
 public:
  using RHS = typename REDOP::RHS;

  LEGATE_HOST_DEVICE explicit ReductionProxy(RHS* element) : element_{element} {}

  /// Folds a contribution into the element.
  LEGATE_HOST_DEVICE void reduce(RHS value) const { REDOP::template fold<EXCLUSIVE>(*element_, value); }
  LEGATE_HOST_DEVICE void operator<<=(RHS value) const { reduce(value); }

 private:
  RHS* element_;
};

}  // namespace detail

/// Access for contributions to a reduction; they are folded with each other, atomically unless `EXCLUSIVE`.
template <typename REDOP, bool EXCLUSIVE, int N, typename T = coord_t>
class AccessorRD : public detail::AccessorBase<typename REDOP::RHS, typename REDOP::RHS, N, T> {
 public:
  using RHS = typename REDOP::RHS;
  using reference = detail::ReductionProxy<REDOP, EXCLUSIVE>;
  using detail::AccessorBase<RHS, RHS, N, T>::AccessorBase;

  LEGATE_HOST_DEVICE void reduce(const Point<N, T>& point, RHS value) const {
    REDOP::template fold<EXCLUSIVE>(*this->ptr(point), value);
  }
  /// The element as a target of `reduce(value)` and `<<= value`.
  [[nodiscard]] LEGATE_HOST_DEVICE reference operator[](const Point<N, T>& point) const {
    return reference{this->ptr(point)};
  }
  template <typename I, typename = detail::enable_chained_index<I, N, T>>
  [[nodiscard]] LEGATE_HOST_DEVICE auto operator[](I index) const {
    return detail::begin_index_chain(*this, index);
  }
};

}  // namespace legate
