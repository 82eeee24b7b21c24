// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/typedefs.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using legate::coord_t;
using legate::Domain;
using legate::DomainPoint;
using legate::Point;
using legate::PointInRectIterator;
using legate::Rect;

template <typename T>
std::string text(const T& value) {
  std::ostringstream stream;
  stream << value;
  return stream.str();
}

static_assert(std::is_trivially_copyable_v<Point<3>> && std::is_trivially_default_constructible_v<Point<3>>);
static_assert(std::is_trivially_copyable_v<Rect<3>> && std::is_trivially_copyable_v<Domain>);
static_assert(std::is_trivially_copyable_v<DomainPoint>);
static_assert(std::is_convertible_v<int, Point<1>> && !std::is_convertible_v<int, Point<2>>);
static_assert(std::is_convertible_v<Point<1>, coord_t> && !std::is_convertible_v<Point<2>, coord_t>);
static_assert(Point<2>{1, 2} + Point<2>::ONES() == Point<2>{2, 3});
static_assert(Rect<2>{{0, 0}, {3, 4}}.volume() == 20);
static_assert(Domain{Rect<2>{{0, 0}, {3, 4}}}.get_volume() == 20);

TEST(Point, ComputesComponentWise) {
  const Point<3> p{7, 8, 9};
  const Point<3> q{2, 3, 5};
  EXPECT_EQ(p + q, (Point<3>{9, 11, 14}));
  EXPECT_EQ(p - q, (Point<3>{5, 5, 4}));
  EXPECT_EQ(p * q, (Point<3>{14, 24, 45}));
  EXPECT_EQ(p / q, (Point<3>{3, 2, 1}));
  EXPECT_EQ(p % q, (Point<3>{1, 2, 4}));
  EXPECT_EQ(p.dot(q), 14 + 24 + 45);
  EXPECT_NE(p, q);
}

TEST(Point, TakesTheLeftOperandsCoordinateType) {
  const Point<2, int> p{1, 2};
  const auto sum = p + Point<2>{3, 4};
  static_assert(std::is_same_v<decltype(sum), const Point<2, int>>);
  EXPECT_EQ(sum, (Point<2, int>{4, 6}));
}

TEST(Point, IsMadeFromOneNumberAnArrayOrAnotherType) {
  EXPECT_EQ(Point<3>{4}, (Point<3>{4, 4, 4}));
  const int raw[] = {5, 6};
  EXPECT_EQ(Point<2>(raw), (Point<2>{5, 6}));
  EXPECT_EQ((Point<2>{Point<2, int>{1, 2}}), (Point<2>{1, 2}));
  EXPECT_EQ(Point<2>{}, Point<2>::ZEROES());
  EXPECT_EQ(Point<1>(std::size_t{9})[0], 9);
}

TEST(Point, OfOneDimensionIsItsCoordinate) {
  const Point<1> one = 3;
  EXPECT_TRUE(one == 3);
  const coord_t number = one + 4;
  EXPECT_EQ(number, 7);
  EXPECT_EQ(static_cast<std::size_t>(one), 3U);
}

TEST(Point, PrintsAndOrdersLexicographically) {
  EXPECT_EQ(text(Point<3>{1, -2, 3}), "<1,-2,3>");
  EXPECT_EQ(text(Point<1>{5}), "<5>");
  const std::less<Point<2>> less{};
  EXPECT_TRUE(less({1, 9}, {2, 0}));
  EXPECT_TRUE(less({1, 1}, {1, 2}));
  EXPECT_FALSE(less({1, 2}, {1, 2}));
}

TEST(Rect, PrintsLowerAndUpperCorner) { EXPECT_EQ(text(Rect<2>{{0, 0}, {3, 4}}), "<0,0>..<3,4>"); }

TEST(Rect, TranslatesBothCorners) {
  const Rect<2> rect{{0, 1}, {2, 3}};
  EXPECT_EQ(rect + (Point<2>{10, 20}), (Rect<2>{{10, 21}, {12, 23}}));
  EXPECT_EQ((rect + Point<2>{10, 20}) - (Point<2>{10, 20}), rect);
}

