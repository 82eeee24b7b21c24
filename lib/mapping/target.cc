// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/target.h>

#include <ostream>

namespace legate::mapping {

std::ostream& operator<<(std::ostream& stream, const TaskTarget& target) {
  switch (target) {
    case TaskTarget::GPU:
      return stream << "GPU";
    case TaskTarget::OMP:
      return stream << "OMP";
    case TaskTarget::CPU:
      return stream << "CPU";
    case TaskTarget::OPENCL:
      return stream << "OPENCL";
  }
  return stream << "TaskTarget(" << static_cast<unsigned>(target) << ')';
}

std::ostream& operator<<(std::ostream& stream, const StoreTarget& target) {
  switch (target) {
    case StoreTarget::SYSMEM:
      return stream << "SYSMEM";
    case StoreTarget::FBMEM:
      return stream << "FBMEM";
    case StoreTarget::ZCMEM:
      return stream << "ZCMEM";
    case StoreTarget::SOCKETMEM:
      return stream << "SOCKETMEM";
  }
  return stream << "StoreTarget(" << static_cast<unsigned>(target) << ')';
}

}  // namespace legate::mapping
