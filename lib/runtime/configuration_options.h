// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/configuration.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace legate::detail {

/// A resource: what the user gives, and what is decided in the end.
struct ResourceTarget {
  std::optional<std::int64_t> RequestedResources::*requested;
  std::int64_t Configuration::*decided;
};

/// What an option does in this build.
enum class Support : std::uint8_t {
  FULL,
  /// It may say no (or 0); anything else is refused.
  OFF_ONLY,
  /// Any value is accepted and changes nothing.
  NO_EFFECT,
  /// What it says is kept and shown to programs, but changes nothing for CPU tasks.
  NO_EFFECT_ON_CPUS
};

/// One flag of LEGATE_CONFIG.
struct Option {
  /// Where its value goes.
  using Target =
      std::variant<bool Configuration::*, std::int64_t Configuration::*, std::string Configuration::*, ResourceTarget>;

  /// With both dashes.
  std::string_view flag;
  Target target;
  /// What error messages and the usage text call it.
  std::string_view description;
  /// The variable that stands for it; empty if there is none.
  std::string_view environment{};
  /// For numbers: the least and the greatest value, and the unit in which the value is given.
  std::int64_t minimum{0};
  std::int64_t maximum{std::numeric_limits<std::int32_t>::max()};
  std::int64_t unit{1};
  /// Left out of the usage text.
  bool hidden{false};
  Support support{Support::FULL};
};

/// All flags but `--help` and `--version`, in the order of the usage text.
[[nodiscard]] const std::vector<Option>& configuration_options();

/// The flag of that name, or null.
[[nodiscard]] const Option* find_option(std::string_view flag);

/// The value of an option as text: `16384`, `true`, `134217728 (128 MiB)`.
[[nodiscard]] std::string value_of(const Option& option, const Configuration& configuration);

/// How messages about the value of a flag begin, before what is wrong and what would be right:
/// `LEGATE_CONFIG: --cpus -1: `.
[[nodiscard]] std::string about_flag(std::string_view flag, std::string_view value);

/// The same for an environment variable: `LEGATE_TEST='x': `.
[[nodiscard]] std::string about_variable(std::string_view name, std::string_view value);

/// The text that `--help` prints.
[[nodiscard]] std::string usage();

}  // namespace legate::detail
