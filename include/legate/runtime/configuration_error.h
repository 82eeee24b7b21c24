// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <stdexcept>
#include <string_view>

namespace legate {

/// A requested resource is not supported by this build or by this machine. Thrown by start().
class LEGATE_EXPORT ConfigurationError : public std::runtime_error {
 public:
  explicit ConfigurationError(std::string_view message);
};

/// The hardware leaves nothing for a resource that was to be chosen automatically. Thrown by start().
class LEGATE_EXPORT AutoConfigurationError : public std::runtime_error {
 public:
  explicit AutoConfigurationError(std::string_view message);
};

}  // namespace legate
