// SPDX-License-Identifier: Apache-2.0
#include "data/scalar.h"
#include "utilities/handle.h"

#include <legate/data/scalar.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace legate::detail {

ScalarData::ScalarData(legate::Type type, const void* data, std::size_t size, bool copy)
    : type_{std::move(type)}, size_{size}, data_{data} {
  if (!copy || data == nullptr) {
    return;
  }
  auto* own = small_.data();
  if (size > small_.size()) {
    large_ = std::make_unique<std::byte[]>(size);  // NOLINT(modernize-avoid-c-arrays)
    own = large_.get();
  }
  std::memcpy(own, data, size);
  data_ = own;
}

}  // namespace legate::detail

namespace legate {

namespace {

/// Bytes of a value: strings carry their length in front.
std::size_t size_of(const Type& type, const void* data) {
  if (type.code() != Type::Code::STRING) {
    return type.size();
  }
  std::uint32_t length = 0;
  if (data != nullptr) {
    std::memcpy(&length, data, sizeof(length));
  }
  return sizeof(length) + length;
}

InternalSharedPtr<const detail::ScalarData> make(const Type& type, const void* data, bool copy) {
  return std::make_shared<const detail::ScalarData>(type, data, size_of(type, data), copy);
}

InternalSharedPtr<const detail::ScalarData> make_string(std::string_view string) {
  std::string bytes(sizeof(std::uint32_t) + string.size(), '\0');
  const auto length = static_cast<std::uint32_t>(string.size());
  std::memcpy(bytes.data(), &length, sizeof(length));
  string.copy(bytes.data() + sizeof(length), string.size());
  return make(string_type(), bytes.data(), true);
}

InternalSharedPtr<const detail::ScalarData> make_bools(const std::vector<bool>& values) {
  std::string bytes;
  for (const bool value : values) {
    bytes.push_back(value ? '\1' : '\0');
  }
  return make(fixed_array_type(bool_(), static_cast<std::uint32_t>(values.size())), bytes.data(), true);
}

}  // namespace

Scalar::Scalar() : Scalar{null_type(), nullptr, false} {}
Scalar::Scalar(const Type& type, const void* data, bool copy) : impl_{make(type, data, copy)} {}
Scalar::Scalar(std::string_view string) : impl_{make_string(string)} {}
Scalar::Scalar(const std::vector<bool>& values) : impl_{make_bools(values)} {}

Scalar null() { return Scalar{}; }

Type Scalar::type() const { return detail::checked(impl_, "Scalar::type").type(); }
std::size_t Scalar::size() const { return detail::checked(impl_, "Scalar::size").size(); }
const void* Scalar::ptr() const { return detail::checked(impl_, "Scalar::ptr").data(); }

const Type& Scalar::checked_size_(const Type& type, std::size_t size) {
  if (type.code() == Type::Code::NIL) {
    throw std::invalid_argument{"Scalar: a value cannot have the null type"};
  }
  if (type.variable_size()) {
    throw std::invalid_argument{"Scalar: variable size type " + type.to_string() + " cannot be given with a value"};
  }
  if (type.size() != size) {
    throw std::invalid_argument{"Scalar: size of the value doesn't match with the type: expected " +
                                std::to_string(type.size()) + " bytes for " + type.to_string() + ", got " +
                                std::to_string(size)};
  }
  return type;
}

std::string_view Scalar::string_() const {
  if (type().code() != Type::Code::STRING) {
    throw std::invalid_argument{"Scalar::value: a scalar of type " + type().to_string() + " is not a string"};
  }
  const auto* bytes = static_cast<const char*>(ptr());
  return bytes == nullptr ? std::string_view{}
                          : std::string_view{bytes + sizeof(std::uint32_t), size() - sizeof(std::uint32_t)};
}

DomainPoint Scalar::domain_point_() const {
  const auto own = type();
  DomainPoint point;
  if (own.code() == Type::Code::INT64) {
    point.dim = 1;
  } else if (own.code() == Type::Code::FIXED_ARRAY &&
             own.as_fixed_array_type().element_type().size() == sizeof(coord_t) &&
             own.as_fixed_array_type().num_elements() <= LEGATE_MAX_DIM) {
    point.dim = static_cast<int>(own.as_fixed_array_type().num_elements());
  } else {
    throw std::invalid_argument{"Scalar::value: a scalar of type " + own.to_string() + " is not a point"};
  }
  std::memcpy(point.point_data, ptr(), static_cast<std::size_t>(point.dim) * sizeof(coord_t));
  return point;
}

void Scalar::check_value_size_(std::size_t size) const {
  if (type().code() == Type::Code::STRING) {
    throw std::invalid_argument{"Scalar::value: string scalars can only be read as std::string or std::string_view"};
  }
  if (size > 0 && ptr() == nullptr) {
    throw std::invalid_argument{"Scalar::value: the scalar was made without data"};
  }
  if (size != this->size()) {
    throw std::invalid_argument{"Scalar::value: size of the scalar is " + std::to_string(this->size()) +
                                " bytes, but the requested type has " + std::to_string(size)};
  }
}

std::pair<const void*, std::size_t> Scalar::elements_(std::size_t element_size, bool is_character) const {
  const auto own = type();
  const auto mismatch = [&](std::size_t size) {
    return std::invalid_argument{"Scalar::values: elements of " + own.to_string() + " have " + std::to_string(size) +
                                 " bytes, but the requested type has " + std::to_string(element_size)};
  };
  switch (own.code()) {
    case Type::Code::NIL:
      return {nullptr, 0};
    case Type::Code::STRING: {
      if (!is_character) {
        throw std::invalid_argument{"Scalar::values: the characters of a string can only be read as a 1-byte type"};
      }
      const auto string = string_();
      return {string.data(), string.size()};
    }
    case Type::Code::FIXED_ARRAY: {
      const auto array = own.as_fixed_array_type();
      if (array.element_type().size() != element_size) {
        throw mismatch(array.element_type().size());
      }
      return {ptr(), array.num_elements()};
    }
    default:
      break;
  }
  if (size() != element_size) {
    throw mismatch(size());
  }
  return {ptr(), 1};
}

}  // namespace legate
