// SPDX-License-Identifier: Apache-2.0
// Tasks that are launched inside a task: they run where they are submitted, on memory that is known, so nothing is
// planned and nothing is handed to the engine.
#include "data/control_program.h"
#include "operation/body.h"
#include "operation/task.h"

#include <legate/task/exception.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace legate::detail {

/// A reduction into a buffer of its own, which is folded into the store when the body has returned.
struct NestedFold {
  const ReductionOperator* redop;
  const LocalMemory* target;
  Box box;  // of the storage; not empty
  std::byte* buffer;
  std::array<std::size_t, LEGATE_MAX_DIM> strides{};  // of the buffer, in bytes

  void run() const;
};

void NestedFold::run() const {
  const auto dims = static_cast<std::size_t>(box.dim);
  auto at = box.lo;
  do {
    auto* to = target->origin;
    const auto* from = buffer;
    for (std::size_t d = 0; d < dims; ++d) {
      to += static_cast<std::size_t>(at[d]) * target->strides[d];
      from += static_cast<std::size_t>(at[d] - box.lo[d]) * strides[d];
    }
    redop->apply(to, from, 1);
  } while (advance(box, dims, at));
}

namespace {

/// Where the elements of a store are.
void place(PhysicalStore& shown, LogicalStore& store) {
  static constexpr std::array<std::int64_t, LEGATE_MAX_DIM> ORIGIN{};
  const auto& memory = store.storage().local();
  shown.place(*store.view(), memory.origin, ORIGIN.data(), memory.strides.data());
}

/// The same in a buffer with a contribution for every element, all of them the identity.
NestedFold place_in_buffer(TaskFrame& frame, PhysicalStore& shown, LogicalStore& store,
                           const ReductionOperator& redop) {
  NestedFold fold{&redop, &store.storage().local(), store.view()->root_box(), nullptr};
  auto bytes = redop.rhs_size;
  for (auto d = static_cast<std::size_t>(fold.box.dim); d-- > 0;) {
    fold.strides[d] = bytes;
    bytes *= static_cast<std::size_t>(fold.box.hi[d] - fold.box.lo[d]);
  }
  fold.buffer = static_cast<std::byte*>(frame.allocate(bytes, alignof(std::max_align_t)));
  redop.fill_identity(fold.buffer, fold.box.volume());
  shown.place(*store.view(), fold.buffer, fold.box.lo.data(), fold.strides.data());
  return fold;
}

}  // namespace

void TaskDescription::check_place(const LogicalStore& store, const std::string& about) const {
  if (!store.storage().is_local()) {
    throw std::invalid_argument{about +
                                "a task that is launched inside a task works on stores of that task, made there or by "
                                "PhysicalStore::to_logical_store(), but this is one of the control program"};
  }
  if (!setting_->nested) {
    throw std::invalid_argument{about + "the store belongs to a task, the control program cannot use it"};
  }
  if (!store.storage().is_reachable()) {
    throw std::invalid_argument{about + "the store belongs to a task that has ended, or that runs in another thread"};
  }
}

void TaskDescription::check_use(const LogicalStore& store, Role role, const ReductionOperator* redop,
                                const std::string& about) {
  const auto& memory = store.storage().local();
  if (role == Role::REDUCTION) {
    if (!memory.writable && memory.redop != redop) {
      throw std::invalid_argument{about + "the running task may not reduce into the store with this operator"};
    }
  } else if (!(role == Role::INPUT ? memory.readable : memory.writable)) {
    throw std::invalid_argument{about + "the running task may not " + (role == Role::INPUT ? "read" : "write") +
                                " the store"};
  }
}

void TaskDescription::show_nested(TaskFrame& frame, const TaskArgument& argument, PhysicalStore& shown,
                                  std::vector<NestedFold>& folds) const {
  static constexpr std::array<std::int64_t, LEGATE_MAX_DIM> ORIGIN{};
  auto& store = *argument.store;
  const auto& memory = store.storage().local();
  const bool scalar = store.has_scalar_storage();
  const bool input = has_role(&store, Role::INPUT);
  const bool output = has_role(&store, Role::OUTPUT);
  shown.kind = scalar ? PhysicalStore::Kind::SCALAR : PhysicalStore::Kind::ARRAY;
  shown.type = &store.type();
  shown.transformed = store.transformed();
  shown.partitioned = false;
  shown.redop = nullptr;
  shown.lo = {};
  std::copy(store.extents().begin(), store.extents().end(), shown.hi.begin());
  // As in a launch by the engine: an array is readable whatever its role, a scalar may be overwritten while it is read.
  shown.readable = argument.role == Role::INPUT || (argument.role == Role::OUTPUT && !scalar);
  shown.writable = argument.role == Role::OUTPUT || (argument.role == Role::INPUT && output && !scalar);
  shown.reducible = shown.writable;
  if (argument.role == Role::REDUCTION) {
    shown.reducible = true;
    if ((input || output || !argument.redop->in_place) && store.volume() > 0) {
      shown.redop = argument.redop;
      folds.push_back(place_in_buffer(frame, shown, store, *argument.redop));
      return;
    }
    shown.redop = memory.redop;
    shown.readable = shown.writable = memory.writable;
  } else if (argument.role == Role::INPUT && scalar && (output || has_role(&store, Role::REDUCTION))) {
    auto* copy = frame.allocate(store.type().size(), store.type().alignment());
    std::memcpy(copy, memory.origin, store.type().size());
    shown.place(*store.view(), static_cast<const std::byte*>(copy), ORIGIN.data(), memory.strides.data());
    return;
  }
  place(shown, store);
}

void TaskDescription::run_nested() {
  if (setting_->nested != in_task()) {
    throw std::runtime_error{"submit may not be called " +
                             std::string{setting_->nested ? "outside of tasks" : "inside a task"} + " for task " +
                             std::string{name()} + ", which was created " +
                             (setting_->nested ? "inside one" : "by the control program")};
  }
  submit_checks();
  for (const auto& argument : arguments_) {
    check_place(*argument.store, about_argument(argument));  // it may be another task by now
  }
  LaunchInfo info;
  fill_info(info);
  info.domain = single_domain();
  auto& frame = TaskFrame::push(info, TaskFrame::current()->worker());
  frame.index() = DomainPoint{};
  std::vector<NestedFold> folds;
  std::size_t position = 0;
  for (const auto role : {Role::INPUT, Role::OUTPUT, Role::REDUCTION}) {
    for (const auto& argument : arguments_) {
      if (argument.role == role) {
        show_nested(frame, argument, frame.store(position++), folds);
      }
    }
  }
  if (setting_->show_progress) {
    report_progress(frame);
  }
  const auto exception = run_body(frame, body(), setting_->max_exception_size);
  for (const auto& fold : folds) {
    fold.run();
  }
  TaskFrame::pop();
  for (const auto& argument : arguments_) {
    if (argument.role != Role::INPUT) {
      argument.store->storage().set_initialized();
    }
  }
  arguments_.clear();
  if (exception) {
    throw TaskException{*exception};
  }
}

}  // namespace legate::detail
