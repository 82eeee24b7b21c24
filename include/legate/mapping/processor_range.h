// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>

namespace legate::mapping {

/// The nodes `low` to `high - 1` of a run.
class LEGATE_EXPORT NodeRange {
 public:
  /// Lexicographic order.
  [[nodiscard]] constexpr bool operator<(const NodeRange& other) const noexcept;
  [[nodiscard]] constexpr bool operator==(const NodeRange& other) const noexcept;
  [[nodiscard]] constexpr bool operator!=(const NodeRange& other) const noexcept;
  [[nodiscard]] std::size_t hash() const noexcept;

  std::uint32_t low{};
  std::uint32_t high{};
};

/// The processors `low` to `high - 1` of one kind.
///
/// Ids count through all nodes of a run: with `per_node_count` = n, processors 0 to n-1 are on node 0, n to 2n-1 on
/// node 1. All but the text and the hash can be used in constant expressions.
class LEGATE_EXPORT ProcessorRange {
 public:
  std::uint32_t low{0};
  std::uint32_t high{0};
  std::uint32_t per_node_count{1};

  constexpr ProcessorRange() = default;
  /// A range in normal form: with `low_id >= high_id` it is `[0, 0)`, and a count per node of 0 is taken as 1.
  constexpr ProcessorRange(std::uint32_t low_id, std::uint32_t high_id, std::uint32_t per_node_proc_count) noexcept;

  [[nodiscard]] constexpr std::uint32_t count() const noexcept;
  [[nodiscard]] constexpr bool empty() const noexcept;
  /// The processors `from` to `to - 1` of this range, counted from its low end, as far as they exist.
  [[nodiscard]] constexpr ProcessorRange slice(std::uint32_t from, std::uint32_t to) const;
  /// The nodes that have a processor of the range.
  /// @throws std::invalid_argument if the range is empty.
  [[nodiscard]] constexpr NodeRange get_node_range() const;
  /// E.g. `Proc([1,3], 4 per node)`.
  [[nodiscard]] std::string to_string() const;
  /// The processors in both ranges.
  /// @throws std::invalid_argument if the ranges have different counts per node.
  [[nodiscard]] constexpr ProcessorRange operator&(const ProcessorRange& other) const;
  [[nodiscard]] constexpr bool operator==(const ProcessorRange& other) const noexcept;
  [[nodiscard]] constexpr bool operator!=(const ProcessorRange& other) const noexcept;
  /// Lexicographic order by low end, high end, count per node.
  [[nodiscard]] constexpr bool operator<(const ProcessorRange& other) const noexcept;
  [[nodiscard]] std::size_t hash() const noexcept;
};

LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, const ProcessorRange& range);

constexpr bool NodeRange::operator<(const NodeRange& other) const noexcept {
  return low != other.low ? low < other.low : high < other.high;
}

constexpr bool NodeRange::operator==(const NodeRange& other) const noexcept {
  return low == other.low && high == other.high;
}

constexpr bool NodeRange::operator!=(const NodeRange& other) const noexcept { return !(*this == other); }

constexpr ProcessorRange::ProcessorRange(std::uint32_t low_id, std::uint32_t high_id,
                                         std::uint32_t per_node_proc_count) noexcept
    : low{low_id < high_id ? low_id : 0},
      high{low_id < high_id ? high_id : 0},
      per_node_count{per_node_proc_count == 0 ? 1 : per_node_proc_count} {}

constexpr std::uint32_t ProcessorRange::count() const noexcept { return empty() ? 0 : high - low; }

constexpr bool ProcessorRange::empty() const noexcept { return high <= low; }

constexpr ProcessorRange ProcessorRange::slice(std::uint32_t from, std::uint32_t to) const {
  // compared with the count, not added to `low` first: the sum may exceed 32 bits
  const auto size = count();
  return ProcessorRange{low + (from < size ? from : size), low + (to < size ? to : size), per_node_count};
}

constexpr NodeRange ProcessorRange::get_node_range() const {
  if (empty()) {
    throw std::invalid_argument{"Illegal to get a node range of an empty processor range"};
  }
  NodeRange nodes{};
  nodes.low = low / per_node_count;
  nodes.high = (high - 1) / per_node_count + 1;
  return nodes;
}

constexpr ProcessorRange ProcessorRange::operator&(const ProcessorRange& other) const {
  if (per_node_count != other.per_node_count) {
    throw std::invalid_argument{
        "Invalid to compute an intersection between processor ranges with different per-node counts"};
  }
  return ProcessorRange{low < other.low ? other.low : low, high < other.high ? high : other.high, per_node_count};
}

constexpr bool ProcessorRange::operator==(const ProcessorRange& other) const noexcept {
  return low == other.low && high == other.high && per_node_count == other.per_node_count;
}

constexpr bool ProcessorRange::operator!=(const ProcessorRange& other) const noexcept { return !(*this == other); }

constexpr bool ProcessorRange::operator<(const ProcessorRange& other) const noexcept {
  if (low != other.low) {
    return low < other.low;
  }
  return high != other.high ? high < other.high : per_node_count < other.per_node_count;
}

}  // namespace legate::mapping
