// SPDX-License-Identifier: Apache-2.0
#include "utilities/handle.h"

#include <stdexcept>
#include <string>

namespace legate::detail {

void refuse_empty_handle(const char* function) {
  throw std::logic_error{std::string{function} + ": the object was moved from and refers to nothing"};
}

}  // namespace legate::detail
