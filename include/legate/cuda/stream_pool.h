// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/task/task_context.h>

// As in cuda.h, which is not needed for this.
using CUstream = CUstream_st*;

namespace legate::cuda {

/// The stream of a task. With LEGATE_SYNC_STREAM_VIEW=1 in the environment its end waits for what is in the stream.
class [[deprecated("use TaskContext::get_task_stream()")]] StreamView {
 public:
  explicit StreamView(CUstream stream) : stream_{stream} {}
  StreamView(const StreamView&) = delete;
  StreamView& operator=(const StreamView&) = delete;
  StreamView(StreamView && other) noexcept : stream_{other.stream_}, valid_{other.valid_} { other.valid_ = false; }
  StreamView& operator=(StreamView&& other) noexcept {
    if (this != &other) {
      end_();
      stream_ = other.stream_;
      valid_ = other.valid_;
      other.valid_ = false;
    }
    return *this;
  }
  ~StreamView() { end_(); }

  operator CUstream() const { return stream_; }  // NOLINT: what the interface has

 private:
  LEGATE_EXPORT void end_() noexcept;

  CUstream stream_;
  bool valid_{true};
};

// It names the other class.
LEGATE_PRAGMA_PUSH();
LEGATE_PRAGMA_GNU_IGNORE("-Wdeprecated-declarations");

/// One for the process.
class [[deprecated("use TaskContext::get_task_stream()")]] StreamPool {
 public:
  /// The stream of the task that the calling thread runs; null unless it runs a GPU variant.
  [[nodiscard]] LEGATE_EXPORT StreamView get_stream();
  [[nodiscard]] LEGATE_EXPORT static StreamPool& get_stream_pool();
};

LEGATE_PRAGMA_POP();

}  // namespace legate::cuda
