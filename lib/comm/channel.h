// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "comm/nccl.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace legate::detail::comm {

/// A kind of communicator.
enum class Channel : std::uint8_t { CPU, NCCL };

/// The one with that name; nothing if there is none in this build.
[[nodiscard]] constexpr std::optional<Channel> find_channel(std::string_view name) {
  if (name == "cpu") {
    return Channel::CPU;
  }
  if (HAS_NCCL && name == "nccl") {
    return Channel::NCCL;
  }
  return std::nullopt;
}

[[nodiscard]] constexpr std::string_view name_of(Channel channel) { return channel == Channel::CPU ? "cpu" : "nccl"; }

/// Whether points on GPUs, or on other processors, can talk through it.
[[nodiscard]] constexpr bool supports(Channel channel, bool on_gpus) { return channel == Channel::CPU || on_gpus; }

}  // namespace legate::detail::comm
