// SPDX-License-Identifier: Apache-2.0
#include "partitioning/solver.h"

#include "partitioning/projection.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace {

using legate::detail::Box;
using legate::detail::Restriction;
using legate::detail::Tiling;
using legate::detail::partitioning::Access;
using legate::detail::partitioning::Problem;
using legate::detail::partitioning::Relation;
using legate::detail::partitioning::Solution;
using legate::detail::partitioning::solve;
using legate::detail::partitioning::Symbol;
using Kind = Relation::Kind;
using Extents = std::vector<std::uint64_t>;
using Shape = std::optional<Extents>;

Symbol output(const Extents& extents) {
  Symbol symbol;
  symbol.extents = extents;
  symbol.storage_bytes = 8;
  for (const auto extent : extents) symbol.storage_bytes *= extent;
  symbol.access = Access::WRITE;
  symbol.output = true;
  return symbol;
}

Symbol input(const Extents& extents) {
  auto symbol = output(extents);
  symbol.access = Access::READ;
  symbol.output = false;
  return symbol;
}

Symbol unbound(std::size_t dim) {
  auto symbol = output(Extents(dim, 0));
  symbol.unbound = true;
  return symbol;
}

Problem problem(std::vector<Symbol> symbols, std::vector<Relation> relations = {}, std::uint64_t processors = 4) {
  Problem result;
  result.symbols = std::move(symbols);
  result.relations = std::move(relations);
  result.machine_count = processors;
  result.threshold = 1;
  return result;
}

Shape colors(const Solution& solution, std::size_t symbol) {
  const auto& tiling = solution.assignments[symbol].tiling;
  return tiling ? Shape{tiling->colors} : std::nullopt;
}

std::shared_ptr<const Tiling> split(const Extents& extents, const Extents& into) {
  return std::make_shared<const Tiling>(Tiling::divide(extents, into));
}

}  // namespace

TEST(Solver, NothingToSplitIsSequential) {
  EXPECT_EQ(solve(problem({})).launch_shape, std::nullopt);
  EXPECT_EQ(solve(problem({output({})})).launch_shape, std::nullopt);
  EXPECT_EQ(solve(problem({output({100})}, {}, 1)).launch_shape, std::nullopt);
  auto value = output({1});
  value.scalar = true;
  EXPECT_EQ(solve(problem({value})).launch_shape, std::nullopt);
  EXPECT_EQ(solve(problem({output({100})}, {{Kind::BROADCAST, 0}})).launch_shape, std::nullopt);
}

TEST(Solver, SymbolsWithoutConstraintsAreSplitOnTheirOwn) {
  const auto solution = solve(problem({output({20}), output({31}), output({2})}));
  EXPECT_EQ(colors(solution, 0), (Shape{{4}}));
  EXPECT_EQ(colors(solution, 1), (Shape{{4}}));
  EXPECT_EQ(colors(solution, 2), (Shape{{2}}));
  EXPECT_EQ(solution.launch_shape, std::nullopt) << "2 and 4 tiles cannot run together";
  EXPECT_EQ(solve(problem({output({20}), output({31}), output({1})})).launch_shape, (Shape{{4}}));
}

TEST(Solver, AlignmentIsTransitiveAndJoinsRestrictions) {
  const auto solution = solve(problem({output({12, 12}), output({12, 12}), output({12, 12})},
                                      {{Kind::ALIGN, 2, 1}, {Kind::BROADCAST, 2, 0, {0}}, {Kind::ALIGN, 0, 1}}));
  for (std::size_t s = 0; s < 3; ++s) {
    EXPECT_EQ(colors(solution, s), (Shape{{1, 4}}));
    EXPECT_EQ(solution.assignments[s].forbidden_dims, (std::vector<std::uint32_t>{0}));
    EXPECT_EQ(solution.assignments[s].tiling, solution.assignments[0].tiling);
  }
  EXPECT_EQ(solution.launch_shape, (Shape{{4}}));
}

TEST(Solver, AlignedSmallestExtentsCombineByMaximum) {
  const std::vector<Relation> relations{
      {Kind::MIN_EXTENTS, 0, 0, {1}}, {Kind::ALIGN, 0, 1}, {Kind::MIN_EXTENTS, 1, 0, {7}}};
  EXPECT_EQ(solve(problem({output({24}), output({24})}, relations)).launch_shape, std::nullopt);
  EXPECT_EQ(solve(problem({output({28}), output({28})}, relations)).launch_shape, (Shape{{4}}));
}

