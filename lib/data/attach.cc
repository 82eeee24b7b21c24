// SPDX-License-Identifier: Apache-2.0
#include "data/attach.h"

#include "data/strided_copy.h"
#include "utilities/handle.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate::detail {

namespace {

constexpr const char* OPERATION = "create_store";

template <typename T>
std::string list(const std::vector<T>& values) {
  std::string text = "[";
  for (const auto value : values) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  }
  return text + "]";
}

/// All dimensions, from the one that varies slowest in memory to the fastest.
std::vector<std::int32_t> slowest_first(const mapping::DimOrdering& ordering, std::size_t dim) {
  std::vector<std::int32_t> dims(dim);
  std::iota(dims.begin(), dims.end(), 0);
  if (ordering.kind() == mapping::DimOrdering::Kind::C) {
    return dims;
  }
  if (ordering.kind() == mapping::DimOrdering::Kind::CUSTOM) {
    const auto given = ordering.dimensions();
    if (!std::is_permutation(given.begin(), given.end(), dims.begin(), dims.end())) {
      throw std::invalid_argument{std::string{OPERATION} + ": the ordering " + list(given) +
                                  " does not list every dimension of a " + std::to_string(dim) + "-D store once"};
    }
    dims = given;
  }
  std::reverse(dims.begin(), dims.end());
  return dims;
}

/// Distances in bytes between neighbours in memory that holds nothing but a box of these extents.
std::vector<std::size_t> dense_strides(const std::vector<std::uint64_t>& extents,
                                       const std::vector<std::int32_t>& slowest_first, std::size_t element_size) {
  std::vector<std::size_t> strides(extents.size());
  std::size_t stride = element_size;
  for (auto d = slowest_first.rbegin(); d != slowest_first.rend(); ++d) {
    strides[static_cast<std::size_t>(*d)] = stride;
    stride *= extents[static_cast<std::size_t>(*d)];
  }
  return strides;
}

}  // namespace

LogicalStore::Ptr attach_store(const std::shared_ptr<Shape>& shape, const Type& type, ExternalAllocation& allocation,
                               const mapping::DimOrdering& ordering) {
  const auto& extents = shape->extents();
  const auto order = slowest_first(ordering, extents.size());
  allocation.check_fits(OPERATION, extents, type);
  engine::Array::unregister_dropped();
  if (std::is_sorted(order.begin(), order.end())) {
    return std::make_shared<LogicalStore>(Storage::attach(shape, type, allocation), shape);
  }
  std::vector<std::uint64_t> permuted;
  std::vector<std::int32_t> axes(order.size());
  for (std::size_t position = 0; position < order.size(); ++position) {
    const auto dim = static_cast<std::size_t>(order[position]);
    permuted.push_back(extents[dim]);
    axes[dim] = static_cast<std::int32_t>(position);
  }
  auto region = Storage::attach(std::make_shared<Shape>(permuted), type, allocation);
  const auto root = View::root(permuted);
  region->box = root->region();
  return std::make_shared<LogicalStore>(std::move(region), root->transpose(axes), type, nullptr);
}

namespace {

/// A tile of this rank that is known to be in order.
struct OwnTile {
  std::uint64_t color;  // row-major
  Box box;
  ExternalAllocation* allocation;
};

std::vector<OwnTile> check_tiles(LogicalStore& store, const Tiling& tiling, const std::vector<TileAllocation>& tiles) {
  std::vector<OwnTile> result;
  std::set<std::uint64_t> seen;
  for (const auto& [allocation, color] : tiles) {
    bool inside = color.size() == tiling.dim();
    std::uint64_t position = 0;
    std::vector<std::int64_t> at;
    for (std::size_t d = 0; inside && d < color.size(); ++d) {
      inside = color[d] < tiling.colors[d];
      position = position * tiling.colors[d] + color[d];
      at.push_back(static_cast<std::int64_t>(color[d]));
    }
    if (!inside) {
      throw std::out_of_range{std::string{OPERATION} + ": color " + list(color) + " is invalid for a color shape of " +
                              list(tiling.colors)};
    }
    if (!seen.insert(position).second) {
      throw std::invalid_argument{std::string{OPERATION} + ": several allocations for color " + list(color) +
                                  ", but colors must be unique"};
    }
    auto& memory = checked(allocation, "create_store, argument allocations");
    if (!memory.read_only()) {
      throw std::invalid_argument{std::string{OPERATION} + ": the allocation for color " + list(color) +
                                  " is not read-only, as those of tiles must be"};
    }
    const auto box = tiling.rectangle(at, store.extents());
    std::vector<std::uint64_t> extents;
    for (std::size_t d = 0; d < at.size(); ++d) {
      extents.push_back(static_cast<std::uint64_t>(box.hi[d] - box.lo[d]));
    }
    memory.check_fits(OPERATION, extents, store.type());
    result.push_back({position, box, &memory});
  }
  return result;
}

constexpr std::uint64_t REFUSED = ~std::uint64_t{0};

/// How many tiles each rank has, or REFUSED.
std::vector<std::uint64_t> gather_counts(std::uint64_t own) {
  const auto bytes = engine::gather_everywhere(&own, sizeof own);
  std::vector<std::uint64_t> counts(bytes.size() / sizeof own);
  std::memcpy(counts.data(), bytes.data(), bytes.size());
  return counts;
}

/// For every color the rank that has its tile: the first of several; all of them if all have it, or none.
std::vector<std::uint32_t> gather_owners(const std::vector<OwnTile>& own, const std::vector<std::uint64_t>& counts,
                                         std::uint64_t colors) {
  const auto most = *std::max_element(counts.begin(), counts.end());
  std::vector<std::uint64_t> message;
  for (const auto& tile : own) {
    message.push_back(tile.color);
  }
  message.resize(most);
  const auto bytes = engine::gather_everywhere(message.data(), most * sizeof(std::uint64_t));
  std::vector<std::uint32_t> owners(colors, Distribution::EVERYBODY);
  std::vector<std::uint32_t> ranks_with_it(colors, 0);
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    for (std::uint64_t i = 0; i < counts[rank]; ++i) {
      std::uint64_t color{};
      std::memcpy(&color, bytes.data() + (rank * most + i) * sizeof color, sizeof color);
      if (++ranks_with_it[color] == 1) {
        owners[color] = static_cast<std::uint32_t>(rank);
      } else if (ranks_with_it[color] == counts.size()) {
        owners[color] = Distribution::EVERYBODY;
      }
    }
  }
  return owners;
}

