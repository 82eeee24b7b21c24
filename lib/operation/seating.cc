// SPDX-License-Identifier: Apache-2.0
#include "operation/seating.h"

#include "engine/cluster.h"
#include "engine/process_group.h"
#include "engine/watch.h"

#include <unordered_map>
#include <utility>
#include <vector>

namespace legate::detail {

namespace {

struct PlacementHash {
  std::size_t operator()(const Placement& placement) const { return placement.hash(); }
};
using Seatings = std::unordered_map<Placement, std::shared_ptr<const comm::Seating>, PlacementHash>;

Seatings& seatings() {
  static auto* const instance = new Seatings;
  return *instance;
}

comm::Seating seat(const Placement& placement) {
  comm::Seating seating;
  const auto& cluster = engine::cluster();
  std::vector<unsigned> ranks;
  // There may be processes without points between those that have some.
  for (std::uint64_t point = 0; point < placement.points;) {
    const auto rank = placement.rank_of(point);
    if (rank == cluster.rank) {
      seating.process = static_cast<unsigned>(ranks.size());
    }
    ranks.push_back(rank);
    seating.first_points.push_back(point);
    point = placement.first_point(std::uint64_t{rank} + 1);
  }
  seating.first_points.push_back(placement.points);
  if (ranks.size() > 1) {
    // Those that come later may still wait for what tasks do here.
    const engine::Wait wait{"the ranks of a concurrent launch to meet for the first time"};
    seating.group = &engine::ProcessGroup::find(ranks);
  }
  return seating;
}

}  // namespace

std::shared_ptr<const comm::Seating> find_seating(const Placement& placement) {
  auto& known = seatings()[placement];
  if (known == nullptr) {
    known = std::make_shared<const comm::Seating>(seat(placement));
  }
  return known;
}

void forget_seatings() noexcept { seatings().clear(); }

}  // namespace legate::detail