TEST(Solver, ForbiddenDimensionsLeaveTheLaunchDomain) {
  const auto block = solve(problem({output({40, 6, 40})}, {{Kind::BROADCAST, 0, 0, {1}}}));
  EXPECT_EQ(colors(block, 0), (Shape{{2, 1, 2}}));
  EXPECT_EQ(block.launch_shape, (Shape{{2, 2}}));
  const auto with_matrix = solve(problem({output({40, 6, 40}), output({40, 40})}, {{Kind::BROADCAST, 0, 0, {1}}}));
  EXPECT_EQ(with_matrix.launch_shape, (Shape{{2, 2}}));
}

TEST(Solver, EqualVolumesRunOverOneDimension) {
  EXPECT_EQ(solve(problem({output({24}), output({8, 8})})).launch_shape, (Shape{{4}}));
  EXPECT_EQ(solve(problem({output({64, 2}), output({2, 64})})).launch_shape, (Shape{{4}}));
  EXPECT_EQ(solve(problem({output({8, 8}), output({8, 8})})).launch_shape, (Shape{{2, 2}}));
}

TEST(Solver, WholeOutputsAreReplicatedOrForceASequentialLaunch) {
  auto task = problem({output({24}), output({24})}, {{Kind::BROADCAST, 1}});
  EXPECT_EQ(solve(task).launch_shape, (Shape{{4}}));
  EXPECT_EQ(colors(solve(task), 1), std::nullopt);
  task.replicated_writes = false;
  EXPECT_EQ(solve(task).launch_shape, std::nullopt);
  EXPECT_EQ(colors(solve(task), 0), (Shape{{4}})) << "the split is kept even so";
  task.symbols[1] = input({24});
  EXPECT_EQ(solve(task).launch_shape, (Shape{{4}})) << "inputs may be seen whole";
}

TEST(Solver, TheLargestStoreLeadsThenTheOneThatIsSplitThenTheWrittenOne) {
  const auto rows = split({12, 12}, {4, 1});
  const auto columns = split({12, 12}, {1, 4});
  auto two = problem({output({12, 12}), input({12, 12})}, {{Kind::ALIGN, 0, 1}});
  two.symbols[1].cached = rows;
  EXPECT_EQ(colors(solve(two), 0), (Shape{{4, 1}}));
  EXPECT_EQ(solve(two).key, 1U);
  two.symbols[0].cached = columns;
  EXPECT_EQ(colors(solve(two), 1), (Shape{{1, 4}})) << "both are split: the written one leads";
  two.symbols[1].storage_bytes += 1;
  EXPECT_EQ(colors(solve(two), 0), (Shape{{4, 1}})) << "the larger storage leads";
  two.symbols[0].cached = two.symbols[1].cached = nullptr;
  two.symbols[1].storage_bytes -= 1;
  two.symbols[1].access = Access::WRITE;
  two.order = {1, 0};
  EXPECT_EQ(solve(two).key, 1U) << "otherwise the order of the arguments decides";
}

TEST(Solver, KeyPartitionsAreReusedOnlyWhereTheySuit) {
  auto one = problem({output({12, 12})});
  one.symbols[0].cached = split({12, 12}, {1, 4});
  EXPECT_EQ(colors(solve(one), 0), (Shape{{1, 4}}));
  one.threshold = 1000;
  EXPECT_EQ(colors(solve(one), 0), (Shape{{1, 4}})) << "a store that is split stays split below the threshold";
  one.threshold = 1;
  one.relations = {{Kind::BROADCAST, 0, 0, {1}}};
  EXPECT_EQ(colors(solve(one), 0), (Shape{{4, 1}})) << "a forbidden dimension";
  one.symbols[0].inherited = split({12, 12}, {6, 1});
  EXPECT_EQ(colors(solve(one), 0), (Shape{{6, 1}})) << "the storage's partition comes second";
  one.relations.clear();
  one.symbols[0].inherited = nullptr;
  one.symbols[0].cached = std::make_shared<const Tiling>(Extents{3, 3}, Extents{2, 2});
  EXPECT_EQ(colors(solve(one), 0), (Shape{{2, 2}}));
  EXPECT_EQ(solve(one).assignments[0].tiling->tile, (Extents{6, 6})) << "one that leaves elements out is not reused";
  one.symbols[0].cached = std::make_shared<const Tiling>(Tiling::divide({12, 12}, {3, 3}).bloat({2, 2}, {1, 1}));
  EXPECT_EQ(solve(one).assignments[0].tiling->tile, (Extents{6, 6})) << "nor one that overlaps";
}

TEST(Solver, DerivedSymbolsFollowTheirSource) {
  const auto solution = solve(
      problem({output({10}), input({30}), input({10})}, {{Kind::SCALE, 0, 1, {3}}, {Kind::BLOAT, 0, 2, {1}, {2}}}));
  EXPECT_EQ(solution.launch_shape, (Shape{{4}}));
  EXPECT_EQ(*solution.assignments[1].tiling, Tiling::divide({10}, {4}).scale({3}));
  EXPECT_EQ(*solution.assignments[2].tiling, Tiling::divide({10}, {4}).bloat({1}, {2}));
  EXPECT_EQ(solution.key, 0U);
}

