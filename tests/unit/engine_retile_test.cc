// SPDX-License-Identifier: Apache-2.0
#include "engine/array_pool.h"
#include "engine/tiling_index.h"
#include "engine_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

namespace {

using namespace legate::test;
using engine::Access;
using engine::Array;
using engine::ArrayRef;

class EngineRetile : public EngineTest {};

std::int64_t* integers(Array& array) { return reinterpret_cast<std::int64_t*>(array.data()); }

// ---- the tiling itself

TEST_F(EngineRetile, UncoveredRestBecomesFurtherTiles) {
  const ArrayRef array = Array::create({10, 10}, 8, 16);
  const std::vector<Box> boxes{box_of({2, 2}, {5, 5}), box_of({7, 0}, {9, 9})};
  array->retile(boxes);
  ASSERT_GT(array->tiles().size(), 2U);
  EXPECT_EQ(array->tiles()[0], boxes[0]);
  EXPECT_EQ(array->tiles()[1], boxes[1]);
  std::uint64_t volume = 0;
  for (std::size_t i = 0; i < array->tiles().size(); ++i) {
    volume += array->tiles()[i].volume();
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(array->tiles()[i].overlaps(array->tiles()[j]));
    }
  }
  EXPECT_EQ(volume, 100U);
}

TEST_F(EngineRetile, SameBoxesKeepTheTiling) {
  const ArrayRef array = Array::create({10}, 8, 16);
  array->retile({box_of({2}, {4})});
  const std::uint64_t version = array->tiling_version();
  const engine::TileHandle handle = array->tile(0);
  array->retile({box_of({2}, {4})});
  EXPECT_EQ(array->tiling_version(), version);
  EXPECT_EQ(array->tile(0), handle);
  array->retile({box_of({2}, {5})});
  EXPECT_NE(array->tiling_version(), version);
  array->retile({});
  EXPECT_EQ(array->tiles(), std::vector<Box>{array->box()});
}

TEST_F(EngineRetile, BadBoxesAreRejectedAndChangeNothing) {
  const ArrayRef array = Array::create({10, 10}, 8, 16);
  array->retile(grid(array->box(), {5, 5}));
  const std::uint64_t version = array->tiling_version();
  const std::vector<std::vector<Box>> bad{{box_of({0, 0}, {0, 5})},                               // empty
                                          {box_of({0, 0}, {11, 5})},                              // outside
                                          {box_of({-1, 0}, {2, 5})},                              // outside
                                          {box_of({0}, {5})},                                     // another dimension
                                          {box_of({0, 0}, {5, 5}), box_of({4, 4}, {6, 6})},       // overlap
                                          {box_of({0, 0}, {10, 10}), box_of({0, 0}, {10, 10})}};  // overlap
  for (const std::vector<Box>& boxes : bad) {
    EXPECT_THROW(array->retile(boxes), std::invalid_argument);
  }
  EXPECT_EQ(array->tiling_version(), version);
  EXPECT_EQ(array->tiles().size(), 4U);
}

TEST_F(EngineRetile, TooManyTilesAreRejected) {
  const ArrayRef array = Array::create({Array::max_tiles() + 1}, 1, 16);
  EXPECT_THROW(array->retile(grid(array->box(), {1})), std::length_error);
}

// Random disjoint boxes: cut the whole again and again, then leave some pieces out.
std::vector<Box> random_boxes(std::mt19937& random, const Box& whole, std::size_t cuts, bool complete) {
  std::vector<Box> boxes{whole};
  for (std::size_t i = 0; i < cuts; ++i) {
    const std::size_t victim = random() % boxes.size();
    const std::size_t d = random() % static_cast<std::size_t>(whole.dim);
    Box& box = boxes[victim];
    if (box.hi[d] - box.lo[d] > 1) {
      const std::int64_t cut =
          box.lo[d] + 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(box.hi[d] - box.lo[d] - 1));
      Box other = box;
      box.hi[d] = other.lo[d] = cut;
      boxes.push_back(other);
    }
  }
  std::shuffle(boxes.begin(), boxes.end(), random);
  if (!complete) {
    boxes.resize(1 + random() % boxes.size());
  }
  return boxes;
}

Box random_box(std::mt19937& random, const Box& whole) {
  Box box = whole;
  for (std::size_t d = 0; d < static_cast<std::size_t>(whole.dim); ++d) {
    const auto extent = static_cast<std::uint64_t>(whole.hi[d] - whole.lo[d]);
    box.lo[d] = whole.lo[d] + static_cast<std::int64_t>(random() % extent);
    box.hi[d] =
        box.lo[d] + 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(whole.hi[d] - box.lo[d]));
  }
  return box;
}

