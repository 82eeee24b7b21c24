// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/logger.h>

#include "utilities/log_channel.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace legate {

namespace detail {

namespace {

/// All channels, the levels asked for and where messages go; each under the mutex. Never destroyed: loggers are static
/// objects of other translation units, which may write while the process ends.
struct Registry {
  std::mutex mutex{};
  std::map<std::string, std::unique_ptr<LogChannel>> channels{};
  std::map<std::string, LogLevel> levels{};
  std::FILE* file{};

  static Registry& get() {
    static auto* const registry = new Registry;
    return *registry;
  }

  [[nodiscard]] LogLevel level_of(const std::string& name) const {
    const auto found = levels.find(name);
    return found == levels.end() ? LogLevel::PRINT : found->second;
  }
};

[[nodiscard]] LogChannel* find_channel(const std::string& name) {
  auto& registry = Registry::get();
  const std::lock_guard lock{registry.mutex};
  auto& channel = registry.channels[name];
  if (!channel) {
    channel = std::make_unique<LogChannel>(name);
    channel->set_threshold(registry.level_of(name));
  }
  return channel.get();
}

void write(const std::string& line) {
  auto& registry = Registry::get();
  const std::lock_guard lock{registry.mutex};
  auto* file = registry.file == nullptr ? stderr : registry.file;
  std::fwrite(line.data(), 1, line.size(), file);
  std::fflush(file);
}

}  // namespace

void set_log_levels(const std::map<std::string, LogLevel>& levels) {
  auto& registry = Registry::get();
  const std::lock_guard lock{registry.mutex};
  registry.levels = levels;
  for (auto& [name, channel] : registry.channels) {
    channel->set_threshold(registry.level_of(name));
  }
}

std::vector<std::string> levels_without_logger() {
  auto& registry = Registry::get();
  const std::lock_guard lock{registry.mutex};
  std::vector<std::string> names;
  for (const auto& [name, level] : registry.levels) {
    if (registry.channels.find(name) == registry.channels.end()) {
      names.push_back(name);
    }
  }
  return names;
}

void set_log_file(const std::string& path) {
  std::FILE* file = nullptr;
  if (!path.empty()) {
    file = std::fopen(path.c_str(), "w");
    if (file == nullptr) {
      const auto reason = std::error_code{errno, std::generic_category()}.message();
      throw std::runtime_error{"the log file '" + path + "' cannot be opened (" + reason +
                               "), expected a folder that can be written to"};
    }
  }
  auto& registry = Registry::get();
  const std::lock_guard lock{registry.mutex};
  std::swap(registry.file, file);
  if (file != nullptr) {
    std::fclose(file);
  }
}

}  // namespace detail

Logger::Logger(const std::string& name) : channel_{detail::find_channel(name)} {}

const std::string& Logger::get_name() const noexcept { return channel_->name(); }

bool Logger::wants_(detail::LogLevel level) const noexcept { return level >= channel_->threshold(); }

bool Logger::want_spew() const noexcept { return wants_(detail::LogLevel::SPEW); }
bool Logger::want_debug() const noexcept { return wants_(detail::LogLevel::DEBUG); }
bool Logger::want_info() const noexcept { return wants_(detail::LogLevel::INFO); }
bool Logger::want_print() const noexcept { return wants_(detail::LogLevel::PRINT); }
bool Logger::want_warning() const noexcept { return wants_(detail::LogLevel::WARNING); }
bool Logger::want_error() const noexcept { return wants_(detail::LogLevel::ERROR); }
bool Logger::want_fatal() const noexcept { return wants_(detail::LogLevel::FATAL); }

Logger::Message Logger::spew() const { return {channel_, detail::LogLevel::SPEW, want_spew()}; }
Logger::Message Logger::debug() const { return {channel_, detail::LogLevel::DEBUG, want_debug()}; }
Logger::Message Logger::info() const { return {channel_, detail::LogLevel::INFO, want_info()}; }
Logger::Message Logger::print() const { return {channel_, detail::LogLevel::PRINT, want_print()}; }
Logger::Message Logger::warning() const { return {channel_, detail::LogLevel::WARNING, want_warning()}; }
Logger::Message Logger::error() const { return {channel_, detail::LogLevel::ERROR, want_error()}; }
Logger::Message Logger::fatal() const { return {channel_, detail::LogLevel::FATAL, want_fatal()}; }

Logger::Message::Message(detail::LogChannel* channel, detail::LogLevel level, bool wanted)
    : channel_{channel}, level_{level}, text_{wanted ? std::make_unique<std::ostringstream>() : nullptr} {}

Logger::Message::~Message() {
  if (!text_) {
    return;
  }
  auto text = text_->str();
  // The line ends here, whether or not the message brings its own end.
  if (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  detail::write("{" + std::to_string(static_cast<int>(level_)) + "}{" + channel_->name() + "}: " + text + "\n");
}

}  // namespace legate
