// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace legate::mapping {

/// A task as a mapper sees it.
class Task;

}  // namespace legate::mapping
