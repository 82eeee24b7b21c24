// SPDX-License-Identifier: Apache-2.0
#include "runtime/configuration.h"

#include "comm/nccl.h"
#include "engine/lifecycle.h"

#include "runtime/configuration_options.h"
#include "runtime/logging.h"

#include <legate/utilities/macros.h>
#include <legate/version.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace legate::detail {

namespace {

struct Token {
  std::string text{};
  /// Began with a quote.
  bool quoted{false};
};

/// Splits at blanks. Quotes, single or double, keep blanks together and are removed.
[[nodiscard]] std::vector<Token> split(std::string_view flags) {
  std::vector<Token> tokens;
  bool inside = false;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const char character = flags[i];
    if (std::isspace(static_cast<unsigned char>(character)) != 0) {
      inside = false;
      continue;
    }
    if (!inside) {
      tokens.emplace_back();
      inside = true;
    }
    if (character != '\'' && character != '"') {
      tokens.back().text += character;
      continue;
    }
    const auto end = flags.find(character, i + 1);
    if (end == std::string_view::npos) {
      throw std::invalid_argument{"LEGATE_CONFIG: unterminated quote, the text after it lacks a second " +
                                  std::string{character} + ": " + std::string{flags.substr(i)}};
    }
    tokens.back().quoted = tokens.back().quoted || tokens.back().text.empty();
    tokens.back().text += flags.substr(i + 1, end - i - 1);
    i = end;
  }
  return tokens;
}

[[noreturn]] void exit_with_usage(const std::string& problem) {
  // The usage is longer than many terminals.
  std::cerr << usage() << "\n== LEGATE ERROR: " << problem << '\n' << std::flush;
  std::exit(EXIT_FAILURE);
}

[[noreturn]] void exit_with_text(const std::string& text) {
  std::cout << text << std::flush;
  std::exit(EXIT_SUCCESS);
}

[[nodiscard]] std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number{};
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end ? std::optional{number} : std::nullopt;
}

[[nodiscard]] bool parse_boolean(const Option& option, const std::string& value) {
  std::string word{value};
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
  for (const auto* yes : {"1", "t", "true", "y", "yes"}) {
    if (word == yes) {
      return true;
    }
  }
  for (const auto* no : {"0", "f", "false", "n", "no"}) {
    if (word == no) {
      return false;
    }
  }
  throw std::invalid_argument{about_flag(option.flag, value) +
                              "unknown boolean argument, expected one of "
                              "'1, t, true, y, yes' or '0, f, false, n, no'"};
}

/// Puts a number, in the option's unit, where it belongs.
void assign_number(Configuration& configuration, const Option& option, std::int64_t number) {
  if (const auto* resource = std::get_if<ResourceTarget>(&option.target)) {
    configuration.requested.*(resource->requested) = number * option.unit;
  } else {
    configuration.*std::get<std::int64_t Configuration::*>(option.target) = number * option.unit;
  }
}

void assign_from_flag(Configuration& configuration, const Option& option, const std::string& value) {
  if (const auto* target = std::get_if<bool Configuration::*>(&option.target)) {
    configuration.** target = parse_boolean(option, value);
    return;
  }
  if (const auto* target = std::get_if<std::string Configuration::*>(&option.target)) {
    configuration.** target = value;
    return;
  }
  const auto number = parse_number(value);
  if (!number || *number > option.maximum) {
    exit_with_usage(about_flag(option.flag, value) + "expected a number from " + std::to_string(option.minimum) +
                    " to " + std::to_string(option.maximum));
  }
  if (*number < option.minimum) {
    throw std::out_of_range{about_flag(option.flag, value) + std::string{option.description} + " (" +
                            std::string{option.flag} + ") must be " + (option.minimum > 0 ? "> " : ">= ") +
                            std::to_string(option.minimum > 0 ? option.minimum - 1 : option.minimum) + ", have " +
                            std::to_string(*number)};
  }
  assign_number(configuration, option, *number);
}