TEST(Rect, IgnoresEmptyOnesInBoundingBoxes) {
  const Rect<2> rect{{0, 1}, {2, 3}};
  const auto empty = Rect<2>::make_empty();
  EXPECT_TRUE(empty.empty());
  EXPECT_EQ(empty.volume(), 0U);
  EXPECT_EQ(rect.union_bbox(empty), rect);
  EXPECT_EQ(empty.union_bbox(rect), rect);
  EXPECT_TRUE(rect.contains(empty));
  EXPECT_FALSE(rect.overlaps(empty));
}

// Random rectangles against sets of points counted one by one.
TEST(Rect, AgreesWithPointSets) {
  std::mt19937 random{7};
  std::uniform_int_distribution<int> coordinate{-3, 3};
  for (int round = 0; round < 200; ++round) {
    const auto draw = [&] {
      return Rect<2>{{coordinate(random), coordinate(random)}, {coordinate(random), coordinate(random)}};
    };
    const auto a = draw();
    const auto b = draw();
    std::size_t in_a = 0;
    std::size_t in_both = 0;
    std::size_t in_b = 0;
    for (coord_t x = -4; x <= 4; ++x) {
      for (coord_t y = -4; y <= 4; ++y) {
        const bool first = x >= a.lo[0] && x <= a.hi[0] && y >= a.lo[1] && y <= a.hi[1];
        const bool second = x >= b.lo[0] && x <= b.hi[0] && y >= b.lo[1] && y <= b.hi[1];
        EXPECT_EQ(a.contains(Point<2>{x, y}), first);
        in_a += first ? 1 : 0;
        in_b += second ? 1 : 0;
        in_both += first && second ? 1 : 0;
      }
    }
    ASSERT_EQ(a.volume(), in_a) << a;
    ASSERT_EQ(a.empty(), in_a == 0) << a;
    ASSERT_EQ(a.intersection(b).volume(), in_both) << a << " " << b;
    ASSERT_EQ(a.overlaps(b), in_both > 0) << a << " " << b;
    ASSERT_EQ(a.contains(b), in_both == in_b) << a << " " << b;
    ASSERT_EQ(Domain{a}.get_volume(), in_a) << a;
    ASSERT_EQ(Domain{a}.intersection(Domain{b}).get_volume(), in_both) << a << " " << b;
  }
}

std::vector<std::string> visited(PointInRectIterator<2> it) {
  std::vector<std::string> result;
  for (; it.valid(); ++it) {
    result.push_back(text(*it));
  }
  return result;
}

TEST(PointInRectIterator, RunsTheFirstDimensionFastestByDefault) {
  const Rect<2> rect{{1, 10}, {2, 12}};
  EXPECT_EQ(visited({rect}), (std::vector<std::string>{"<1,10>", "<2,10>", "<1,11>", "<2,11>", "<1,12>", "<2,12>"}));
  EXPECT_EQ(visited({rect, false}),
            (std::vector<std::string>{"<1,10>", "<1,11>", "<1,12>", "<2,10>", "<2,11>", "<2,12>"}));
}

TEST(PointInRectIterator, IsInvalidWithoutPoints) {
  EXPECT_FALSE(PointInRectIterator<2>{}.valid());
  EXPECT_FALSE((PointInRectIterator<3>{Rect<3>{{0, 0, 0}, {4, -1, 4}}}.valid()));
  PointInRectIterator<1> it{Rect<1>{3, 4}};
  EXPECT_EQ((*it++)[0], 3);
  EXPECT_EQ(it->x(), 4);
  EXPECT_FALSE(it.step());
  EXPECT_FALSE(it.step());
  EXPECT_FALSE(it());
}