TEST(TilingIndex, FindsWhatALinearScanFinds) {
  const unsigned seed = 5;
  SCOPED_TRACE(seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 300; ++round) {
    const std::vector<std::vector<std::uint64_t>> shapes{{50}, {20, 30}, {9, 8, 7}};
    const Box whole = Box::from_extents(shapes[static_cast<std::size_t>(round) % 3]);
    // Many irregular cuts need slabs, a grid needs cells.
    const std::vector<Box> tiles = round % 2 == 0 ? random_boxes(random, whole, random() % 60, true)
                                                  : grid(whole, std::vector<std::int64_t>(3, 1 + round % 5));
    engine::TilingIndex index;
    index.build(whole, tiles);
    for (int query = 0; query < 30; ++query) {
      Box box = random_box(random, whole);
      if (query % 5 == 0) {
        box.lo[0] -= 3;  // reaching outside is allowed
        box.hi[0] += 3;
      }
      std::vector<std::uint32_t> found{12345};
      index.find(tiles, box, found);
      ASSERT_EQ(found.front(), 12345U) << "did not append";
      found.erase(found.begin());
      std::sort(found.begin(), found.end());
      std::vector<std::uint32_t> expected;
      for (std::uint32_t tile = 0; tile < tiles.size(); ++tile) {
        if (tiles[tile].overlaps(box)) {
          expected.push_back(tile);
        }
      }
      ASSERT_EQ(found, expected);
    }
    std::vector<std::uint32_t> none;
    Box empty = whole;
    empty.hi[0] = empty.lo[0];
    index.find(tiles, empty, none);
    EXPECT_TRUE(none.empty());
  }
}

// ---- tasks across switches

// A switch is asynchronous, and orders what comes after behind what came before.
TEST_F(EngineRetile, TasksOnTheNewTilesWaitForThoseOnTheOldOnes) {
  constexpr std::int64_t size = 120;
  const ArrayRef array = Array::create({size}, 8, 16);
  std::int64_t* const value = integers(*array);
  std::vector<std::int64_t> expected(size, 0);
  std::fill(value, value + size, 0);
  Gate gate;
  launch_one([&] { gate.pass(); }, {{array->tile(0), Access::READ_WRITE}});
  bool first = true;
  for (std::int64_t round = 1; round <= 60; ++round) {
    // Never more tiles than the first time, so that no switch waits, although everything is stuck behind the gate.
    array->retile(grid(array->box(), {first ? 5 : 5 + round % 30}));
    for (std::uint32_t tile = 0; tile < array->tiles().size(); ++tile) {
      const Box box = array->tiles()[tile];
      launch_one(
          [=] {
            for (std::int64_t i = box.lo[0]; i < box.hi[0]; ++i) {
              value[i] = value[i] * 3 % 1000003 + round + box.lo[0];
            }
          },
          {{array->tile(tile), Access::READ_WRITE}});
      for (std::int64_t i = box.lo[0]; i < box.hi[0]; ++i) {
        auto& element = expected[static_cast<std::size_t>(i)];
        element = element * 3 % 1000003 + round + box.lo[0];
      }
    }
    first = false;
  }
  gate.open();
  array->synchronize();
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), value));
}

// StarPU 1.3 would read freed memory here if the engine did not wait.
TEST_F(EngineRetile, MoreTilesThanEverWhileASwitchIsPending) {
  constexpr std::int64_t size = 4096;
  const ArrayRef array = Array::create({size}, 8, 16);
  std::int64_t* const value = integers(*array);
  std::fill(value, value + size, 0);
  std::int64_t rounds = 0;
  for (std::int64_t tile_size = size / 2; tile_size >= 2; tile_size /= 2, ++rounds) {
    array->retile(grid(array->box(), {tile_size}));
    for (std::uint32_t tile = 0; tile < array->tiles().size(); ++tile) {
      const Box box = array->tiles()[tile];
      launch_one([=] { std::for_each(value + box.lo[0], value + box.hi[0], [](std::int64_t& x) { ++x; }); },
                 {{array->tile(tile), Access::READ_WRITE}});
    }
  }
  array->synchronize();
  EXPECT_TRUE(std::all_of(value, value + size, [=](std::int64_t x) { return x == rounds; }));
}

