// SPDX-License-Identifier: Apache-2.0
// Who has what, and who sends what to whom, compared element by element with plain arrays: for every rank of made-up
// clusters, without any communication.
#include "data/exchange.h"
#include "data/geometry.h"
#include "data/rank_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

namespace {

using namespace legate::detail;

class Exchange : public ::testing::Test {
 protected:
  void TearDown() override {
    engine::pretend_cluster({});
    clear_exchanges();
    clear_distributions();
  }

  std::uint64_t dice(std::uint64_t low, std::uint64_t high) {
    return std::uniform_int_distribution<std::uint64_t>{low, high}(random_);
  }
  std::vector<std::uint64_t> numbers(std::size_t count, std::uint64_t low, std::uint64_t high) {
    std::vector<std::uint64_t> result;
    for (std::size_t i = 0; i < count; ++i) result.push_back(dice(low, high));
    return result;
  }

  std::mt19937_64 random_{7};
};

using Point = std::vector<std::int64_t>;

std::vector<Point> points_of(const Box& box) {
  std::vector<Point> result;
  if (box.empty()) return result;
  Point at(box.lo.begin(), box.lo.begin() + box.dim);
  while (true) {
    result.push_back(at);
    auto d = static_cast<std::size_t>(box.dim);
    while (d-- > 0) {
      if (++at[d] < box.hi[d]) break;
      at[d] = box.lo[d];
    }
    if (d == static_cast<std::size_t>(-1)) return result;
  }
}

/// A launch: the parts of a view that its points see, and where they run.
struct Access {
  std::shared_ptr<const Geometry> geometry;
  Placement placement;

