// SPDX-License-Identifier: Apache-2.0
#pragma once

// Element types and scalar values for Python. The classes here and in the headers beside are what SWIG wraps: flat,
// numbers instead of enumerations, so that the readable Python above them decides how things look.

#include <Python.h>

#include <legate.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace legatus::python {

using Extents = std::vector<std::uint64_t>;
using Integers = std::vector<std::int64_t>;

/// The bytes of an object with the buffer protocol, for the time of a call.
struct Bytes {
  const void* data{};
  std::size_t size{};
};

/// legate::Type.
class Type {
 public:
  explicit Type(legate::Type value) : value_{std::move(value)} {}
  int code() const { return static_cast<int>(value_.code()); }
  std::size_t size() const { return value_.size(); }
  std::size_t alignment() const { return value_.alignment(); }
  std::uint32_t uid() const { return value_.uid(); }
  bool variable_size() const { return value_.variable_size(); }
  bool is_primitive() const { return value_.is_primitive(); }
  std::string to_string() const { return value_.to_string(); }
  bool equals(const Type& other) const { return value_ == other.value_; }
  void record_reduction_op(int kind, int global_id) const;
  int reduction_op_id(int kind) const;
  /// Address of the native object.
  std::uintptr_t address() const;

  // Of fixed arrays and points.
  std::uint32_t num_elements() const { return value_.as_fixed_array_type().num_elements(); }
  Type element_type() const { return Type{value_.as_fixed_array_type().element_type()}; }
  // Of structs.
  std::uint32_t num_fields() const { return value_.as_struct_type().num_fields(); }
  Type field_type(std::uint32_t index) const { return Type{value_.as_struct_type().field_type(index)}; }
  bool aligned() const { return value_.as_struct_type().aligned(); }
  Extents offsets() const;

  const legate::Type& native() const { return value_; }

 private:
  legate::Type value_;
};

Type primitive_type(int code);
Type string_type();
Type binary_type(std::uint32_t size);
Type fixed_array_type(const Type& element, std::uint32_t count);
Type struct_type(const std::vector<const Type*>& fields, bool align);
Type point_type(std::uint32_t ndim);
Type rect_type(std::uint32_t ndim);
int max_dim();

/// legate::Scalar.
class Scalar {
 public:
  /// A copy of the bytes of a value, or of the characters of a text.
  Scalar(const Type& type, Bytes bytes);
  explicit Scalar(legate::Scalar value) : value_{std::move(value)} {}
  Type type() const { return Type{value_.type()}; }
  std::size_t size() const { return value_.size(); }
  std::uintptr_t pointer() const { return reinterpret_cast<std::uintptr_t>(value_.ptr()); }
  /// The address of the native object.
  std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(&value_); }
  /// The value as a Python object where a primitive type, text or nothing is held, its bytes otherwise.
  PyObject* value() const;

  const legate::Scalar& native() const { return value_; }

 private:
  legate::Scalar value_;
};

}  // namespace legatus::python
