// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/memory_kind.h>
#include <legate/utilities/processor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <sstream>

namespace legate {

namespace {

// Through a string, so that the caller's stream keeps its base.
void print_hexadecimal(std::ostream& stream, std::uint64_t id) {
  std::ostringstream text;
  text << std::hex << id;
  stream << text.str();
}

template <std::size_t COUNT>
void print_name(std::ostream& stream, const std::array<const char*, COUNT>& names, int kind) {
  if (kind >= 0 && static_cast<std::size_t>(kind) < COUNT) {
    stream << names[static_cast<std::size_t>(kind)];
  } else {
    stream << "kind " << kind;
  }
}

}  // namespace

Processor Processor::get_executing_processor() {
  const auto number = detail::take_processor();
  return number == detail::NO_PROCESSOR ? NO_PROC : create(detail::executing_processor_kind(), number);
}

std::ostream& operator<<(std::ostream& stream, const Processor& processor) {
  print_hexadecimal(stream, processor.id);
  return stream;
}

std::ostream& operator<<(std::ostream& stream, const Memory& memory) {
  print_hexadecimal(stream, memory.id);
  return stream;
}

std::ostream& operator<<(std::ostream& stream, Processor::Kind kind) {
  constexpr std::array<const char*, 9> NAMES{"NO_KIND",    "TOC_PROC", "LOC_PROC", "UTIL_PROC", "IO_PROC",
                                             "PROC_GROUP", "PROC_SET", "OMP_PROC", "PY_PROC"};
  print_name(stream, NAMES, kind);
  return stream;
}

std::ostream& operator<<(std::ostream& stream, Memory::Kind kind) {
  constexpr std::array<const char*, 15> NAMES{"NO_MEMKIND",   "GLOBAL_MEM",      "SYSTEM_MEM",     "REGDMA_MEM",
                                              "SOCKET_MEM",   "Z_COPY_MEM",      "GPU_FB_MEM",     "DISK_MEM",
                                              "HDF_MEM",      "FILE_MEM",        "LEVEL3_CACHE",   "LEVEL2_CACHE",
                                              "LEVEL1_CACHE", "GPU_MANAGED_MEM", "GPU_DYNAMIC_MEM"};
  print_name(stream, NAMES, kind);
  return stream;
}

}  // namespace legate
