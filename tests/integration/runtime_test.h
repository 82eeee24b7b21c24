// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace legate::test {

/// What the leaves of the tasks below do. Set while nothing runs; called by every leaf, possibly at the same time.
inline std::function<void(const TaskContext&)> body = [](TaskContext) {};

/// A task whose leaves call `body`.
struct Plain : public LegateTask<Plain> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
  static constexpr auto CPU_VARIANT_OPTIONS = VariantOptions{}.with_has_allocations(true);
  static void cpu_variant(TaskContext context) { body(context); }
};

/// The same, allowed to throw a TaskException.
struct Throwing : public LegateTask<Throwing> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{1}};
  static constexpr auto CPU_VARIANT_OPTIONS =
      VariantOptions{}.with_may_throw_exception(true).with_has_allocations(true);
  static void cpu_variant(TaskContext context) { body(context); }
};

/// The same, declared with no options at all.
struct Bare : public LegateTask<Bare> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{2}};
  static void cpu_variant(TaskContext context) { body(context); }
};

template <std::int32_t DIM>
std::vector<std::int64_t> values_of_dim(const PhysicalStore& store) {
  std::vector<std::int64_t> result;
  const auto access = store.read_accessor<std::int64_t, DIM>();
  // not Fortran order: the last dimension runs fastest, as in a C array
  for (PointInRectIterator<DIM> it{store.shape<DIM>(), false}; it.valid(); ++it) result.push_back(access[*it]);
  return result;
}

/// The int64 elements of a physical store, last dimension fastest.
inline std::vector<std::int64_t> values_of(const PhysicalStore& store) {
  switch (store.dim()) {
    case 0:
    case 1:
      return values_of_dim<1>(store);
    case 2:
      return values_of_dim<2>(store);
    case 3:
      return values_of_dim<3>(store);
    case 4:
      return values_of_dim<4>(store);
    default:
      throw std::logic_error{"values_of: more dimensions than the tests use"};
  }
}

/// The int64 elements of a store as the control program sees them, last dimension fastest.
inline std::vector<std::int64_t> values_of(const LogicalStore& store) { return values_of(store.get_physical_store()); }

template <std::int32_t DIM>
void number_dim(const PhysicalStore& store) {
  const auto access = store.write_accessor<std::int64_t, DIM>();
  std::int64_t next = 0;
  for (PointInRectIterator<DIM> it{store.shape<DIM>(), false}; it.valid(); ++it) access[*it] = next++;
}

/// Numbers the elements of an int64 store 0, 1, 2, ... at top level, last dimension fastest.
inline void number(const LogicalStore& store) {
  const auto physical = store.get_physical_store();
  switch (physical.dim()) {
    case 0:
    case 1:
      return number_dim<1>(physical);
    case 2:
      return number_dim<2>(physical);
    case 3:
      return number_dim<3>(physical);
    default:
      throw std::logic_error{"number: more dimensions than the tests use"};
  }
}

/// A part of the machine, another one at each call: the same on every rank.
inline mapping::Machine part_of_machine() {
  static std::uint32_t calls = 0;
  const auto machine = Runtime::get_runtime()->get_machine();
  const auto count = machine.count(mapping::TaskTarget::CPU);
  ++calls;
  const auto first = calls % count;
  return machine.slice(first, first + 1 + calls / count % (count - first), mapping::TaskTarget::CPU);
}

/// A store with the same contents, which tasks have written on a part of the machine: some of the ranks have it.
inline LogicalStore written_on_a_part(const LogicalStore& store) {
  const Scope scope{part_of_machine()};
  auto* runtime = Runtime::get_runtime();
  auto result = runtime->create_store(store.shape(), store.type());
  runtime->issue_copy(result, store);
  return result;
}

/// 0, 1, ..., count - 1
inline std::vector<std::int64_t> iota(std::int64_t count) {
  std::vector<std::int64_t> result;
  for (std::int64_t i = 0; i < count; ++i) result.push_back(i);
  return result;
}

class RuntimeTest : public ::testing::Test {
 protected:
  RuntimeTest() {
    bool created = false;
    library = runtime->find_or_create_library("legatus.test", ResourceConfig{}, nullptr, {}, &created);
    if (created) {
      Plain::register_variants(library);
      Throwing::register_variants(library);
      Bare::register_variants(library);
    }
  }
  ~RuntimeTest() override {
    runtime->issue_execution_fence(true);
    body = [](TaskContext) {};
  }

  static constexpr LocalTaskID PLAIN{0};
  static constexpr LocalTaskID THROWING{1};
  static constexpr LocalTaskID BARE{2};

  [[nodiscard]] AutoTask plain() { return runtime->create_task(library, PLAIN); }
  [[nodiscard]] ManualTask plain(std::initializer_list<std::uint64_t> shape) {
    return runtime->create_task(library, PLAIN, shape);
  }
  [[nodiscard]] LogicalStore store(const Shape& shape) { return runtime->create_store(shape, int64()); }
  /// A store whose elements are 0, 1, 2, ...
  [[nodiscard]] LogicalStore numbered(const Shape& shape) {
    auto result = store(shape);
    number(result);
    return result;
  }
  [[nodiscard]] LogicalStore filled(const Shape& shape, std::int64_t value) {
    auto result = store(shape);
    runtime->issue_fill(result, Scalar{value});
    return result;
  }
  [[nodiscard]] LogicalStore scalar_store(std::int64_t value) { return runtime->create_store(Scalar{value}); }

  /// Submits a task and waits until it is over.
  template <typename Task>
  void run(Task&& task) {
    runtime->submit(std::forward<Task>(task));
    runtime->issue_execution_fence(true);
  }

  /// The runtime still computes: a fill and a parallel task over it give the right values.
  void expect_usable() {
    runtime->issue_execution_fence(true);  // leaves submitted before call `body` too
    const auto keep = std::exchange(body, [](TaskContext context) {
      const auto output = context.output(0);
      const auto access = output.read_write_accessor<std::int64_t, 1>();
      for (PointInRectIterator<1> it{output.shape<1>()}; it.valid(); ++it) access[*it] += (*it)[0];
    });
    const auto result = filled(Shape{8}, 3);
    auto task = plain();
    static_cast<void>(task.add_input(result));
    static_cast<void>(task.add_output(result));
    run(std::move(task));
    body = keep;
    EXPECT_EQ(values_of(result), (std::vector<std::int64_t>{3, 4, 5, 6, 7, 8, 9, 10})) << "runtime unusable afterwards";
  }

  /// Expects an Exception whose message contains every part, and a usable runtime afterwards.
  template <typename Exception, typename Call>
  void refuses(Call&& call, std::initializer_list<std::string_view> parts, int line = __builtin_LINE()) {
    const ::testing::ScopedTrace trace{"", line, "refuses"};
    try {
      call();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Exception& error) {
      const std::string message = error.what();
      for (const auto& part : parts) {
        EXPECT_NE(message.find(part), std::string::npos) << "'" << message << "' lacks '" << part << "'";
      }
    } catch (const std::exception& error) {
      ADD_FAILURE() << "another exception: " << error.what();
    }
    expect_usable();
  }

  Runtime* runtime{Runtime::get_runtime()};
  Library library{runtime->find_library("legate.core")};
};

}  // namespace legate::test
