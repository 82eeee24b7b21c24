// SPDX-License-Identifier: Apache-2.0
#include "type/type.h"

#include "type/reduction_table.h"
#include "utilities/handle.h"

#include <legate/type/types.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <limits>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace legate {

namespace {

using Code = Type::Code;
using Impl = InternalSharedPtr<const detail::TypeData>;

// Uids of points and rects, and where those of nominal types start. Structural uids of binaries and arrays of
// primitives keep the code in the lowest byte and stay below. The largest binary type (0x100000 << 8 | 16) wraps into
// the range of points and rects only above offset 16, which LEGATE_MAX_DIM <= 7 does not reach; with more dimensions
// points and rects move on.
constexpr std::uint32_t POINT_BASE = LEGATE_MAX_DIM <= 7 ? 0x10000000 : 0x18000000;
constexpr std::uint32_t RECT_BASE = POINT_BASE + LEGATE_MAX_DIM + 1;
constexpr std::uint32_t NOMINAL_BASE = 0x20000000;
constexpr std::uint32_t MAX_BINARY = 0xFFFFF;
constexpr std::uint32_t MAX_STRUCTURAL_ARRAY = 255;

std::uint32_t next_uid() {
  static std::atomic<std::uint32_t> next{NOMINAL_BASE};
  return next.fetch_add(1, std::memory_order_relaxed);
}

struct Primitive {
  Code code;
  std::uint32_t size;
  std::uint32_t alignment;
  const char* name;
};

constexpr std::array<Primitive, 15> PRIMITIVES{{{Code::BOOL, 1, 1, "bool"},
                                                {Code::INT8, 1, 1, "int8"},
                                                {Code::INT16, 2, 2, "int16"},
                                                {Code::INT32, 4, 4, "int32"},
                                                {Code::INT64, 8, 8, "int64"},
                                                {Code::UINT8, 1, 1, "uint8"},
                                                {Code::UINT16, 2, 2, "uint16"},
                                                {Code::UINT32, 4, 4, "uint32"},
                                                {Code::UINT64, 8, 8, "uint64"},
                                                {Code::FLOAT16, 2, 2, "float16"},
                                                {Code::FLOAT32, 4, 4, "float32"},
                                                {Code::FLOAT64, 8, 8, "float64"},
                                                {Code::COMPLEX64, 8, 8, "complex64"},
                                                {Code::COMPLEX128, 16, 16, "complex128"},
                                                {Code::NIL, 0, 0, "null_type"}}};

std::shared_ptr<detail::TypeData> make(Code code, std::uint32_t uid, std::optional<std::uint32_t> size,
                                       std::uint32_t alignment, std::string name) {
  auto type = std::make_shared<detail::TypeData>();
  type->code = code;
  type->uid = uid;
  type->size = size;
  type->alignment = alignment;
  type->name = std::move(name);
  return type;
}

/// The primitive types, made once and never destroyed.
const std::array<Impl, 16>& primitives() {
  struct Table {
    std::array<Impl, 16> owners{};
    // These own nothing: copying one, which every launch does for every argument, touches no shared counter.
    std::array<Impl, 16> handles{};
  };
  static const auto* table = [] {
    auto* types = new Table;
    for (const auto& p : PRIMITIVES) {
      const auto index = static_cast<std::size_t>(p.code);
      types->owners[index] = make(p.code, static_cast<std::uint32_t>(p.code), p.size, p.alignment, p.name);
      types->handles[index] = Impl{Impl{}, types->owners[index].get()};
    }
    return types;
  }();
  return table->handles;
}

/// @throws std::out_of_range for a type too large to be counted in 32 bits.
std::uint32_t checked_size(const char* factory, std::uint64_t size) {
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw std::out_of_range{std::string{factory} + ": a type of " + std::to_string(size) + " bytes is too large"};
  }
  return static_cast<std::uint32_t>(size);
}

Impl make_array(const Type& element, std::uint32_t count, std::uint32_t uid) {
  auto type = make(Code::FIXED_ARRAY, uid, checked_size("fixed_array_type", std::uint64_t{element.size()} * count),
                   element.alignment(), element.to_string() + "[" + std::to_string(count) + "]");
  type->parts.push_back(element);
  type->count = count;
  return type;
}

Impl make_struct(const std::vector<Type>& fields, bool align, std::uint32_t uid) {
  auto type = make(Code::STRUCT, uid, 0, 1, "{");
  type->parts = fields;
  type->aligned = align;
  std::uint32_t at = 0;
  for (const auto& field : fields) {
    const auto alignment = align ? std::max<std::uint32_t>(1, field.alignment()) : 1;
    at = (at + alignment - 1) / alignment * alignment;
    type->alignment = std::max(type->alignment, alignment);
    type->offsets.push_back(at);
    type->name += (type->name.size() > 1 ? "," : "") + field.to_string() + ":" + std::to_string(at);
    at = checked_size("struct_type", std::uint64_t{at} + field.size());
  }
  type->size = (at + type->alignment - 1) / type->alignment * type->alignment;
  type->name += "}";
  return type;
}

