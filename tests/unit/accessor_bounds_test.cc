// SPDX-License-Identifier: Apache-2.0
// Accessors compiled with bounds checks, whatever the library was configured with. The generated header is included
// once, so the macro must be there before it.
#ifndef LEGATE_BOUNDS_CHECKS
#define LEGATE_BOUNDS_CHECKS 1
#endif
#include <legate/utilities/typedefs.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

using legate::Rect;

TEST(AccessorBounds, EndTheProcessWithStatusOne) {
  std::vector<double> data(10);
  legate::AffineLayout<double, 1> layout;
  layout.base = reinterpret_cast<std::uintptr_t>(data.data());
  layout.strides[0] = sizeof(double);
  const legate::AccessorRW<double, 1> access{layout, Rect<1>{2, 5}};
  access[2] = 1;
  access[5] = 1;
  EXPECT_EQ(access.ptr(Rect<1>{2, 5}), data.data() + 2);
  EXPECT_EXIT((void)(access[6] = 1), ::testing::ExitedWithCode(1), R"(\(6\) is outside of \{ bounds = <2>\.\.<5>)");
  EXPECT_EXIT((void)access.ptr(Rect<1>{1, 5}), ::testing::ExitedWithCode(1), R"(\(1\) is outside)");
}

TEST(AccessorBounds, LetAnEmptyAccessorReachNothing) {
  const legate::AccessorRO<double, 2> empty;
  EXPECT_EXIT((void)empty.read({0, 0}), ::testing::ExitedWithCode(1), "outside");
}

}  // namespace
