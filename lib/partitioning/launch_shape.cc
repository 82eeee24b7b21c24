// SPDX-License-Identifier: Apache-2.0
#include "partitioning/launch_shape.h"

#include "partitioning/tiling.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace legate::detail {

namespace {

using Extents = std::vector<std::uint64_t>;

std::uint64_t volume_of(const Extents& extents) {
  std::uint64_t volume = 1;
  bool too_many = false;
  for (const auto extent : extents) {
    if (extent == 0) return 0;
    too_many = __builtin_mul_overflow(volume, extent, &volume) || too_many;
  }
  return too_many ? std::numeric_limits<std::uint64_t>::max() : volume;
}

std::uint64_t divide_up(std::uint64_t number, std::uint64_t divisor) {
  return number / divisor + (number % divisor != 0 ? 1 : 0);
}

// A grid of `pieces` tiles that are as square as the divisors of `pieces` allow: the ideal number along the shorter
// side is rounded to a divisor below and to one above, and the one with the shorter longest tile side wins.
Extents split_plane(const Extents& extents, std::uint64_t pieces) {
  if (volume_of(extents) < pieces) return extents;
  const bool swapped = extents[0] > extents[1];
  const auto [shorter, longer] = std::minmax(extents[0], extents[1]);
  const auto ideal =
      std::sqrt(static_cast<double>(pieces) * static_cast<double>(shorter) / static_cast<double>(longer));
  const auto start = [&](double tolerance) {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::max(0.0, std::floor(ideal + tolerance))));
  };
  auto below = start(1e-12);
  while (pieces % below != 0) --below;
  auto above = start(-1e-12);
  while (pieces % above != 0) ++above;
  const auto longest_side = [&, n = shorter, m = longer](std::uint64_t count) {
    return std::max(n / count, m / (pieces / count));
  };
  const auto along_shorter = longest_side(below) <= longest_side(above) ? below : above;
  const auto first = std::min(along_shorter, shorter);
  const auto second = std::min(pieces / along_shorter, longer);
  return swapped ? Extents{second, first} : Extents{first, second};
}

// Small prime factors, largest first. A larger prime that remains is dropped: it cannot be spread over several
// dimensions and would otherwise cut a single one into slivers.
std::vector<std::uint64_t> factors_of(std::uint64_t number) {
  std::vector<std::uint64_t> factors;
  for (const std::uint64_t prime : {11UL, 7UL, 5UL, 3UL, 2UL}) {
    for (; number % prime == 0; number /= prime) factors.push_back(prime);
  }
  return factors;
}

std::size_t index_of_largest(const Extents& values, std::size_t count) {
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(count);
  return static_cast<std::size_t>(std::max_element(values.begin(), end) - values.begin());
}

// The dimension that takes the next factor. The last one is contiguous in memory, so it is split only while the tiles
// keep long rows, or when no other dimension has anything left to split.
std::size_t dimension_to_split(const Extents& remaining, std::uint64_t factor) {
  constexpr std::uint64_t SHORTEST_ROW = 32;
  const auto last = remaining.size() - 1;
  const auto largest = index_of_largest(remaining, remaining.size());
  if (largest != last || remaining[last] / factor >= SHORTEST_ROW) return largest;
  const auto other = index_of_largest(remaining, last);
  return remaining[other] / factor > 0 ? other : last;
}

Extents split_block(const Extents& extents, const Parallelism& parallelism) {
  Extents result(extents.size(), 1);
  std::uint64_t product = 1;
  for (const auto factor : factors_of(parallelism.machine_count)) {
    if (factor * product > parallelism.pieces()) break;
    product *= factor;
    Extents remaining(extents.size());
    for (std::size_t d = 0; d < extents.size(); ++d) remaining[d] = divide_up(extents[d], result[d]);
    result[dimension_to_split(remaining, factor)] *= factor;
  }
  return result;
}

Extents split(const Extents& extents, const Parallelism& parallelism) {
  switch (extents.size()) {
    case 1:
      return {std::min(extents[0], parallelism.pieces())};
    case 2:
      return split_plane(extents, parallelism.pieces());
    default:
      return split_block(extents, parallelism);
  }
}

}  // namespace

std::optional<Extents> compute_launch_shape(const Extents& extents, const Restrictions& restrictions,
                                            const Parallelism& parallelism) {
  const auto volume = volume_of(extents);
  if (parallelism.pieces() <= 1 || volume == 0 || volume < parallelism.threshold) return std::nullopt;

  std::vector<std::size_t> dims;
  Extents splittable;
  for (std::size_t d = 0; d < extents.size(); ++d) {
    if (extents[d] == 1 || restrictions.is_forbidden(d)) continue;
    dims.push_back(d);
    splittable.push_back(extents[d]);
  }
  if (dims.empty()) return std::nullopt;

  const auto counts = split(splittable, parallelism);
  Extents shape(extents.size(), 1);
  for (std::size_t i = 0; i < dims.size(); ++i) shape[dims[i]] = counts[i];
  if (!satisfies(Tiling::divide(extents, shape), extents, restrictions)) return std::nullopt;
  return shape;
}

}  // namespace legate::detail
