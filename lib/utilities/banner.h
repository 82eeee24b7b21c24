// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <typeinfo>
#include <vector>

namespace legate::detail {

/// Writes `lines` to stderr at once, between two rules and with every line marked as an error of ours. Entries may
/// contain line breaks.
void print_error_banner(const std::vector<std::string>& lines);

/// What every banner from now on begins with, such as which process of several writes it; empty for nothing. Not while
/// another thread prints.
void set_banner_heading(std::string heading);

/// The name of a type as the program's source has it, where the platform can tell.
[[nodiscard]] std::string type_name(const std::type_info& type);

/// The functions that are active on the calling thread, innermost first, without the first `skip`; nothing where the
/// platform cannot tell.
[[nodiscard]] std::vector<std::string> stack_trace(int skip);

}  // namespace legate::detail
