// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Python.h>

#include <legate.h>

#include <optional>

namespace legatus::python {

/// The scalar for a plain Python value: exactly bool, int (the smallest type that holds it: unsigned from 0 on, signed
/// below), float, complex, str, bytes or None. Nothing for other objects and for ints beyond 64 bits.
[[nodiscard]] std::optional<legate::Scalar> deduce_scalar(PyObject* value);

}  // namespace legatus::python
