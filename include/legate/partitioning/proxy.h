// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/shared_ptr.h>

#include <cstdint>
#include <utility>
#include <variant>

namespace legate {

namespace detail {
class ProxyConstraint;
}  // namespace detail

/// Stands for one argument of a task that has not been created yet.
class ProxyArrayArgument {
 public:
  enum class Kind : std::uint8_t { INPUT, OUTPUT, REDUCTION };

  Kind kind{};
  std::uint32_t index{};

  [[nodiscard]] constexpr bool operator==(const ProxyArrayArgument& other) const noexcept {
    return kind == other.kind && index == other.index;
  }
  [[nodiscard]] constexpr bool operator!=(const ProxyArrayArgument& other) const noexcept { return !(*this == other); }
};

namespace proxy_detail {

/// Stands for all arguments of one kind. `T` is the deriving class.
template <typename T, ProxyArrayArgument::Kind KIND>
class TaskArgsBase {
 public:
  /// There is only one value.
  [[nodiscard]] constexpr bool operator==(const TaskArgsBase&) const noexcept { return true; }
  [[nodiscard]] constexpr bool operator!=(const TaskArgsBase&) const noexcept { return false; }

  /// The argument of this kind with number `index`.
  [[nodiscard]] constexpr ProxyArrayArgument operator[](std::uint32_t index) const noexcept { return {KIND, index}; }

 private:
  friend T;

  // Not defaulted: the derived classes would count as aggregates then, whose braces need this to be public.
  constexpr TaskArgsBase() noexcept {}
};

}  // namespace proxy_detail

/// All inputs of a task.
class ProxyInputArguments : public proxy_detail::TaskArgsBase<ProxyInputArguments, ProxyArrayArgument::Kind::INPUT> {
 public:
  constexpr ProxyInputArguments() noexcept {}
};

/// All outputs of a task.
class ProxyOutputArguments : public proxy_detail::TaskArgsBase<ProxyOutputArguments, ProxyArrayArgument::Kind::OUTPUT> {
 public:
  constexpr ProxyOutputArguments() noexcept {}
};

/// All reductions of a task.
class ProxyReductionArguments
    : public proxy_detail::TaskArgsBase<ProxyReductionArguments, ProxyArrayArgument::Kind::REDUCTION> {
 public:
  constexpr ProxyReductionArguments() noexcept {}
};

/// A partitioning constraint over proxies, part of a TaskSignature. Made by the functions in constraint.h.
///
/// A cheap handle to an immutable value; any thread may use it.
class LEGATE_EXPORT ProxyConstraint {
 public:
  ProxyConstraint() = LEGATE_DEFAULT_WHEN_CYTHON;
  explicit ProxyConstraint(SharedPtr<detail::ProxyConstraint> impl) : impl_{std::move(impl)} {}

  [[nodiscard]] const SharedPtr<detail::ProxyConstraint>& impl() const { return impl_; }

 private:
  SharedPtr<detail::ProxyConstraint> impl_{};
};

namespace proxy {

/// The inputs of the task: `inputs[i]` is one of them, `inputs` alone are all of them.
inline constexpr ProxyInputArguments inputs{};
/// The outputs of the task.
inline constexpr ProxyOutputArguments outputs{};
/// The reductions of the task.
inline constexpr ProxyReductionArguments reductions{};

}  // namespace proxy

}  // namespace legate