  [[nodiscard]] PlacedParts placed() const { return {geometry->parts(), placement}; }
  [[nodiscard]] Box box(std::uint64_t point) const { return geometry->parts()->box(geometry->is_whole() ? 0 : point); }
};

/// A launch over tiles, which may overlap, leave gaps, and be more or fewer than the processors.
Access make_access(const View::Ptr& view, std::vector<std::uint64_t> tile, std::vector<std::uint64_t> colors,
                   std::vector<std::int64_t> offsets, std::vector<std::uint64_t> strides, const Placement& machine,
                   bool by_rule) {
  auto tiling = std::make_shared<const Tiling>(std::move(tile), colors, std::move(offsets), std::move(strides));
  const auto volume = tiling->color_volume();
  Placement placement = machine;
  placement.points = volume;
  const auto map = color_map(std::vector<std::int64_t>(colors.size(), 0), colors, colors);
  return {by_rule ? std::make_shared<const Geometry>(view, tiling, *map)
                  : std::make_shared<const Geometry>(view, tiling, volume,
                                                     [&](std::size_t point) { return map->color(point); }),
          placement};
}

TEST_F(Exchange, EveryRankGetsWhatItsPointsReadAndDoesNotHaveOnce) {
  for (int round = 0; round < 400; ++round) {
    const auto ranks = static_cast<unsigned>(dice(2, 6));
    const auto per_rank = dice(1, 2);
    const auto dims = dice(1, 3);
    const auto extents = numbers(dims, 1, 7);
    const auto view = View::root(extents);
    const Box whole = Box::from_extents(extents);
    const auto machine = [&] {
      const auto first = dice(0, ranks * per_rank - 1);
      return Placement{1, first, dice(1, ranks * per_rank - first), per_rank};
    };
    const auto access = [&] {
      std::vector<std::int64_t> offsets;
      for (std::size_t d = 0; d < dims; ++d) offsets.push_back(static_cast<std::int64_t>(dice(0, 3)) - 1);
      return make_access(view, numbers(dims, 1, 4), numbers(dims, 1, 4), offsets, numbers(dims, 1, 4), machine(),
                         dice(0, 2) > 0);
    };
    std::vector<Access> writers;
    for (auto i = dice(0, dice(0, 9) == 0 ? 12 : 3); i > 0; --i) writers.push_back(access());
    const bool everything = dice(0, 3) == 0;
    auto reader = access();
    if (everything) reader.geometry = std::make_shared<const Geometry>(view);

    // Independently: the owner of every element. Of points that write the same, the first one counts.
    std::map<Point, std::uint32_t> owners;
    for (const auto& at : points_of(whole)) owners[at] = Distribution::EVERYBODY;
    for (const auto& writer : writers) {
      for (auto point = writer.placement.points; point-- > 0;) {
        for (const auto& at : points_of(writer.box(point))) owners[at] = writer.placement.rank_of(point);
      }
    }
    std::set<std::tuple<std::uint32_t, Point>> needed;  // by whom, what
    for (std::uint64_t point = 0; point < reader.placement.points; ++point) {
      const auto rank = reader.placement.rank_of(point);
      for (const auto& at : points_of(reader.box(point))) {
        if (owners[at] != rank && owners[at] != Distribution::EVERYBODY) needed.emplace(rank, at);
      }
    }

    std::map<std::pair<unsigned, unsigned>, std::vector<Box>> sent;
    std::map<std::pair<unsigned, unsigned>, std::vector<Box>> received;
    for (unsigned rank = 0; rank < ranks; ++rank) {
      engine::pretend_cluster({rank, ranks});
      clear_exchanges();
      clear_distributions();
      auto distribution = Distribution::everywhere(whole);
      for (const auto& writer : writers) distribution = distribution->taken_over(writer.placed());
      std::uint64_t covered = 0;
      std::vector<Distribution::Part> parts;
      distribution->find(whole, parts);
      for (const auto& part : parts) {
        for (const auto& at : points_of(part.box)) ASSERT_EQ(part.owner, owners.at(at)) << "round " << round;
        covered += part.box.volume();
      }
      ASSERT_EQ(covered, whole.volume());
      const auto plan = plan_exchange(*distribution, reader.placed());
      for (const auto& message : plan->sends) sent[{rank, message.peer}] = message.boxes;
      for (const auto& message : plan->receives) received[{message.peer, rank}] = message.boxes;
    }
    ASSERT_EQ(sent, received) << "round " << round;  // both sides mean the same, in the same order

    std::set<std::tuple<std::uint32_t, Point>> got;
    for (const auto& [pair, boxes] : received) {
      for (const auto& box : boxes) {
        for (const auto& at : points_of(box)) {
          ASSERT_TRUE(got.emplace(pair.second, at).second) << "twice, round " << round;
        }
      }
    }
    for (const auto& need : needed) ASSERT_EQ(got.count(need), 1U) << "round " << round;
    if (!everything) {
      ASSERT_EQ(got, needed) << "round " << round;
    }
    // Who sends has it, or got it: from whom leads back to the owner.
    for (const auto& [pair, boxes] : sent) {
      for (const auto& box : boxes) {
        for (const auto& at : points_of(box)) {
          ASSERT_TRUE(owners.at(at) == pair.first || got.count({pair.first, at}) == 1) << "round " << round;
        }
      }
    }
  }
}

TEST_F(Exchange, WhatAllRanksWriteIsEverywhere) {
  engine::pretend_cluster({1, 3});
  const auto view = View::root({10});
  const Geometry geometry{view};
  const Box whole = Box::from_extents({10});
  auto distribution = Distribution::of_parts(whole, {{whole, 2}});
  EXPECT_FALSE(distribution->is_everywhere());
  distribution = distribution->taken_over({geometry.parts(), Placement{6, 0, 3, 1}});
  EXPECT_TRUE(distribution->is_everywhere());
}

TEST(RankTree, ConnectsAllRanksWithFewNeighboursEach) {
  for (std::uint32_t first = 0; first < 3; ++first) {
    for (std::uint32_t last = first; last < 12; ++last) {
      for (std::uint32_t root = 0; root < 14; ++root) {
        std::set<std::uint32_t> reached{root};
        std::vector<std::uint32_t> waiting{root};
        while (!waiting.empty()) {
          const auto rank = waiting.back();
          waiting.pop_back();
          const auto place = place_in_tree(root, first, last, rank);
          ASSERT_EQ(place.has_parent, rank != root);
          ASSERT_LE(place.children.size(), 2U);
          for (const auto child : place.children) {
            ASSERT_TRUE(reached.insert(child).second);
            ASSERT_EQ(place_in_tree(root, first, last, child).parent, rank);
            waiting.push_back(child);
          }
        }
        std::set<std::uint32_t> expected{root};
        for (auto rank = first; rank <= last; ++rank) expected.insert(rank);
        ASSERT_EQ(reached, expected) << "root " << root << ", ranks " << first << " to " << last;
      }
    }
  }
}

TEST_F(Exchange, ALoopThatRepeatsItsWritesComesBackToTheSameDistribution) {
  engine::pretend_cluster({1, 4});
  const auto view = View::root({64});
  const auto tiles = make_access(view, {16}, {4}, {0}, {16}, Placement{1, 0, 4, 1}, true);
  const auto inside = make_access(view, {14}, {4}, {4}, {14}, Placement{1, 0, 4, 1}, true);
  auto distribution = Distribution::everywhere(Box::from_extents({64}))->taken_over(tiles.placed());
  const auto first = distribution->taken_over(inside.placed());
  EXPECT_EQ(first->taken_over(inside.placed()), first);
  EXPECT_EQ(first->taken_over(tiles.placed()), distribution);
  EXPECT_EQ(first->taken_over(tiles.placed())->taken_over(inside.placed()), first);
}

TEST_F(Exchange, NobodySendsABroadcastToEverybody) {
  constexpr unsigned RANKS = 64;
  const Box whole = Box::from_extents({100});
  std::set<unsigned> reached{5};
  for (unsigned rank = 0; rank < RANKS; ++rank) {
    engine::pretend_cluster({rank, RANKS});
    clear_distributions();
    const auto plan =
        plan_broadcast(*Distribution::of_parts(whole, {{whole, 5}}), whole, Placement{RANKS, 0, RANKS, 1});
    EXPECT_LE(plan->sends.size(), 2U);
    EXPECT_EQ(plan->receives.size(), rank == 5 ? 0U : 1U);
    for (const auto& message : plan->sends) EXPECT_TRUE(reached.insert(message.peer).second);
  }
  EXPECT_EQ(reached.size(), RANKS);
}

}  // namespace
