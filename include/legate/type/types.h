// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/identifiers.h>
#include <legate/utilities/internal_shared_ptr.h>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace legate {

namespace detail {
class TypeData;
}  // namespace detail

/// The reductions that types may support. Libraries may use other numbers for operators of their own.
enum class ReductionOpKind : std::int32_t { ADD = 0, MUL = 2, MAX = 4, MIN = 5, OR = 6, AND = 7, XOR = 8 };

class FixedArrayType;
class StructType;
class ListType;

/// The type of a store's elements or of a scalar. A cheap handle to an immutable value; any thread may use it, also
/// before the runtime has started. Members of a type that was moved from throw std::logic_error.
///
/// Types are equal if their uids are: primitive, binary, point, rect types and fixed arrays of primitives are equal if
/// they look alike; every other call of a factory makes a type of its own.
class LEGATE_EXPORT Type {
 public:
  enum class Code : std::int32_t {
    BOOL = 0,
    INT8 = 1,
    INT16 = 2,
    INT32 = 3,
    INT64 = 4,
    UINT8 = 5,
    UINT16 = 6,
    UINT32 = 7,
    UINT64 = 8,
    FLOAT16 = 9,
    FLOAT32 = 10,
    FLOAT64 = 11,
    COMPLEX64 = 13,
    COMPLEX128 = 14,
    NIL = 15,
    BINARY = 16,
    FIXED_ARRAY = 17,
    STRUCT = 18,
    STRING = 19,
    LIST = 20
  };

  [[nodiscard]] Code code() const;
  /// Bytes of one element. @throws std::invalid_argument for strings and lists.
  [[nodiscard]] std::uint32_t size() const;
  /// Bytes; 0 if nothing is demanded.
  [[nodiscard]] std::uint32_t alignment() const;
  /// The identity of the type; the same in every process that makes its types in the same order.
  [[nodiscard]] std::uint32_t uid() const;
  /// True for strings and lists, whose elements differ in size.
  [[nodiscard]] bool variable_size() const;
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_primitive() const;

  /// @name The same type as what it is
  /// @throws std::invalid_argument if it is of another kind.
  /// @{
  [[nodiscard]] FixedArrayType as_fixed_array_type() const;
  [[nodiscard]] StructType as_struct_type() const;
  [[nodiscard]] ListType as_list_type() const;
  /// @}

  /// Makes `op_kind` on this type mean the operator `global_op_id`, for all copies of the type.
  /// @throws std::invalid_argument if it means something already.
  void record_reduction_operator(std::int32_t op_kind, GlobalRedopID global_op_id) const;
  void record_reduction_operator(ReductionOpKind op_kind, GlobalRedopID global_op_id) const;
  /// What `op_kind` means on this type. @throws std::invalid_argument if it means nothing.
  [[nodiscard]] GlobalRedopID find_reduction_operator(std::int32_t op_kind) const;
  [[nodiscard]] GlobalRedopID find_reduction_operator(ReductionOpKind op_kind) const;

  [[nodiscard]] bool operator==(const Type& other) const;
  [[nodiscard]] bool operator!=(const Type& other) const;

  Type() = LEGATE_DEFAULT_WHEN_CYTHON;
  Type(const Type&) = default;
  Type& operator=(const Type&) = default;
  Type(Type&&) noexcept = default;
  Type& operator=(Type&&) noexcept = default;
  virtual ~Type();

  explicit Type(InternalSharedPtr<const detail::TypeData> impl) : impl_{std::move(impl)} {}
  [[nodiscard]] const InternalSharedPtr<const detail::TypeData>& impl() const noexcept { return impl_; }

 private:
  InternalSharedPtr<const detail::TypeData> impl_;
};

/// A number of elements of one type.
class LEGATE_EXPORT FixedArrayType : public Type {
 public:
  using Type::Type;
  ~FixedArrayType() override;
  FixedArrayType(const FixedArrayType&) = default;
  FixedArrayType& operator=(const FixedArrayType&) = default;

  [[nodiscard]] std::uint32_t num_elements() const;
  [[nodiscard]] Type element_type() const;
};

/// Fields one after another.
class LEGATE_EXPORT StructType : public Type {
 public:
  using Type::Type;
  ~StructType() override;
  StructType(const StructType&) = default;
  StructType& operator=(const StructType&) = default;

