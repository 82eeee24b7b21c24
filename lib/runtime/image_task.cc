// SPDX-License-Identifier: Apache-2.0
#include "runtime/image_task.h"

#include "partitioning/constraint.h"
#include "runtime/leaf_elements.h"
#include "runtime/runtime.h"
#include "utilities/box.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

namespace legate::detail {

namespace {

/// A box with both bounds in it, as elements name it. Empty at first.
struct Named {
  Coordinates lo{};
  Coordinates hi{};

  explicit Named(std::size_t dim) {
    std::fill_n(lo.begin(), dim, std::numeric_limits<coord_t>::max());
    std::fill_n(hi.begin(), dim, std::numeric_limits<coord_t>::min());
  }
  void add(const coord_t* from, const coord_t* to, std::size_t dim) {
    for (std::size_t d = 0; d < dim; ++d) {
      lo[d] = std::min(lo[d], from[d]);
      hi[d] = std::max(hi[d], to[d]);
    }
  }
  [[nodiscard]] bool empty(std::size_t dim) const {
    for (std::size_t d = 0; d < dim; ++d) {
      if (lo[d] > hi[d]) {
        return true;
      }
    }
    return false;
  }
};

/// What elements name in a store of these extents.
class Image {
 public:
  Image(const Elements& function, Span<const std::uint64_t> extents)
      : function_{function}, extents_{extents}, dim_{extents.size()}, is_rect_{function.element_size() > 8 * dim_} {}

  /// The box around everything.
  [[nodiscard]] Named of_all() const {
    Named result{dim_};
    for_each_row(function_.domain(), [&](const Coordinates& start, std::size_t length) {
      const auto* element = function_.find(start.data());
      for (std::size_t i = 0; i < length; ++i, element += function_.step()) {
        Named one{dim_};
        add(element, one);
        if (clamp(one); !one.empty(dim_)) {
          result.add(one.lo.data(), one.hi.data(), dim_);
        }
      }
    });
    return result;
  }

  /// The box around the first and the last. Their bounds count even if they name nothing: those between them name
  /// nothing beyond, if they ascend or descend.
  [[nodiscard]] Named of_ends() const {
    Named result{dim_};
    const auto& domain = function_.domain();
    if (!domain.empty()) {
      add(function_.find(domain.rect_data), result);
      add(function_.find(domain.rect_data + domain.dim), result);
      clamp(result);
    }
    return result;
  }

 private:
  void add(const std::byte* element, Named& to) const {
    const auto* bounds = reinterpret_cast<const coord_t*>(element);  // NOLINT
    to.add(bounds, is_rect_ ? bounds + dim_ : bounds, dim_);
  }
  void clamp(Named& named) const {
    for (std::size_t d = 0; d < dim_; ++d) {
      named.lo[d] = std::max<coord_t>(named.lo[d], 0);
      named.hi[d] = std::min(named.hi[d], static_cast<coord_t>(extents_[d]) - 1);
    }
  }

  const Elements& function_;
  Span<const std::uint64_t> extents_;
  std::size_t dim_;
  bool is_rect_;
};

}  // namespace

void ImageTask::cpu_variant(TaskContext context) {
  const Elements function{context.input(0)};
  const auto extents = context.scalar(0);
  const auto hint = static_cast<ImageComputationHint>(context.scalar(1).value<std::uint8_t>());
  const Image image{function, extents.values<std::uint64_t>()};
  const auto named = hint == ImageComputationHint::FIRST_LAST ? image.of_ends() : image.of_all();
  const Elements output{context.output(0)};
  const auto dim = extents.values<std::uint64_t>().size();
  auto* bounds = output.first();
  const auto write = [&](coord_t bound) {
    std::memcpy(bounds, &bound, sizeof bound);
    bounds += output.step();
  };
  const bool empty = named.empty(dim);
  for (std::size_t d = 0; d < dim; ++d) {
    write(empty ? 0 : named.lo[d]);
  }
  for (std::size_t d = 0; d < dim; ++d) {
    write(empty ? 0 : named.hi[d] + 1);
  }
}

void ImageTask::omp_variant(TaskContext context) { cpu_variant(context); }

std::shared_ptr<const Tiling> Runtime::find_image(const LogicalStore::Ptr& function,
                                                  const std::shared_ptr<const Tiling>& tiling, LogicalStore& range,
                                                  ImageComputationHint hint) {
  // A manual task, because an automatic one is being planned.
  const auto dim = std::uint64_t{range.dim()};
  const auto colors = tiling->color_volume();
  const auto bounds = LogicalStore::create({colors, 2 * dim}, int64(), false);
  const Domain domain{DomainPoint{0}, DomainPoint{static_cast<coord_t>(colors) - 1}};
  auto task = create_task(*core_, ImageTask::TASK_CONFIG.task_id(), domain);
  task->add(LogicalStorePartition{function, tiling}, Role::INPUT, 0, std::nullopt);
  task->add(LogicalStorePartition{bounds, intern(Tiling{{1, 2 * dim}, {colors, 1}})}, Role::OUTPUT, 0, std::nullopt);
  task->add_scalar(Scalar{range.extents()});
  task->add_scalar(Scalar{static_cast<std::uint8_t>(hint)});
  submit(std::move(task), "submit, for an image");

  const Elements found{legate::PhysicalStore{bounds->map()}};
  std::vector<Box> pieces(colors);
  for (std::uint64_t color = 0; color < colors; ++color) {
    const auto* row = reinterpret_cast<const coord_t*>(found.first() + color * found.strides()[0]);  // NOLINT
    auto& piece = pieces[color];
    piece.dim = static_cast<std::int32_t>(dim);
    std::copy(row, row + dim, piece.lo.begin());
    std::copy(row + dim, row + 2 * dim, piece.hi.begin());
  }
  return intern(Tiling::image(tiling->colors, std::move(pieces)));
}

}  // namespace legate::detail
