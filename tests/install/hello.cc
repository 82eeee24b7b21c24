// SPDX-License-Identifier: Apache-2.0
// The smallest whole program, built against the installed tree by `make installcheck`: one task doubles a store.
#include <legate.h>

#include <cstdint>
#include <cstdio>
#include <utility>

namespace {

class DoubleTask : public legate::LegateTask<DoubleTask> {
 public:
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) {
    auto store = context.output(0).data();
    auto shape = store.shape<1>();
    auto values = store.read_write_accessor<std::int64_t, 1>();
    for (legate::PointInRectIterator<1> point{shape}; point.valid(); ++point) {
      values[*point] = 2 * values[*point];
    }
  }
};

}  // namespace

int main() {
  legate::start();
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("hello");
  DoubleTask::register_variants(library);

  auto store = runtime->create_store(legate::Shape{1000}, legate::int64());
  runtime->issue_fill(store, legate::Scalar{std::int64_t{21}});
  auto task = runtime->create_task(library, legate::LocalTaskID{0});
  task.add_input(store);
  task.add_output(store);
  runtime->submit(std::move(task));

  std::int64_t sum = 0;
  {
    auto values = store.get_physical_store().read_accessor<std::int64_t, 1>();
    for (std::int64_t i = 0; i < 1000; ++i) {
      sum += values[i];
    }
  }
  std::printf("sum %lld\n", static_cast<long long>(sum));
  const auto status = legate::finish();
  return (sum == 42000 && status == 0) ? 0 : 1;
}