TEST_F(EngineRetile, ManySwitchesKeepNothingBehind) {
  const ArrayRef array = Array::create({64}, 8, 16);
  for (int i = 0; i < 3000; ++i) {
    array->retile(grid(array->box(), {i % 2 == 0 ? 4 : 8}));
    launch_one([] {}, {{array->tile(1), Access::READ_WRITE}});
  }
  array->unregister();
  EXPECT_EQ(engine::ArrayPool::instance().statistics().registered, 0U);
}

// ---- random programs against a serial interpreter

class RandomProgram {
 public:
  explicit RandomProgram(unsigned seed) : random_{seed} {
    for (const std::vector<std::uint64_t>& extents :
         std::vector<std::vector<std::uint64_t>>{{24, 20}, {24, 20}, {100}, {6, 5, 7}, {}}) {
      add(extents);
    }
  }

  void run(int operations) {
    for (int i = 0; i < operations; ++i) {
      switch (random_() % 12) {
        case 0:
          retile();
          break;
        case 1:
          compare(any());
          break;
        case 2:
          write_inline(any());
          break;
        case 3:
          replace();
          break;
        case 4:
          reduce_into_slots();
          break;
        default:
          submit();
          break;
      }
    }
    for (Variable& variable : variables_) {
      compare(variable);
    }
  }

  [[nodiscard]] int mismatches() const { return mismatches_; }

 private:
  struct Variable {
    ArrayRef array;
    std::vector<std::int64_t> expected;
  };

  // Visits the offsets of all elements of a box of a C-order array, in C order.
  template <typename Visit>
  static void for_each(const Box& whole, const Box& box, const Visit& visit) {
    const std::function<void(std::size_t, std::size_t)> descend = [&](std::size_t d, std::size_t offset) {
      if (d == static_cast<std::size_t>(whole.dim)) {
        visit(offset);
        return;
      }
      for (std::int64_t i = box.lo[d]; i < box.hi[d]; ++i) {
        descend(d + 1, offset * static_cast<std::size_t>(whole.hi[d]) + static_cast<std::size_t>(i));
      }
    };
    descend(0, 0);
  }

  // What a point does: folds a box of one array to a number, and combines it into a box of another.
  static std::int64_t fold(const std::int64_t* from, const Box& whole, const Box& box) {
    std::uint64_t sum = 0;
    for_each(whole, box, [&](std::size_t at) { sum = sum * 31 + static_cast<std::uint64_t>(from[at]); });
    return static_cast<std::int64_t>(sum % 1000003);
  }
  static void combine(std::int64_t* to, const Box& whole, const Box& box, bool overwrite, std::int64_t value) {
    for_each(whole, box, [&](std::size_t at) {
      to[at] = (overwrite ? 0 : to[at] * 3) % 1000003 + value + static_cast<std::int64_t>(at);
    });
  }

  Variable& any() { return variables_[random_() % variables_.size()]; }

  void add(const std::vector<std::uint64_t>& extents) {
    Variable variable{Array::create(extents, 8, 16), {}};
    initialise(variable);
    variables_.push_back(std::move(variable));
  }

  // A recycled array has tasks of its last owner pending: the first thing that happens to it is a write of everything.
  void initialise(Variable& variable) {
    Array& array = *variable.array;
    const auto value = static_cast<std::int64_t>(random_() % 100);
    variable.expected.assign(static_cast<std::size_t>(array.box().volume()), 0);
    combine(variable.expected.data(), array.box(), array.box(), true, value);
    std::vector<engine::TileUse> uses;
    for (std::uint32_t tile = 0; tile < array.tiles().size(); ++tile) {
      uses.push_back({array.tile(tile), Access::WRITE});
    }
    launch_one([to = integers(array), box = array.box(), value] { combine(to, box, box, true, value); }, uses);
  }

  void replace() {
    Variable& variable = any();
    const std::vector<std::uint64_t> extents = variable.array->extents();
    variable.array.reset();
    variable.array = Array::create(extents, 8, 16);
    initialise(variable);
  }