TEST(Solver, ImagesAreFoundForTheSplitOfTheirFunction) {
  Box piece;
  piece.dim = 2;
  piece.hi[0] = piece.hi[1] = 5;
  auto given = problem({input({10}), input({30, 30}), output({10})}, {{Kind::ALIGN, 0, 2}, {Kind::IMAGE, 0, 1, {2}}});
  std::size_t calls = 0;
  const auto find_image = [&](const Relation& image, const std::shared_ptr<const Tiling>& tiling) {
    ++calls;
    EXPECT_EQ(image.values, (Extents{2}));
    EXPECT_EQ(*tiling, Tiling::divide({10}, {4}));
    return std::make_shared<const Tiling>(Tiling::image(tiling->colors, std::vector<Box>(4, piece)));
  };
  const auto solution = solve(given, find_image);
  EXPECT_EQ(solution.launch_shape, (Shape{{4}}));
  EXPECT_EQ(solution.assignments[1].tiling->rectangle({3}, {30, 30}), piece);
  EXPECT_EQ(calls, 1U);
  given.symbols[1].scalar = true;
  EXPECT_EQ(colors(solve(given, find_image), 1), std::nullopt) << "a value is never split";
  given.relations.push_back({Kind::BROADCAST, 0});
  EXPECT_EQ(colors(solve(given, find_image), 1), std::nullopt) << "nor the image of a function that is not";
  EXPECT_EQ(calls, 1U);
}

TEST(Solver, DerivationsOfWholeStoresAreWhole) {
  const auto solution = solve(problem({output({10}), input({30})}, {{Kind::SCALE, 0, 1, {3}}, {Kind::BROADCAST, 0}}));
  EXPECT_EQ(colors(solution, 1), std::nullopt);
  EXPECT_EQ(solution.launch_shape, std::nullopt);
}

TEST(Solver, ChainsResolveInTheOrderOfTheConstraints) {
  const Relation first{Kind::SCALE, 0, 1, {2}}, second{Kind::SCALE, 1, 2, {2}};
  const std::vector<Symbol> symbols{output({8}), input({16}), input({32})};
  EXPECT_EQ(solve(problem(symbols, {first, second})).assignments[2].tiling->tile, (Extents{8}));
  EXPECT_EQ(colors(solve(problem(symbols, {second, first})), 2), std::nullopt) << "its source was not known yet";
}

TEST(Solver, TheFirstAssignmentWins) {
  const auto aligned =
      solve(problem({output({12}), input({12}), output({12})}, {{Kind::BLOAT, 0, 1, {1}, {1}}, {Kind::ALIGN, 1, 2}}));
  EXPECT_TRUE(aligned.assignments[1].tiling->is_disjoint()) << "an alignment beats a derivation";
  const auto twice =
      solve(problem({output({12}), input({12})}, {{Kind::BLOAT, 0, 1, {1}, {1}}, {Kind::BLOAT, 0, 1, {2}, {2}}}));
  EXPECT_EQ(twice.assignments[1].tiling->tile, (Extents{5})) << "and the first derivation the second";
}

TEST(Solver, UnboundOutputsNeedALaunchOfTheirDimension) {
  EXPECT_EQ(solve(problem({unbound(1)})).launch_shape, std::nullopt) << "unbound stores alone";
  EXPECT_EQ(solve(problem({output({12}), unbound(1)})).launch_shape, (Shape{{4}}));
  EXPECT_EQ(solve(problem({output({12}), unbound(2)})).launch_shape, std::nullopt);
  EXPECT_EQ(solve(problem({output({12}), unbound(2)}, {{Kind::BROADCAST, 1, 0, {0}}})).launch_shape, (Shape{{4}}));
  EXPECT_EQ(solve(problem({output({12}), unbound(1), unbound(2)})).launch_shape, std::nullopt);
  EXPECT_EQ(solve(problem({output({24}), output({8, 8}), unbound(1)})).launch_shape, (Shape{{4}}));
  EXPECT_EQ(solve(problem({output({24}), output({8, 8}), unbound(2)})).launch_shape, std::nullopt);
  const auto mixed =
      solve(problem({unbound(3), unbound(3), unbound(4), output({12, 12, 3, 3})}, {{Kind::ALIGN, 0, 1},
                                                                                   {Kind::BROADCAST, 0, 0, {1}},
                                                                                   {Kind::BROADCAST, 2, 0, {0, 2}},
                                                                                   {Kind::BROADCAST, 3, 0, {2, 3}}}));
  EXPECT_EQ(mixed.launch_shape, (Shape{{2, 2}}));
  EXPECT_EQ(mixed.assignments[1].forbidden_dims, (std::vector<std::uint32_t>{1}));
  EXPECT_THROW((void)solve(problem({output({12}), unbound(1)}, {{Kind::BLOAT, 0, 1, {1}, {1}}})), std::runtime_error);
}

