// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/geometry.h"
#include "data/logical_store.h"
#include "partitioning/constraint.h"
#include "partitioning/solver.h"

#include <legate/operation/projection.h>
#include <legate/utilities/typedefs.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace legate::detail {

/// A launch domain and the part of each store that each point sees. Immutable, shared by all launches that repeat it.
struct LaunchPlan {
  bool single{true};
  Domain domain{};
  std::uint32_t points{1};
  /// Per partition symbol: what its points see; null for an unbound store.
  std::vector<std::shared_ptr<const Geometry>> geometries{};
  /// Per partition symbol: the split it got, even if the launch is single; null for none.
  std::vector<std::shared_ptr<const Tiling>> tilings{};
  /// Per partition symbol: the color shape of the pieces of an unbound store, counted like the points.
  std::vector<std::vector<std::uint64_t>> grids{};
};

/// Finds what the elements of a function's tiles point at in a range, in the function's current contents: one box for
/// each color. Waits for them. Control thread only.
using ImageFinder = std::shared_ptr<const Tiling> (*)(const LogicalStore::Ptr& function,
                                                      const std::shared_ptr<const Tiling>& tiling, LogicalStore& range,
                                                      ImageComputationHint hint);
/// The runtime, which launches tasks for it, installs the function that plans use.
void install_image_finder(ImageFinder finder);

/// The domain of a single launch.
[[nodiscard]] Domain single_domain();

/// What the solver is asked, with stores in place of numbers. Filled by the operation; reused between launches.
struct PartitionRequest {
  struct Symbol {
    LogicalStore* store{};
    partitioning::Access access{partitioning::Access::READ};
    bool output{false};
    bool unbound{false};
  };
  struct Use {
    std::uint32_t symbol{};
    partitioning::Access access{};
  };
  std::vector<Symbol> symbols{};
  std::vector<Use> uses{};                       // of every argument, in the order they were added
  std::vector<const Constraint*> constraints{};  // without trivial ones, in the order they were added
  std::vector<std::uint32_t> position{};         // of a variable's index in `symbols`
  std::uint64_t machine_count{1};
  std::uint64_t overdecompose{1};
  std::uint64_t threshold{0};
  bool replicated_writes{true};
  bool at_once{false};  // every point needs a processor of its own
  bool single{false};   // one instance sees everything, however the stores were split before (inline launches)

  void clear() {
    symbols.clear();
    uses.clear();
    constraints.clear();
  }
  [[nodiscard]] std::uint32_t position_of(const Variable& variable) const {
    return position[static_cast<std::size_t>(variable.index())];
  }
};

/// Splits the stores of an automatic operation. Remembers answers: the question is made of the stores' views, what they
/// were last split by, the constraints and the machine. Images depend on contents, so they are found anew each time.
/// Control thread only.
[[nodiscard]] std::shared_ptr<const LaunchPlan> plan_launch(const PartitionRequest& request);

/// What the points of `domain` see of a store split by `tiling`: the color that `projection` names, or without one the
/// color at the same place. Remembered like plan_launch. Control thread only.
/// @throws std::out_of_range if a point is led to a color that the tiling does not have.
[[nodiscard]] std::shared_ptr<const Geometry> plan_argument(const View::Ptr& view,
                                                            const std::shared_ptr<const Tiling>& tiling,
                                                            const std::optional<SymbolicPoint>& projection,
                                                            const Domain& domain);
/// Every point sees the whole store. Remembered.
[[nodiscard]] std::shared_ptr<const Geometry> whole_geometry(const View::Ptr& view);

/// What the points of a launch see of one store, with the bytes of an element.
struct SeenPart {
  const Geometry* geometry{};
  std::size_t element_size{};
};
/// Bytes of all these parts together, if each was as large as it is for some point: no point sees more. Does not look
/// at points.
[[nodiscard]] std::size_t bytes_of_largest_parts(const std::vector<SeenPart>& parts);
/// Bytes of all these parts together for the point that sees most. Looks at every point. Remembered like plan_launch.
/// Control thread only.
[[nodiscard]] std::size_t most_bytes_of_a_point(const std::vector<SeenPart>& parts, std::uint32_t points);

/// Forgets everything remembered: when the runtime finishes.
void clear_plans();

/// Point `index` of a domain, counted in row-major order.
[[nodiscard]] std::vector<std::int64_t> domain_point(const Domain& domain, std::uint64_t index);

}  // namespace legate::detail
