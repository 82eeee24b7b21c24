// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/typedefs.h>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <type_traits>
#include <vector>

namespace {

using legate::AccessorRD;
using legate::AccessorRO;
using legate::AccessorRW;
using legate::AccessorWO;
using legate::AffineLayout;
using legate::coord_t;
using legate::Point;
using legate::Rect;

static_assert(std::is_trivially_copyable_v<AccessorRO<double, 2>>);
static_assert(AccessorRO<double, 2>::dim == 2 && std::is_same_v<AccessorRO<double, 2>::value_type, double>);

struct Sum {
  using LHS = std::int64_t;
  using RHS = std::int64_t;
  template <bool EXCLUSIVE>
  static void apply(LHS& left, RHS right) {
    left += right;
  }
  template <bool EXCLUSIVE>
  static void fold(RHS& left, RHS right) {
    left += right;
  }
};

template <int N>
AffineLayout<std::int64_t, N> layout(std::int64_t* origin,
                                     std::array<std::int64_t, static_cast<std::size_t>(N)> strides) {
  AffineLayout<std::int64_t, N> result;
  result.base = reinterpret_cast<std::uintptr_t>(origin);
  for (int d = 0; d < N; ++d) {
    result.strides[d] = static_cast<std::size_t>(strides[static_cast<std::size_t>(d)]) * sizeof(std::int64_t);
  }
  return result;
}

struct Matrix : public ::testing::Test {
  Matrix() { std::iota(data.begin(), data.end(), 0); }

  std::vector<std::int64_t> data = std::vector<std::int64_t>(24);
  Rect<2> all{{0, 0}, {3, 5}};
  AffineLayout<std::int64_t, 2> rows = layout<2>(data.data(), {6, 1});
};

TEST_F(Matrix, IsReadByPointBracesAndChainedIndices) {
  const AccessorRO<std::int64_t, 2> read{rows, all};
  EXPECT_EQ((read[Point<2>{2, 3}]), 15);
  EXPECT_EQ((read[{1, 4}]), 10);
  EXPECT_EQ(read[2][1], 13);
  EXPECT_EQ((read.read({0, 5})), 5);
  EXPECT_EQ(*read.ptr(Point<2>{3, 0}), 18);
  static_assert(std::is_same_v<decltype(read[0][0]), const std::int64_t&>);
}

TEST_F(Matrix, IsWritten) {
  const AccessorRW<std::int64_t, 2> both{rows, all};
  const AccessorWO<std::int64_t, 2> write{rows, all};
  both[Point<2>{0, 0}] = 100;
  both.write({0, 1}, 101);
  both[0][2] = 102;
  both.reduce<Sum, true>({0, 3}, 1000);
  write[{0, 4}] = 104;
  write[0][5] = 105;
  EXPECT_EQ((std::vector<std::int64_t>(data.begin(), data.begin() + 6)),
            (std::vector<std::int64_t>{100, 101, 102, 1003, 104, 105}));
}

TEST_F(Matrix, TakesReductions) {
  const AccessorRD<Sum, true, 2> sums{rows, all};
  sums.reduce({0, 0}, 7);
  sums[{0, 1}] <<= 10;
  sums[0][2].reduce(20);
  EXPECT_EQ((std::vector<std::int64_t>(data.begin(), data.begin() + 3)), (std::vector<std::int64_t>{7, 11, 22}));
}

TEST_F(Matrix, TellsStridesInElements) {
  const AccessorRO<std::int64_t, 2> read{rows, all};
  std::size_t strides[2] = {};
  EXPECT_EQ(read.ptr(Rect<2>{{1, 1}, {2, 3}}, strides), data.data() + 7);
  EXPECT_EQ(strides[0] * 10 + strides[1], 61U);
  (void)read.ptr(all, strides, 4);
  EXPECT_EQ(strides[0] * 10 + strides[1], 122U) << "in units of the size asked for";
}

TEST_F(Matrix, EndsTheProcessForAPointerToWhatIsNotDense) {
  const AccessorRO<std::int64_t, 2> read{rows, all};
  EXPECT_EQ(read.ptr(all), data.data());
  EXPECT_DEATH((void)read.ptr(Rect<2>{{1, 1}, {2, 3}}), "do not follow each other");
}

TEST(Accessor, ReachesNegativeCoordinatesAndStrides) {
  std::vector<std::int64_t> data{10, 11, 12, 13};
  const AccessorRO<std::int64_t, 1> backwards{layout<1>(data.data() + 1, {-1}), Rect<1>{-2, 1}};
  EXPECT_EQ(backwards[-2], 13);
  EXPECT_EQ(backwards[1], 10);
  EXPECT_EQ(backwards[Point<1>{0}], 11);
}

// Density against the set of offsets that the elements of a box have.
TEST(AffineLayout, KnowsWhatIsDense) {
  std::mt19937 random{11};
  std::uniform_int_distribution<int> extent{1, 3};
  const std::array<std::int64_t, 8> candidates{0, 1, 2, 3, 4, 6, 9, 12};
  std::uniform_int_distribution<std::size_t> pick{0, candidates.size() - 1};
  int dense_boxes = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::array<std::int64_t, 3> strides{candidates[pick(random)], candidates[pick(random)],
                                              candidates[pick(random)]};
    const Rect<3> box{{1, 2, 3}, {extent(random), 1 + extent(random), 2 + extent(random)}};
    std::set<std::int64_t> offsets;
    std::vector<std::int64_t> row_major;
    for (legate::PointInRectIterator<3> it{box, false}; it.valid(); ++it) {
      const auto p = *it - box.lo;
      row_major.push_back(p[0] * strides[0] + p[1] * strides[1] + p[2] * strides[2]);
      offsets.insert(row_major.back());
    }
    std::vector<std::int64_t> consecutive(row_major.size());
    std::iota(consecutive.begin(), consecutive.end(), 0);
    const bool in_order = row_major == consecutive;
    const bool anyhow =
        offsets.size() == box.volume() && *offsets.rbegin() == static_cast<std::int64_t>(box.volume()) - 1;
    const auto tested = layout<3>(nullptr, strides);
    ASSERT_EQ(tested.is_dense_row_major(box), in_order) << box;
    ASSERT_EQ(tested.is_dense_arbitrary(box), anyhow) << box;
    dense_boxes += anyhow ? 1 : 0;
    const auto turned = layout<3>(nullptr, {strides[2], strides[1], strides[0]});
    const Rect<3> turned_box{{3, 2, 1}, {box.hi[2], box.hi[1], box.hi[0]}};
    ASSERT_EQ(turned.is_dense_col_major(turned_box), in_order) << box;
  }
  EXPECT_GT(dense_boxes, 100) << "the test has something to compare";
}

TEST(AffineLayout, CallsEmptyBoxesDense) {
  EXPECT_TRUE((layout<2>(nullptr, {5, 7}).is_dense_row_major(Rect<2>{{0, 0}, {-1, 4}})));
  EXPECT_TRUE((layout<2>(nullptr, {5, 7}).is_dense_arbitrary(Rect<2>{{0, 0}, {4, -1}})));
}

}  // namespace
