// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace legate::detail::comm {

/// A kind of communicator.
enum class Channel : std::uint8_t { CPU };

/// The one with that name; nothing if there is none.
[[nodiscard]] constexpr std::optional<Channel> find_channel(std::string_view name) {
  return name == "cpu" ? std::optional{Channel::CPU} : std::nullopt;
}

[[nodiscard]] constexpr std::string_view name_of(Channel /*channel*/) { return "cpu"; }

/// Whether points on GPUs, or on other processors, can talk through it.
[[nodiscard]] constexpr bool supports(Channel channel, bool /*on_gpus*/) { return channel == Channel::CPU; }

}  // namespace legate::detail::comm
