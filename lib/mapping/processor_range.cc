// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/processor_range.h>

#include <cstdint>
#include <ostream>

namespace legate::mapping {

namespace {

// The mixing step of the SplitMix64 generator: neighbouring ranges get unrelated hashes.
[[nodiscard]] std::uint64_t mix(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

[[nodiscard]] constexpr std::uint64_t pair(std::uint32_t low, std::uint32_t high) noexcept {
  return (static_cast<std::uint64_t>(low) << 32U) | high;
}

}  // namespace

std::size_t NodeRange::hash() const noexcept { return static_cast<std::size_t>(mix(pair(low, high))); }

std::size_t ProcessorRange::hash() const noexcept {
  return static_cast<std::size_t>(mix(mix(pair(low, high)) ^ per_node_count));
}

std::string ProcessorRange::to_string() const {
  return "Proc([" + std::to_string(low) + "," + std::to_string(high) + "], " + std::to_string(per_node_count) +
         " per node)";
}

std::ostream& operator<<(std::ostream& stream, const ProcessorRange& range) { return stream << range.to_string(); }

}  // namespace legate::mapping
