// SPDX-License-Identifier: Apache-2.0
#include "task/frame.h"

#include "comm/nccl.h"
#include "data/control_program.h"
#include "engine/workers.h"
#include "task/leaf_processor.h"

#include <legate/data/buffer.h>
#include <legate/utilities/abort.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

/// The frames of one thread; nested instances (inline execution) take the next one.
struct FrameStack {
  std::vector<std::unique_ptr<TaskFrame>> frames{};
  std::size_t depth{0};
};

thread_local FrameStack stack;

}  // namespace

TaskFrame& TaskFrame::push(const LaunchInfo& info, unsigned worker) {
  if (stack.depth == stack.frames.size()) {
    stack.frames.push_back(std::make_unique<TaskFrame>());
  }
  auto& frame = *stack.frames[stack.depth++];
  frame.info_ = &info;
  frame.worker_ = worker;
  frame.kind_ = info.kind;
  if (frame.stores_.size() < info.arguments()) {
    frame.stores_.resize(info.arguments());
  }
  set_in_task(true);
  return frame;
}

void TaskFrame::pop() {
  auto& frame = *stack.frames[--stack.depth];
  if (frame.is_member()) {
    frame.member_ = {};
    frame.communicators_.clear();
  }
  for (auto* block : frame.blocks_) {
    std::free(block);  // NOLINT(cppcoreguidelines-no-malloc)
  }
  frame.blocks_.clear();
  if (frame.on_gpu()) {
    frame.gpu_.release();
  }
  if (frame.run_) {
    frame.run_->over.store(true);
    frame.run_.reset();
  }
  if (frame.processor_ != NO_PROCESSOR) {
    engine::processor_lock(frame.processor_).unlock();
    frame.processor_ = NO_PROCESSOR;
  }
  set_in_task(stack.depth > 0);
}

void TaskFrame::join(comm::Circle& circle, unsigned local) {
  member_.circle = &circle;
  member_.local = local;
  member_.handle.emplace(circle, local);
  for (const auto channel : info_->channels) {
    switch (channel) {
      case comm::Channel::CPU:
        communicators_.emplace_back(&*member_.handle);
        break;
      case comm::Channel::NCCL:
        communicators_.emplace_back(static_cast<void*>(comm::find_nccl_communicator(circle, local)));
        break;
    }
  }
}

TaskFrame* TaskFrame::current() { return stack.depth == 0 ? nullptr : stack.frames[stack.depth - 1].get(); }

unsigned TaskFrame::take_processor() {
  auto& frame = *stack.frames.front();
  if (frame.processor_ == NO_PROCESSOR) {
    const auto processor = processor_of(frame);
    engine::processor_lock(processor).lock();
    frame.processor_ = processor;
  }
  return frame.processor_;
}

VariantCode TaskFrame::outermost_kind() { return stack.frames.front()->kind(); }

std::string TaskFrame::description() const {
  std::ostringstream text;
  text << "Task \"" << info_->task_name << '"';
  if (!info_->single) {
    text << ", point " << index_ << " of " << info_->domain;
  }
  if (info_->provenance != nullptr && !info_->provenance->empty()) {
    text << ", provenance \"" << *info_->provenance << '"';
  }
  return text.str();
}

std::string TaskFrame::place_name(std::size_t position) const {
  for (const auto& [role, count] : {std::pair{"input ", info_->inputs}, std::pair{"output ", info_->outputs},
                                    std::pair{"reduction ", info_->reductions}}) {
    if (position < count) {
      return role + std::to_string(position);
    }
    position -= count;
  }
  return {};
}

std::string TaskFrame::argument_name(const PhysicalStore& store) const {
  std::size_t position = 0;
  while (position < info_->arguments() && &stores_[position] != &store) {
    ++position;
  }
  auto place = place_name(position);
  return place.empty() ? place : place + " of task \"" + std::string{info_->task_name} + '"';
}

std::string TaskFrame::arguments_with_bounds(const Domain& bounds) const {
  std::string names;
  for (std::size_t position = 0; position < info_->arguments(); ++position) {
    const auto& store = stores_[position];
    if (store.kind != PhysicalStore::Kind::UNBOUND && store.domain() == bounds) {
      names += (names.empty() ? "" : ", ") + place_name(position);
    }
  }
  return names;
}

