// SPDX-License-Identifier: Apache-2.0
// Accessors compiled with bounds checks, whatever the library was configured with. The generated header is included
// once, so the macro must be there before it.
#ifndef LEGATE_BOUNDS_CHECKS
#define LEGATE_BOUNDS_CHECKS 1
#endif
#include <legate.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
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

struct OneTooFar : public legate::LegateTask<OneTooFar> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    const legate::PhysicalStore output = context.output(0);
    output.write_accessor<std::int64_t, 1>()[4] = 1;
  }
};

TEST(AccessorBounds, NameTheTaskAndTheArgument) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        setenv("LEGATE_CONFIG", "--cpus 1 --sysmem 100", 1);
        legate::start();
        auto* runtime = legate::Runtime::get_runtime();
        auto library = runtime->create_library("bounds");
        OneTooFar::register_variants(library);
        auto task = runtime->create_task(library, OneTooFar::TASK_CONFIG.task_id());
        task.add_input(runtime->create_store(legate::Scalar{std::int64_t{1}}));
        task.add_output(runtime->create_store(legate::Shape{4}, legate::int64()));
        runtime->submit(std::move(task));
        static_cast<void>(legate::finish());
      },
      ::testing::ExitedWithCode(1), "Task \"[^\"]*OneTooFar\": accessor: .4. is outside of .* the bounds of output 0");
}

}  // namespace