TEST(Solver, ReadersRunOnThePiecesOfAnUnboundStore) {
  std::vector<Box> boxes(3);
  const std::int64_t ends[] = {0, 2, 3, 12};
  for (std::size_t i = 0; i < 3; ++i) {
    boxes[i].dim = 1;
    boxes[i].lo[0] = ends[i];
    boxes[i].hi[0] = ends[i + 1];
  }
  auto reader = problem({input({12}), output({12})}, {{Kind::ALIGN, 0, 1}});
  reader.symbols[0].cached = std::make_shared<const Tiling>(Tiling::irregular({3}, boxes));
  const auto solution = solve(reader);
  EXPECT_EQ(solution.launch_shape, (Shape{{3}}));
  EXPECT_EQ(solution.assignments[1].tiling->rectangle({2}, {12}).lo[0], 3);
  reader.relations.push_back({Kind::MIN_EXTENTS, 1, 0, {3}});
  EXPECT_EQ(solve(reader).launch_shape, (Shape{{4}})) << "pieces that are too short are not reused";
}

// Whatever is asked, aligned symbols share a tiling, restrictions hold, and every point of the launch has a color.
TEST(Solver, RandomProblemsKeepTheirPromises) {
  std::mt19937 random{4711};
  for (int trial = 0; trial < 4000; ++trial) {
    const auto dim = 1 + random() % 3;
    Extents extents(dim);
    for (auto& extent : extents) extent = 1 + random() % 30;
    std::vector<Symbol> symbols;
    for (std::size_t i = 0; i < 4; ++i) symbols.push_back(random() % 2 ? output(extents) : input(extents));
    std::vector<Relation> relations;
    for (std::size_t i = random() % 5; i > 0; --i) {
      const auto subject = static_cast<std::uint32_t>(random() % 4), other = static_cast<std::uint32_t>(random() % 4);
      switch (random() % 3) {
        case 0:
          relations.push_back({Kind::ALIGN, subject, other});
          break;
        case 1:
          relations.push_back({Kind::BROADCAST, subject, 0, {random() % dim}});
          break;
        default:
          relations.push_back({Kind::MIN_EXTENTS, subject, 0, Extents(dim, random() % 4)});
          break;
      }
    }
    const auto asked = problem(symbols, relations, 1 + random() % 12);
    const auto solution = solve(asked);
    for (const auto& relation : relations) {
      const auto& tiling = solution.assignments[relation.first].tiling;
      if (relation.kind == Kind::ALIGN) {
        EXPECT_EQ(tiling, solution.assignments[relation.second].tiling);
      } else if (tiling && relation.kind == Kind::BROADCAST) {
        EXPECT_EQ(tiling->colors[relation.values[0]], 1U);
      } else if (tiling) {
        for (std::size_t d = 0; d < dim; ++d) EXPECT_GE(tiling->smallest_extent(extents, d), relation.values[d]);
      }
    }
    if (!solution.launch_shape) continue;
    for (const auto& [tiling, forbidden] : solution.assignments) {
      if (!tiling) continue;
      std::uint64_t points = 1;
      for (const auto extent : *solution.launch_shape) points *= extent;
      std::uint64_t elements = 0;
      for (std::uint64_t p = 0; p < points; ++p) {
        const auto point = legate::detail::delinearize(static_cast<std::int64_t>(p), *solution.launch_shape);
        const auto box = tiling->rectangle(legate::detail::project(point, tiling->colors, forbidden), extents);
        std::uint64_t volume = 1;
        for (std::size_t d = 0; d < dim; ++d) volume *= static_cast<std::uint64_t>(box.hi[d] - box.lo[d]);
        elements += volume;
      }
      std::uint64_t all = 1;
      for (const auto extent : extents) all *= extent;
      EXPECT_EQ(elements, all) << "the points together do not see every element once";
    }
  }
}

TEST(Solver, EqualProblemsHashAlike) {
  auto left = problem({output({12, 12}), input({12, 12})}, {{Kind::ALIGN, 0, 1}});
  auto right = left;
  left.symbols[0].cached = split({12, 12}, {1, 4});
  right.symbols[0].cached = split({12, 12}, {1, 4});
  EXPECT_TRUE(left == right);
  EXPECT_EQ(hash(left), hash(right));
  right.relations[0].second = 0;
  EXPECT_FALSE(left == right);
  right = left;
  right.symbols[0].cached = nullptr;
  EXPECT_FALSE(left == right);
}
