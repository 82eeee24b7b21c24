// SPDX-License-Identifier: Apache-2.0
#include "data/view.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

namespace legate::detail {

namespace {

/// Live objects by the hash of their contents. Entries of dead objects are dropped whenever the table has doubled, so
/// its size follows the number of live objects.
template <typename T>
class InternTable {
 public:
  template <typename Equal, typename Make>
  std::shared_ptr<const T> find_or_make(std::size_t hash, Equal&& equal, Make&& make) {
    const std::lock_guard<std::mutex> guard{mutex_};
    const auto range = entries_.equal_range(hash);
    for (auto it = range.first; it != range.second; ++it) {
      if (auto found = it->second.lock(); found && equal(*found)) {
        return found;
      }
    }
    auto made = make();
    entries_.emplace(hash, made);
    if (entries_.size() >= purge_at_) {
      purge();
    }
    return made;
  }

 private:
  void purge() {
    for (auto it = entries_.begin(); it != entries_.end();) {
      it = it->second.expired() ? entries_.erase(it) : std::next(it);
    }
    purge_at_ = std::max<std::size_t>(1024, 2 * entries_.size());
  }

  std::mutex mutex_{};
  std::unordered_multimap<std::size_t, std::weak_ptr<const T>> entries_{};
  std::size_t purge_at_{1024};
};

// The tables are never destroyed: handles may outlive main().
InternTable<View>& views() {
  static auto* table = new InternTable<View>;
  return *table;
}

InternTable<Tiling>& tilings() {
  static auto* table = new InternTable<Tiling>;
  return *table;
}

void mix(std::size_t& seed, std::uint64_t value) {
  seed ^= static_cast<std::size_t>(value) + 0x9e3779b97f4a7c15U + (seed << 6U) + (seed >> 2U);
}

std::size_t hash_of(const std::vector<Axis>& axes, const std::vector<std::int64_t>& offset, const Box& region) {
  std::size_t seed = axes.size();
  for (const auto& axis : axes) {
    mix(seed, static_cast<std::uint64_t>(axis.root));
    mix(seed, static_cast<std::uint64_t>(axis.weight) * 2 + (axis.inner ? 1U : 0U));
    mix(seed, axis.extent);
  }
  for (std::size_t r = 0; r < offset.size(); ++r) {
    mix(seed, static_cast<std::uint64_t>(offset[r]));
    mix(seed, static_cast<std::uint64_t>(region.lo[r]));
    mix(seed, static_cast<std::uint64_t>(region.hi[r]));
  }
  return seed;
}

}  // namespace

std::shared_ptr<const Tiling> intern(Tiling tiling) {
  return tilings().find_or_make(
      tiling.hash(), [&](const Tiling& other) { return other == tiling; },
      [&] { return std::make_shared<const Tiling>(std::move(tiling)); });
}

View::View(std::vector<Axis> axes, std::vector<std::int64_t> offset, Box region)
    : axes_{std::move(axes)}, offset_{std::move(offset)}, region_{region} {
  static std::atomic<std::uint64_t> next{1};
  id_ = next.fetch_add(1, std::memory_order_relaxed);
  for (const auto& axis : axes_) {
    extents_.push_back(axis.extent);
    volume_ *= axis.extent;
    delinearized_ = delinearized_ || axis.inner || axis.weight > 1;
  }
}

View::Ptr View::intern(std::vector<Axis> axes, std::vector<std::int64_t> offset, Box region) {
  return views().find_or_make(
      hash_of(axes, offset, region),
      [&](const View& other) { return other.axes_ == axes && other.offset_ == offset && other.region_ == region; },
      [&] { return std::make_shared<const View>(std::move(axes), std::move(offset), region); });
}

View::Ptr View::root(const std::vector<std::uint64_t>& extents) {
  // Programs make temporaries of few shapes: the last ones are found without building anything.
  static thread_local std::array<std::pair<std::vector<std::uint64_t>, Ptr>, 16> recent;
  std::uint64_t hash = extents.size();
  for (const auto extent : extents) {
    hash = (hash ^ extent) * 0x9fb21c651e98df25U;
  }
  auto& [known_extents, known] = recent[hash >> 60U];
  if (known != nullptr && known_extents == extents) {
    return known;
  }
  std::vector<Axis> axes;
  axes.reserve(extents.size());
  Box region;
  region.dim = static_cast<std::int32_t>(extents.size());
  for (std::size_t d = 0; d < extents.size(); ++d) {
    axes.push_back(Axis{static_cast<std::int32_t>(d), 1, extents[d], false});
    region.lo[d] = 0;
    region.hi[d] = static_cast<std::int64_t>(extents[d]);
  }
  known = intern(std::move(axes), std::vector<std::int64_t>(extents.size(), 0), region);
  known_extents = extents;
  return known;
}

View::Ptr View::promote(std::size_t position, std::uint64_t extent) const {
  auto axes = axes_;
  axes.insert(axes.begin() + static_cast<std::ptrdiff_t>(position), Axis{-1, 0, extent, false});
  return intern(std::move(axes), offset_, region_);
}

View::Ptr View::project(std::size_t dim, std::uint64_t index) const {
  auto sliced = axes_[dim].root < 0 ? nullptr : slice(dim, index, index + 1);
  auto axes = sliced ? sliced->axes_ : axes_;
  axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(dim));
  // Projection does not narrow the storage: only slicing does.
  return intern(std::move(axes), sliced ? sliced->offset_ : offset_, region_);
}

