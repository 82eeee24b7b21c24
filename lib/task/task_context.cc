// SPDX-License-Identifier: Apache-2.0
#include <legate/task/task_context.h>

#include "engine/cuda.h"
#include "mapping/machine.h"
#include "mapping/target.h"
#include "task/frame.h"

#include <legate/utilities/abort.h>

#include <stdexcept>
#include <string>

namespace legate {

namespace {

[[noreturn]] void refuse(const detail::TaskFrame& frame, const char* kind, std::uint32_t index, std::size_t count) {
  throw std::out_of_range{"Task " + std::string{frame.info().task_name} + " has no " + kind + " " +
                          std::to_string(index) + ": it has " + std::to_string(count) + " " + kind + "s"};
}

/// A handle that owns nothing: the frame outlives every use of it.
PhysicalStore handle(detail::TaskFrame& frame, std::size_t position) {
  return PhysicalStore{
      InternalSharedPtr<detail::PhysicalStore>{InternalSharedPtr<detail::PhysicalStore>{}, &frame.store(position)}};
}

std::vector<PhysicalStore> handles(detail::TaskFrame& frame, std::size_t first, std::size_t count) {
  std::vector<PhysicalStore> result;
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(handle(frame, first + i));
  }
  return result;
}

}  // namespace

GlobalTaskID TaskContext::task_id() const noexcept { return frame_->info().task_id; }
VariantCode TaskContext::variant_kind() const noexcept { return frame_->kind(); }

PhysicalStore TaskContext::input(std::uint32_t index) const {
  if (index >= frame_->info().inputs) {
    refuse(*frame_, "input", index, num_inputs());
  }
  return handle(*frame_, index);
}

PhysicalStore TaskContext::output(std::uint32_t index) const {
  if (index >= frame_->info().outputs) {
    refuse(*frame_, "output", index, num_outputs());
  }
  return handle(*frame_, num_inputs() + index);
}

PhysicalStore TaskContext::reduction(std::uint32_t index) const {
  if (index >= frame_->info().reductions) {
    refuse(*frame_, "reduction", index, num_reductions());
  }
  return handle(*frame_, num_inputs() + num_outputs() + index);
}

std::vector<PhysicalStore> TaskContext::inputs() const { return handles(*frame_, 0, num_inputs()); }
std::vector<PhysicalStore> TaskContext::outputs() const { return handles(*frame_, num_inputs(), num_outputs()); }
std::vector<PhysicalStore> TaskContext::reductions() const {
  return handles(*frame_, num_inputs() + num_outputs(), num_reductions());
}

Scalar TaskContext::scalar(std::uint32_t index) const {
  if (index >= num_scalars()) {
    refuse(*frame_, "scalar", index, num_scalars());
  }
  return frame_->info().scalars[index];
}

std::vector<Scalar> TaskContext::scalars() const { return frame_->info().scalars; }

const comm::Communicator& TaskContext::communicator(std::uint32_t index) const {
  if (index >= num_communicators()) {
    refuse(*frame_, "communicator", index, num_communicators());
  }
  return frame_->communicators()[index];
}

std::vector<comm::Communicator> TaskContext::communicators() const { return frame_->communicators(); }

std::size_t TaskContext::num_inputs() const { return frame_->info().inputs; }
std::size_t TaskContext::num_outputs() const { return frame_->info().outputs; }
std::size_t TaskContext::num_reductions() const { return frame_->info().reductions; }
std::size_t TaskContext::num_scalars() const { return frame_->info().scalars.size(); }
std::size_t TaskContext::num_communicators() const { return frame_->communicators().size(); }

bool TaskContext::is_single_task() const { return frame_->info().single; }
bool TaskContext::can_raise_exception() const { return frame_->info().can_throw; }
const DomainPoint& TaskContext::get_task_index() const { return frame_->index(); }
const Domain& TaskContext::get_launch_domain() const { return frame_->info().domain; }

mapping::TaskTarget TaskContext::target() const { return mapping::detail::to_target(frame_->kind()); }

mapping::Machine TaskContext::machine() const { return mapping::Machine{*frame_->info().machine}; }

std::string_view TaskContext::get_provenance() const { return *frame_->info().provenance; }

void TaskContext::concurrent_task_barrier() {
  if (frame_->is_member()) {
    frame_->barrier();
  } else if (frame_->info().domain.get_volume() > 1) {
    throw std::runtime_error{frame_->description() +
                             ": concurrent_task_barrier in a launch that is not concurrent "
                             "(VariantOptions::with_concurrent, set_concurrent)"};
  }
}

CUstream_st* TaskContext::get_task_stream() const { return frame_->on_gpu() ? detail::engine::gpu_stream() : nullptr; }

}  // namespace legate
