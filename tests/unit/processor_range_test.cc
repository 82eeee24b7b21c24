// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/processor_range.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <sstream>
#include <stdexcept>

namespace {

using legate::mapping::NodeRange;
using legate::mapping::ProcessorRange;

static_assert(ProcessorRange{1, 4, 2}.count() == 3, "usable in constant expressions");
static_assert(ProcessorRange{0, 8, 4}.slice(2, 5) == ProcessorRange{2, 5, 4}, "usable in constant expressions");
static_assert((ProcessorRange{0, 8, 4} & ProcessorRange{6, 9, 4}) == ProcessorRange{6, 8, 4}, "likewise");
static_assert(ProcessorRange{0, 8, 4}.get_node_range() == NodeRange{0, 2}, "usable in constant expressions");

TEST(ProcessorRange, IsNormalised) {
  EXPECT_EQ(ProcessorRange{}.to_string(), "Proc([0,0], 1 per node)");
  EXPECT_EQ((ProcessorRange{3, 1, 4}.to_string()), "Proc([0,0], 4 per node)");
  EXPECT_EQ((ProcessorRange{3, 3, 4}.to_string()), "Proc([0,0], 4 per node)");
  EXPECT_EQ((ProcessorRange{1, 3, 0}.to_string()), "Proc([1,3], 1 per node)");
}

TEST(ProcessorRange, IsPrinted) {
  std::ostringstream text;
  text << ProcessorRange{2, 7, 4};
  EXPECT_EQ(text.str(), "Proc([2,7], 4 per node)");
}

TEST(ProcessorRange, SlicesWithinItself) {
  constexpr auto LARGEST = std::numeric_limits<std::uint32_t>::max();
  const ProcessorRange range{2, 10, 4};
  // against a list of the processors
  for (std::uint32_t from = 0; from < 12; ++from) {
    for (std::uint32_t to = 0; to < 12; ++to) {
      const auto slice = range.slice(from, to);
      std::set<std::uint32_t> expected;
      for (std::uint32_t i = from; i < to && i < 8; ++i) {
        expected.insert(2 + i);
      }
      std::set<std::uint32_t> found;
      for (auto id = slice.low; id < slice.high; ++id) {
        found.insert(id);
      }
      EXPECT_EQ(found, expected) << from << " to " << to;
      EXPECT_EQ(slice.per_node_count, 4U);
    }
  }
  EXPECT_EQ(range.slice(6, LARGEST), (ProcessorRange{8, 10, 4}));
  EXPECT_EQ(range.slice(LARGEST, LARGEST), (ProcessorRange{0, 0, 4}));
}

TEST(ProcessorRange, KnowsItsNodes) {
  EXPECT_EQ((ProcessorRange{2, 10, 4}.get_node_range()), (NodeRange{0, 3}));
  EXPECT_EQ((ProcessorRange{4, 8, 4}.get_node_range()), (NodeRange{1, 2}));
  EXPECT_THROW((void)(ProcessorRange{5, 5, 4}.get_node_range()), std::invalid_argument);
}

TEST(ProcessorRange, Intersects) {
  const ProcessorRange range{2, 10, 4};
  EXPECT_EQ(range & (ProcessorRange{5, 20, 4}), (ProcessorRange{5, 10, 4}));
  EXPECT_EQ(range & (ProcessorRange{12, 20, 4}), (ProcessorRange{0, 0, 4}));
  EXPECT_EQ(range & range, range);
  EXPECT_THROW((void)(range & ProcessorRange{2, 10, 2}), std::invalid_argument);
}

TEST(ProcessorRange, IsOrderedAndHashed) {
  EXPECT_NE((ProcessorRange{2, 10, 4}), (ProcessorRange{2, 10, 2}));
  EXPECT_LT((ProcessorRange{1, 9, 4}), (ProcessorRange{2, 3, 1}));
  EXPECT_LT((ProcessorRange{2, 3, 4}), (ProcessorRange{2, 4, 1}));
  EXPECT_LT((ProcessorRange{2, 4, 1}), (ProcessorRange{2, 4, 3}));
  EXPECT_FALSE((ProcessorRange{2, 4, 1} < ProcessorRange{2, 4, 1}));
  EXPECT_EQ((ProcessorRange{2, 4, 1}.hash()), (ProcessorRange{2, 4, 1}.hash()));
  EXPECT_NE((ProcessorRange{2, 4, 1}.hash()), (ProcessorRange{2, 4, 2}.hash()));
}

TEST(NodeRange, IsOrderedAndHashed) {
  EXPECT_LT((NodeRange{0, 3}), (NodeRange{1, 2}));
  EXPECT_LT((NodeRange{1, 2}), (NodeRange{1, 3}));
  EXPECT_NE((NodeRange{1, 2}), (NodeRange{1, 3}));
  EXPECT_EQ((NodeRange{1, 2}.hash()), (NodeRange{1, 2}.hash()));
  EXPECT_NE((NodeRange{1, 2}.hash()), (NodeRange{2, 1}.hash()));
}

}  // namespace
