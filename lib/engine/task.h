// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/array.h"
#include "engine/performance_model.h"
#include "engine/watch.h"
#include "engine/workers.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace legate::detail::engine {

/// What a point does with a tile.
enum class Access : std::uint8_t {
  /// Runs together with other readers, after earlier writers. Points that list one tile with READ may write disjoint
  /// parts
  /// of its memory that no other reader looks at (partial results, folded later by a point that lists it READ_WRITE).
  READ,
  /// Alone; old contents of the whole tile are not needed.
  WRITE,
  /// Alone.
  READ_WRITE
};

struct TileUse {
  TileHandle tile{nullptr};
  Access access{Access::READ};
};

/// Where a tile is in the memory that a worker works on.
struct TileMemory {
  std::uintptr_t pointer{0};            ///< address of the first element; 0 if it has none, as on OpenCL devices
  std::uintptr_t handle{0};             ///< what the device calls the memory: a `cl_mem`
  std::size_t offset{0};                ///< bytes from its begin to the first element
  Box box{};                            ///< the tile, in the coordinates of the array
  const std::size_t* strides{nullptr};  ///< in bytes
};

/// The worker that runs a point.
struct Executor {
  unsigned worker{0};  ///< 0..worker_count() - 1; one thread for as long as the engine runs
  void** buffers{nullptr};

  /// Tile `position` of those that a point listed with local_point().
  [[nodiscard]] TileMemory tile(std::size_t position) const;
};

/// What there is to say about a launch besides the name of its codelet.
struct WorkNote {
  const std::string* provenance{nullptr};  ///< null or empty if nobody knows
  std::uint64_t bytes{0};                  ///< that a point sees
  std::uint64_t written{0};                ///< those of them that it writes
  std::uint64_t first_point{0};            ///< the number of point 0 among the points of all ranks
  bool fold{false};                        ///< folds what points of the same task have reduced
};

/// What one launch runs. Owned by whoever launches it; must live until finished() was called.
class Work {
 public:
  /// Runs one point, on a worker. All tiles that the point listed are current in main memory at the address
  /// Array::data() tells, or where Executor::tile() tells if the point said so. What it has given to a GPU is done
  /// when it returns. An exception that leaves it is a broken invariant of ours: LEGATE_ABORT.
  virtual void run(std::uint32_t point, const Executor& executor) = 0;

  /// Called once, after run() returned for every point, by the worker that ran the last one (by the submitting thread
  /// when points were announced but not submitted); may delete the Work. StarPU has not yet released the tiles then, so
  /// it must not wait for anything (it runs on a worker), but it may drop ArrayRefs and signal Completions.
  virtual void finished() noexcept = 0;

  /// @name While models are in use, called when a point is submitted
  /// @{
  /// What the point works on; nothing if it has no part in performance models.
  [[nodiscard]] virtual std::optional<InstanceSize> size_of(std::uint32_t /*point*/) const { return std::nullopt; }
  /// The same for people; asked once for each size.
  [[nodiscard]] virtual std::string size_text(std::uint32_t /*point*/) const { return {}; }
  /// @}

  /// For messages: what there is to say about the launch besides the name of its codelet. Any thread, between
  /// submission and finished().
  [[nodiscard]] virtual std::string description() const { return {}; }

  /// For the profile; asked when the launch is announced.
  [[nodiscard]] virtual WorkNote note() const { return {}; }

 protected:
  Work() = default;
  Work(const Work&) = default;
  Work& operator=(const Work&) = default;
  ~Work() = default;
};

/// The kind of task a launch is made of; one for every task of a library. Opaque.
class Codelet;

/// Makes a codelet. Any thread, also before start(). The name appears in StarPU's tools, in timestamps and in profiles,
/// and is that of the performance model. `moves`: why the task moves bytes, if that is all that it does; profiles add
/// up such bytes by reason. Lives as long as the process.
[[nodiscard]] Codelet* create_codelet(const std::string& name, const ModelDeclaration& model = {},
                                      const char* moves = nullptr);

/// Says later why a task moves bytes. While no launch is pending.
void set_moves(Codelet& codelet, const char* moves) noexcept;

/// Destroys a codelet of which no launch is pending. nullptr is ignored. Any thread.
void destroy_codelet(Codelet* codelet) noexcept;

[[nodiscard]] const std::string& codelet_name(const Codelet& codelet) noexcept;

/// The workers that may run a launch: a range of each kind.
struct WorkerSet {
  std::array<WorkerRange, WORKER_KINDS> ranges{};

  WorkerSet() = default;
  WorkerSet(const WorkerRange& range) : ranges{range} {}  // NOLINT(google-explicit-constructor): a set of one range
};

/// What tells instances of one task that take about as long from others: the bytes that an instance sees, to the next
/// power of two, as StarPU's history-based performance models have it.
struct Footprint {
  std::uint64_t bytes{0};
  bool fold{false};  ///< no instance of the task, but one that folds the results of its instances
};

