// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/performance_model.h"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace legate::detail::engine {

/// What is kept of a performance model between runs: how long instances of one version of a task took.
///
/// A file of lines of text, so that people and `legate-models` can read it:
///
///     legatus-model 1
///     task mylib.saxpy
///     version 5d20c8a1
///     machine node7
///     size 8f14e45fceea167a 16384 1024:8 1024:8
///     samples cpu 10.2 10.4 10.1
///     samples omp4 4.1 4.0
///     end
///
/// A size is a hash of what an instance saw, its bytes, and the same for people; samples are microseconds. Blanks in
/// names and kinds are encoded as in file names.
struct StoredModel {
  struct Size {
    std::uint64_t hash{0};
    std::uint64_t bytes{0};
    std::string text{};
    std::map<std::string, std::vector<double>> samples{};  // by kind of processor
  };

  std::string task{};
  std::string version{};
  std::string machine{};
  std::vector<Size> sizes{};
};

/// A name as a part of a file name: letters, digits, `_` and `-` and inner dots stay, everything else is `%` and two
/// hexadecimal digits. Long names end in a hash of the whole.
[[nodiscard]] std::string encode_name(std::string_view name);

/// @throws std::runtime_error what is wrong with which line.
[[nodiscard]] StoredModel read_model(std::istream& input);
void write_model(std::ostream& output, const StoredModel& model);

/// Takes from `other` what it knows better: sizes that `model` does not have, and samples where it has more.
void merge_model(StoredModel& model, const StoredModel& other);

}  // namespace legate::detail::engine