void check_dimensions(const char* factory, std::uint32_t ndim) {
  if (ndim == 0 || ndim > LEGATE_MAX_DIM) {
    throw std::out_of_range{std::string{factory} + ": " + std::to_string(ndim) +
                            " is not a supported number of dimensions, use 1 to " + std::to_string(LEGATE_MAX_DIM)};
  }
}

void check_kind(const Type& type, Code code, const char* expected) {
  if (type.code() != code) {
    throw std::invalid_argument{"Type is not " + std::string{expected} + ": " + type.to_string()};
  }
}

bool in_range(std::uint32_t uid, std::uint32_t base) { return uid > base && uid <= base + LEGATE_MAX_DIM; }

}  // namespace

Type::~Type() = default;
FixedArrayType::~FixedArrayType() = default;
StructType::~StructType() = default;
ListType::~ListType() = default;

Type::Code Type::code() const { return detail::checked(impl_, "Type::code").code; }

std::uint32_t Type::size() const {
  if (!detail::checked(impl_, "Type::size").size) {
    throw std::invalid_argument{"Size of a variable size type is undefined: " + impl_->name};
  }
  return *impl_->size;
}

std::uint32_t Type::alignment() const { return detail::checked(impl_, "Type::alignment").alignment; }
std::uint32_t Type::uid() const { return detail::checked(impl_, "Type::uid").uid; }
bool Type::variable_size() const { return !detail::checked(impl_, "Type::variable_size").size.has_value(); }
std::string Type::to_string() const { return detail::checked(impl_, "Type::to_string").name; }
bool Type::is_primitive() const {
  return static_cast<std::int32_t>(detail::checked(impl_, "Type::is_primitive").code) <=
         static_cast<std::int32_t>(Code::NIL);
}

FixedArrayType Type::as_fixed_array_type() const {
  check_kind(*this, Code::FIXED_ARRAY, "a fixed array type");
  return FixedArrayType{impl_};
}
StructType Type::as_struct_type() const {
  check_kind(*this, Code::STRUCT, "a struct type");
  return StructType{impl_};
}
ListType Type::as_list_type() const {
  check_kind(*this, Code::LIST, "a list type");
  return ListType{impl_};
}

void Type::record_reduction_operator(std::int32_t op_kind, GlobalRedopID global_op_id) const {
  detail::record_reduction(*this, op_kind, global_op_id);
}
void Type::record_reduction_operator(ReductionOpKind op_kind, GlobalRedopID global_op_id) const {
  detail::record_reduction(*this, static_cast<std::int32_t>(op_kind), global_op_id);
}
GlobalRedopID Type::find_reduction_operator(std::int32_t op_kind) const {
  return detail::find_reduction(*this, op_kind);
}
GlobalRedopID Type::find_reduction_operator(ReductionOpKind op_kind) const {
  return detail::find_reduction(*this, static_cast<std::int32_t>(op_kind));
}

bool Type::operator==(const Type& other) const {
  return impl_ == other.impl_ ||
         detail::checked(impl_, "Type::operator==").uid == detail::checked(other.impl_, "Type::operator==").uid;
}
bool Type::operator!=(const Type& other) const { return !(*this == other); }

std::uint32_t FixedArrayType::num_elements() const {
  return detail::checked(impl(), "FixedArrayType::num_elements").count;
}
Type FixedArrayType::element_type() const {
  return detail::checked(impl(), "FixedArrayType::element_type").parts.front();
}
std::uint32_t StructType::num_fields() const {
  return static_cast<std::uint32_t>(detail::checked(impl(), "StructType::num_fields").parts.size());
}
bool StructType::aligned() const { return detail::checked(impl(), "StructType::aligned").aligned; }
std::vector<std::uint32_t> StructType::offsets() const {
  return detail::checked(impl(), "StructType::offsets").offsets;
}
Type ListType::element_type() const { return detail::checked(impl(), "ListType::element_type").parts.front(); }

Type StructType::field_type(std::uint32_t field_idx) const {
  if (field_idx >= num_fields()) {
    throw std::out_of_range{"field_type: there is no field " + std::to_string(field_idx) + " in " + to_string()};
  }
  return detail::checked(impl(), "StructType::field_type").parts[field_idx];
}

Type bool_() { return primitive_type(Code::BOOL); }
Type int8() { return primitive_type(Code::INT8); }
Type int16() { return primitive_type(Code::INT16); }
Type int32() { return primitive_type(Code::INT32); }
Type int64() { return primitive_type(Code::INT64); }
Type uint8() { return primitive_type(Code::UINT8); }
Type uint16() { return primitive_type(Code::UINT16); }
Type uint32() { return primitive_type(Code::UINT32); }
Type uint64() { return primitive_type(Code::UINT64); }
Type float16() { return primitive_type(Code::FLOAT16); }
Type float32() { return primitive_type(Code::FLOAT32); }
Type float64() { return primitive_type(Code::FLOAT64); }
Type complex64() { return primitive_type(Code::COMPLEX64); }
Type complex128() { return primitive_type(Code::COMPLEX128); }
Type null_type() { return primitive_type(Code::NIL); }

