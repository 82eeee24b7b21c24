// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/external_allocation.h"
#include "engine/engine.h"

#include <vector>

namespace legate::detail {

/// What a storage keeps of the program's memory that it was made on.
struct Attachment {
  std::vector<ExternalAllocation::Use> memory{};
  engine::ArrayRef original{};  // read-only memory that the storage has left for a copy
  bool read_only{true};
  bool listed{false};  // ranks have written parts of it that others do not have yet
};

/// Copies all elements, as a task in its place among those on both arrays, which are alike.
void submit_copy(engine::Array& from, engine::Array& to);

}  // namespace legate::detail
