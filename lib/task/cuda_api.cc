// SPDX-License-Identifier: Apache-2.0
#include <legate/cuda.h>
#include <legate/cuda/stream_pool.h>

#include "engine/cuda.h"
#include "task/frame.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>

// It defines what is deprecated.
LEGATE_PRAGMA_GNU_IGNORE("-Wdeprecated-declarations");

namespace legate::cuda {

namespace {

void require_gpu_variant(const TaskContext& task, const char* operation) {
  const auto& frame = *task.frame();
  if (!frame.on_gpu()) {
    throw std::runtime_error{std::string{"legate::cuda::"} + operation + ": task " +
                             std::string{frame.info().task_name} + " does not run its GPU variant"};
  }
}

}  // namespace

::cublasContext* cublas(const TaskContext& task) {
  require_gpu_variant(task, "cublas");
  return detail::engine::cublas_handle();
}

int cufft_plan(const TaskContext& task, const std::vector<int>& extents, int type, int batch) {
  require_gpu_variant(task, "cufft_plan");
  if (extents.empty() || extents.size() > 3) {
    throw std::invalid_argument{"legate::cuda::cufft_plan: transforms have 1 to 3 dimensions, not " +
                                std::to_string(extents.size())};
  }
  const auto least = std::min(batch, *std::min_element(extents.begin(), extents.end()));
  if (least < 1) {
    throw std::invalid_argument{"legate::cuda::cufft_plan: extents and batch are at least 1, not " +
                                std::to_string(least)};
  }
  return detail::engine::cufft_plan(extents, type, batch);
}

void StreamView::end_() noexcept {
  static const bool waits = [] {
    const auto* const value = std::getenv("LEGATE_SYNC_STREAM_VIEW");
    return value != nullptr && std::atoi(value) > 0;
  }();
  if (valid_ && waits && stream_ != nullptr) {
    detail::engine::finish_gpu_stream(stream_);
  }
}

StreamView StreamPool::get_stream() {
  const auto* const frame = detail::TaskFrame::current();
  return StreamView{frame != nullptr && frame->on_gpu() ? detail::engine::gpu_stream() : nullptr};
}

StreamPool& StreamPool::get_stream_pool() {
  static StreamPool pool;
  return pool;
}

}  // namespace legate::cuda
