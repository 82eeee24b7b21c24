// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/array.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace legate::detail::engine {

/// @name Moving buffers between ranks
/// Both sides name the transfer by the same tag, which no other transfer of the run has. Asynchronous and in program
/// order, like a task that reads (writes) the buffer: tasks submitted earlier on it come first, later ones wait. The
/// buffer is an array of one tile, as large on one side as on the other. Control thread.
/// @{

/// Keeps the buffer until it is sent; one buffer may go to several ranks. A buffer that is reused before that could be
/// received into by the other half of the same exchange: which would wait for the sending, as does the other rank, for
/// ever. `purpose` is what profiles call the transfer; it lives as long as the process.
void send(std::shared_ptr<Array> buffer, unsigned to, std::uint64_t tag, const char* purpose = "exchange");
/// The buffer may be dropped at once. `then` is called when the contents have arrived, by a thread of the engine's: it
/// must not throw, and not wait for anything.
void receive(Array& buffer, unsigned from, std::uint64_t tag, const char* purpose = "exchange",
             std::function<void()> then = {});
/// @}

/// Number of the next transfer. Ranks that go through the same program get the same numbers. Where calls are checked,
/// they are compared first: messages of ranks that have called something else would not fit.
/// @throws std::logic_error as compare_calls().
[[nodiscard]] std::uint64_t next_transfer_tag();

/// Returns when every transfer that was started has completed on this side.
void wait_for_transfers();

/// The transfers that have not completed on this side, for messages. Any thread.
[[nodiscard]] std::vector<std::string> describe_unfinished_transfers();

/// What this rank has sent since start(). Any thread.
struct TransferStatistics {
  std::uint64_t messages{0};
  std::uint64_t bytes{0};
};
[[nodiscard]] TransferStatistics transfer_statistics() noexcept;

/// Starts and stops StarPU-MPI, if there are several ranks. By lifecycle.cc: right after StarPU has started, right
/// before it stops.
void start_transfers();
void stop_transfers();

}  // namespace legate::detail::engine
