// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <functional>
#include <memory>

namespace legate {

class Library;
template <typename T>
class LegateTask;

/// Collects task registrations until there is a library to make them in.
///
/// Usually a function-local static of a user's library, so that registrations in static initialisers and
/// `__attribute__((constructor))` functions find it alive. Not thread-safe.
class LEGATE_EXPORT TaskRegistrar {
 public:
  TaskRegistrar();
  ~TaskRegistrar();
  TaskRegistrar(const TaskRegistrar&) = delete;
  TaskRegistrar& operator=(const TaskRegistrar&) = delete;
  TaskRegistrar(TaskRegistrar&&) = delete;
  TaskRegistrar& operator=(TaskRegistrar&&) = delete;

  /// Makes all recorded registrations in `library`, in the order of recording, and forgets them.
  ///
  /// If one throws, the exception is passed on: those before it are made and forgotten, it and those after it stay
  /// recorded.
  void register_all_tasks(Library& library);

  /// Held by those who may record registrations.
  class RecordTaskKey {
   private:
    friend class TaskRegistrar;
    template <typename T>
    friend class LegateTask;

    // Not defaulted: that would make an aggregate, which anybody could make with braces.
    constexpr RecordTaskKey() noexcept {}
  };

  /// Records a registration, to be made by calling `func` with the library.
  void record_registration_function(RecordTaskKey key, std::function<void(const Library&)> func);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace legate
