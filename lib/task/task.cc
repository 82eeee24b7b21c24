// SPDX-License-Identifier: Apache-2.0
#include <legate/task/task.h>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace legate::detail {

std::string demangled_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name{abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                         &std::free};
  return status == 0 && name != nullptr ? name.get() : type.name();
}

}  // namespace legate::detail