Type primitive_type(Type::Code code) {
  const auto value = static_cast<std::int32_t>(code);
  if (value < 0 || value > static_cast<std::int32_t>(Code::NIL) || !primitives()[static_cast<std::size_t>(value)]) {
    throw std::invalid_argument{"primitive_type: " + std::to_string(value) + " is not the code of a primitive type"};
  }
  return Type{primitives()[static_cast<std::size_t>(value)]};
}

Type string_type() {
  static const auto* type = new Impl{
      make(Code::STRING, static_cast<std::uint32_t>(Code::STRING), std::nullopt, alignof(std::max_align_t), "string")};
  return Type{*type};
}

Type binary_type(std::uint32_t size) {
  if (size > MAX_BINARY) {
    throw std::out_of_range{"binary_type: a size of " + std::to_string(size) + " bytes exceeds the maximum of " +
                            std::to_string(MAX_BINARY)};
  }
  return Type{make(Code::BINARY, static_cast<std::uint32_t>(Code::BINARY) | ((size + 1) << 8U), size,
                   alignof(std::max_align_t), "binary(" + std::to_string(size) + ")")};
}

FixedArrayType fixed_array_type(const Type& element_type, std::uint32_t N) {
  if (element_type.variable_size()) {
    throw std::invalid_argument{"fixed_array_type: the element type " + element_type.to_string() +
                                " has no fixed size"};
  }
  const bool structural = element_type.is_primitive() && N <= MAX_STRUCTURAL_ARRAY;
  // N + 0 bits in the lowest byte would make an array of 0 elements equal to its element type.
  const auto uid = structural ? (element_type.uid() | ((N + (N == 0 ? 256 : 0)) << 8U)) : next_uid();
  return FixedArrayType{make_array(element_type, N, uid)};
}

StructType struct_type(const std::vector<Type>& field_types, bool align) {
  if (field_types.empty()) {
    throw std::invalid_argument{"struct_type: a struct needs at least one field"};
  }
  for (std::size_t i = 0; i < field_types.size(); ++i) {
    if (field_types[i].variable_size()) {
      throw std::runtime_error{"struct_type: field " + std::to_string(i) + " is of type " + field_types[i].to_string() +
                               ", which has no fixed size"};
    }
  }
  return StructType{make_struct(field_types, align, next_uid())};
}

ListType list_type(const Type& element_type) {
  if (element_type.variable_size()) {
    throw std::runtime_error{"list_type: the element type " + element_type.to_string() + " has no fixed size"};
  }
  auto type = make(Code::LIST, next_uid(), std::nullopt, 0, "list(" + element_type.to_string() + ")");
  type->parts.push_back(element_type);
  return ListType{Impl{std::move(type)}};
}

FixedArrayType point_type(std::uint32_t ndim) {
  check_dimensions("point_type", ndim);
  return FixedArrayType{make_array(int64(), ndim, POINT_BASE + ndim)};
}

StructType rect_type(std::uint32_t ndim) {
  check_dimensions("rect_type", ndim);
  return StructType{make_struct({point_type(ndim), point_type(ndim)}, true, RECT_BASE + ndim)};
}

bool is_point_type(const Type& type) { return type.code() == Code::INT64 || in_range(type.uid(), POINT_BASE); }
bool is_point_type(const Type& type, std::uint32_t ndim) {
  return is_point_type(type) && ndim_point_type(type) == static_cast<std::int32_t>(ndim);
}
bool is_rect_type(const Type& type) { return in_range(type.uid(), RECT_BASE); }
bool is_rect_type(const Type& type, std::uint32_t ndim) { return type.uid() == RECT_BASE + ndim && is_rect_type(type); }

std::int32_t ndim_point_type(const Type& type) {
  if (!is_point_type(type)) {
    throw std::invalid_argument{"ndim_point_type: " + type.to_string() + " is not a point type"};
  }
  return type.code() == Code::INT64 ? 1 : static_cast<std::int32_t>(type.uid() - POINT_BASE);
}

std::int32_t ndim_rect_type(const Type& type) {
  if (!is_rect_type(type)) {
    throw std::invalid_argument{"ndim_rect_type: " + type.to_string() + " is not a rect type"};
  }
  return static_cast<std::int32_t>(type.uid() - RECT_BASE);
}

std::ostream& operator<<(std::ostream& out, const Type::Code& code) { return out << static_cast<std::int32_t>(code); }
std::ostream& operator<<(std::ostream& out, const Type& type) { return out << type.to_string(); }

}  // namespace legate
