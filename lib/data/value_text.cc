// SPDX-License-Identifier: Apache-2.0
#include "data/value_text.h"

#include <cstdint>
#include <cstring>
#include <iomanip>
#include <limits>
#include <sstream>

namespace legate::detail {

namespace {

template <typename T>
void write_number(std::ostream& text, const void* data) {
  T value{};
  std::memcpy(&value, data, sizeof value);
  text << std::setprecision(std::numeric_limits<T>::max_digits10) << +value;  // + for those that are characters
}

void write_bytes(std::ostream& text, const unsigned char* data, std::size_t bytes) {
  constexpr std::size_t SHOWN = 32;
  std::uint64_t hash = 0xcbf29ce484222325U;
  text << "0x" << std::hex << std::setfill('0');
  for (std::size_t i = 0; i < bytes; ++i) {
    hash = (hash ^ data[i]) * 0x100000001b3U;
    if (i < SHOWN) {
      text << std::setw(2) << unsigned{data[i]};
    }
  }
  if (bytes > SHOWN) {
    text << "... (" << std::dec << bytes << " bytes, checksum " << std::hex << hash << ')';
  }
}

}  // namespace

std::string value_text(const Type& type, const void* data, std::size_t bytes) {
  std::ostringstream text;
  text << type.to_string() << ' ';
  switch (type.code()) {
    case Type::Code::BOOL:
    case Type::Code::UINT8:
      write_number<std::uint8_t>(text, data);
      break;
    case Type::Code::INT8:
      write_number<std::int8_t>(text, data);
      break;
    case Type::Code::INT16:
      write_number<std::int16_t>(text, data);
      break;
    case Type::Code::INT32:
      write_number<std::int32_t>(text, data);
      break;
    case Type::Code::INT64:
      write_number<std::int64_t>(text, data);
      break;
    case Type::Code::UINT16:
      write_number<std::uint16_t>(text, data);
      break;
    case Type::Code::UINT32:
      write_number<std::uint32_t>(text, data);
      break;
    case Type::Code::UINT64:
      write_number<std::uint64_t>(text, data);
      break;
    case Type::Code::FLOAT32:
      write_number<float>(text, data);
      break;
    case Type::Code::FLOAT64:
      write_number<double>(text, data);
      break;
    default:
      write_bytes(text, static_cast<const unsigned char*>(data), bytes);
  }
  return text.str();
}

}  // namespace legate::detail
