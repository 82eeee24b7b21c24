// SPDX-License-Identifier: Apache-2.0
// Walks over boxes of elements: carried out here word by word, as kernels do, and compared with loops over elements.
#include "engine/element_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

namespace legate::detail::engine {
namespace {

using Bytes = std::vector<unsigned char>;

/// What the kernel for words does.
void copy_words(const ElementWalk& walk, Bytes& target, std::size_t target_place, const Bytes& source,
                std::size_t source_place) {
  for (std::uint64_t word = 0; word < walk.words; ++word) {
    auto to = target_place;
    auto from = source_place;
    auto rest = word;
    for (auto d = walk.dims; d-- > 0;) {
      const auto index = d == 0 ? rest : rest % walk.extents[d];
      to += index * walk.targets[d];
      from += index * walk.sources[d];
      rest /= walk.extents[d];
    }
    ASSERT_EQ(to % walk.word_size, 0U);
    ASSERT_EQ(from % walk.word_size, 0U);
    std::memcpy(&target.at(to), &source.at(from), walk.word_size);
  }
}

/// Calls `use(index)` for the elements of a box.
template <typename Use>
void for_each_element(const ElementBox& box, const Use& use) {
  std::vector<std::uint64_t> index(box.dims, 0);
  for (;;) {
    use(index);
    auto d = box.dims;
    while (d > 0 && ++index[d - 1] == box.extents[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

std::size_t place_of(const ElementsAt& elements, const std::vector<std::uint64_t>& index) {
  auto place = elements.place;
  for (std::size_t d = 0; d < index.size(); ++d) place += index[d] * elements.strides[d];
  return place;
}

class ElementWalks : public ::testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] std::uint64_t draw(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>{least, most}(dice_);
  }
  /// A box of such elements, with its dimensions in any order in memory, and room behind rows at times.
  [[nodiscard]] ElementsAt lay_out(const ElementBox& box, std::size_t element_size) {
    std::vector<std::size_t> order(box.dims);
    std::iota(order.begin(), order.end(), 0);
    if (draw(0, 2) == 0) std::shuffle(order.begin(), order.end(), dice_);
    ElementsAt result;
    result.place = element_size * draw(0, 3);
    std::size_t stride = element_size;
    for (auto d = order.rbegin(); d != order.rend(); ++d) {
      result.strides[*d] = stride;
      stride *= box.extents[*d] + (draw(0, 3) == 0 ? draw(0, 2) : 0);
    }
    return result;
  }
  [[nodiscard]] ElementBox draw_box() {
    ElementBox box;
    box.dims = static_cast<std::uint32_t>(draw(0, 4));
    for (std::uint32_t d = 0; d < box.dims; ++d) box.extents[d] = draw(1, 5);
    return box;
  }
  [[nodiscard]] Bytes noise() {
    Bytes bytes(1U << 16U);
    for (auto& byte : bytes) byte = static_cast<unsigned char>(draw(0, 255));
    return bytes;
  }

  std::mt19937 dice_{20261122};
};

TEST_P(ElementWalks, CopyTheElementsAndNothingElse) {
  const auto size = GetParam();
  const auto from_bytes = noise();
  const auto to_bytes = noise();
  for (int round = 0; round < 300; ++round) {
    const auto box = draw_box();
    const auto to = lay_out(box, size);
    const auto from = lay_out(box, size);
    auto expected = to_bytes;
    for_each_element(box, [&](const auto& index) {
      std::memcpy(&expected.at(place_of(to, index)), &from_bytes.at(place_of(from, index)), size);
    });
    auto copied = to_bytes;
    copy_words(walk_words(to, from, box, size), copied, to.place, from_bytes, from.place);
    ASSERT_EQ(copied, expected) << "round " << round;
  }
}

TEST_P(ElementWalks, WordsThatAreElementsMeetEveryPairOnce) {
  const auto size = GetParam();
  for (int round = 0; round < 100; ++round) {
    const auto box = draw_box();
    const auto to = lay_out(box, size);
    const auto from = lay_out(box, size);
    const auto walk = walk_elements(to, from, box, size);
    std::vector<std::pair<std::size_t, std::size_t>> expected;
    for_each_element(box,
                     [&](const auto& index) { expected.emplace_back(place_of(to, index), place_of(from, index)); });
    std::vector<std::pair<std::size_t, std::size_t>> met;
    for (std::uint64_t word = 0; word < walk.words; ++word) {
      auto pair = std::pair{to.place, from.place};
      auto rest = word;
      for (auto d = walk.dims; d-- > 0;) {
        pair.first += rest % walk.extents[d] * walk.targets[d];
        pair.second += rest % walk.extents[d] * walk.sources[d];
        rest /= walk.extents[d];
      }
      met.push_back(pair);
    }
    std::sort(expected.begin(), expected.end());
    std::sort(met.begin(), met.end());
    ASSERT_EQ(met, expected) << "round " << round;
  }
}

TEST_P(ElementWalks, SourceOfOneElementGoesEverywhere) {
  const auto size = GetParam();
  const auto bytes = noise();
  for (int round = 0; round < 100; ++round) {
    const auto box = draw_box();
    const auto to = lay_out(box, size);
    auto first = to;
    first.strides = {};
    auto expected = bytes;
    for_each_element(
        box, [&](const auto& index) { std::memcpy(&expected.at(place_of(to, index)), &bytes.at(to.place), size); });
    auto filled = bytes;
    copy_words(walk_words(to, first, box, size), filled, to.place, bytes, first.place);
    ASSERT_EQ(filled, expected) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(OfElementSizes, ElementWalks, ::testing::Values(1, 2, 3, 4, 8, 12, 16, 24));

TEST(ElementWalk, DenseRowsAreOneDimensionOfTheLargestWords) {
  ElementBox box;
  box.dims = 3;
  box.extents = {4, 6, 10};
  ElementsAt dense;
  dense.strides = {120, 20, 2};
  const auto walk = walk_words(dense, dense, box, 2);
  EXPECT_EQ(walk.dims, 1U);
  EXPECT_EQ(walk.word_size, 8U);
  EXPECT_EQ(walk.words, 60U);
}

TEST(ElementWalk, TargetsAreWalkedInTheOrderOfTheirMemory) {
  ElementBox box;
  box.dims = 2;
  box.extents = {5, 7};
  ElementsAt by_column;
  by_column.strides = {8, 40};
  ElementsAt by_row;
  by_row.strides = {56, 8};
  const auto walk = walk_elements(by_column, by_row, box, 8);
  ASSERT_EQ(walk.dims, 2U);
  EXPECT_EQ(walk.targets[1], 8U);
  EXPECT_EQ(walk.extents[1], 5U);
}

TEST(ElementWalk, EmptyBoxesHaveNoWords) {
  ElementBox box;
  box.dims = 2;
  box.extents = {3, 0};
  EXPECT_EQ(walk_words({}, {}, box, 8).words, 0U);
  EXPECT_EQ(walk_elements({}, {}, box, 8).words, 0U);
}

TEST(ElementWalk, MisalignedMemoryIsWalkedInSmallerWords) {
  ElementBox box;
  box.dims = 1;
  box.extents = {8};
  ElementsAt to;
  to.strides = {8};
  auto from = to;
  from.place = 4;
  EXPECT_EQ(walk_words(to, from, box, 8).word_size, 4U);
}

TEST(GatherWalks, WordsAreAsLargeAsElementsAndPlacesAllow) {
  GatherWalk walk;
  walk.element_size = 24;
  walk.dims = 2;
  walk.extents[0] = 3;
  walk.extents[1] = 5;
  walk.named = 1;
  ElementsAt to;
  to.strides = {120, 24};
  ElementsAt from;
  from.strides = {24};
  complete(walk, to, {}, from);
  EXPECT_EQ(walk.count, 15U);
  EXPECT_EQ(walk.word_size, 8U);
  from.place = 12;
  complete(walk, to, {}, from);
  EXPECT_EQ(walk.word_size, 4U);
}

}  // namespace
}  // namespace legate::detail::engine