  void retile() {
    Array& array = *any().array;
    if (array.box().dim == 0 || random_() % 6 == 0) {
      array.retile({});
    } else if (random_() % 2 == 0) {
      std::vector<std::int64_t> tile;
      for (std::size_t d = 0; d < static_cast<std::size_t>(array.box().dim); ++d) {
        tile.push_back(1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(array.box().hi[d])));
      }
      array.retile(grid(array.box(), tile));
    } else {
      array.retile(random_boxes(random_, array.box(), random_() % 12, random_() % 2 == 0));
    }
  }

  void add_uses(Array& array, const Box& box, Access access, std::vector<engine::TileUse>& uses) {
    std::vector<std::uint32_t> tiles;
    array.find_tiles(box, tiles);
    for (const std::uint32_t tile : tiles) {
      const bool whole_tile = box.contains(array.tiles()[tile]);
      uses.push_back({array.tile(tile), access == Access::WRITE && !whole_tile ? Access::READ_WRITE : access});
    }
  }

  // A launch of several points, each on its own box of one target and a box of one source.
  void submit() {
    Variable& target = any();
    Variable& source = any();
    const bool overwrite = random_() % 3 == 0;
    const Box whole = target.array->box();
    std::vector<Box> boxes{whole};
    if (whole.dim > 0) {
      boxes = random_boxes(random_, whole, random_() % 6, random_() % 2 == 0);
    }
    for (const Box& box : boxes) {
      std::vector<engine::TileUse> uses;
      add_uses(*target.array, box, overwrite ? Access::WRITE : Access::READ_WRITE, uses);
      const bool reads = target.array != source.array;
      const Box from_whole = source.array->box();
      const Box from_box = from_whole.dim > 0 ? random_box(random_, from_whole) : from_whole;
      if (reads) {
        add_uses(*source.array, from_box, Access::READ, uses);
      }
      const std::int64_t* const from = integers(*source.array);
      launch_one(
          [=, to = integers(*target.array)] {
            combine(to, whole, box, overwrite, reads ? fold(from, from_whole, from_box) : 17);
          },
          uses);
      combine(target.expected.data(), whole, box, overwrite,
              reads ? fold(source.expected.data(), from_whole, from_box) : 17);
    }
  }

  // The facade's reduction: points fill slots of a shared array, then one task folds them.
  void reduce_into_slots() {
    Variable& source = any();
    Variable& target = any();
    if (source.array == target.array) {
      return;
    }
    constexpr std::uint64_t points = 5;
    const ArrayRef slots = Array::create({points}, 8, 16);
    std::int64_t* const slot = integers(*slots);
    std::vector<Box> boxes;
    std::vector<std::vector<engine::TileUse>> uses;
    std::int64_t total = 0;
    slots->retile({});
    const Box whole = source.array->box();
    for (std::uint64_t i = 0; i < points; ++i) {
      boxes.push_back(whole.dim > 0 ? random_box(random_, whole) : whole);
      uses.emplace_back();
      uses.back().push_back({slots->tile(0), Access::READ});
      add_uses(*source.array, boxes.back(), Access::READ, uses.back());
      total += fold(source.expected.data(), whole, boxes.back());
    }
    launch([=, from = integers(*source.array)](std::uint32_t point,
                                               unsigned) { slot[point] = fold(from, whole, boxes[point]); },
           uses);
    std::vector<engine::TileUse> last{{slots->tile(0), Access::READ_WRITE}};
    const Box all = target.array->box();
    add_uses(*target.array, all, Access::READ_WRITE, last);
    launch_one(
        [=, to = integers(*target.array)] {
          std::int64_t sum = 0;
          for (std::uint64_t i = 0; i < points; ++i) {
            sum += slot[i];
          }
          combine(to, all, all, false, sum);
        },
        last);
    combine(target.expected.data(), all, all, false, total);
  }

  void write_inline(Variable& variable) {
    variable.array->synchronize();
    const Box whole = variable.array->box();
    const Box box = whole.dim > 0 ? random_box(random_, whole) : whole;
    combine(integers(*variable.array), whole, box, false, 3);
    combine(variable.expected.data(), whole, box, false, 3);
  }

  void compare(Variable& variable) {
    variable.array->synchronize();
    mismatches_ += !std::equal(variable.expected.begin(), variable.expected.end(), integers(*variable.array));
  }

  std::mt19937 random_;
  std::vector<Variable> variables_;
  int mismatches_{0};
};

TEST_F(EngineRetile, RandomProgramsAgreeWithASerialInterpreter) {
  const char* const given = std::getenv("LEGATUS_TEST_SEED");
  const unsigned first = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 1;
  const unsigned last = given != nullptr ? first : 12;
  for (unsigned seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("LEGATUS_TEST_SEED=" + std::to_string(seed));
    RandomProgram program{seed};
    program.run(400);
    ASSERT_EQ(program.mismatches(), 0);
    if (seed % 3 == 0) {
      engine::stop();  // with nothing but pooled arrays left
      engine::start(configuration());
    }
  }
}

}  // namespace
