// SPDX-License-Identifier: Apache-2.0
#include "data/control_program.h"

#include <atomic>
#include <stdexcept>
#include <string>

namespace legate::detail {

namespace {

void (*flush_hook)() = nullptr;  // control thread only
thread_local bool running_in_task = false;
std::atomic<bool> runtime_running{false};

}  // namespace

void flush_held_operations() {
  if (flush_hook != nullptr) {
    flush_hook();
  }
}

void set_flush_hook(void (*hook)()) { flush_hook = hook; }

void check_outside_tasks(const char* operation) {
  if (running_in_task) {
    throw std::runtime_error{std::string{operation} + " may not be called inside a task"};
  }
}

void check_running(const char* operation) {
  if (!runtime_running.load(std::memory_order_relaxed)) {
    throw std::runtime_error{std::string{operation} + ": the runtime is not running"};
  }
}

void check_control_program(const char* operation) {
  check_outside_tasks(operation);
  check_running(operation);
}

void set_runtime_running(bool value) { runtime_running.store(value); }

bool in_task() { return running_in_task; }
void set_in_task(bool value) { running_in_task = value; }

}  // namespace legate::detail
