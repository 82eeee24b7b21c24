// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/accessor/affine_layout.h>
#include <legate/geometry/rect.h>
#include <legate/utilities/assert.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#if LEGATE_DEFINED(LEGATE_BOUNDS_CHECKS)
#include <legate/geometry/domain.h>
#endif

namespace legate::detail {

#if LEGATE_DEFINED(LEGATE_BOUNDS_CHECKS)

/// Says which coordinates missed which bounds, and ends the process with exit status 1.
[[noreturn]] LEGATE_EXPORT void fail_bounds_check(const DomainPoint& point, const Domain& bounds);

/// What an accessor may touch. Only a compile with LEGATE_BOUNDS_CHECKS keeps it.
template <int N, typename T>
class AccessorBounds {
 public:
  AccessorBounds() = default;
  LEGATE_HOST_DEVICE constexpr explicit AccessorBounds(const Rect<N, T>& bounds) : bounds_{bounds} {}

  LEGATE_HOST_DEVICE constexpr void check(const Point<N, T>& point) const {
    if (LEGATE_UNLIKELY(!bounds_.contains(point))) {
#if LEGATE_DEVICE_COMPILE
      __trap();
#else
      fail_bounds_check(DomainPoint{point}, Domain{bounds_});
#endif
    }
  }
  LEGATE_HOST_DEVICE constexpr void check(const Rect<N, T>& rect) const {
    if (!rect.empty()) {
      check(rect.lo);
      check(rect.hi);
    }
  }

 private:
  Rect<N, T> bounds_{Rect<N, T>::make_empty()};
};

#else

template <int N, typename T>
class AccessorBounds {
 public:
  AccessorBounds() = default;
  LEGATE_HOST_DEVICE constexpr explicit AccessorBounds(const Rect<N, T>&) {}

  LEGATE_HOST_DEVICE constexpr void check(const Point<N, T>&) const {}
  LEGATE_HOST_DEVICE constexpr void check(const Rect<N, T>&) const {}
};

#endif

/// What `accessor[i]` of an accessor in more dimensions is: waits for the other indices.
///
/// Holds the accessor by value, so that it may outlive a temporary accessor.
template <typename Accessor, int LEVEL>
class IndexChain {
 public:
  using point_type = typename Accessor::point_type;

  LEGATE_HOST_DEVICE constexpr IndexChain(const Accessor& accessor, const point_type& point)
      : accessor_{accessor}, point_{point} {}

  template <typename I, typename = std::enable_if_t<std::is_convertible_v<I, typename point_type::value_type>>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr decltype(auto) operator[](I index) const {
    auto point = point_;
    point[LEVEL] = static_cast<typename point_type::value_type>(index);
    if constexpr (LEVEL + 1 == Accessor::dim) {
      return accessor_[point];
    } else {
      return IndexChain<Accessor, LEVEL + 1>{accessor_, point};
    }
  }

 private:
  Accessor accessor_;
  point_type point_;
};

/// What all accessors share: pointers to elements of type `Element` (const or not) in an AffineLayout of `FT`.
template <typename FT, typename Element, int N, typename T>
class AccessorBase : private AccessorBounds<N, T> {
  static_assert(N >= 1 && N <= LEGATE_MAX_DIM, "accessors exist for 1 to LEGATE_MAX_DIM dimensions");

 public:
  using value_type = FT;
  using point_type = Point<N, T>;
  static constexpr int dim = N;

  /// Where the elements are.
  AffineLayout<FT, N, T> accessor{};

  AccessorBase() = default;
  LEGATE_HOST_DEVICE constexpr AccessorBase(const AffineLayout<FT, N, T>& layout, const Rect<N, T>& bounds)
      : AccessorBounds<N, T>{bounds}, accessor{layout} {}

  /// The address of an element.
  [[nodiscard]] LEGATE_HOST_DEVICE Element* ptr(const Point<N, T>& point) const {
    this->check(point);
    return accessor.ptr(point);
  }

  /// The address of `rect.lo`, from which the elements of `rect` follow each other without a gap, in some order of the
  /// dimensions; anything else is fatal. `field_size` is the distance of two neighbours in bytes.
  [[nodiscard]] LEGATE_HOST_DEVICE Element* ptr(const Rect<N, T>& rect, std::size_t field_size = sizeof(FT)) const {
    this->check(rect);
    if (LEGATE_UNLIKELY(!accessor.is_dense_arbitrary(rect, field_size))) {
      fail_not_dense_();
    }
    return accessor.ptr(rect.lo);
  }

  /// The address of `rect.lo` and, in `strides`, the distance of neighbours per dimension in units of `field_size`.
  [[nodiscard]] LEGATE_HOST_DEVICE Element* ptr(const Rect<N, T>& rect, std::size_t* strides,
                                                std::size_t field_size = sizeof(FT)) const {
    this->check(rect);
    for (int d = 0; d < N; ++d) {
      // Signed, for strides that are negative in two's complement.
      strides[d] = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(accessor.strides[d]) /
                                            static_cast<std::ptrdiff_t>(field_size));
    }
    return accessor.ptr(rect.lo);
  }

 private:
  LEGATE_HOST_DEVICE static void fail_not_dense_() {
    LEGATE_ABORT("the elements of the rectangle passed to ptr() do not follow each other without a gap");
  }
};

/// True if `accessor[i]` with a number starts a chain of indices.
template <typename I, int N, typename T>
using enable_chained_index = std::enable_if_t<(N > 1) && std::is_convertible_v<I, T>>;

/// `accessor` with its first index fixed.
template <typename Accessor, typename I>
[[nodiscard]] LEGATE_HOST_DEVICE constexpr IndexChain<Accessor, 1> begin_index_chain(const Accessor& accessor,
                                                                                     I index) {
  auto point = Accessor::point_type::ZEROES();
  point[0] = static_cast<typename Accessor::point_type::value_type>(index);
  return IndexChain<Accessor, 1>{accessor, point};
}

}  // namespace legate::detail
