// SPDX-License-Identifier: Apache-2.0
#include <legate/task/exception.h>

namespace legate {

TaskException::TaskException(std::int32_t index, std::string error_message)
    : index_{index}, error_message_{std::move(error_message)} {}

TaskException::TaskException(std::string error_message) : TaskException{0, std::move(error_message)} {}

// Out of line, so that the class has one type information in the library and every program can catch it.
const char* TaskException::what() const noexcept { return error_message_.c_str(); }

detail::ForeignException::~ForeignException() = default;

}  // namespace legate