  [[nodiscard]] std::uint32_t num_fields() const;
  /// @throws std::out_of_range if there is no such field.
  [[nodiscard]] Type field_type(std::uint32_t field_idx) const;
  /// True if the fields are placed as in a C struct, false if they are packed.
  [[nodiscard]] bool aligned() const;
  /// Where each field starts, in bytes.
  [[nodiscard]] std::vector<std::uint32_t> offsets() const;
};

/// Lists of elements of one type. Stores of lists do not exist yet; the type does.
class LEGATE_EXPORT ListType : public Type {
 public:
  using Type::Type;
  ~ListType() override;
  ListType(const ListType&) = default;
  ListType& operator=(const ListType&) = default;

  [[nodiscard]] Type element_type() const;
};

[[nodiscard]] LEGATE_EXPORT Type bool_();
[[nodiscard]] LEGATE_EXPORT Type int8();
[[nodiscard]] LEGATE_EXPORT Type int16();
[[nodiscard]] LEGATE_EXPORT Type int32();
[[nodiscard]] LEGATE_EXPORT Type int64();
[[nodiscard]] LEGATE_EXPORT Type uint8();
[[nodiscard]] LEGATE_EXPORT Type uint16();
[[nodiscard]] LEGATE_EXPORT Type uint32();
[[nodiscard]] LEGATE_EXPORT Type uint64();
[[nodiscard]] LEGATE_EXPORT Type float16();
[[nodiscard]] LEGATE_EXPORT Type float32();
[[nodiscard]] LEGATE_EXPORT Type float64();
[[nodiscard]] LEGATE_EXPORT Type complex64();
[[nodiscard]] LEGATE_EXPORT Type complex128();
/// The type of nothing: size 0.
[[nodiscard]] LEGATE_EXPORT Type null_type();
/// @throws std::invalid_argument for the code of a type that needs more than a code.
[[nodiscard]] LEGATE_EXPORT Type primitive_type(Type::Code code);
[[nodiscard]] LEGATE_EXPORT Type string_type();
/// `size` bytes without meaning. @throws std::out_of_range for more than 0xFFFFF.
[[nodiscard]] LEGATE_EXPORT Type binary_type(std::uint32_t size);
/// @throws std::invalid_argument if the element type has no fixed size.
[[nodiscard]] LEGATE_EXPORT FixedArrayType fixed_array_type(const Type& element_type, std::uint32_t N);
/// @throws std::invalid_argument without fields, std::runtime_error for a field without a fixed size.
[[nodiscard]] LEGATE_EXPORT StructType struct_type(const std::vector<Type>& field_types, bool align = true);
template <typename... Args, typename = std::enable_if_t<std::conjunction_v<std::is_convertible<Args, Type>...>>>
[[nodiscard]] StructType struct_type(bool align, Args&&... field_types) {
  return struct_type(std::vector<Type>{std::forward<Args>(field_types)...}, align);
}
/// @throws std::runtime_error if the element type has no fixed size.
[[nodiscard]] LEGATE_EXPORT ListType list_type(const Type& element_type);
/// Points of `ndim` 64-bit coordinates. @throws std::out_of_range unless 1 <= ndim <= LEGATE_MAX_DIM.
[[nodiscard]] LEGATE_EXPORT FixedArrayType point_type(std::uint32_t ndim);
/// Rectangles: two points. @throws std::out_of_range unless 1 <= ndim <= LEGATE_MAX_DIM.
[[nodiscard]] LEGATE_EXPORT StructType rect_type(std::uint32_t ndim);
/// True for what point_type made, and for int64, which serves as a 1-D point.
[[nodiscard]] LEGATE_EXPORT bool is_point_type(const Type& type);
[[nodiscard]] LEGATE_EXPORT bool is_point_type(const Type& type, std::uint32_t ndim);
/// True for what rect_type made.
[[nodiscard]] LEGATE_EXPORT bool is_rect_type(const Type& type);
[[nodiscard]] LEGATE_EXPORT bool is_rect_type(const Type& type, std::uint32_t ndim);
/// @throws std::invalid_argument if the type is none of these.
[[nodiscard]] LEGATE_EXPORT std::int32_t ndim_point_type(const Type& type);
[[nodiscard]] LEGATE_EXPORT std::int32_t ndim_rect_type(const Type& type);

/// Prints the number.
LEGATE_EXPORT std::ostream& operator<<(std::ostream& out, const Type::Code& code);
/// Prints to_string().
LEGATE_EXPORT std::ostream& operator<<(std::ostream& out, const Type& type);

}  // namespace legate
