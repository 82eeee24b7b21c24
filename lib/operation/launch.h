// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "comm/circle.h"
#include "data/geometry.h"
#include "data/logical_store.h"
#include "data/unbound_output.h"
#include "engine/engine.h"
#include "operation/launch_plan.h"
#include "operation/outcome.h"
#include "operation/partial_results.h"
#include "redop/registry.h"
#include "task/frame.h"
#include "task/worker_kind.h"

#include <legate/utilities/typedefs.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace legate::detail {

/// How a point gets at an argument.
enum class Delivery : std::uint8_t {
  DIRECT,   // the array's own memory
  REPLICA,  // every point writes the whole store: the first one into the array, the others into private copies
  COPY_IN,  // an input scalar that the same task also writes: a copy of the old value
  VALUE,    // an input scalar that no task has written: a copy in the launch
  PARTIAL,  // a private buffer, folded into the array afterwards
  PIECE     // an unbound output: memory that the point makes
};

/// One argument of a launch, ready for the points. Owns no array: the engine keeps arrays until their tasks are over.
struct LaunchArgument {
  legate::Type type;
  const Geometry* geometry{};  // of the launch's plan; null for an unbound output
  const OwnGeometry* own{};    // what the points of this rank see of it
  Delivery delivery{Delivery::DIRECT};
  bool scalar{false};
  bool readable{false};
  bool writable{false};
  bool reducible{false};
  bool transformed{false};
  bool partitioned{false};
  bool keeps_contents{false};  // REPLICA: private copies start with the array's contents
  std::int32_t same_as{-1};    // REPLICA: the position of the input whose private copy this is as well
  std::int32_t dim{0};         // PIECE
  std::size_t element_size{0};
  std::byte* data{};
  alignas(16) std::array<std::byte, Storage::LONGEST_CONSTANT> value{};  // VALUE
  std::array<std::size_t, LEGATE_MAX_DIM> strides{};                     // of the array, in bytes
  std::shared_ptr<PartialResults> partial{};
  Storage* target{};  // PARTIAL: what to fold into; valid until the launch is submitted
  std::shared_ptr<UnboundOutput> output{};
};

/// What the points of a launch do to one array: what submission needs to know besides the arguments.
struct ArrayUse {
  Storage* storage{};
  engine::Array* array{};
  const Geometry* geometry{};
  bool read{false};
  bool write{false};
  bool first_point_writes{false};  // a replicated write: the others read, if `read`, or stay away
};

struct ResolvedUse;
class TileUses;

/// All points of one operation, on their way through the engine.
///
/// Launches are made by the control thread and given up by whichever worker runs the last point. They are used again
/// with the memory they hold: what one thread allocates and another one frees costs more than the rest of a launch.
class Launch final : public engine::Work {
 public:
  /// Gives a launch back to be used again. Any thread.
  struct Recycler {
    void operator()(Launch* launch) const noexcept;
  };
  using Ptr = std::unique_ptr<Launch, Recycler>;
  /// An empty launch. Any thread.
  [[nodiscard]] static Ptr create();

  LaunchInfo info{};
  std::shared_ptr<const LaunchPlan> plan{};  // keeps the geometries
  std::shared_ptr<const void> keepalive{};   // what `info` points into
  VariantImpl body{};
  VariantImpl host_body{};    // of an operation of the runtime, whatever the scope prefers; null otherwise
  engine::KindSet choice{0};  // not 0: of these kinds of workers each runs the body of its kind
  std::array<VariantImpl, engine::WORKER_KINDS> bodies{};
  const std::vector<std::uint32_t>* cost_scalars{};  // positions of scalars that change how long points take; or null
  std::vector<LaunchArgument> arguments{};           // inputs, outputs, reductions
  std::vector<ArrayUse> uses{};
  Placement placement{};
  OwnPoints own{0, 1};  // those that this rank runs; what the engine calls point i is own.first + i
  std::size_t max_exception_size{0};
  bool show_progress{false};
  std::size_t device_spare{0};         // bytes that tiles may be larger than what points see of them, on devices
  bool local_on_cpus{false};           // see TaskSetting
  bool local_memory{false};            // points work in the memory of their worker: on devices, they have to
  std::shared_ptr<Outcome> outcome{};  // null unless the launch may throw
  /// Of a launch whose points run all at once, if some of them run here.
  std::optional<engine::GangPlace> gang{};
  std::optional<comm::Circle> circle{};
  /// Where a point on a device finds an argument.
  struct DevicePlace {
    static constexpr std::uint32_t NOWHERE = ~std::uint32_t{0};

    std::uint32_t tile{NOWHERE};  // among those that the point lists; NOWHERE: it sees nothing, or in main memory
    bool alone{false};            // the tile holds what the point sees and nothing else, whatever its coordinates
  };
  std::vector<DevicePlace> device_places{};  // by point and argument; none unless the launch is for devices

  /// Adds what an argument does to its array.
  void use(Storage& storage, const Geometry* geometry, bool read, bool write, bool first_point_writes);

  /// Lets workers in main memory run the host_body.
  void move_to_host();

  /// Queues all points, and the folds that follow them; ownership goes to the engine.
  static void submit(Ptr launch, const engine::Codelet& codelet, std::int32_t priority,
                     std::optional<engine::WorkerSet> workers);
  /// Runs the only point in the calling thread, after everything its arrays wait for.
  static void run_inline(Ptr launch, const engine::Codelet& codelet);

  /// The kind of processors that runs all points, if there is only one.
  [[nodiscard]] std::optional<engine::WorkerKind> only_kind() const;
  /// Whether points reduce into buffers of their own.
  [[nodiscard]] bool has_partial_results() const;

  void run(std::uint32_t index, const engine::Executor& executor) override;
  void finished() noexcept override;
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] std::optional<engine::InstanceSize> size_of(std::uint32_t index) const override;
  [[nodiscard]] std::string size_text(std::uint32_t index) const override;
  [[nodiscard]] engine::WorkNote note() const override;

 private:
  Launch() = default;
  /// Whether devices gain anything: points see arrays, and each part of them is in one piece.
  [[nodiscard]] bool suits_devices() const;
  void reset() noexcept;
  /// Moves what other ranks have, and notes who has what afterwards.
  void exchange_parts();
  void cut_arrays();
  [[nodiscard]] engine::Footprint footprint() const;
  void submit_points(engine::Submitter& submitter);
  /// Adds what a point does to tiles.
  void add_uses(std::uint32_t point, const std::vector<ResolvedUse>& resolved, TileUses& tiles) const;
  /// `index` is the engine's number of the point.
  void fill_store(TaskFrame& frame, std::size_t position, std::uint32_t index, const engine::Executor& executor);
  /// The same for an argument in the memory of a device.
  void fill_device_store(PhysicalStore& store, std::size_t position, std::uint32_t index,
                         const engine::Executor& executor) const;
  void fill_replica(TaskFrame& frame, const LaunchArgument& argument, PhysicalStore& store, std::uint32_t index) const;
  void call_body(TaskFrame& frame, VariantImpl variant, std::uint32_t point) noexcept;
  void close_pieces(std::uint32_t point, bool threw) noexcept;
};

}  // namespace legate::detail