/// The number in an environment variable; nothing if it is not set.
[[nodiscard]] std::optional<std::int64_t> environment_number(
    const EnvironmentLookup& environment, const std::string& name,
    std::string_view expected = "expected a number from 0 on") {
  const auto text = environment(name);
  if (!text) {
    return std::nullopt;
  }
  const auto number = parse_number(*text);
  if (!number || *number < 0) {
    throw std::invalid_argument{about_variable(name, *text) + std::string{expected}};
  }
  return number;
}

/// The answer in an environment variable; nothing if it is not set. Unlike flags, variables know no words for it.
[[nodiscard]] std::optional<bool> environment_boolean(const EnvironmentLookup& environment, const std::string& name) {
  const auto number = environment_number(environment, name, "expected 0 for no, or 1 for yes");
  return number ? std::optional{*number > 0} : std::nullopt;
}

void assign_from_environment(Configuration& configuration, const Option& option, const EnvironmentLookup& environment) {
  const std::string name{option.environment};
  if (const auto* target = std::get_if<std::string Configuration::*>(&option.target)) {
    configuration.** target = environment(name).value_or(configuration.**target);
  } else if (const auto* switched = std::get_if<bool Configuration::*>(&option.target)) {
    configuration.** switched = environment_boolean(environment, name).value_or(configuration.**switched);
  } else if (const auto number = environment_number(environment, name)) {
    assign_number(configuration, option, std::min(*number, option.maximum));
  }
}

void set_test_defaults(Configuration& configuration) {
  configuration.min_cpu_chunk = 2;
  configuration.min_gpu_chunk = 2;
  configuration.min_omp_chunk = 2;
  configuration.field_reuse_fraction = 1;
  configuration.field_reuse_frequency = 8;
}

void add_logger(Configuration& configuration, std::string_view logger) {
  if (!configuration.logging.empty()) {
    configuration.logging += ',';
  }
  configuration.logging += logger;
}

/// Refuses words that are none of those possible, by the name of where they come from.
void check_words(const Configuration& configuration, bool from_environment) {
  const auto about = [&](std::string_view flag, std::string_view variable, std::string_view value) {
    return from_environment ? about_variable(variable, value) : about_flag(flag, value);
  };
  const auto& bundling = configuration.bundling;
  if (bundling != "auto" && bundling != "never" && bundling != "always") {
    throw std::invalid_argument{about("--bundling", "LEGATUS_BUNDLING", bundling) + "expected auto, never or always"};
  }
  const auto& schedulers = engine::schedulers();
  const auto& scheduler = configuration.scheduler;
  if (scheduler != "auto" && std::find(schedulers.begin(), schedulers.end(), scheduler) == schedulers.end()) {
    std::string possible{"auto"};
    for (const auto& name : schedulers) {
      possible += ", " + name;
    }
    throw std::invalid_argument{about("--scheduler", "LEGATUS_SCHEDULER", scheduler) + "expected one of " + possible};
  }
}

/// Where performance models are kept unless the user says it.
std::string standard_model_directory(const EnvironmentLookup& environment) {
  if (const auto home = environment("STARPU_HOME"); home && !home->empty()) {
    return *home + "/.legatus/models";
  }
  if (const auto cache = environment("XDG_CACHE_HOME"); cache && !cache->empty()) {
    return *cache + "/legatus/models";
  }
  const auto home = environment("HOME");
  return home ? *home + "/.cache/legatus/models" : std::string{};
}

/// Walks through the tokens of LEGATE_CONFIG.
class FlagReader {
 public:
  explicit FlagReader(std::string_view flags) : tokens_{split(flags)} {}

  void read(Configuration& configuration) {
    while (next_ < tokens_.size()) {
      read_flag(configuration, tokens_[next_++]);
    }
  }

  [[nodiscard]] bool provenance_given() const { return provenance_given_; }

 private:
  void read_flag(Configuration& configuration, const Token& token) {
    const auto equals = token.text.find('=');
    const auto name = token.text.substr(0, equals);
    if (name == "-h" || name == "--help") {
      exit_with_text(usage());
    }
    if (name == "-v" || name == "--version") {
      exit_with_text(LEGATE_STRINGIZE(LEGATE_VERSION_MAJOR) "." LEGATE_STRINGIZE(
                         LEGATE_VERSION_MINOR) "." LEGATE_STRINGIZE(LEGATE_VERSION_PATCH) " (Legatus " +
                     std::string{legatus_version()} + ")\n");
    }
    const auto* const option = find_option(name);
    if (option == nullptr) {
      exit_with_usage("LEGATE_CONFIG: unknown argument: " + token.text);
    }
    provenance_given_ = provenance_given_ || name == "--provenance";
    const auto value = equals == std::string::npos ? separate_value(*option) : token.text.substr(equals + 1);
    assign_from_flag(configuration, *option, value);
  }

