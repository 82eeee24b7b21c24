// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace legate::detail::engine {

/// The processes of this run: all of them run the same program, and each is one *rank*.
struct Cluster {
  unsigned rank{0};
  unsigned ranks{1};
};

/// Which processes there are. Any thread; a cluster of one before start_cluster() and after stop_cluster().
[[nodiscard]] const Cluster& cluster() noexcept;

/// How many processes a launcher (mpirun, srun and the like) has started according to the environment, and which of
/// them this one is.
struct LauncherView {
  std::string variable;  ///< where the number is from
  Cluster cluster;
};
/// Nothing if no launcher left a trace. `get` looks up a variable of the environment, null if it is not set.
[[nodiscard]] std::optional<LauncherView> look_at_launcher(const char* (*get)(const char* name));

/// How many processes of the run share this node, as far as the launcher says so; else 1.
[[nodiscard]] unsigned ranks_of_this_node() noexcept;

/// Which of the processes on its node this one is, as far as the launcher says so; else 0. `get` as above.
[[nodiscard]] unsigned rank_on_node(const char* (*get)(const char* name));

/// Finds the other processes. Initialises MPI (MPI_THREAD_MULTIPLE) if a launcher has started several and the program
/// has not done so itself. Collective, before start(). From then on a process of several that ends before
/// stop_cluster() says so and ends the run.
///
/// @throws std::runtime_error the launcher and MPI disagree about the number of processes; this build has no MPI and
/// there are several; the program has initialised MPI without MPI_THREAD_MULTIPLE. Nothing is left running then.
void start_cluster();

/// Finalises MPI if start_cluster() initialised it. Collective, after stop().
void stop_cluster();

/// Ends every process of the run without further ado; for when other ranks would wait for this one for ever. The
/// launcher reports a status other than 0.
[[noreturn]] void abort_cluster();

/// `rank 3`, `ranks 0, 1`, `ranks 0 to 2, 5`: for messages. The numbers ascend.
[[nodiscard]] std::string name_ranks(const std::vector<unsigned>& ranks);

/// @name Collective operations of the control threads
/// Every rank calls the same ones in the same order. Nothing happens in a cluster of one. Not on a worker. Pending
/// tasks go on meanwhile.
/// @{

/// Returns when every rank has called it.
void barrier();

/// The same bytes from all ranks, by rank. Each rank gives `bytes`, the same number everywhere.
[[nodiscard]] std::vector<std::byte> gather_everywhere(const void* data, std::size_t bytes);

/// Bytes of `root` to all ranks; everybody knows how many.
void broadcast(void* data, std::size_t bytes, unsigned root);

/// The least of everybody's numbers.
[[nodiscard]] std::uint64_t minimum(std::uint64_t value);
/// The same of several numbers at a time, which it replaces.
void minima(std::uint64_t* values, std::size_t count);
/// @}

/// @name For profiles
/// Collective like those above, and in time proportional to the number of ranks.
/// @{

/// What to add to this rank's std::chrono::steady_clock to get that of rank 0, in nanoseconds; as of now.
[[nodiscard]] std::int64_t clock_difference();

/// Calls `take` with the text of every rank in turn. On rank 0 only, which holds one of them at a time.
void collect_texts(const std::string& own, const std::function<void(const std::string& text)>& take);
/// @}

/// In how many collective operations this rank has been: that it is in one now shows in the difference.
struct Meetings {
  std::uint64_t entered{0};
  std::uint64_t left{0};
};
/// Any thread.
[[nodiscard]] Meetings meetings() noexcept;

/// Makes this process believe that it is one of several, without any others: for tests and measurements of what one
/// rank does by itself. Collective operations then find that all ranks agree with this one, what is sent is dropped,
/// and what is received has any contents. Not while the engine is running.
void pretend_cluster(const Cluster& cluster) noexcept;

/// Whether there are processes to communicate with.
[[nodiscard]] bool has_peers() noexcept;

}  // namespace legate::detail::engine