View::Ptr View::broadcast(std::size_t dim, std::uint64_t extent) const {
  auto axes = axes_;
  axes[dim] = Axis{-1, 0, extent, false};
  return intern(std::move(axes), offset_, region_);
}

View::Ptr View::slice(std::size_t dim, std::uint64_t begin, std::uint64_t end) const {
  auto axes = axes_;
  auto offset = offset_;
  auto region = region_;
  axes[dim].extent = end - begin;
  if (const auto root = axes[dim].root; root >= 0) {
    const auto r = static_cast<std::size_t>(root);
    offset[r] += axes[dim].weight * static_cast<std::int64_t>(begin);
    std::int64_t last = offset[r];
    for (const auto& axis : axes) {
      if (axis.root == root) {
        last += axis.weight * (static_cast<std::int64_t>(axis.extent) - 1);
      }
    }
    region.lo[r] = offset[r];
    region.hi[r] = last + 1;
  }
  auto result = intern(std::move(axes), std::move(offset), region);
  result->check_contiguous("slice or project");
  return result;
}

View::Ptr View::transpose(const std::vector<std::int32_t>& permutation) const {
  std::vector<Axis> axes;
  axes.reserve(permutation.size());
  for (const auto source : permutation) {
    axes.push_back(axes_[static_cast<std::size_t>(source)]);
  }
  return intern(std::move(axes), offset_, region_);
}

View::Ptr View::delinearize(std::size_t dim, const std::vector<std::uint64_t>& sizes) const {
  std::vector<Axis> parts(sizes.size(), axes_[dim]);
  std::uint64_t factor = 1;
  for (std::size_t k = sizes.size(); k-- > 0;) {
    parts[k].weight = axes_[dim].weight * static_cast<std::int64_t>(factor);
    parts[k].extent = sizes[k];
    parts[k].inner = axes_[dim].inner || k > 0;
    factor *= sizes[k];
  }
  auto axes = axes_;
  axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(dim));
  axes.insert(axes.begin() + static_cast<std::ptrdiff_t>(dim), parts.begin(), parts.end());
  return intern(std::move(axes), offset_, region_);
}

Box View::root_box(const std::int64_t* lo, const std::int64_t* hi) const {
  Box box;
  box.dim = static_cast<std::int32_t>(offset_.size());
  for (std::size_t r = 0; r < offset_.size(); ++r) {
    box.lo[r] = offset_[r];
    box.hi[r] = offset_[r] + 1;
  }
  for (std::size_t j = 0; j < axes_.size(); ++j) {
    if (axes_[j].root >= 0) {
      const auto r = static_cast<std::size_t>(axes_[j].root);
      box.lo[r] += axes_[j].weight * lo[j];
      box.hi[r] += axes_[j].weight * (hi[j] - 1);
    }
  }
  return box;
}

