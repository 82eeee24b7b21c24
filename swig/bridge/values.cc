// SPDX-License-Identifier: Apache-2.0
#include "bridge/values.h"

#include "bridge/deduction.h"
#include "bridge/exceptions.h"

#include <complex>
#include <cstring>
#include <utility>

namespace legatus::python {

namespace {

using Code = legate::Type::Code;

legate::Scalar scalar_of_bytes(const legate::Type& type, Bytes bytes) {
  if (type.code() == Code::STRING) {
    return legate::Scalar{std::string_view{static_cast<const char*>(bytes.data), bytes.size}};
  }
  if (type.code() == Code::NIL) return legate::null();
  return legate::Scalar{type, bytes.data, true};
}

template <typename T>
T value_of(const legate::Scalar& scalar) {
  T value;
  std::memcpy(&value, scalar.ptr(), sizeof(T));
  return value;
}

PyObject* complex_of(double real, double imaginary) { return PyComplex_FromDoubles(real, imaginary); }

}  // namespace

void Type::record_reduction_op(int kind, int global_id) const {
  value_.record_reduction_operator(kind, legate::GlobalRedopID{global_id});
}

int Type::reduction_op_id(int kind) const { return static_cast<int>(value_.find_reduction_operator(kind)); }

std::uintptr_t Type::address() const { return reinterpret_cast<std::uintptr_t>(value_.impl().get()); }

Extents Type::offsets() const {
  const auto offsets = value_.as_struct_type().offsets();
  return {offsets.begin(), offsets.end()};
}

Type primitive_type(int code) { return Type{legate::primitive_type(static_cast<Code>(code))}; }
Type string_type() { return Type{legate::string_type()}; }
Type binary_type(std::uint32_t size) { return Type{legate::binary_type(size)}; }
Type fixed_array_type(const Type& element, std::uint32_t count) {
  return Type{legate::fixed_array_type(element.native(), count)};
}
Type struct_type(const std::vector<const Type*>& fields, bool align) {
  std::vector<legate::Type> types{};
  for (const auto* field : fields) types.push_back(field->native());
  return Type{legate::struct_type(types, align)};
}
Type point_type(std::uint32_t ndim) { return Type{legate::point_type(ndim)}; }
Type rect_type(std::uint32_t ndim) { return Type{legate::rect_type(ndim)}; }
int max_dim() { return LEGATE_MAX_DIM; }

Scalar::Scalar(const Type& type, Bytes bytes) : value_{scalar_of_bytes(type.native(), bytes)} {}

PyObject* Scalar::value() const {
  switch (value_.type().code()) {
    case Code::BOOL:
      return PyBool_FromLong(value_of<bool>(value_) ? 1 : 0);
    case Code::INT8:
      return PyLong_FromLong(value_of<std::int8_t>(value_));
    case Code::INT16:
      return PyLong_FromLong(value_of<std::int16_t>(value_));
    case Code::INT32:
      return PyLong_FromLong(value_of<std::int32_t>(value_));
    case Code::INT64:
      return PyLong_FromLongLong(value_of<std::int64_t>(value_));
    case Code::UINT8:
      return PyLong_FromUnsignedLong(value_of<std::uint8_t>(value_));
    case Code::UINT16:
      return PyLong_FromUnsignedLong(value_of<std::uint16_t>(value_));
    case Code::UINT32:
      return PyLong_FromUnsignedLong(value_of<std::uint32_t>(value_));
    case Code::UINT64:
      return PyLong_FromUnsignedLongLong(value_of<std::uint64_t>(value_));
    case Code::FLOAT16:
      return PyFloat_FromDouble(static_cast<float>(value_of<legate::Half>(value_)));
    case Code::FLOAT32:
      return PyFloat_FromDouble(value_of<float>(value_));
    case Code::FLOAT64:
      return PyFloat_FromDouble(value_of<double>(value_));
    case Code::COMPLEX64: {
      const auto value = value_of<std::complex<float>>(value_);
      return complex_of(value.real(), value.imag());
    }
    case Code::COMPLEX128: {
      const auto value = value_of<std::complex<double>>(value_);
      return complex_of(value.real(), value.imag());
    }
    case Code::NIL:
      Py_RETURN_NONE;
    case Code::STRING: {
      const auto text = value_.value<std::string_view>();
      return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape");
    }
    default:
      return PyBytes_FromStringAndSize(static_cast<const char*>(value_.ptr()), static_cast<Py_ssize_t>(value_.size()));
  }
}

}  // namespace legatus::python
