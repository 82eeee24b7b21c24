// SPDX-License-Identifier: Apache-2.0
#include "data/local_memory.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

namespace legate::detail {

namespace {

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }  // NOLINT(cppcoreguidelines-no-malloc)
};

}  // namespace

LocalMemory LocalMemory::allocate(const std::vector<std::uint64_t>& extents, const Type& type) {
  constexpr std::size_t ALIGNMENT = 64;  // one cache line: other workers have theirs
  LocalMemory result;
  result.run = current_task_run();
  std::size_t bytes = type.size();
  for (auto d = extents.size(); d-- > 0;) {
    result.strides[d] = bytes;
    if (extents[d] != 0 && bytes > (std::numeric_limits<std::size_t>::max() - ALIGNMENT) / extents[d]) {
      throw std::bad_alloc{};
    }
    bytes *= extents[d];
  }
  const auto alignment = std::max<std::size_t>(ALIGNMENT, type.alignment());
  const auto size = std::max<std::size_t>(1, (bytes + alignment - 1) / alignment) * alignment;
  std::unique_ptr<void, Free> memory{std::aligned_alloc(alignment, size)};
  if (!memory) {
    throw std::bad_alloc{};
  }
  result.origin = static_cast<std::byte*>(memory.get());
  result.keepalive = std::shared_ptr<const void>{std::move(memory)};
  return result;
}

}  // namespace legate::detail
