// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace legate::detail::engine {

/// Sets environment variables for a while: StarPU has settings that exist only there. The destructor restores what was.
/// Changing the environment is not thread-safe in C; start() is documented to be called while nothing else runs.
class ScopedEnvironment {
 public:
  ScopedEnvironment() = default;
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;
  ~ScopedEnvironment();

  void set(const std::string& name, const std::string& value);
  /// Keeps what the user has set.
  void set_default(const std::string& name, const std::string& value);
  /// Returns the number that the user has set, or `value`, and sets another one.
  int replace(const std::string& name, int value, int other);

 private:
  struct Saved {
    std::string name;
    std::optional<std::string> value;
  };
  std::vector<Saved> saved_;
};

/// Makes sure that StarPU can write its performance models, because it aborts where it cannot.
///
/// Where the user chose the place (STARPU_HOME, STARPU_PERF_MODEL_DIR) it is created; where it is only the home
/// directory and that is not writable, a private temporary directory takes its place for this run.
///
/// @return the temporary directory to remove after shutting down, or an empty string.
/// @throws std::runtime_error the user's choice cannot be written.
[[nodiscard]] std::string prepare_model_directory(ScopedEnvironment& environment);

/// As long as it lives, no other process that has one as well starts StarPU for the first time on this machine with
/// models in the same place: StarPU writes a description of the machine then, and aborts where it finds one that is
/// half written. Starts on a machine that is known do not wait for each other. After prepare_model_directory(). Where
/// there are no locks nothing is locked.
class ModelDirectoryLock {
 public:
  ModelDirectoryLock();
  ModelDirectoryLock(const ModelDirectoryLock&) = delete;
  ModelDirectoryLock& operator=(const ModelDirectoryLock&) = delete;
  ~ModelDirectoryLock();

 private:
  int file_;
};

/// Removes a directory made by prepare_model_directory(); does nothing for an empty path.
void remove_model_directory(const std::string& path) noexcept;

}  // namespace legate::detail::engine