Box View::root_box() const {
  std::vector<std::int64_t> lo(axes_.size(), 0);
  std::vector<std::int64_t> hi;
  hi.reserve(axes_.size());
  for (const auto& axis : axes_) {
    hi.push_back(static_cast<std::int64_t>(axis.extent));
  }
  return root_box(lo.data(), hi.data());
}

bool View::is_contiguous(const std::int64_t* lo, const std::int64_t* hi) const {
  if (!delinearized_) {
    return true;
  }
  for (std::size_t r = 0; r < offset_.size(); ++r) {
    // Along one dimension of the array, from the finest axis to the coarsest: as long as an axis is not filled, all
    // coarser ones must be at a single index.
    std::vector<std::pair<std::int64_t, std::int64_t>> steps;  // weight, number of indices
    for (std::size_t j = 0; j < axes_.size(); ++j) {
      if (axes_[j].root == static_cast<std::int32_t>(r) && hi[j] - lo[j] != 1) {
        steps.emplace_back(axes_[j].weight, hi[j] - lo[j]);
      }
    }
    std::sort(steps.begin(), steps.end());
    std::int64_t run = 1;  // the elements that finer axes cover in one run
    for (const auto& [weight, count] : steps) {
      if (weight != run) {
        return false;
      }
      run = weight * count;
    }
  }
  return true;
}

void View::check_contiguous(const char* operation) const {
  if (!delinearized_ || volume_ == 0) {
    return;
  }
  std::vector<std::int64_t> lo(axes_.size(), 0);
  std::vector<std::int64_t> hi;
  for (const auto extent : extents_) {
    hi.push_back(static_cast<std::int64_t>(extent));
  }
  if (!is_contiguous(lo.data(), hi.data())) {
    throw std::runtime_error{std::string{"Non-invertible transformation: "} + operation +
                             " of a delinearized dimension leaves no contiguous part of it"};
  }
}

Restrictions View::restrictions(bool output) const {
  Restrictions result;
  result.dims.assign(axes_.size(), Restriction::ALLOW);
  for (std::size_t j = 0; j < axes_.size(); ++j) {
    if (axes_[j].inner) {
      result.dims[j] = Restriction::FORBID;
    } else if (axes_[j].root < 0) {
      result.dims[j] = output ? Restriction::FORBID : Restriction::AVOID;
    }
  }
  return result;
}

std::shared_ptr<const Tiling> View::from_root(const Tiling& tiling) const {
  if (delinearized_ || tiling.is_irregular()) {
    const bool identity = !delinearized_ && offset_ == std::vector<std::int64_t>(offset_.size(), 0) &&
                          axes_.size() == offset_.size() && this == root(extents_).get();
    return identity ? detail::intern(tiling) : nullptr;
  }
  Tiling result;
  for (const auto& axis : axes_) {
    if (axis.root < 0) {
      result.tile.push_back(axis.extent);
      result.colors.push_back(1);
      result.offsets.push_back(0);
      result.strides.push_back(axis.extent);
    } else {
      const auto r = static_cast<std::size_t>(axis.root);
      result.tile.push_back(tiling.tile[r]);
      result.colors.push_back(tiling.colors[r]);
      result.offsets.push_back(tiling.offsets[r] - offset_[r]);
      result.strides.push_back(tiling.strides[r]);
    }
  }
  return detail::intern(std::move(result));
}

std::shared_ptr<const Tiling> View::to_root(const Tiling& tiling) const {
  if (delinearized_ || tiling.is_irregular()) {
    const bool identity = !delinearized_ && this == root(extents_).get();
    return identity ? detail::intern(tiling) : nullptr;
  }
  Tiling result;
  result.tile.assign(offset_.size(), 1);
  result.colors.assign(offset_.size(), 1);
  result.offsets = offset_;
  result.strides.assign(offset_.size(), 1);
  for (std::size_t j = 0; j < axes_.size(); ++j) {
    if (axes_[j].root < 0) {
      if (tiling.colors[j] != 1) {
        return nullptr;
      }
      continue;
    }
    const auto r = static_cast<std::size_t>(axes_[j].root);
    result.tile[r] = tiling.tile[j];
    result.colors[r] = tiling.colors[j];
    result.offsets[r] = offset_[r] + tiling.offsets[j];
    result.strides[r] = tiling.strides[j];
  }
  return detail::intern(std::move(result));
}

}  // namespace legate::detail
