// SPDX-License-Identifier: Apache-2.0
#pragma once

// The short way of calls whose arguments are what they mostly are: stores, and plain Python values. Whatever else comes
// along takes the way through Python, which knows all rules.

#include "bridge/launches.h"
#include "bridge/reference.h"
#include "bridge/tasks.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace legatus::python {

/// The parameters of a Python task, in the order of declaration and without the context.
class CallPlan {
 public:
  /// @param has_context Whether bodies get the TaskContext, before the arguments.
  CallPlan(const Library& library, std::int64_t task_id, bool has_context)
      : library_{library}, task_id_{task_id}, has_context_{has_context} {}

  /// @param kind 0 input, 1 output, 2 reduction, 3 scalar.
  /// @param cls The class of a scalar's values.
  void add_parameter(int kind, int redop, PyObject* cls, bool has_default);

  /// Adds values to a launch, beginning with the one at `position`. Stops before a value that takes the long way.
  /// @return The position of that value, or -1 if there was none.
  std::ptrdiff_t add_arguments(AutoLaunch& launch, PyObject* values, std::ptrdiff_t position) const;

  /// Makes a launch.
  AutoLaunch* create_launch() const;

  /// Launches the task with these values, unless one of them takes the long way: then nothing has happened.
  bool submit(PyObject* values) const;

  /// Calls a body with the arguments of a running task.
  /// @return The result, null with a Python exception set, or null without one if the task takes the long way.
  PyObject* call(const legate::TaskContext& context, PyObject* body) const;

 private:
  struct Parameter {
    int kind{};
    int redop{};
    Reference cls{};
    bool has_default{};
  };

  /// The task with these values; none if one of them takes the long way.
  std::optional<legate::AutoTask> make_task(PyObject* values) const;
  static bool takes_short_way(const Parameter& parameter, PyObject* value);
  bool add_argument(AutoLaunch& launch, const Parameter& parameter, PyObject* value) const;
  static PyObject* scalar_argument(const legate::Scalar& scalar, PyObject* cls);

  Library library_;
  std::int64_t task_id_;
  bool has_context_;
  std::vector<Parameter> parameters_{};
};

/// What the module and the package tell about their classes, once, at import.
struct Classes {
  PyObject* logical_store{};
  PyObject* physical_store{};
  PyObject* task_context{};
  Store* (*unwrap_store)(PyObject*){};      // null if it is none
  PyObject* (*wrap_physical)(Physical*){};  // takes it over
};
void set_classes(PyObject* logical_store, PyObject* physical_store, PyObject* task_context);
void set_conversions(Store* (*unwrap_store)(PyObject*), PyObject* (*wrap_physical)(Physical*));

}  // namespace legatus::python
