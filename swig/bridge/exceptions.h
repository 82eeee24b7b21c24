// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Python.h>

#include <legate.h>

#include <stdexcept>
#include <string>

namespace legatus::python {

/// Thrown through C++ while a Python exception is set.
class PythonError : public std::runtime_error {
 public:
  PythonError() : std::runtime_error{"a Python exception is set"} {}
};

/// Python's side of exceptions that travel from a task to its submitter, given by the package at import.
///
/// @param dump Callable: exception -> bytes.
/// @param load Callable: bytes -> exception.
/// @param task_error Exception class of (index, message) for exceptions of C++ tasks.
void set_exception_hooks(PyObject* dump, PyObject* load, PyObject* task_error);

/// The Python exception for one that a task threw: what a Python body raised, or a `task_error`.
void set_task_error(const legate::TaskException& error) noexcept;

/// The Python exception that is set, packed to travel, or as text if the hook fails; clears it.
[[nodiscard]] legate::TaskException take_python_error();

/// The traceback of the Python exception that is set, as text; clears it.
[[nodiscard]] std::string take_traceback();

}  // namespace legatus::python
