// SPDX-License-Identifier: Apache-2.0
#include <legate/operation/projection.h>

#include <gtest/gtest.h>

#include <sstream>

using legate::constant;
using legate::dimension;
using legate::SymbolicExpr;

TEST(SymbolicExpr, PrintsOneSign) {
  EXPECT_EQ(dimension(2).to_string(), "COORD2");
  EXPECT_EQ((dimension(1) + 4).to_string(), "COORD1+4");
  EXPECT_EQ((dimension(1) + -4).to_string(), "COORD1-4");
  EXPECT_EQ((dimension(2) * 3).to_string(), "3*COORD2");
  EXPECT_EQ((SymbolicExpr{0, -1, 2}).to_string(), "-1*COORD0+2");
  EXPECT_EQ(((dimension(3) + 2) * 3).to_string(), "3*COORD3+6");
  EXPECT_EQ(constant(0).to_string(), "0");
  EXPECT_EQ(constant(5).to_string(), "5");
  EXPECT_EQ(constant(-3).to_string(), "-3");
  EXPECT_EQ((dimension(1) * 0).to_string(), "0");
  std::ostringstream stream;
  stream << dimension(0) + 1;
  EXPECT_EQ(stream.str(), "COORD0+1");
}

TEST(SymbolicExpr, TellsIdentitiesAndConstants) {
  const SymbolicExpr unset;
  EXPECT_EQ(unset.dim(), SymbolicExpr::UNSET);
  EXPECT_EQ(unset.weight(), 1);
  EXPECT_EQ(unset.offset(), 0);
  EXPECT_TRUE(unset.is_constant());
  EXPECT_TRUE(constant(3).is_constant());
  EXPECT_EQ(constant(3).weight(), 0);
  EXPECT_FALSE(dimension(0).is_constant());
  EXPECT_TRUE(dimension(1).is_identity(1));
  EXPECT_FALSE(dimension(1).is_identity(0));
  EXPECT_FALSE((dimension(1) + 1).is_identity(1));
  EXPECT_FALSE((dimension(1) * 2).is_identity(1));
  EXPECT_EQ((constant(4) * 3 + 1).offset(), 13);
}

TEST(SymbolicExpr, IsOrderedByDimensionWeightOffset) {
  EXPECT_LT((SymbolicExpr{0, 5, 5}), (SymbolicExpr{1, 0, 0}));
  EXPECT_LT((SymbolicExpr{0, 1, 9}), (SymbolicExpr{0, 2, 0}));
  EXPECT_LT((SymbolicExpr{0, 1, 1}), (SymbolicExpr{0, 1, 2}));
  EXPECT_FALSE((SymbolicExpr{0, 1, 2}) < (SymbolicExpr{0, 1, 2}));
  EXPECT_EQ(dimension(1), (SymbolicExpr{1, 1, 0}));
  EXPECT_NE(dimension(1), dimension(2));
}

TEST(SymbolicExpr, HashesByValue) {
  EXPECT_EQ((SymbolicExpr{4, 5, 6}).hash(), (SymbolicExpr{4, 5, 6}).hash());
  EXPECT_NE((SymbolicExpr{4, 5, 6}).hash(), (SymbolicExpr{4, 6, 5}).hash());
  EXPECT_EQ(std::hash<SymbolicExpr>{}(dimension(1)), dimension(1).hash());
}

TEST(SymbolicPoint, IsATupleOfExpressions) {
  const legate::SymbolicPoint point{dimension(0), constant(0)};
  EXPECT_EQ(point.size(), 2U);
  EXPECT_EQ(point, (legate::SymbolicPoint{SymbolicExpr{0}, constant(0)}));
}
