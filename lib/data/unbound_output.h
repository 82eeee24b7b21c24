// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/completion.h"
#include "engine/engine.h"
#include "partitioning/tiling.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace legate::detail {

/// What one task instance has bound to an unbound output. Written by that instance only, read once the launch is over.
struct UnboundPiece {
  void* data{};                          // from allocate_task_memory, owned by the piece once bound
  std::vector<std::uint64_t> extents{};  // of the data
  std::vector<std::uint64_t> room{};     // of the buffer that holds them, C order
  bool bound{false};
};

/// The pieces that the instances of one launch bind to one unbound store, and the array they become.
///
/// Pieces form a grid of shape `colors`; the extents of the result along a dimension are the sum over the grid.
class UnboundOutput {
 public:
  /// `owners`: the rank that makes each piece; empty if this rank makes all.
  UnboundOutput(std::vector<std::uint64_t> colors, std::size_t element_size, std::vector<std::uint32_t> owners);
  ~UnboundOutput();
  UnboundOutput(const UnboundOutput&) = delete;
  UnboundOutput& operator=(const UnboundOutput&) = delete;

  /// The piece at a row-major position of the grid.
  [[nodiscard]] UnboundPiece& piece(std::size_t position) { return pieces_[position]; }
  [[nodiscard]] const std::vector<std::uint64_t>& colors() const { return colors_; }
  /// All instances have run. Called once, by the thread that ran the last one.
  void complete() { completion_.signal(); }

  /// @name Control thread; wait for completion. The first call is collective where ranks share the pieces
  /// @{
  [[nodiscard]] const std::vector<std::uint64_t>& extents();
  /// The pieces, put together. Call once.
  [[nodiscard]] engine::ArrayRef take_array(std::size_t alignment);
  /// The ranks that have the boxes of the pieces; empty if every rank has all.
  [[nodiscard]] const std::vector<std::uint32_t>& owners() const { return owners_; }
  /// The boxes of the pieces, one color per instance.
  [[nodiscard]] std::shared_ptr<const Tiling> tiling();
  /// @}

 private:
  void lay_out();
  void exchange_extents();

  std::vector<std::uint64_t> colors_;
  std::size_t element_size_;
  std::vector<std::uint32_t> owners_;
  std::vector<UnboundPiece> pieces_;
  engine::Completion completion_{};
  bool laid_out_{false};
  std::vector<std::uint64_t> extents_{};
  std::vector<Box> boxes_{};
};

}  // namespace legate::detail
