// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partitioning/restriction.h"
#include "partitioning/tiling.h"
#include "utilities/box.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

/// One dimension of a view: moving by one along it moves by `weight` along dimension `root` of the array.
struct Axis {
  std::int32_t root{-1};   // -1: a promoted or broadcast dimension; all its indices name the same elements
  std::int64_t weight{0};  // 1, or the row-major factor of a delinearized dimension
  std::uint64_t extent{0};
  bool inner{false};  // an inner dimension of a delinearization: never split

  friend bool operator==(const Axis& a, const Axis& b) {
    return a.root == b.root && a.weight == b.weight && a.extent == b.extent && a.inner == b.inner;
  }
};

/// Where the elements of a logical store lie in the array behind it: an affine map from the coordinates of the store to
/// those of the array, in which every dimension of the store moves along at most one dimension of the array.
///
/// Views are immutable and interned: equal views are one object, so a view's address identifies it as long as
/// somebody holds it, and `id` for ever. Thread-safe.
class View {
 public:
  using Ptr = std::shared_ptr<const View>;

  /// The view of a whole array.
  [[nodiscard]] static Ptr root(const std::vector<std::uint64_t>& extents);

  /// @name Views of this view; arguments are valid (LogicalStore checks them)
  /// @{
  [[nodiscard]] Ptr promote(std::size_t position, std::uint64_t extent) const;
  /// @throws std::runtime_error if the result is no contiguous part of a delinearized dimension.
  [[nodiscard]] Ptr project(std::size_t dim, std::uint64_t index) const;
  [[nodiscard]] Ptr broadcast(std::size_t dim, std::uint64_t extent) const;
  /// The elements [begin, end) of `dim`. @throws std::runtime_error as project.
  [[nodiscard]] Ptr slice(std::size_t dim, std::uint64_t begin, std::uint64_t end) const;
  [[nodiscard]] Ptr transpose(const std::vector<std::int32_t>& axes) const;
  [[nodiscard]] Ptr delinearize(std::size_t dim, const std::vector<std::uint64_t>& sizes) const;
  /// @}

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] std::size_t dim() const { return axes_.size(); }
  [[nodiscard]] std::size_t root_dim() const { return offset_.size(); }
  [[nodiscard]] const std::vector<Axis>& axes() const { return axes_; }
  [[nodiscard]] const std::vector<std::int64_t>& offset() const { return offset_; }
  [[nodiscard]] const std::vector<std::uint64_t>& extents() const { return extents_; }
  [[nodiscard]] std::uint64_t volume() const { return volume_; }
  /// The part of the array that slicing has left, whatever was projected or promoted.
  [[nodiscard]] const Box& region() const { return region_; }
  /// True if a dimension was delinearized: such a view has no inverse for tilings.
  [[nodiscard]] bool is_delinearized() const { return delinearized_; }

  /// The smallest box of the array that holds the elements [lo, hi) of the view.
  [[nodiscard]] Box root_box(const std::int64_t* lo, const std::int64_t* hi) const;
  /// The same of all elements.
  [[nodiscard]] Box root_box() const;
  /// True if the elements [lo, hi) fill whole runs of every delinearized dimension.
  [[nodiscard]] bool is_contiguous(const std::int64_t* lo, const std::int64_t* hi) const;

  /// What the view's nature demands of its partition; `output`: some argument of the operation writes it.
  [[nodiscard]] Restrictions restrictions(bool output) const;

  /// A tiling of the array as a tiling of the view; null if there is none.
  [[nodiscard]] std::shared_ptr<const Tiling> from_root(const Tiling& tiling) const;
  /// A tiling of the view as a tiling of the array; null if there is none.
  [[nodiscard]] std::shared_ptr<const Tiling> to_root(const Tiling& tiling) const;

  View(std::vector<Axis> axes, std::vector<std::int64_t> offset, Box region);

 private:
  [[nodiscard]] static Ptr intern(std::vector<Axis> axes, std::vector<std::int64_t> offset, Box region);
  void check_contiguous(const char* operation) const;

  std::uint64_t id_{};
  std::vector<Axis> axes_;
  std::vector<std::int64_t> offset_;
  std::vector<std::uint64_t> extents_;
  std::uint64_t volume_{1};
  Box region_;
  bool delinearized_{false};
};

/// One object for each tiling in use, so that its address identifies it. Thread-safe.
[[nodiscard]] std::shared_ptr<const Tiling> intern(Tiling tiling);

}  // namespace legate::detail