/// How the points of a launch get to StarPU.
struct BundlePlan {
  std::uint32_t size{0};         ///< points per StarPU task; 0: every point is a task of its own
  bool separate{false};          ///< no StarPU task holds points of another launch as well
  std::uint32_t nanoseconds{0};  ///< what a point is expected to take
  bool link{false};              ///< joins only points that it would have to wait for anyway
};

struct LaunchRecord;
class ProcessGroup;

/// Where the points of a gang run: all at once, each on a worker of its own.
struct GangPlace {
  unsigned first_worker{0};          ///< for the first point that is submitted; the next ones follow
  ProcessGroup* processes{nullptr};  ///< those that have points of the gang, if this is not the only one
};

/// What the points of a gang do to a tile, and where.
struct GangUse {
  TileUse use{};
  std::optional<std::uint32_t> point{};  ///< in the memory of the worker of this one alone; else in main memory
};

/// Submits the points of one launch. Holds the submission lock for its lifetime: make it, submit all points, let it go.
///
/// The lock is one for the process and re-entrant, so the same thread may use arrays meanwhile. Blocks when many
/// thousands of tasks are pending already. Points that were announced but never submitted count as finished when the
/// Submitter goes.
class Submitter {
 public:
  /// Announces a launch of `points` points. `work` and `codelet` must live until `work.finished()` is called, which
  /// happens in the destructor if no point is submitted. Larger `priority` runs earlier among tasks that are ready.
  ///
  /// With a `footprint`, points that are known to be short may run in one StarPU task with others of this launch and of
  /// launches nearby, in the order of submission: they must not wait for each other. Without, every point is a task of
  /// its own.
  ///
  /// @throws std::logic_error the engine is not running, or the caller is a worker.
  /// @throws std::invalid_argument `workers` is empty or reaches beyond worker_count().
  Submitter(Work& work, const Codelet& codelet, std::int32_t priority, std::uint32_t points,
            std::optional<WorkerSet> workers = std::nullopt, std::optional<Footprint> footprint = std::nullopt);
  Submitter(const Submitter&) = delete;
  Submitter& operator=(const Submitter&) = delete;
  ~Submitter();

  /// Submits point `index`, which starts when earlier submitted tasks with conflicting accesses to the same tiles have
  /// completed. `uses` may be null when `count` is 0, must not list a tile twice, and may be reused after the call.
  ///
  /// @throws std::invalid_argument a tile is null or belongs to a tiling that its array no longer has.
  /// @throws std::logic_error more points than announced.
  void point(std::uint32_t index, const TileUse* uses, std::size_t count);

  /// The same for a point that works on its tiles in the memory of the worker that it gets, except for the first
  /// `host_uses` of them. Never bundled.
  ///
  /// @throws as point()
  void local_point(std::uint32_t index, const TileUse* uses, std::size_t count, std::size_t host_uses);

  /// @name Gangs
  /// Launches whose points run all at once and may wait for each other, across all processes of the place. All points
  /// that were announced are submitted, at least one. One gang of a process comes after the other, in program order.
  ///
  /// @throws std::invalid_argument also when there are fewer workers than points, from the first one of the place on.
  /// @{

  /// Submits all points, which work in main memory. `uses` is what all of them together do to tiles.
  void gang(const GangPlace& place, const TileUse* uses, std::size_t count);
  /// All points are to follow in their order, by local_point(), and list no more than `uses`. Those tiles are brought
  /// to where they are used before any point starts.
  void begin_local_gang(const GangPlace& place, const std::vector<GangUse>& uses);
  /// @}

 private:
  void* next_point_(std::uint32_t index, const TileUse* uses, std::size_t count, std::size_t most);
  void begin_gang_(const GangPlace& place);

  std::unique_lock<std::recursive_mutex> lock_;
  LaunchRecord* launch_{nullptr};
  BundlePlan bundle_{};
  std::uint32_t points_;
  std::uint32_t submitted_{0};
  std::optional<TileUse> gate_{};  // what points of a gang list besides
};

/// How many tiles a point may list: StarPU is given a table of this many entries for every codelet.
[[nodiscard]] std::size_t most_tiles_of_a_point() noexcept;
/// The same for local_point().
[[nodiscard]] std::size_t most_tiles_of_a_local_point() noexcept;

/// Returns when there are few enough launches to make another one, so that a Submitter does not wait for that, which
/// cannot be given up. May be given up: then it throws what the wait hooks do. The control thread.
void make_room();

/// Returns when every submitted task has completed, and StarPU is done with it. Looks for about 50 us before it sleeps.
/// Does nothing when the engine is not running.
///
/// @throws std::logic_error the caller is a worker.
void wait_all(Waiting waiting = Waiting::TO_THE_END);

/// How many StarPU tasks were submitted for points since start(). Any thread; for tests and measurements.
[[nodiscard]] std::uint64_t task_count() noexcept;

/// Whether the calling thread is a worker. Any thread, also when the engine is not running.
[[nodiscard]] bool on_worker() noexcept;

}  // namespace legate::detail::engine
