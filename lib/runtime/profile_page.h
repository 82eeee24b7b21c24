// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace legate::detail {

/// The report of a profile: an HTML page that needs no other file. Between these two parts stand the traces of all
/// ranks, each as a `<script type="application/json" class="trace">`, from which the page computes what it shows.
[[nodiscard]] std::string_view profile_page_begin() noexcept;
[[nodiscard]] std::string_view profile_page_end() noexcept;

}  // namespace legate::detail
