// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/macros.h>

#include <exception>
#include <type_traits>
#include <utility>

namespace legate {

/// Calls a function when it goes out of scope, however the scope is left, unless disabled. Move-only: the source of a
/// move is disabled.
template <typename F>
class ScopeGuard {
  static_assert(std::is_nothrow_invocable_v<F>, "the function of a ScopeGuard must be noexcept");
  static_assert(std::is_nothrow_move_constructible_v<F>, "the function of a ScopeGuard must move without throwing");

 public:
  using value_type = F;

  explicit ScopeGuard(F&& function, bool enabled = true) noexcept : function_{std::move(function)}, enabled_{enabled} {}
  ScopeGuard(ScopeGuard&& other) noexcept
      : function_{std::move(other.function_)}, enabled_{std::exchange(other.enabled_, false)} {}
  /// What this guard would have called is dropped, not called.
  ScopeGuard& operator=(ScopeGuard&& other) noexcept {
    static_assert(std::is_nothrow_move_assignable_v<F>, "assignment needs a function that can be assigned");
    if (this != &other) {
      function_ = std::move(other.function_);
      enabled_ = std::exchange(other.enabled_, false);
    }
    return *this;
  }
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;
  ~ScopeGuard() noexcept {
    if (enabled_) {
      function_();
    }
  }

  [[nodiscard]] bool enabled() const noexcept { return enabled_; }
  void disable() noexcept { enabled_ = false; }
  void enable() noexcept { enabled_ = true; }

 private:
  F function_;
  bool enabled_;
};

template <typename F>
[[nodiscard]] ScopeGuard<F> make_scope_guard(F&& function) noexcept {
  return ScopeGuard<F>{std::forward<F>(function)};
}

/// Calls a function when its scope is left by an exception that was not in flight when the scope was entered.
template <typename F>
class ScopeFail {
  static_assert(std::is_nothrow_invocable_v<F>, "the function of a ScopeFail must be noexcept");
  static_assert(std::is_nothrow_move_constructible_v<F>, "the function of a ScopeFail must move without throwing");

 public:
  using value_type = F;

  explicit ScopeFail(F&& function) noexcept
      : function_{std::move(function)}, exceptions_at_entry_{std::uncaught_exceptions()} {}
  ScopeFail(const ScopeFail&) = delete;
  ScopeFail& operator=(const ScopeFail&) = delete;
  ScopeFail(ScopeFail&&) = delete;
  ScopeFail& operator=(ScopeFail&&) = delete;
  ~ScopeFail() noexcept {
    if (std::uncaught_exceptions() > exceptions_at_entry_) {
      function_();
    }
  }

 private:
  F function_;
  int exceptions_at_entry_;
};

template <typename F>
[[nodiscard]] ScopeFail<F> make_scope_fail(F&& function) noexcept {
  return ScopeFail<F>{std::forward<F>(function)};
}

}  // namespace legate

// LEGATE_SCOPE_GUARD(statements...), LEGATE_SCOPE_FAIL(statements...): run the statements at the end of the enclosing
// scope; they see its variables by reference and must not throw.
#define LEGATE_SCOPE_GUARD(...)                                     \
  const auto LEGATE_CONCAT(legate_scope_guard_at_line_, __LINE__) = \
      ::legate::make_scope_guard([&]() noexcept { __VA_ARGS__; })
#define LEGATE_SCOPE_FAIL(...)                                     \
  const auto LEGATE_CONCAT(legate_scope_fail_at_line_, __LINE__) = \
      ::legate::make_scope_fail([&]() noexcept { __VA_ARGS__; })
