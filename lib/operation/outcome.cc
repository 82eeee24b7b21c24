// SPDX-License-Identifier: Apache-2.0
#include "operation/outcome.h"

#include "engine/engine.h"

#include <string>

namespace legate::detail {

const std::optional<TaskException>& Outcome::wait() {
  if (!agreed_) {
    const engine::Wait wait{"the end of a launch that may throw"};
    engine::record_call("the outcome of a launch that may throw is waited for");
    engine::compare_calls();
    completion_.wait(engine::Waiting::AMONG_OTHERS);
    if (engine::cluster().ranks > 1 && !agreed_) {
      agree();
    }
    agreed_ = true;
  }
  return exception_;
}

// The exception of the lowest point of all ranks counts; its rank tells the others.
void Outcome::agree() {
  constexpr std::uint64_t NOBODY = ~std::uint64_t{0};
  const auto& [rank, ranks] = engine::cluster();
  const auto winner = engine::minimum(exception_ ? std::uint64_t{point_} * ranks + rank : NOBODY);
  if (winner == NOBODY) {
    return;
  }
  const auto root = static_cast<unsigned>(winner % ranks);
  struct {
    std::uint64_t bytes;
    std::int32_t index;
  } header{};
  if (root == rank) {
    header = {exception_->error_message().size(), exception_->index()};
  }
  engine::broadcast(&header, sizeof header, root);
  std::string message = root == rank ? std::string{exception_->error_message()} : std::string(header.bytes, '\0');
  engine::broadcast(message.data(), message.size(), root);
  exception_.emplace(header.index, message);
}

}  // namespace legate::detail
