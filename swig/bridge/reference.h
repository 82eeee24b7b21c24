// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Python.h>

#include <utility>

namespace legatus::python {

/// Owns one reference to a Python object, or none. Made from a new reference. The GIL must be held.
class Reference {
 public:
  Reference() = default;
  explicit Reference(PyObject* object) noexcept : object_{object} {}
  Reference(Reference&& other) noexcept : object_{std::exchange(other.object_, nullptr)} {}
  Reference& operator=(Reference&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;
  ~Reference() { Py_XDECREF(object_); }

  [[nodiscard]] static Reference borrowed(PyObject* object) noexcept {
    Py_XINCREF(object);
    return Reference{object};
  }

  [[nodiscard]] PyObject* get() const noexcept { return object_; }
  [[nodiscard]] PyObject* release() noexcept { return std::exchange(object_, nullptr); }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  PyObject* object_{};
};

}  // namespace legatus::python
