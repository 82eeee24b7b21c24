// SPDX-License-Identifier: Apache-2.0
#include "runtime/terminate.h"

#include <legate/utilities/abort.h>
#include <legate/version.h>

#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <iostream>
#include <string>
#include <typeinfo>
#include <vector>

namespace legate::detail {

namespace {

std::string type_name(const std::exception& exception)
{
  int status      = 0;
  char* demangled = abi::__cxa_demangle(typeid(exception).name(), nullptr, nullptr, &status);
  std::string name{status == 0 ? demangled : typeid(exception).name()};
  std::free(demangled);  // NOLINT(cppcoreguidelines-no-malloc)
  return name;
}

/// The exceptions nested in one, outermost first.
void collect(const std::exception& exception, std::vector<std::string>& entries)
{
  entries.push_back(type_name(exception) + ": " + exception.what());
  try {
    std::rethrow_if_nested(exception);
  } catch (const std::exception& nested) {
    collect(nested, entries);
  } catch (...) {
    entries.emplace_back("an object that is no std::exception");
  }
}

void print(std::vector<std::string> entries)
{
  const std::string prefix = "LEGATE ERROR: ";
  const std::string rule   = prefix + std::string(80, '=') + "\n";
  std::string text         = rule;
  text += prefix + "Legate version: " + std::to_string(LEGATE_VERSION_MAJOR) + "." +
          std::to_string(LEGATE_VERSION_MINOR) + "." + std::to_string(LEGATE_VERSION_PATCH) + "\n";
  const auto* config = std::getenv("LEGATE_CONFIG");
  text += prefix + "LEGATE_CONFIG: " + (config == nullptr ? "" : config) + "\n";
  text += prefix + "Exception stack contains " + std::to_string(entries.size()) +
          " exception(s) (bottom-most exception first):\n";
  for (std::size_t i = entries.size(); i-- > 0;) {
    std::string entry = "#" + std::to_string(entries.size() - 1 - i) + " " + entries[i];
    for (std::size_t at = 0; (at = entry.find('\n', at)) != std::string::npos; at += prefix.size() + 1) {
      entry.insert(at + 1, prefix);
    }
    text += prefix + entry + "\n";
  }
  std::cerr << text << rule << std::flush;
}

[[noreturn]] void handler()
{
  std::vector<std::string> entries;
  if (const auto active = std::current_exception()) {
    try {
      std::rethrow_exception(active);
    } catch (const std::exception& exception) {
      collect(exception, entries);
    } catch (...) {
      entries.emplace_back("an object that is no std::exception");
    }
  }
  print(std::move(entries));
  std::abort();
}

}  // namespace

void install_terminate_handler() { std::set_terminate(&handler); }

}  // namespace legate::detail
