// SPDX-License-Identifier: Apache-2.0
// Our own mdspan, whatever the build uses, and the helpers on whichever it uses.
#include <legate/utilities/detail/mdspan_own.h>
#include <legate/utilities/mdspan.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

namespace {

namespace own = legate::detail::own;
using legate::coord_t;

std::vector<double> numbers(std::size_t count) {
  std::vector<double> result(count);
  std::iota(result.begin(), result.end(), 0.0);
  return result;
}

TEST(OwnMdspan, IndexesInCAndFortranOrder) {
  auto data = numbers(24);
  const own::mdspan<double, own::dextents<int, 3>> c{data.data(), 2, 3, 4};
  const own::mdspan<double, own::dextents<int, 3>, own::layout_left> fortran{data.data(), 2, 3, 4};
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) {
        EXPECT_EQ(c(i, j, k), (i * 3 + j) * 4 + k);
        EXPECT_EQ(fortran(i, j, k), i + 2 * (j + 3 * k));
        EXPECT_EQ((c[std::array{i, j, k}]), c(i, j, k));
      }
    }
  }
  EXPECT_EQ(c.size(), 24U);
  EXPECT_TRUE(c.is_exhaustive());
}

TEST(OwnMdspan, TakesAnyStrides) {
  auto data = numbers(24);
  using Strided = own::mdspan<double, own::dextents<coord_t, 2>, own::layout_stride>;
  const Strided columns{data.data(), Strided::mapping_type{Strided::extents_type{std::array<coord_t, 2>{4, 3}},
                                                           std::array<coord_t, 2>{6, 2}}};
  EXPECT_EQ(columns(1, 2), 10);
  EXPECT_EQ(columns.extent(0) * 10 + columns.stride(0), 46);
  EXPECT_EQ(columns.mapping().required_span_size(), 3 * 6 + 2 * 2 + 1);
  EXPECT_TRUE(columns.is_unique());
  EXPECT_FALSE(columns.is_exhaustive());
  const own::mdspan<const double, own::dextents<coord_t, 2>, own::layout_stride> readable = columns;
  EXPECT_EQ(readable(3, 1), 20);
  const Strided repeated{data.data(), Strided::mapping_type{Strided::extents_type{4, 3}, std::array<coord_t, 2>{0, 1}}};
  EXPECT_FALSE(repeated.is_unique());
  EXPECT_EQ(&repeated(3, 1), &repeated(0, 1));
}

TEST(OwnMdspan, MixesStaticAndDynamicExtents) {
  const own::extents<int, 3, own::DYNAMIC_EXTENT> mixed{5};
  EXPECT_EQ(mixed.extent(0) * 10 + mixed.extent(1), 35);
  static_assert(decltype(mixed)::rank() == 2 && decltype(mixed)::rank_dynamic() == 1);
  EXPECT_TRUE(mixed == (own::dextents<long, 2>{3, 5}));
  EXPECT_TRUE(mixed != (own::dextents<long, 1>{3}));
  double value = 4;
  const own::mdspan<double, own::extents<int>> scalar{&value, own::extents<int>{}};
  EXPECT_EQ(scalar(), 4);
  EXPECT_EQ(scalar.size(), 1U);
}

using Extents = ::cuda::std::dextents<coord_t, 2>;
using Matrix = ::cuda::std::mdspan<double, Extents, ::cuda::std::layout_stride>;

Matrix matrix(std::vector<double>& data) {
  return {data.data(),
          Matrix::mapping_type{Extents{::cuda::std::array<coord_t, 2>{4, 3}}, ::cuda::std::array<coord_t, 2>{6, 2}}};
}

TEST(Flatten, RunsTheLastDimensionFastest) {
  auto data = numbers(24);
  const auto flat = legate::flatten(matrix(data));
  EXPECT_EQ(flat.size(), 12U);
  EXPECT_EQ(flat[5], 10);
  EXPECT_EQ((std::vector<double>(flat.begin(), flat.end())),
            (std::vector<double>{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22}));
  EXPECT_EQ(flat.end() - flat.begin(), 12);
}

TEST(Flatten, SuitsAlgorithmsThatWrite) {
  auto data = numbers(24);
  const auto flat = legate::flatten(matrix(data));
  std::sort(flat.begin(), flat.end(), std::greater<>{});
  EXPECT_EQ(data[0], 22);
  EXPECT_EQ(data[1], 1) << "elements between those of the view stay";
  EXPECT_EQ(matrix(data)(3, 2), 0);
}

TEST(ForEachInExtent, VisitsEveryIndexFromZero) {
  std::string visits;
  legate::for_each_in_extent(legate::Rect<2>{{5, 7}, {6, 8}},
                             [&](auto i, auto j) { visits += std::to_string(i) + std::to_string(j) + " "; });
  EXPECT_EQ(visits, "00 01 10 11 ");
  int calls = 0;
  legate::for_each_in_extent(Extents{2, 3}, [&](auto, auto) { ++calls; });
  EXPECT_EQ(calls, 6);
  legate::for_each_in_extent(legate::Point<3>{2, 0, 3}, [&](auto, auto, auto) { ++calls; });
  legate::for_each_in_extent(legate::Rect<1>{3, 1}, [&](auto) { ++calls; });
  EXPECT_EQ(calls, 6);
}

struct Sum {
  using LHS = double;
  using RHS = double;
  template <bool EXCLUSIVE>
  static void fold(RHS& left, RHS right) {
    left += right;
  }
};

template <bool EXCLUSIVE>
void reduce_elements() {
  std::vector<double> data(3, 1.0);
  using Policy = legate::detail::ReductionAccessorPolicy<Sum, EXCLUSIVE>;
  using Reducing = ::cuda::std::mdspan<double, ::cuda::std::dextents<coord_t, 1>, ::cuda::std::layout_stride, Policy>;
  const Reducing span{data.data(), typename Reducing::mapping_type{::cuda::std::dextents<coord_t, 1>{3},
                                                                   ::cuda::std::array<coord_t, 1>{1}}};
  span(0).reduce(2);
  span(1) <<= 3;
  (span(2) <<= 1) <<= 1;
  EXPECT_EQ(data, (std::vector<double>{3, 4, 3}));
  EXPECT_EQ(span(1).get(), 4);
  EXPECT_EQ(span(1).data(), data.data() + 1);
  static_assert(std::is_reference_v<decltype(span(1).get())> == EXCLUSIVE);
}

TEST(ReductionElement, TakesContributions) {
  reduce_elements<true>();
  reduce_elements<false>();
}

}  // namespace