TEST(DomainPoint, KeepsDimensionAndCoordinates) {
  DomainPoint p = Point<3>{4, 5, 6};
  EXPECT_EQ(p.get_dim(), 3);
  EXPECT_EQ((Point<3>{p}), (Point<3>{4, 5, 6}));
  EXPECT_EQ(text(p), "(4,5,6)");
  p = Point<2>{1, 2};
  EXPECT_EQ(p, (DomainPoint{Point<2>{1, 2}}));
  EXPECT_NE(DomainPoint{1}, (DomainPoint{Point<2>{1, 0}}));
  EXPECT_TRUE(DomainPoint{100} < p);
  EXPECT_FALSE(DomainPoint{}.exists());
  EXPECT_NE(DomainPoint{}, DomainPoint::nil());
  EXPECT_TRUE(DomainPoint::nil().is_null());
}

TEST(DomainPoint, ComputesWithPointsAndNumbers) {
  const DomainPoint p = Point<2>{7, 8};
  const DomainPoint q = Point<2>{2, 3};
  EXPECT_EQ(p + q, (DomainPoint{Point<2>{9, 11}}));
  EXPECT_EQ(p % q, (DomainPoint{Point<2>{1, 2}}));
  EXPECT_EQ(p - 1, (DomainPoint{Point<2>{6, 7}}));
  EXPECT_EQ(p / 2, (DomainPoint{Point<2>{3, 4}}));
  auto r = p;
  r *= q;
  r += 1;
  EXPECT_EQ(r, (DomainPoint{Point<2>{15, 25}}));
}

TEST(Domain, WithoutDimensionsDoesNotExist) {
  const Domain none;
  EXPECT_EQ(none, Domain::NO_DOMAIN);
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(none.exists());
  EXPECT_EQ(none.get_volume(), 0U);
  EXPECT_FALSE(text(none).empty());
}

TEST(Domain, KeepsItsRect) {
  const Domain domain = Rect<2>{{1, 2}, {3, 7}};
  EXPECT_EQ((domain.bounds<2, coord_t>()), (Rect<2>{{1, 2}, {3, 7}}));
  EXPECT_EQ(domain, (Domain{DomainPoint{Point<2>{1, 2}}, DomainPoint{Point<2>{3, 7}}}));
  EXPECT_EQ(text(domain), "{ bounds = <1,2>..<3,7>, dense }");
  EXPECT_EQ(domain.convex_hull(Point<2>{0, 9}), (Domain{Rect<2>{{0, 2}, {3, 9}}}));
  EXPECT_EQ(domain + (DomainPoint{Point<2>{1, 1}}), (Domain{Rect<2>{{2, 3}, {4, 8}}}));
  EXPECT_FALSE(domain.contains(DomainPoint{1}));
}

TEST(Domain, IteratesTheFirstDimensionFastest) {
  std::vector<std::string> seen;
  for (Domain::DomainPointIterator it{Domain{Rect<2>{{0, 5}, {1, 6}}}}; it; it++) {
    seen.push_back(text(*it));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"(0,5)", "(1,5)", "(0,6)", "(1,6)"}));
  EXPECT_FALSE((Domain::DomainPointIterator{Domain{Rect<2>{{0, 0}, {2, -1}}}}));
  EXPECT_FALSE(Domain::DomainPointIterator{Domain{}});
}

TEST(Processor, TellsItsKindFromItsNumber) {
  const auto processor = legate::Processor::create(legate::Processor::OMP_PROC, 5);
  EXPECT_EQ(processor.kind(), legate::Processor::Kind::OMP_PROC);
  EXPECT_TRUE(processor.exists());
  EXPECT_FALSE(legate::Processor::NO_PROC.exists());
  EXPECT_EQ(text(legate::Processor::LOC_PROC), "LOC_PROC");
  EXPECT_EQ(text(legate::Memory::GPU_DYNAMIC_MEM), "GPU_DYNAMIC_MEM");
  EXPECT_EQ(legate::Memory::create(legate::Memory::Z_COPY_MEM, 1).kind(), legate::Memory::Kind::Z_COPY_MEM);
}

}  // namespace
