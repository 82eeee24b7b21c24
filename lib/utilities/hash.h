// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace legate::detail {

/// A hash of a sequence of numbers that is the same in every process. Each step is a bijection of the 64 bits, so
/// sequences of one length that differ in one number never share a hash; others do with a probability of 2^-64.
class Hash {
 public:
  Hash& add(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0xff51afd7ed558ccdU;
    hash_ ^= hash_ >> 32U;
    return *this;
  }
  Hash& add(std::int64_t value) { return add(static_cast<std::uint64_t>(value)); }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_{0x9e3779b97f4a7c15U};  // not 0: a leading 0 counts
};

}  // namespace legate::detail
