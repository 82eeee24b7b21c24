// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/type/types.h>

#include <array>
#include <cstddef>
#include <memory>

namespace legate::detail {

/// The value behind legate::Scalar. Small values live in the object itself, so that a scalar argument costs one
/// allocation. Immutable.
class ScalarData {
 public:
  /// Keeps `data`, or a copy of its `size` bytes.
  ScalarData(legate::Type type, const void* data, std::size_t size, bool copy);
  ScalarData(const ScalarData&) = delete;
  ScalarData& operator=(const ScalarData&) = delete;

  [[nodiscard]] const legate::Type& type() const { return type_; }
  [[nodiscard]] const void* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  legate::Type type_;
  std::size_t size_;
  alignas(std::max_align_t) std::array<std::byte, 16> small_{};
  std::unique_ptr<std::byte[]> large_{};  // operator new aligns it for any scalar type
  const void* data_{};
};

}  // namespace legate::detail
