// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/dispatch.h>

#include <stdexcept>
#include <string>

namespace legate::detail {

void fail_type_dispatch(legate::Type::Code code) {
  const auto number = std::to_string(static_cast<int>(code));
  switch (code) {
    case legate::Type::Code::NIL:
    case legate::Type::Code::BINARY:
    case legate::Type::Code::FIXED_ARRAY:
    case legate::Type::Code::STRUCT:
    case legate::Type::Code::STRING:
    case legate::Type::Code::LIST:
      throw std::runtime_error{"type_dispatch: type code " + number + " is not of a primitive type"};
    default:
      throw std::invalid_argument{"type_dispatch: " + number + " is not a type code"};
  }
}

void fail_dim_dispatch(int dim) {
  throw std::runtime_error{"dim_dispatch: dimension " + std::to_string(dim) + " is not in 1.." +
                           std::to_string(LEGATE_MAX_DIM)};
}

}  // namespace legate::detail
