// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/external_allocation.h>
#include <legate/type/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace legate::detail {

/// Bytes of a dense box; nothing if a number does not hold them.
[[nodiscard]] std::optional<std::size_t> bytes_of(const std::vector<std::uint64_t>& extents, std::size_t element_size);

/// Memory of the program and the way to tell it that it is not in use any more. Control thread only.
class ExternalAllocation {
 public:
  using Deleter = legate::ExternalAllocation::Deleter;
  /// Somebody uses the memory as long as there is a copy of this. Whoever drops the last one calls the deleter, so
  /// without a lock: any thread.
  using Use = std::shared_ptr<const void>;

  /// `deleter` may be empty.
  ExternalAllocation(void* address, std::size_t size, bool read_only, Deleter deleter);

  [[nodiscard]] void* address() const { return address_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool read_only() const { return read_only_; }

  /// Whether a box of these extents fits, with elements where its tasks may access them.
  /// @throws std::invalid_argument if it does not, or the deleter was called already.
  void check_fits(const char* operation, const std::vector<std::uint64_t>& extents, const Type& type) const;

  /// From here on the memory is in use. After check_fits().
  [[nodiscard]] Use use();

 private:
  void* address_;
  std::size_t size_;
  bool read_only_;
  bool has_deleter_;
  Deleter deleter_;  // until the first use
  std::weak_ptr<const void> current_use_{};
};

}  // namespace legate::detail
