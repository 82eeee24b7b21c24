// SPDX-License-Identifier: Apache-2.0
#include "utilities/banner.h"

#include <cxxabi.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define LEGATE_DETAIL_HAS_BACKTRACE 1
#else
#define LEGATE_DETAIL_HAS_BACKTRACE 0
#endif

namespace legate::detail {

namespace {

constexpr const char* PREFIX = "LEGATE ERROR: ";

void append(std::string& text, const std::string& entry) {
  std::size_t start = 0;
  while (start <= entry.size()) {
    const auto end = entry.find('\n', start);
    text += PREFIX;
    text += entry.substr(start, end == std::string::npos ? end : end - start);
    text += '\n';
    if (end == std::string::npos) {
      break;
    }
    start = end + 1;
  }
}

std::string& heading() {
  static auto* const text = new std::string;  // never destroyed: banners are printed until the process is gone
  return *text;
}

}  // namespace

void set_banner_heading(std::string text) { heading() = std::move(text); }

void print_error_banner(const std::vector<std::string>& lines) {
  const std::string rule(80, '=');
  std::string text;
  append(text, rule);
  if (!heading().empty()) {
    append(text, heading());
  }
  for (const auto& line : lines) {
    append(text, line);
  }
  append(text, rule);
  // One call, so that banners of several threads do not mix.
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string type_name(const std::type_info& type) {
  int status = 0;
  char* demangled = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name{status == 0 ? demangled : type.name()};
  std::free(demangled);  // NOLINT(cppcoreguidelines-no-malloc)
  return name;
}

std::vector<std::string> stack_trace([[maybe_unused]] int skip) {
  std::vector<std::string> result;
#if LEGATE_DETAIL_HAS_BACKTRACE
  std::array<void*, 64> frames{};
  const auto count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  auto** symbols = ::backtrace_symbols(frames.data(), count);
  for (int i = skip + 1; symbols != nullptr && i < count; ++i) {
    result.push_back("#" + std::to_string(i - skip - 1) + " " + symbols[i]);
  }
  std::free(static_cast<void*>(symbols));  // NOLINT(cppcoreguidelines-no-malloc)
#endif
  return result;
}

}  // namespace legate::detail
