// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/distribution.h"
#include "data/placement.h"
#include "engine/engine.h"
#include "utilities/box.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail {

/// What this rank sends and receives so that every rank has the parts of an array that its points see: exactly the
/// elements that it does not have, each once. Immutable; the plans of all ranks fit together.
struct ExchangePlan {
  /// All that goes from one rank to another.
  struct Message {
    std::uint32_t peer{0};
    std::vector<Box> boxes{};  // disjoint, in an order on which both sides agree
    std::uint64_t elements{0};
  };
  std::vector<Message> sends{};
  std::vector<Message> receives{};
  /// What is sent on was received before.
  bool forwards{false};
};

/// The plan for points that read their parts. Remembered. Control thread only.
[[nodiscard]] std::shared_ptr<const ExchangePlan> plan_exchange(const Distribution& distribution,
                                                                const PlacedParts& readers);
/// The plan by which every rank of `placement` gets `box`.
[[nodiscard]] std::shared_ptr<const ExchangePlan> plan_broadcast(const Distribution& distribution, const Box& box,
                                                                 const Placement& placement);
/// Forgets everything remembered: when the runtime finishes.
void clear_exchanges();

/// @name Carrying out this rank's part of a plan
/// All ranks do it in the same order, under the same tag. Asynchronous: tasks that are submitted later on the array
/// find what was received. Of several exchanges all begin before the first ends: where one tile is both sent from and
/// received into, a rank that waited for the other one before it sends would wait for ever. Control thread only.
/// @{

/// Sends what this rank has.
void begin_exchange(const ExchangePlan& plan, engine::Array& array, std::uint64_t tag);
/// Receives, and passes on.
void end_exchange(const ExchangePlan& plan, engine::Array& array, std::uint64_t tag);
/// @}

/// Gives the memory of an array back but for these boxes, if it is worth while: as a task behind those that use it.
void release_memory(engine::Array& array, const std::vector<Box>& kept);

/// A buffer for one message, of one tile.
[[nodiscard]] engine::ArrayRef message_buffer(std::uint64_t bytes);

}  // namespace legate::detail
