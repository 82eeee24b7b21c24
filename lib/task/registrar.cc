// SPDX-License-Identifier: Apache-2.0
#include <legate/task/registrar.h>

#include <deque>
#include <utility>

namespace legate {

class TaskRegistrar::Impl {
 public:
  std::deque<std::function<void(const Library&)>> pending{};
};

TaskRegistrar::TaskRegistrar() : impl_{std::make_unique<Impl>()} {}

TaskRegistrar::~TaskRegistrar() = default;

void TaskRegistrar::register_all_tasks(Library& library) {
  auto& pending = impl_->pending;
  while (!pending.empty()) {
    // A copy, and removed only afterwards: the function may record another one, and it stays recorded if it throws.
    const auto registration = pending.front();
    registration(library);
    pending.pop_front();
  }
}

void TaskRegistrar::record_registration_function(RecordTaskKey, std::function<void(const Library&)> func) {
  impl_->pending.push_back(std::move(func));
}

}  // namespace legate
