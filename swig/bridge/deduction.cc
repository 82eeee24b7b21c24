// SPDX-License-Identifier: Apache-2.0
#include "bridge/deduction.h"

#include "bridge/exceptions.h"

#include <complex>
#include <cstdint>
#include <limits>
#include <string_view>

namespace legatus::python {

namespace {

template <typename T>
bool holds(long long value) {
  return value >= std::numeric_limits<T>::min() && value <= static_cast<long long>(std::numeric_limits<T>::max());
}

std::optional<legate::Scalar> deduce_integer(PyObject* value) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (overflow < 0) return std::nullopt;
  if (overflow > 0) {
    const unsigned long long large = PyLong_AsUnsignedLongLong(value);
    if (PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      return std::nullopt;
    }
    return legate::Scalar{std::uint64_t{large}};
  }
  if (number >= 0) {
    if (holds<std::uint8_t>(number)) return legate::Scalar{static_cast<std::uint8_t>(number)};
    if (holds<std::uint16_t>(number)) return legate::Scalar{static_cast<std::uint16_t>(number)};
    if (holds<std::uint32_t>(number)) return legate::Scalar{static_cast<std::uint32_t>(number)};
    return legate::Scalar{static_cast<std::uint64_t>(number)};
  }
  if (holds<std::int8_t>(number)) return legate::Scalar{static_cast<std::int8_t>(number)};
  if (holds<std::int16_t>(number)) return legate::Scalar{static_cast<std::int16_t>(number)};
  if (holds<std::int32_t>(number)) return legate::Scalar{static_cast<std::int32_t>(number)};
  return legate::Scalar{static_cast<std::int64_t>(number)};
}

}  // namespace

std::optional<legate::Scalar> deduce_scalar(PyObject* value) {
  if (PyBool_Check(value)) return legate::Scalar{value == Py_True};
  if (PyLong_CheckExact(value)) return deduce_integer(value);
  if (PyFloat_CheckExact(value)) return legate::Scalar{PyFloat_AS_DOUBLE(value)};
  if (PyUnicode_CheckExact(value)) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(value, &size);
    if (text == nullptr) {  // lone surrogates
      PyErr_Clear();
      return std::nullopt;
    }
    return legate::Scalar{std::string_view{text, static_cast<std::size_t>(size)}};
  }
  if (PyComplex_CheckExact(value)) {
    return legate::Scalar{legate::Complex<double>{PyComplex_RealAsDouble(value), PyComplex_ImagAsDouble(value)}};
  }
  if (PyBytes_CheckExact(value) && PyBytes_GET_SIZE(value) <= std::numeric_limits<std::uint32_t>::max()) {
    const auto size = static_cast<std::uint32_t>(PyBytes_GET_SIZE(value));
    return legate::Scalar{legate::binary_type(size), PyBytes_AS_STRING(value), true};
  }
  if (value == Py_None) return legate::null();
  return std::nullopt;
}

}  // namespace legatus::python
