// SPDX-License-Identifier: Apache-2.0
#include "runtime/streaming.h"

#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

/// How a storage was last touched by the sequence.
struct LastUse {
  const Geometry* geometry;
  Role role;
  std::string_view task;
};

bool is_exempt(const TaskDescription& task) {
  // Bookkeeping between the pieces: a single task that only touches single values.
  if (!task.is_single()) {
    return false;
  }
  for (const auto& argument : task.arguments()) {
    if (argument.role == Role::REDUCTION || argument.store->volume() != 1) {
      return false;
    }
  }
  return true;
}

std::string check_uses(const TaskDescription& task, std::map<const Storage*, LastUse>& last) {
  for (const auto& argument : task.arguments()) {
    const auto* geometry = task.geometry(argument);
    const auto* storage = &argument.store->storage();
    const auto found = last.find(storage);
    if (found == last.end()) {
      continue;
    }
    const auto& before = found->second;
    if (before.role == Role::REDUCTION && !(task.is_single() && argument.store->volume() == 1)) {
      return std::string{argument.role == Role::REDUCTION ? "repeated reduction" : "use of a reduced store"} +
             ": task " + std::string{task.name()} + " uses what task " + std::string{before.task} + " reduces into";
    }
    const bool both_read = before.role == Role::INPUT && argument.role == Role::INPUT;
    const bool pointwise =
        before.geometry == geometry && geometry != nullptr && (!geometry->is_whole() || both_read || task.is_single());
    if (!pointwise) {
      const char* kind = before.role == Role::INPUT ? "WAR" : argument.role == Role::INPUT ? "RAW" : "WAW";
      return std::string{both_read ? "RAR" : kind} + " dependency: tasks " + std::string{before.task} + " and " +
             std::string{task.name()} + " split a store differently";
    }
  }
  for (const auto& argument : task.arguments()) {
    last[&argument.store->storage()] = LastUse{task.geometry(argument), argument.role, task.name()};
  }
  return {};
}

}  // namespace

void Streaming::hold(std::shared_ptr<TaskDescription> task) {
  Held item;
  for (const auto& argument : task->arguments()) {
    auto& storage = argument.store->storage();
    if (argument.role == Role::OUTPUT && storage.is_scalar() && !storage.initialized()) {
      storage.set_initialized();
      item.first_written.push_back(argument.store);
    }
  }
  item.task = std::move(task);
  held_.push_back(std::move(item));
}

void Streaming::forget(std::vector<Held>& held) {
  for (const auto& item : held) {
    for (const auto& store : item.first_written) {
      store->storage().set_initialized(false);
    }
  }
  held.clear();
}

void Streaming::refuse_concurrent(const TaskDescription& task) {
  if (task.is_concurrent()) {
    throw std::runtime_error{"Task " + std::string{task.name()} +
                             " is concurrent, which is not allowed inside a streaming Scope: launch it outside of it"};
  }
}

void Streaming::discard() {
  active_ = false;
  forget(held_);
}

std::string Streaming::violation(const std::vector<Held>& held) {
  std::optional<Domain> domain;
  std::map<const Storage*, LastUse> last;
  for (const auto& item : held) {
    if (!item.task) {
      return item.barrier == Barrier::EXECUTION_FENCE ? "operation kind: an execution fence"
                                                      : "operation kind: a mapping fence";
    }
    auto& task = *item.task;
    task.plan();
    if (is_exempt(task)) {
      continue;
    }
    if (domain && *domain != task.domain()) {
      return "launch-domain equality: task " + std::string{task.name()} + " has another launch domain";
    }
    domain = task.domain();
    if (auto problem = check_uses(task, last); !problem.empty()) {
      return problem;
    }
  }
  return {};
}

void Streaming::end(const std::function<void(TaskDescription&)>& launch) {
  auto held = std::move(held_);
  discard();
  if (const auto problem = violation(held); !problem.empty()) {
    forget(held);
    throw std::invalid_argument{"Streaming Scope cannot be streamed in one go: " + problem};
  }
  try {
    for (const auto& item : held) {
      refuse_concurrent(*item.task);
    }
  } catch (const std::runtime_error&) {
    forget(held);
    throw;
  }
  for (const auto& item : held) {
    launch(*item.task);
  }
}

}  // namespace legate::detail
