// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/type/type_traits.h>
#include <legate/type/types.h>
#include <legate/utilities/internal_shared_ptr.h>
#include <legate/utilities/span.h>
#include <legate/utilities/tuple.h>
#include <legate/utilities/typedefs.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace legate {

namespace detail {
class ScalarData;
}  // namespace detail

/// A value with a type, passed to tasks by copy. An immutable handle: copies share the value, and pointers into it are
/// valid as long as any copy lives. Any thread may use its own copy; needs no running runtime. Members of a scalar that
/// was moved from throw std::logic_error.
class LEGATE_EXPORT Scalar {
 public:
  /// The null scalar: of null type and size 0.
  Scalar();
  /// The value at `data`. Without `copy`, `data` must stay valid as long as any copy of the scalar lives.
  Scalar(const Type& type, const void* data, bool copy = false);
  /// A value of a C++ type that has a type code: numbers, enumerations, pointers, complex numbers.
  template <typename T, typename = std::enable_if_t<!std::is_convertible_v<T, std::string> &&
                                                    !std::is_same_v<std::decay_t<T>, Scalar>>>
  explicit Scalar(const T& value) : Scalar{checked_type_<T>(), std::addressof(value), true} {}
  /// The bytes of `value` as a value of `type`.
  /// @throws std::invalid_argument if their sizes differ, or the type has no fixed size or is the null type.
  template <typename T>
  Scalar(const T& value, const Type& type) : Scalar{checked_size_(type, sizeof(T)), std::addressof(value), true} {}
  explicit Scalar(std::string_view string);
  /// A fixed array of the values, which are copied.
  template <typename T>
  explicit Scalar(Span<const T> values) : Scalar{array_type_<T>(values.size()), values.data(), true} {}
  template <typename T>
  explicit Scalar(const std::vector<T>& values) : Scalar{array_type_<T>(values.size()), values.data(), true} {}
  template <typename T>
  explicit Scalar(const tuple<T>& values) : Scalar{values.data()} {}
  explicit Scalar(const std::vector<bool>& values);
  template <std::int32_t DIM>
  explicit Scalar(const Point<DIM>& point) : Scalar{point_type(DIM), std::addressof(point), true} {
    static_assert(DIM <= LEGATE_MAX_DIM, "a point scalar has at most LEGATE_MAX_DIM dimensions");
  }
  template <std::int32_t DIM>
  explicit Scalar(const Rect<DIM>& rect) : Scalar{rect_type(DIM), std::addressof(rect), true} {
    static_assert(DIM <= LEGATE_MAX_DIM, "a rect scalar has at most LEGATE_MAX_DIM dimensions");
  }

  [[nodiscard]] Type type() const;
  /// Bytes of the value; of a string, with the length in front of it.
  [[nodiscard]] std::size_t size() const;
  /// The value. Strings are read as std::string or std::string_view only; of other types, only the size is checked.
  /// A fixed array of 8-byte elements can be read as DomainPoint.
  /// @throws std::invalid_argument if the size differs.
  template <typename VAL>
  [[nodiscard]] VAL value() const;
  /// The elements of a fixed array, the characters of a string, or a single value as an array of one.
  /// @throws std::invalid_argument if the element size differs.
  template <typename VAL>
  [[nodiscard]] Span<const VAL> values() const;
  /// The bytes of the value.
  [[nodiscard]] const void* ptr() const;

  explicit Scalar(InternalSharedPtr<const detail::ScalarData> impl) : impl_{std::move(impl)} {}
  [[nodiscard]] const InternalSharedPtr<const detail::ScalarData>& impl() const noexcept { return impl_; }

 private:
  template <typename T>
  [[nodiscard]] static Type checked_type_() {
    constexpr auto CODE = type_code_of_v<T>;
    static_assert(CODE != Type::Code::NIL && CODE != Type::Code::STRING && CODE != Type::Code::STRUCT &&
                      CODE != Type::Code::FIXED_ARRAY,
                  "this C++ type has no type code: give the scalar's type as second argument");
    return primitive_type(CODE);
  }
  template <typename T>
  [[nodiscard]] static Type array_type_(std::size_t count) {
    static_assert(type_code_of_v<T> != Type::Code::NIL && type_code_of_v<T> != Type::Code::STRING,
                  "this C++ type has no type code");
    return fixed_array_type(primitive_type(type_code_of_v<T>), static_cast<std::uint32_t>(count));
  }
  [[nodiscard]] static const Type& checked_size_(const Type& type, std::size_t size);
  [[nodiscard]] std::string_view string_() const;
  [[nodiscard]] DomainPoint domain_point_() const;
  void check_value_size_(std::size_t size) const;
  /// Checks the element size and tells how many there are, and where.
  [[nodiscard]] std::pair<const void*, std::size_t> elements_(std::size_t element_size, bool is_character) const;

  InternalSharedPtr<const detail::ScalarData> impl_;
};

template <typename VAL>
VAL Scalar::value() const {
  if constexpr (std::is_same_v<VAL, std::string_view> || std::is_same_v<VAL, std::string>) {
    return VAL{string_()};
  } else if constexpr (std::is_same_v<VAL, DomainPoint>) {
    return domain_point_();
  } else {
    check_value_size_(sizeof(VAL));
    VAL result;
    std::memcpy(static_cast<void*>(&result), ptr(), sizeof(VAL));
    return result;
  }
}

template <typename VAL>
Span<const VAL> Scalar::values() const {
  constexpr bool CHARACTER = sizeof(VAL) == 1 && alignof(VAL) == 1 && !std::is_same_v<VAL, bool>;
  const auto [data, count] = elements_(sizeof(VAL), CHARACTER);
  // No braces: for bool they would make a list of two values.
  return Span<const VAL>(static_cast<const VAL*>(data), count);
}

/// The same as Scalar{}.
[[nodiscard]] LEGATE_EXPORT Scalar null();

}  // namespace legate