  /// The value of a flag that has none after an equals sign: the next token, unless that is a flag.
  [[nodiscard]] std::string separate_value(const Option& option) {
    const bool boolean = std::holds_alternative<bool Configuration::*>(option.target);
    const bool text = std::holds_alternative<std::string Configuration::*>(option.target);
    // Numbers may be negative, if only to be refused. A text that begins like a flag needs quotes.
    const auto is_flag = [&](const Token& token) {
      return token.text.rfind(boolean ? "-" : "--", 0) == 0 && !(text && token.quoted);
    };
    const bool available = next_ < tokens_.size() && !is_flag(tokens_[next_]);
    if (available) {
      return tokens_[next_++].text;
    }
    if (!boolean) {
      exit_with_usage("LEGATE_CONFIG: " + std::string{option.flag} + " expects a value, a " +
                      (text ? "text" : "number") + " after a blank or '='");
    }
    return "true";
  }

  std::vector<Token> tokens_;
  std::size_t next_{0};
  bool provenance_given_{false};
};

}  // namespace

Configuration parse_configuration(std::string_view flags, const EnvironmentLookup& environment) {
  Configuration configuration;
  if (environment_boolean(environment, "LEGATE_TEST").value_or(false)) {
    set_test_defaults(configuration);
  }
  for (const auto& option : configuration_options()) {
    if (!option.environment.empty()) {
      assign_from_environment(configuration, option, environment);
    }
  }
  check_words(configuration, true);
  FlagReader reader{flags};
  reader.read(configuration);
  check_words(configuration, false);

  if (!reader.provenance_given() && (configuration.profile || configuration.nsys)) {
    configuration.provenance = true;
  }
  if (environment_boolean(environment, "LEGATE_LOG_MAPPING").value_or(false)) {
    add_logger(configuration, "legate.mapper=info");
  }
  if (environment_boolean(environment, "LEGATE_LOG_PARTITIONING").value_or(false)) {
    add_logger(configuration, "legate.partitioner=debug");
  }
  // a variable, unlike a flag, may say 0, where at least 1 makes sense
  configuration.window_size = std::max<std::int64_t>(configuration.window_size, 1);
  configuration.max_exception_size = std::max<std::int64_t>(configuration.max_exception_size, 1);
  (void)parse_logging(configuration.logging);
  if (configuration.model_directory.empty()) {
    configuration.model_directory = standard_model_directory(environment);
  }
  return configuration;
}

namespace {

/// Looking for GPUs takes a while.
[[nodiscard]] bool may_have_gpus(const Configuration& configuration) {
  const bool automatic = configuration.auto_config && !configuration.inline_task_launch;
  return configuration.requested.gpus.value_or(automatic ? 1 : 0) > 0;
}

}  // namespace

Configuration load_configuration() {
  const EnvironmentLookup environment = [](const std::string& name) -> std::optional<std::string> {
    const auto* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
  auto configuration = parse_configuration(environment("LEGATE_CONFIG").value_or(""), environment);
  BuildFeatures build;
  build.max_cpus = engine::max_cpu_workers();
#if LEGATE_DEFINED(LEGATE_USE_OPENMP)
  build.openmp = true;
#endif
#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
  build.opencl = true;
#endif
#if LEGATE_DEFINED(LEGATE_USE_CUDA)
  build.gpus = true;
#endif
  build.nccl = comm::HAS_NCCL;
  auto hardware = read_hardware();
  if (build.gpus && may_have_gpus(configuration)) {
    read_gpus(hardware);
  }
  resolve_auto(configuration, hardware, build);
  if (configuration.show_config) {
    std::cout << summary(configuration) << std::flush;
  }
  return configuration;
}

}  // namespace legate::detail
