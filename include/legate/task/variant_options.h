// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/assert.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string_view>

namespace legate {

/// What a task variant needs and does. The initial values of every launch of the task, which may override them.
///
/// A literal type: `static constexpr auto CPU_VARIANT_OPTIONS = VariantOptions{}.with_concurrent(true);`.
class VariantOptions {
 public:
  /// All instances of a launch run at the same time.
  bool concurrent{false};
  /// The variant creates buffers, output buffers of unbound stores included.
  bool has_allocations{false};
  /// All device work is ordered on the task's stream, so the runtime need not wait for the whole device.
  bool elide_device_ctx_sync{};
  /// The task must not be run redundantly.
  bool has_side_effect{};
  /// The task may throw TaskException.
  bool may_throw_exception{};

  /// The most communicators that options can name.
  static constexpr auto MAX_COMMS = 3;

  /// Names of the communicators that a launch gets. The list ends at the first empty name.
  std::optional<std::array<std::string_view, MAX_COMMS>> communicators{};

  constexpr VariantOptions& with_concurrent(bool value) noexcept;
  constexpr VariantOptions& with_has_allocations(bool value) noexcept;
  constexpr VariantOptions& with_elide_device_ctx_sync(bool value) noexcept;
  constexpr VariantOptions& with_has_side_effect(bool value) noexcept;
  constexpr VariantOptions& with_may_throw_exception(bool value) noexcept;
  /// Sets the communicators and `concurrent`. The names are not copied; more than MAX_COMMS of them end the process.
  VariantOptions& with_communicators(std::initializer_list<std::string_view> names) noexcept;

  /// Compares every option, communicators by name.
  [[nodiscard]] constexpr bool operator==(const VariantOptions& other) const;
  [[nodiscard]] constexpr bool operator!=(const VariantOptions& other) const;

  /// Does nothing: there is no registrar of another task system to fill.
  template <typename Registrar>
  void populate_registrar(Registrar&) const noexcept {}

  /// The options of a variant for which nobody gave any: `VariantOptions{}`.
  static const VariantOptions DEFAULT_OPTIONS;

 private:
  [[nodiscard]] constexpr bool has_same_communicators_(const VariantOptions& other) const;
};

constexpr VariantOptions& VariantOptions::with_concurrent(bool value) noexcept {
  concurrent = value;
  return *this;
}

constexpr VariantOptions& VariantOptions::with_has_allocations(bool value) noexcept {
  has_allocations = value;
  return *this;
}

constexpr VariantOptions& VariantOptions::with_elide_device_ctx_sync(bool value) noexcept {
  elide_device_ctx_sync = value;
  return *this;
}

constexpr VariantOptions& VariantOptions::with_has_side_effect(bool value) noexcept {
  has_side_effect = value;
  return *this;
}

constexpr VariantOptions& VariantOptions::with_may_throw_exception(bool value) noexcept {
  may_throw_exception = value;
  return *this;
}

inline VariantOptions& VariantOptions::with_communicators(std::initializer_list<std::string_view> names) noexcept {
  LEGATE_CHECK(names.size() <= static_cast<std::size_t>(MAX_COMMS));
  auto& slots = communicators.emplace();
  std::size_t next = 0;
  for (const auto name : names) slots[next++] = name;
  concurrent = true;
  return *this;
}

// std::array compares in constant expressions from C++20 on only.
constexpr bool VariantOptions::has_same_communicators_(const VariantOptions& other) const {
  if (communicators.has_value() != other.communicators.has_value()) return false;
  if (!communicators.has_value()) return true;
  for (std::size_t i = 0; i < static_cast<std::size_t>(MAX_COMMS); ++i) {
    if ((*communicators)[i] != (*other.communicators)[i]) return false;
  }
  return true;
}

constexpr bool VariantOptions::operator==(const VariantOptions& other) const {
  return concurrent == other.concurrent && has_allocations == other.has_allocations &&
         elide_device_ctx_sync == other.elide_device_ctx_sync && has_side_effect == other.has_side_effect &&
         may_throw_exception == other.may_throw_exception && has_same_communicators_(other);
}

constexpr bool VariantOptions::operator!=(const VariantOptions& other) const { return !(*this == other); }

inline constexpr VariantOptions VariantOptions::DEFAULT_OPTIONS{};

/// Prints the options that are set, in parentheses, each followed by a comma: `(concurrent,has_allocations,)`.
LEGATE_EXPORT std::ostream& operator<<(std::ostream& os, const VariantOptions& options);

}  // namespace legate
