// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace legatus::numpy {

/// The counter-based generator Philox4x32-10 (J. Salmon, M. Moraes, R. Dror, D. Shaw: Parallel random numbers: as easy
/// as 1, 2, 3; SC11). A number is a function of a key and a counter, so that any element of an array can be computed
/// by itself, wherever it is.
class Philox {
 public:
  using Block = std::array<std::uint32_t, 4>;

  explicit Philox(std::uint64_t key) : key_{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U)} {}

  /// 128 random bits.
  [[nodiscard]] Block operator()(std::uint64_t counter, std::uint64_t stream) const {
    Block block{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32U),
                static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32U)};
    auto key = key_;
    for (int round = 0; round < ROUNDS; ++round) {
      const std::uint64_t first = std::uint64_t{0xD2511F53U} * block[0];
      const std::uint64_t second = std::uint64_t{0xCD9E8D57U} * block[2];
      block = {static_cast<std::uint32_t>(second >> 32U) ^ block[1] ^ key[0], static_cast<std::uint32_t>(second),
               static_cast<std::uint32_t>(first >> 32U) ^ block[3] ^ key[1], static_cast<std::uint32_t>(first)};
      key = {key[0] + 0x9E3779B9U, key[1] + 0xBB67AE85U};
    }
    return block;
  }

 private:
  static constexpr int ROUNDS = 10;
  std::array<std::uint32_t, 2> key_;
};

}  // namespace legatus::numpy
