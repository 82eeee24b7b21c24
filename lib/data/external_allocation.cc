// SPDX-License-Identifier: Apache-2.0
#include "data/external_allocation.h"

#include "utilities/handle.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate::detail {

namespace {

std::string box_text(const std::vector<std::uint64_t>& extents, const Type& type) {
  std::string text = "[";
  for (const auto extent : extents) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  }
  return text + "] elements of type " + type.to_string();
}

class UseOfMemory {
 public:
  UseOfMemory(void* address, ExternalAllocation::Deleter deleter) : address_{address}, deleter_{std::move(deleter)} {}
  UseOfMemory(const UseOfMemory&) = delete;
  UseOfMemory& operator=(const UseOfMemory&) = delete;
  ~UseOfMemory() {
    if (deleter_) {
      deleter_(address_);
    }
  }

 private:
  void* address_;
  ExternalAllocation::Deleter deleter_;
};

}  // namespace

std::optional<std::size_t> bytes_of(const std::vector<std::uint64_t>& extents, std::size_t element_size) {
  std::size_t bytes = element_size;
  bool fits = true;
  for (const auto extent : extents) {
    if (extent == 0) {
      return 0;
    }
    fits = fits && !__builtin_mul_overflow(bytes, extent, &bytes);
  }
  return fits ? std::optional{bytes} : std::nullopt;
}

ExternalAllocation::ExternalAllocation(void* address, std::size_t size, bool read_only, Deleter deleter)
    : address_{address},
      size_{size},
      read_only_{read_only},
      has_deleter_{static_cast<bool>(deleter)},
      deleter_{std::move(deleter)} {}

void ExternalAllocation::check_fits(const char* operation, const std::vector<std::uint64_t>& extents,
                                    const Type& type) const {
  const auto needed = bytes_of(extents, type.size());
  if (!needed || *needed > size_) {
    throw std::invalid_argument{std::string{operation} + ": an allocation of " + std::to_string(size_) +
                                " bytes is too small for " + box_text(extents, type) +
                                (needed ? ", which take " + std::to_string(*needed) + " bytes" : "")};
  }
  // What a binary element is accessed as is known to the tasks alone.
  const auto alignment = type.code() == Type::Code::BINARY ? 1U : std::max(1U, type.alignment());
  if (const auto past = reinterpret_cast<std::uintptr_t>(address_) % alignment; past != 0 && *needed != 0) {  // NOLINT
    throw std::invalid_argument{std::string{operation} + ": the allocation begins " + std::to_string(past) +
                                " bytes after a multiple of " + std::to_string(alignment) +
                                ", where elements of type " + type.to_string() + " cannot be accessed"};
  }
  if (has_deleter_ && !deleter_ && current_use_.expired()) {
    throw std::invalid_argument{std::string{operation} +
                                ": the allocation was attached before, and released since by its deleter"};
  }
}

ExternalAllocation::Use ExternalAllocation::use() {
  if (auto current = current_use_.lock()) {
    return current;
  }
  const auto use = std::make_shared<const UseOfMemory>(address_, std::exchange(deleter_, nullptr));
  current_use_ = use;
  return use;
}

}  // namespace legate::detail

namespace legate {

namespace {

ExternalAllocation main_memory(void* address, std::size_t size, bool read_only,
                               std::optional<ExternalAllocation::Deleter> deleter) {
  if (address == nullptr) {
    throw std::invalid_argument{"create_sysmem: External allocation cannot be created from a null pointer"};
  }
  return ExternalAllocation{std::make_shared<detail::ExternalAllocation>(
      address, size, read_only, deleter ? std::move(*deleter) : ExternalAllocation::Deleter{})};
}

[[noreturn]] void refuse_device_memory(const char* function) {
  throw std::runtime_error{std::string{function} + ": memory of CUDA cannot be attached"};
}

}  // namespace

bool ExternalAllocation::read_only() const {
  return detail::checked(impl_, "ExternalAllocation::read_only").read_only();
}
mapping::StoreTarget ExternalAllocation::target() const {
  static_cast<void>(detail::checked(impl_, "ExternalAllocation::target"));
  return mapping::StoreTarget::SYSMEM;
}
void* ExternalAllocation::ptr() const { return detail::checked(impl_, "ExternalAllocation::ptr").address(); }
std::size_t ExternalAllocation::size() const { return detail::checked(impl_, "ExternalAllocation::size").size(); }

ExternalAllocation ExternalAllocation::create_sysmem(void* ptr, std::size_t size, bool read_only,
                                                     std::optional<Deleter> deleter) {
  return main_memory(ptr, size, read_only, std::move(deleter));
}
ExternalAllocation ExternalAllocation::create_sysmem(const void* ptr, std::size_t size,
                                                     std::optional<Deleter> deleter) {
  return main_memory(const_cast<void*>(ptr), size, true, std::move(deleter));  // NOLINT: never written
}
ExternalAllocation ExternalAllocation::create_zcmem(void* /*ptr*/, std::size_t /*size*/, bool /*read_only*/,
                                                    std::optional<Deleter> /*deleter*/) {
  refuse_device_memory("create_zcmem");
}
ExternalAllocation ExternalAllocation::create_zcmem(const void* /*ptr*/, std::size_t /*size*/,
                                                    std::optional<Deleter> /*deleter*/) {
  refuse_device_memory("create_zcmem");
}
ExternalAllocation ExternalAllocation::create_fbmem(std::uint32_t /*local_device_id*/, void* /*ptr*/,
                                                    std::size_t /*size*/, bool /*read_only*/,
                                                    std::optional<Deleter> /*deleter*/) {
  refuse_device_memory("create_fbmem");
}
ExternalAllocation ExternalAllocation::create_fbmem(std::uint32_t /*local_device_id*/, const void* /*ptr*/,
                                                    std::size_t /*size*/, std::optional<Deleter> /*deleter*/) {
  refuse_device_memory("create_fbmem");
}

}  // namespace legate