/// Tells the other ranks which tiles this one has, or that it has refused them.
void agree_on_owners(LogicalStore& store, const Tiling& tiling, const std::vector<OwnTile>& own,
                     const std::exception_ptr& refusal) {
  engine::compare_calls();
  const auto counts = gather_counts(refusal ? REFUSED : own.size());
  if (refusal) {
    std::rethrow_exception(refusal);
  }
  if (const auto refused = std::find(counts.begin(), counts.end(), REFUSED); refused != counts.end()) {
    throw std::invalid_argument{std::string{OPERATION} + ": rank " + std::to_string(refused - counts.begin()) +
                                " was refused its tiles"};
  }
  const auto owners = gather_owners(own, counts, tiling.color_volume());
  std::vector<Distribution::Part> parts;
  Box colors = Box::from_extents(tiling.colors);
  auto color = colors.lo;
  for (const auto owner : owners) {
    const std::vector<std::int64_t> at(color.begin(), color.begin() + colors.dim);
    if (const auto box = tiling.rectangle(at, store.extents()); !box.empty()) {
      parts.push_back({box, owner});
    }
    static_cast<void>(advance(colors, tiling.dim(), color));
  }
  if (!parts.empty()) {
    store.storage().set_distribution(Distribution::of_parts(store.storage().array().box(), parts));
  }
}

void copy_tile(const OwnTile& tile, const std::vector<std::int32_t>& order, engine::Array& array) {
  std::vector<std::uint64_t> extents;
  std::size_t start = 0;
  for (std::size_t d = 0; d < static_cast<std::size_t>(tile.box.dim); ++d) {
    extents.push_back(static_cast<std::uint64_t>(tile.box.hi[d] - tile.box.lo[d]));
    start += static_cast<std::size_t>(tile.box.lo[d]) * array.strides()[d];
  }
  const auto from = dense_strides(extents, order, array.element_size());
  strided_copy(array.data() + start, array.strides().data(), static_cast<const std::byte*>(tile.allocation->address()),
               from.data(), extents.data(), extents.size(), array.element_size());
}

}  // namespace

void attach_tiles(LogicalStore& store, const Tiling& tiling, const std::vector<TileAllocation>& tiles,
                  const mapping::DimOrdering& ordering) {
  const auto order = slowest_first(ordering, store.dim());
  std::vector<OwnTile> own;
  std::exception_ptr refusal;
  try {
    own = check_tiles(store, tiling, tiles);
  } catch (...) {
    refusal = std::current_exception();
  }
  if (engine::cluster().ranks > 1) {
    agree_on_owners(store, tiling, own, refusal);
  } else if (refusal) {
    std::rethrow_exception(refusal);
  }
  auto& array = store.storage().array();
  array.synchronize();  // a recycled array may still be in use by tasks
  std::vector<ExternalAllocation::Use> uses;
  for (const auto& tile : own) {
    if (!tile.box.empty()) {
      copy_tile(tile, order, array);
    }
    uses.push_back(tile.allocation->use());
  }
  store.storage().keep_attached(std::move(uses));
}

}  // namespace legate::detail
