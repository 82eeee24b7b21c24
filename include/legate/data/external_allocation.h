// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/mapping/mapping.h>
#include <legate/utilities/internal_shared_ptr.h>

#include <legate_defines.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace legate {

namespace detail {
class ExternalAllocation;
}  // namespace detail

/// Memory of the program, for a store to be made on it: see the members of Runtime::create_store that take one.
///
/// A value: copies speak of the same memory. It has to stay as it is until the *attachment* ends: with
/// LogicalStore::detach(), or once the last reference to the store is gone and its tasks have completed. Memory that
/// several stores are made on at a time must be read-only for all of them.
class LEGATE_EXPORT ExternalAllocation {
 public:
  /// Called with the address when the attachment has ended, exactly once; never if no store was made on the memory.
  ///
  /// Any thread may be the one that calls it: mostly the control thread, in LogicalStore::detach(), in a call that
  /// attaches other memory, in a fence that blocks or in finish(), but also the one that drops the last reference to a
  /// store. The library holds no lock meanwhile, so that the deleter may take locks of the program (the global
  /// interpreter lock of Python, say). It must not throw, nor make calls that wait for tasks.
  using Deleter = std::function<void(void*)>;

  /// No memory: no store can be made on it, and no member says anything about it.
  ExternalAllocation() = default;

  [[nodiscard]] bool read_only() const;
  [[nodiscard]] mapping::StoreTarget target() const;
  [[nodiscard]] void* ptr() const;
  /// In bytes.
  [[nodiscard]] std::size_t size() const;

  /// @name Main memory
  /// What tasks write to a store on read-only memory goes to a copy that the library makes: it never writes there.
  /// @throws std::invalid_argument if `ptr` is null.
  /// @{
  [[nodiscard]] static ExternalAllocation create_sysmem(void* ptr, std::size_t size, bool read_only = true,
                                                        std::optional<Deleter> deleter = std::nullopt);
  /// Read-only.
  [[nodiscard]] static ExternalAllocation create_sysmem(const void* ptr, std::size_t size,
                                                        std::optional<Deleter> deleter = std::nullopt);
  /// @}

  /// @name Memory of devices, and main memory that they can reach
  /// @throws std::runtime_error always: only main memory of the program can be attached.
  /// @{
  [[nodiscard]] static ExternalAllocation create_zcmem(void* ptr, std::size_t size, bool read_only = true,
                                                       std::optional<Deleter> deleter = std::nullopt);
  [[nodiscard]] static ExternalAllocation create_zcmem(const void* ptr, std::size_t size,
                                                       std::optional<Deleter> deleter = std::nullopt);
  [[nodiscard]] static ExternalAllocation create_fbmem(std::uint32_t local_device_id, void* ptr, std::size_t size,
                                                       bool read_only = true,
                                                       std::optional<Deleter> deleter = std::nullopt);
  [[nodiscard]] static ExternalAllocation create_fbmem(std::uint32_t local_device_id, const void* ptr, std::size_t size,
                                                       std::optional<Deleter> deleter = std::nullopt);
  /// @}

  explicit ExternalAllocation(InternalSharedPtr<detail::ExternalAllocation> impl) : impl_{std::move(impl)} {}
  [[nodiscard]] const InternalSharedPtr<detail::ExternalAllocation>& impl() const noexcept { return impl_; }

 private:
  InternalSharedPtr<detail::ExternalAllocation> impl_{};
};

}  // namespace legate
