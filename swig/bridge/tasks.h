// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tasks whose bodies are Python functions.

#include "bridge/reference.h"
#include "bridge/stores.h"
#include "bridge/values.h"

#include <legate.h>

#include <cstdint>
#include <string>
#include <vector>

namespace legatus::python {

/// legate::VariantOptions as a sum of bits.
enum OptionBits { CONCURRENT = 1, HAS_ALLOCATIONS = 2, ELIDE_DEVICE_CTX_SYNC = 4, HAS_SIDE_EFFECT = 8, MAY_THROW = 16 };
/// @param communicators names, none of them empty; kept for good, because options only point to them.
legate::VariantOptions options_of(std::int64_t bits, const std::vector<std::string>& communicators);

/// legate::Library.
class Library {
 public:
  explicit Library(legate::Library value) : value_{value} {}
  std::string name() const { return std::string{value_.get_library_name()}; }
  std::int64_t get_new_task_id() { return static_cast<std::int64_t>(value_.get_new_task_id()); }
  std::int64_t get_task_id(std::int64_t local_id) const;
  std::int64_t get_reduction_op_id(std::int64_t local_id) const;
  bool has_task(std::int64_t local_id) const;
  std::string task_name(std::int64_t local_id) const;
  Scalar get_tunable(std::int64_t tunable_id, const Type& type);
  bool equals(const Library& other) const { return value_ == other.value_; }
  std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(value_.impl()); }
  const legate::Library& native() const { return value_; }

 private:
  legate::Library value_;
};

/// What the body of a Python task sees of its instance. Expires when the body returns.
class Context {
 public:
  explicit Context(const legate::TaskContext& context) : context_{context} {}
  void expire() noexcept { expired_ = true; }

  std::int64_t task_id() const { return static_cast<std::int64_t>(get().task_id()); }
  int variant_kind() const { return static_cast<int>(get().variant_kind()); }
  int target() const { return static_cast<int>(get().target()); }
  std::size_t num_inputs() const { return get().num_inputs(); }
  std::size_t num_outputs() const { return get().num_outputs(); }
  std::size_t num_reductions() const { return get().num_reductions(); }
  std::size_t num_scalars() const { return get().num_scalars(); }
  Physical input(std::uint32_t index) const { return Physical{get().input(index)}; }
  Physical output(std::uint32_t index) const { return Physical{get().output(index)}; }
  Physical reduction(std::uint32_t index) const { return Physical{get().reduction(index)}; }
  Scalar scalar(std::uint32_t index) const { return Scalar{get().scalar(index)}; }
  bool is_single_task() const { return get().is_single_task(); }
  bool can_raise_exception() const { return get().can_raise_exception(); }
  Integers task_index() const;
  Integers domain_lo() const;
  Integers domain_hi() const;
  /// As current_machine() gives them.
  Integers machine() const;
  std::string provenance() const { return std::string{get().get_provenance()}; }
  /// Gives the GIL up while it waits.
  void concurrent_task_barrier() const;
  std::uintptr_t task_stream() const { return reinterpret_cast<std::uintptr_t>(get().get_task_stream()); }

 private:
  const legate::TaskContext& get() const;

  legate::TaskContext context_;
  bool expired_{false};
};

class CallPlan;

/// One variant of a Python task.
struct Body {
  int code{};
  Reference general{};   // of one Context
  Reference function{};  // of the arguments; none if there is no plan
  const CallPlan* plan{};
};

/// A task to be registered, with its signature and its Python bodies.
class Definition {
 public:
  Definition(std::int64_t local_id, std::string name);

  /// Options of all variants; without them, the library's defaults.
  void set_options(int bits, const std::vector<std::string>& communicators);
  /// Exact counts of the arguments.
  void set_counts(std::uint32_t inputs, std::uint32_t outputs, std::uint32_t reductions, std::uint32_t scalars);

  /// @name Constraints between arguments: kind 0 input, 1 output, 2 reduction, and its index among these
  /// @{
  void align(int left_kind, std::uint32_t left, int right_kind, std::uint32_t right);
  void broadcast(int kind, std::uint32_t index, const Extents& axes, bool has_axes);
  void scale(const Extents& factors, int small_kind, std::uint32_t small, int big_kind, std::uint32_t big);
  void bloat(int source_kind, std::uint32_t source, int bloat_kind, std::uint32_t bloated, const Extents& low,
             const Extents& high);
  void image(int function_kind, std::uint32_t function, int range_kind, std::uint32_t range, int hint);
  void min_extents(int kind, std::uint32_t index, const Extents& extents);
  /// @}

  /// Adds a variant, or replaces its body. @param body Callable of one Context.
  void set_variant(int code, PyObject* body);
  /// The same, with the function that `body` calls and the short way to it.
  void set_variant(int code, PyObject* body, PyObject* function, const CallPlan* plan);
  /// Registers the task, unless that was done: threads that do so at the same time take turns by the GIL, which is not
  /// given up in between. Bodies stay alive from then on. @return The global id.
  std::int64_t register_with(const Library& library);

 private:
  std::int64_t local_id_;
  std::string name_;
  bool has_counts_{false};
  std::uint32_t counts_[4]{};
  bool has_options_{false};
  legate::VariantOptions options_{};
  std::vector<legate::ProxyConstraint> constraints_{};
  std::vector<Body> bodies_{};
  bool registered_{false};
};

/// How a Context becomes a Python object: given by the module at import. Owns the context.
void set_context_wrapper(PyObject* (*wrap)(Context*));
PyObject* wrap_context(Context* context);

}  // namespace legatus::python
