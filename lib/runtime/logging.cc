// SPDX-License-Identifier: Apache-2.0
#include "runtime/logging.h"

#include "runtime/configuration_options.h"

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

[[noreturn]] void refuse(std::string_view part, std::string_view reason) {
  throw std::invalid_argument{about_flag("--logging", part) + "Invalid logger specification '" + std::string{part} +
                              "', " + std::string{reason} + ". Expected 'name=level'"};
}

[[nodiscard]] LogLevel parse_level(std::string_view word, std::string_view part) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 5> WORDS{{{"all", LogLevel::SPEW},
                                                                        {"debug", LogLevel::DEBUG},
                                                                        {"info", LogLevel::INFO},
                                                                        {"error", LogLevel::ERROR},
                                                                        {"none", LogLevel::NONE}}};

  for (const auto& [name, level] : WORDS) {
    if (word == name) {
      return level;
    }
  }
  int number{};
  const auto* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, number);
  if (error == std::errc{} && rest == end && number >= 0 && number <= static_cast<int>(LogLevel::NONE)) {
    return static_cast<LogLevel>(number);
  }
  throw std::invalid_argument{about_flag("--logging", part) + "Unknown logging level '" + std::string{word} +
                              "' (from '" + std::string{part} +
                              "'), expected one of [all, debug, info, error, none] or a number from 0 to 7"};
}

[[nodiscard]] LoggerLevel parse_part(std::string_view part) {
  const auto equals = part.find('=');
  if (equals == std::string_view::npos) {
    refuse(part, "it has no '='");
  }
  if (equals == 0) {
    refuse(part, "it has no logger name");
  }
  return {std::string{part.substr(0, equals)}, parse_level(part.substr(equals + 1), part)};
}

}  // namespace

std::vector<LoggerLevel> parse_logging(std::string_view specification) {
  std::vector<LoggerLevel> levels;
  while (!specification.empty()) {
    const auto comma = specification.find(',');
    levels.push_back(parse_part(specification.substr(0, comma)));
    if (comma == std::string_view::npos) {
      break;
    }
    specification.remove_prefix(comma + 1);
    if (specification.empty()) {
      refuse(specification, "the list ends with a comma");
    }
  }
  return levels;
}

}  // namespace legate::detail
