// SPDX-License-Identifier: Apache-2.0
#include "engine/environment.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace legate::detail::engine {

namespace {

std::optional<std::string> lookup(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
}

// Creates the directory as StarPU would. Looks at permissions of what exists only: a full disk is not foreseen.
bool can_create(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return !error && ::access(path.c_str(), W_OK | X_OK) == 0;
}

}  // namespace

void ScopedEnvironment::set(const std::string& name, const std::string& value) {
  saved_.push_back({name, lookup(name)});
  ::setenv(name.c_str(), value.c_str(), 1);
}

void ScopedEnvironment::set_default(const std::string& name, const std::string& value) {
  if (!lookup(name).has_value()) {
    set(name, value);
  }
}

int ScopedEnvironment::replace(const std::string& name, int value, int other) {
  const auto given = lookup(name);
  set(name, std::to_string(other));
  return given.has_value() ? std::atoi(given->c_str()) : value;
}

ScopedEnvironment::~ScopedEnvironment() {
  for (auto saved = saved_.rbegin(); saved != saved_.rend(); ++saved) {
    if (saved->value.has_value()) {
      ::setenv(saved->name.c_str(), saved->value->c_str(), 1);
    } else {
      ::unsetenv(saved->name.c_str());
    }
  }
}

std::string prepare_model_directory(ScopedEnvironment& environment) {
  if (const auto models = lookup("STARPU_PERF_MODEL_DIR")) {
    if (!can_create(*models)) {
      throw std::runtime_error{"StarPU cannot be started: STARPU_PERF_MODEL_DIR=" + *models + " is not writable"};
    }
    return {};
  }
  // StarPU 1.3 prefers XDG_CACHE_HOME to its own variable. What the user told StarPU itself should count.
  const auto chosen = lookup("STARPU_HOME");
  if (chosen.has_value()) {
    if (!can_create(*chosen + "/.starpu/sampling")) {
      throw std::runtime_error{"StarPU cannot be started: STARPU_HOME=" + *chosen + " is not writable"};
    }
    if (lookup("XDG_CACHE_HOME").has_value()) {
      environment.set("XDG_CACHE_HOME", *chosen);
    }
    return {};
  }
  for (const char* const name : {"XDG_CACHE_HOME", "HOME"}) {
    if (const auto home = lookup(name)) {
      if (can_create(*home + "/.starpu/sampling")) {
        return {};
      }
      break;
    }
  }
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  std::string path = (error ? std::filesystem::path{"/tmp"} : temporary) / "legatus-starpu-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    throw std::runtime_error{"StarPU cannot be started: neither the home directory nor " + path + " is writable"};
  }
  environment.set("STARPU_HOME", path);
  environment.set("XDG_CACHE_HOME", path);
  return path;
}

namespace {

// Where StarPU looks, in its order.
std::string model_directory() {
  if (const auto models = lookup("STARPU_PERF_MODEL_DIR")) {
    return *models;
  }
  for (const char* const name : {"XDG_CACHE_HOME", "STARPU_HOME", "HOME"}) {
    if (const auto home = lookup(name)) {
      return *home + "/.starpu/sampling";
    }
  }
  return {};
}

// As StarPU has it: without the domain.
std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) {
    return {};
  }
  const std::string full{name.data()};
  return full.substr(0, full.find('.'));
}

bool file_exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

ModelDirectoryLock::ModelDirectoryLock()
    : file_{::open((model_directory() + "/legatus.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)} {
  const auto host = lookup("STARPU_HOSTNAME").value_or(host_name());
  const auto known = file_exists(model_directory() + "/bus/" + host + ".config");
  while (file_ >= 0 && ::flock(file_, known ? LOCK_SH : LOCK_EX) != 0 && errno == EINTR) {
  }
}

ModelDirectoryLock::~ModelDirectoryLock() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

void remove_model_directory(const std::string& path) noexcept {
  if (!path.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
}

}  // namespace legate::detail::engine