void* TaskFrame::allocate(std::size_t bytes, std::size_t alignment) {
  alignment = std::max<std::size_t>(alignment, alignof(std::max_align_t));
  const auto size = std::max<std::size_t>(1, (bytes + alignment - 1) / alignment) * alignment;
  auto* block = std::aligned_alloc(alignment, size);
  if (block == nullptr) {
    LEGATE_ABORT("Out of memory: failed to allocate ", bytes, " bytes of system memory in task ", info_->task_name);
  }
  blocks_.push_back(block);
  return block;
}

void TaskFrame::lend_to_gpu(PhysicalStore& store) {
  if (!gpu_.lend(store)) {
    LEGATE_ABORT("Out of memory: failed to allocate pinned memory for a scalar store in task ", info_->task_name);
  }
}

void* TaskFrame::allocate_on_gpu(engine::GpuMemory memory, std::size_t bytes, std::size_t alignment) {
  auto* const block = gpu_.allocate(memory, bytes, alignment);
  if (block == nullptr) {
    LEGATE_ABORT("Out of memory: failed to allocate ", bytes, " bytes of ",
                 memory == engine::GpuMemory::PINNED ? "pinned" : "GPU", " memory in task ", info_->task_name);
  }
  return block;
}

void TaskFrame::finish_gpu_work() {
  if (info_->waits_for_stream_only) {
    engine::finish_gpu_stream();
  } else {
    engine::finish_gpu();
  }
  gpu_.bring_home(stores_.data(), info_->arguments());
}

std::byte* TaskFrame::scratch(std::size_t bytes) {
  auto* block = allocate(bytes, alignof(std::max_align_t));
  std::memset(block, 0, bytes);
  return static_cast<std::byte*>(block);
}

const std::shared_ptr<TaskRun>& TaskFrame::run() {
  if (!run_) {
    run_ = std::make_shared<TaskRun>();
  }
  return run_;
}

bool TaskFrame::release(void* memory) {
  const auto found = std::find(blocks_.begin(), blocks_.end(), memory);
  if (found == blocks_.end()) {
    return false;
  }
  blocks_.erase(found);
  return true;
}

std::shared_ptr<const TaskRun> current_task_run() {
  auto* frame = TaskFrame::current();
  if (frame == nullptr) {
    throw std::runtime_error{"a store that belongs to a task can be made only inside of a task"};
  }
  return frame->run();
}

Memory::Kind default_memory_kind(const TaskFrame& frame, bool host_accessible) {
  if (!frame.on_gpu()) {
    return Memory::Kind::SYSTEM_MEM;
  }
  return host_accessible ? Memory::Kind::Z_COPY_MEM : Memory::Kind::GPU_FB_MEM;
}

void* allocate_task_memory(std::size_t bytes, std::size_t alignment, Memory::Kind kind) {
  auto* frame = TaskFrame::current();
  if (frame == nullptr) {
    throw std::runtime_error{"create_buffer: buffers exist only inside tasks"};
  }
  if (kind == Memory::Kind::NO_MEMKIND) {
    kind = default_memory_kind(*frame, false);
  }
  if (frame->on_gpu() && (kind == Memory::Kind::GPU_FB_MEM || kind == Memory::Kind::Z_COPY_MEM)) {
    const auto memory = kind == Memory::Kind::GPU_FB_MEM ? engine::GpuMemory::DEVICE : engine::GpuMemory::PINNED;
    return frame->allocate_on_gpu(memory, bytes, alignment);
  }
  if (kind != Memory::Kind::SYSTEM_MEM) {
    throw std::runtime_error{"create_buffer: this processor has no memory of kind " +
                             std::to_string(static_cast<int>(kind))};
  }
  return frame->allocate(bytes, alignment);
}

void free_task_memory(void* memory) {
  if (auto* frame = TaskFrame::current(); frame != nullptr) {
    if (frame->free_on_gpu(memory)) {
      return;
    }
    frame->release(memory);
  }
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc)
}

void* keep_task_memory(void* memory) {
  if (auto* frame = TaskFrame::current(); frame != nullptr && frame->release(memory)) {
    return memory;
  }
  return memory;
}

std::string about_argument(const PhysicalStore& store) {
  for (std::size_t i = stack.depth; i-- > 0;) {
    if (auto name = stack.frames[i]->argument_name(store); !name.empty()) {
      return name + ": ";
    }
  }
  return {};
}

}  // namespace legate::detail
