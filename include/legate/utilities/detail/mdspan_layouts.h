// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/detail/extents.h>

#include <array>
#include <cstddef>
#include <type_traits>

namespace legate::detail::own {

/// What the mappings share: extents, strides in elements, and the offset of an index.
template <typename Extents>
class strided_mapping {
 public:
  using extents_type = Extents;
  using index_type = typename Extents::index_type;
  using size_type = typename Extents::size_type;
  using rank_type = typename Extents::rank_type;

  constexpr strided_mapping() = default;
  LEGATE_HOST_DEVICE constexpr explicit strided_mapping(const Extents& extents) noexcept : extents_{extents} {}

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr const Extents& extents() const noexcept { return extents_; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr index_type stride(rank_type dim) const noexcept { return strides_[dim]; }

  /// One more than the largest offset; 0 if there is no element.
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr index_type required_span_size() const noexcept {
    index_type result{1};
    for (rank_type dim = 0; dim < Extents::rank(); ++dim) {
      if (extents_.extent(dim) == 0) {
        return index_type{0};
      }
      result = static_cast<index_type>(result + (extents_.extent(dim) - 1) * strides_[dim]);
    }
    return result;
  }

  template <typename... Indices, typename = std::enable_if_t<sizeof...(Indices) == Extents::rank() &&
                                                             (std::is_convertible_v<Indices, index_type> && ...)>>
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr index_type operator()(Indices... indices) const noexcept {
    const index_type given[] = {static_cast<index_type>(indices)..., index_type{}};
    index_type result{};
    for (rank_type dim = 0; dim < Extents::rank(); ++dim) {
      result = static_cast<index_type>(result + given[dim] * strides_[dim]);
    }
    return result;
  }

  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator==(const strided_mapping& left,
                                                                    const strided_mapping& right) noexcept {
    bool equal = left.extents_ == right.extents_;
    for (rank_type dim = 0; equal && dim < Extents::rank(); ++dim) {
      equal = left.strides_[dim] == right.strides_[dim];
    }
    return equal;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator!=(const strided_mapping& left,
                                                                    const strided_mapping& right) noexcept {
    return !(left == right);
  }

  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr bool is_always_strided() noexcept { return true; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_strided() const noexcept { return true; }

 protected:
  Extents extents_{};
  index_type strides_[Extents::rank() + 1]{};
};

/// The mappings without gaps: one of the two ends is the contiguous dimension.
template <typename Extents, bool LAST_IS_CONTIGUOUS>
class packed_mapping : public strided_mapping<Extents> {
 public:
  using typename strided_mapping<Extents>::index_type;

  LEGATE_HOST_DEVICE constexpr packed_mapping() noexcept : packed_mapping{Extents{}} {}
  LEGATE_HOST_DEVICE constexpr packed_mapping(const Extents& extents) noexcept : strided_mapping<Extents>{extents} {
    index_type stride{1};
    for (std::size_t step = 0; step < Extents::rank(); ++step) {
      const auto dim = LAST_IS_CONTIGUOUS ? Extents::rank() - 1 - step : step;
      this->strides_[dim] = stride;
      stride = static_cast<index_type>(stride * extents.extent(dim));
    }
  }
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr bool is_always_unique() noexcept { return true; }
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr bool is_always_exhaustive() noexcept { return true; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_unique() const noexcept { return true; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_exhaustive() const noexcept { return true; }
};

/// C order: the last dimension is contiguous.
struct layout_right {
  template <typename Extents>
  class mapping : public packed_mapping<Extents, true> {
   public:
    using layout_type = layout_right;
    using packed_mapping<Extents, true>::packed_mapping;
  };
};

/// Fortran order: the first dimension is contiguous.
struct layout_left {
  template <typename Extents>
  class mapping : public packed_mapping<Extents, false> {
   public:
    using layout_type = layout_left;
    using packed_mapping<Extents, false>::packed_mapping;
  };
};

/// Any strides, given in elements; 0 repeats a dimension.
struct layout_stride {
  template <typename Extents>
  class mapping : public strided_mapping<Extents> {
   public:
    using layout_type = layout_stride;
    using typename strided_mapping<Extents>::index_type;

    /// C order.
    LEGATE_HOST_DEVICE constexpr mapping() noexcept : mapping{layout_right::mapping<Extents>{}} {}
    template <typename Stride, typename = std::enable_if_t<std::is_convertible_v<const Stride&, index_type>>>
    constexpr mapping(const Extents& extents, const std::array<Stride, Extents::rank()>& strides) noexcept
        : strided_mapping<Extents>{extents} {
      for (std::size_t dim = 0; dim < Extents::rank(); ++dim) {
        this->strides_[dim] = static_cast<index_type>(strides[dim]);
      }
    }
    template <typename Other, typename = std::enable_if_t<std::is_base_of_v<strided_mapping<Extents>, Other> &&
                                                          !std::is_same_v<Other, mapping>>>
    LEGATE_HOST_DEVICE constexpr mapping(const Other& other) noexcept : strided_mapping<Extents>{other} {}

    [[nodiscard]] constexpr std::array<index_type, Extents::rank()> strides() const noexcept {
      std::array<index_type, Extents::rank()> result{};
      for (std::size_t dim = 0; dim < Extents::rank(); ++dim) {
        result[dim] = this->strides_[dim];
      }
      return result;
    }
    [[nodiscard]] LEGATE_HOST_DEVICE static constexpr bool is_always_unique() noexcept { return false; }
    [[nodiscard]] LEGATE_HOST_DEVICE static constexpr bool is_always_exhaustive() noexcept { return false; }
    /// False if a dimension is repeated.
    [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_unique() const noexcept {
      for (std::size_t dim = 0; dim < Extents::rank(); ++dim) {
        if (this->strides_[dim] == 0 && this->extents_.extent(dim) > 1) {
          return false;
        }
      }
      return true;
    }
    /// True if the offsets of the elements are 0, 1, ... without a gap.
    [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool is_exhaustive() const noexcept {
      index_type elements{1};
      for (std::size_t dim = 0; dim < Extents::rank(); ++dim) {
        elements = static_cast<index_type>(elements * this->extents_.extent(dim));
      }
      return is_unique() && elements == this->required_span_size();
    }
  };
};

}  // namespace legate::detail::own
