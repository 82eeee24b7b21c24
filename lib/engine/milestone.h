// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/array.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace legate::detail::engine {

/// Calls `then` once, as soon as every launch that this process has made so far has completed, with the time of that:
/// in nanoseconds of std::chrono::steady_clock, never less than for an earlier call. By the worker that ends the last
/// of them, or at once by the caller. It must not throw, and not wait for anything. Launches made later neither wait
/// nor are waited for.
///
/// @throws std::logic_error the engine is not running, or the caller is a worker.
void when_launches_end(std::function<void(std::int64_t time)> then);

/// A buffer whose contents come from outside of all tasks: tasks that list its tile as READ, and transfers that send
/// it, wait until it was opened. Must live until then.
class Gate {
 public:
  /// Closed. @throws std::logic_error as when_launches_end().
  explicit Gate(std::size_t bytes);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  [[nodiscard]] const std::shared_ptr<Array>& buffer() const { return buffer_; }
  /// The contents are there. Once. Any thread, also a worker.
  void open() noexcept;

 private:
  std::shared_ptr<Array> buffer_;
};

}  // namespace legate::detail::engine
