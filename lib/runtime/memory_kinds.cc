// SPDX-License-Identifier: Apache-2.0
// Which memories a processor has. Here and not with the other utilities, because only the runtime knows.
#include "task/frame.h"

#include <legate/runtime/runtime.h>
#include <legate/utilities/machine.h>

#include <sstream>
#include <stdexcept>
#include <string>

namespace legate {

namespace {

void require_started(const char* function) {
  if (!has_started()) {
    throw std::runtime_error{std::string{function} + ": the runtime has not started"};
  }
}

}  // namespace

Memory::Kind find_memory_kind_for_executing_processor(bool host_accessible) {
  require_started("find_memory_kind_for_executing_processor");
  const auto* const frame = detail::TaskFrame::current();
  return frame == nullptr ? Memory::Kind::SYSTEM_MEM : detail::default_memory_kind(*frame, host_accessible);
}

Memory find_memory_from_kind(Memory::Kind kind) {
  require_started("find_memory_from_kind");
  std::ostringstream message;
  if (kind < Memory::Kind::NO_MEMKIND || kind > Memory::Kind::GPU_DYNAMIC_MEM) {
    message << "find_memory_from_kind: " << static_cast<int>(kind) << " is not a kind of memory";
    throw std::invalid_argument{message.str()};
  }
  const auto* const frame = detail::TaskFrame::current();
  const bool of_gpu = kind == Memory::Kind::GPU_FB_MEM || kind == Memory::Kind::Z_COPY_MEM;
  if (kind != Memory::Kind::SYSTEM_MEM && !(of_gpu && frame != nullptr && frame->on_gpu())) {
    message << "find_memory_from_kind: the processor has no memory of kind " << kind;
    throw std::out_of_range{message.str()};
  }
  return Memory::create(kind, 0);
}

}  // namespace legate
