// SPDX-License-Identifier: Apache-2.0
#include <legate/task/variant_options.h>

#include <ostream>

namespace legate {

std::ostream& operator<<(std::ostream& os, const VariantOptions& options) {
  os << '(';
  if (options.concurrent) os << "concurrent,";
  if (options.has_allocations) os << "has_allocations,";
  if (options.elide_device_ctx_sync) os << "elide_device_ctx_sync,";
  if (options.has_side_effect) os << "has_side_effect,";
  if (options.may_throw_exception) os << "may_throw_exceptions,";
  if (options.communicators) {
    os << "communicator(";
    for (const auto name : *options.communicators) {
      if (name.empty()) break;
      os << name << ',';
    }
    os << ')';
  }
  return os << ')';
}

}  // namespace legate
