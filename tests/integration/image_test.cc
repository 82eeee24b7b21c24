// SPDX-License-Identifier: Apache-2.0
// Image constraints: what each instance sees of the range, compared with a serial look at its part of the function.
// Runs on several ranks, too (tests/mpi); there every rank looks at the instances that it has run.
#include "runtime_test.h"

#include <legate/redop/redop.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <random>

namespace legate::test {
namespace {

using Values = std::vector<std::int64_t>;
using Hint = ImageComputationHint;
using Extents = std::vector<std::uint64_t>;

/// A box with both bounds in it; nothing if it is empty.
struct Named {
  std::vector<coord_t> lo{};
  std::vector<coord_t> hi{};

  friend bool operator==(const Named& a, const Named& b) { return a.lo == b.lo && a.hi == b.hi; }
  friend std::ostream& operator<<(std::ostream& out, const Named& named) {
    return out << ::testing::PrintToString(named.lo) << " to " << ::testing::PrintToString(named.hi);
  }
};

Named box_of(const Domain& domain) {
  Named result;
  if (domain.get_volume() == 0) return result;
  result.lo.assign(domain.rect_data, domain.rect_data + domain.dim);
  result.hi.assign(domain.rect_data + domain.dim, domain.rect_data + 2 * domain.dim);
  return result;
}

/// The smallest box around boxes, each of which is cut to the extents first.
Named around(const std::vector<Named>& boxes, const Extents& extents) {
  Named result;
  for (auto box : boxes) {
    bool empty = false;
    for (std::size_t d = 0; d < extents.size(); ++d) {
      box.lo[d] = std::max<coord_t>(box.lo[d], 0);
      box.hi[d] = std::min(box.hi[d], static_cast<coord_t>(extents[d]) - 1);
      empty = empty || box.lo[d] > box.hi[d];
    }
    if (empty) continue;
    if (result.lo.empty()) result = box;
    for (std::size_t d = 0; d < extents.size(); ++d) {
      result.lo[d] = std::min(result.lo[d], box.lo[d]);
      result.hi[d] = std::max(result.hi[d], box.hi[d]);
    }
  }
  return result;
}

/// What an instance saw.
struct Seen {
  Domain function;
  Domain range;
};

class Image : public RuntimeTest {
 protected:
  /// A function of these extents; element i, in row-major order, names boxes[i], as a point if `points`.
  LogicalStore function_of(const Extents& extents, const std::vector<Named>& boxes, bool points) {
    const auto dim = static_cast<std::uint32_t>(boxes.front().lo.size());
    const auto type = points ? Type{point_type(dim)} : Type{rect_type(dim)};
    const auto result = runtime->create_store(Shape{extents}, type);
    const auto physical = result.get_physical_store();
    auto* to = static_cast<coord_t*>(physical.get_inline_allocation().ptr);
    for (const auto& box : boxes) {
      to = std::copy(box.lo.begin(), box.lo.end(), to);
      if (!points) to = std::copy(box.hi.begin(), box.hi.end(), to);
    }
    return written_on_a_part(result);
  }
  LogicalStore vector_of(const Values& values) {
    const auto result = store(Shape{values.size()});
    const auto physical = result.get_physical_store();
    std::copy(values.begin(), values.end(), static_cast<std::int64_t*>(physical.get_inline_allocation().ptr));
    return written_on_a_part(result);
  }
  /// Runs a task that reads both stores.
  std::vector<Seen> seen(const LogicalStore& function, const LogicalStore& range, Hint hint = Hint::NO_HINT) {
    std::vector<Seen> result;
    std::mutex guard;
    body = [&](TaskContext context) {
      const std::lock_guard<std::mutex> lock{guard};
      result.push_back({context.input(0).domain(), context.input(1).domain()});
    };
    auto task = plain();
    const auto f = task.add_input(function);
    const auto r = task.add_input(range);
    task.add_constraint(image(f, r, hint));
    run(std::move(task));
    return result;
  }
  /// out[i] = range[function[i]], for vectors.
  Values gathered(const LogicalStore& function, const LogicalStore& range, Hint hint = Hint::NO_HINT) {
    body = [](TaskContext context) {
      const auto function_part = context.input(0);
      const auto range_part = context.input(1);
      const auto out = context.output(0).write_accessor<std::int64_t, 1>();
      const auto at = function_part.read_accessor<std::int64_t, 1>();
      const auto value = range_part.read_accessor<std::int64_t, 1>();
      for (PointInRectIterator<1> it{function_part.shape<1>()}; it.valid(); ++it) {
        out[*it] = range_part.domain().contains(Point<1>{at[*it]}) ? value[at[*it]] : -1;
      }
    };
    const auto out = store(function.shape());
    auto task = plain();
    const auto f = task.add_input(function);
    const auto r = task.add_input(range);
    task.add_constraint(align(f, task.add_output(out)));
    task.add_constraint(image(f, r, hint));
    run(std::move(task));
    return values_of(out);
  }
};

/// The elements of a function of these extents that lie in a part of it.
std::vector<Named> part_of(const std::vector<Named>& boxes, const Extents& extents, const Domain& part) {
  std::vector<Named> result;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    DomainPoint point;
    point.dim = static_cast<int>(extents.size());
    auto rest = i;
    for (auto d = extents.size(); d-- > 0; rest /= extents[d]) {
      point[static_cast<unsigned>(d)] = static_cast<coord_t>(rest % extents[d]);
    }
    if (part.contains(point)) result.push_back(boxes[i]);
  }
  return result;
}

TEST_F(Image, RangePartIsTheBoxAroundWhatTheFunctionPartNames) {
  std::mt19937 engine{77};  // NOLINT: the same numbers on every rank
  const auto dice = [&](int lo, int hi) { return std::uniform_int_distribution<int>{lo, hi}(engine); };
  for (int round = 0; round < 60; ++round) {
    Extents extents(static_cast<std::size_t>(dice(1, 3)));
    for (auto& extent : extents) extent = static_cast<std::uint64_t>(dice(1, extents.size() == 1 ? 20 : 5));
    Extents range_extents(static_cast<std::size_t>(dice(1, 3)));
    for (auto& extent : range_extents) extent = static_cast<std::uint64_t>(dice(1, 30));
    const bool points = dice(0, 1) == 0;
    std::size_t count = 1;
    for (const auto extent : extents) count *= extent;
    std::vector<Named> boxes(count);
    for (auto& box : boxes) {
      for (const auto extent : range_extents) {
        const auto last = static_cast<int>(extent) - 1;
        box.lo.push_back(dice(0, 15) == 0 ? -2 : dice(0, last));
        box.hi.push_back(points ? box.lo.back() : box.lo.back() + dice(-2, 3));  // also empty, also beyond the end
      }
    }
    const auto range = store(Shape{range_extents});
    runtime->issue_fill(range, Scalar{std::int64_t{0}});
    const auto hint = dice(0, 1) == 0 ? Hint::NO_HINT : Hint::MIN_MAX;
    for (const auto& [function_part, range_part] : seen(function_of(extents, boxes, points), range, hint)) {
      if (function_part.get_volume() == count) continue;  // not split: sees all of the range
      EXPECT_EQ(box_of(range_part), around(part_of(boxes, extents, function_part), range_extents))
          << "round " << round << ", part " << function_part;
    }
  }
}

TEST_F(Image, FirstAndLastElementsAreEnoughIfAskedFor) {
  std::vector<Named> boxes;
  for (coord_t i = 0; i < 40; ++i) boxes.push_back({{i % 5 == 2 ? 0 : 2 * i}, {i % 5 == 2 ? 99 : 2 * i + 1}});
  const auto function = function_of({40}, boxes, false);
  for (const auto& [part, range_part] : seen(function, filled(Shape{100}, 0), Hint::FIRST_LAST)) {
    const auto own = part_of(boxes, {40}, part);
    EXPECT_EQ(box_of(range_part), around({own.front(), own.back()}, {100})) << part;
  }
}

TEST_F(Image, EmptyEndsDoNotHideWhatIsBetweenThem) {
  // Rows of a sparse matrix: the first and the last one of a part may be empty.
  std::vector<Named> rows;
  for (coord_t i = 0, next = 0; i < 40; ++i) {
    const auto length = i % 5 == 2 ? 3 : 0;
    rows.push_back({{next}, {next + length - 1}});
    next += length;
  }
  for (const bool descending : {false, true}) {
    if (descending) std::reverse(rows.begin(), rows.end());
    for (const auto& [part, range_part] :
         seen(function_of({40}, rows, false), filled(Shape{24}, 0), Hint::FIRST_LAST)) {
      EXPECT_EQ(box_of(range_part), around(part_of(rows, {40}, part), {24})) << part;
    }
  }
}

TEST_F(Image, NumbersStandForPointsAndBringTheirElements) {
  Values indices;
  for (std::int64_t i = 0; i < 200; ++i) indices.push_back(i * 37 % 100);
  const auto function = vector_of(indices);
  const auto range = written_on_a_part(numbered(Shape{100}));
  EXPECT_EQ(gathered(function, range), indices);
  EXPECT_EQ(gathered(function, range, Hint::MIN_MAX), indices);
  std::sort(indices.begin(), indices.end());
  EXPECT_EQ(gathered(vector_of(indices), range, Hint::FIRST_LAST), indices);
}

TEST_F(Image, ContentsAreThoseOfTheMomentOfSubmission) {
  const auto range = numbered(Shape{64});
  auto function = vector_of(Values(64, 5));
  EXPECT_EQ(gathered(function, range), Values(64, 5));
  runtime->issue_copy(function, range);  // by an operation that may still be running
  EXPECT_EQ(gathered(function, range), iota(64));
  {
    const auto physical = function.get_physical_store();
    const auto access = physical.write_accessor<std::int64_t, 1>();
    for (coord_t i = 0; i < 64; ++i) access[i] = 63 - i;
  }
  auto backwards = iota(64);
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(gathered(function, range), backwards);
  runtime->issue_fill(function.slice(0, Slice{0, 10}), Scalar{std::int64_t{7}});
  std::fill(backwards.begin(), backwards.begin() + 10, 7);
  EXPECT_EQ(gathered(function, range), backwards);
}

TEST_F(Image, FunctionsThatAreViewsCount) {
  const auto matrix = store(Shape{30, 4});
  runtime->issue_fill(matrix, Scalar{std::int64_t{-1}});
  Values expected;
  for (std::int64_t i = 0; i < 30; ++i) {
    runtime->issue_fill(matrix.slice(0, Slice{i, i + 1}).slice(1, Slice{2, 3}), Scalar{i * 7 % 30});
    expected.push_back(i * 7 % 30);
  }
  EXPECT_EQ(gathered(matrix.project(1, 2), numbered(Shape{30})), expected);
}

TEST_F(Image, WritesReachDisjointImages) {
  std::vector<Named> boxes;  // in blocks of ten, backwards
  for (coord_t i = 0; i < 40; ++i) boxes.push_back({{39 - i}, {39 - i}});
  body = [](TaskContext context) {
    const auto out = context.output(0);
    const auto access = out.write_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{out.shape<1>()}; it.valid(); ++it) access[*it] = 100 + (*it)[0];
  };
  const auto range = filled(Shape{50}, 3);
  auto task = plain();
  const auto f = task.add_input(function_of({40}, boxes, true));
  task.add_constraint(image(f, task.add_output(range)));
  run(std::move(task));
  Values expected(50, 3);
  for (coord_t i = 0; i < 40; ++i) expected[static_cast<std::size_t>(i)] = 100 + i;
  EXPECT_EQ(values_of(range), expected);
  if (const auto partition = range.get_partition()) {  // still the one of the fill, which holds every element
    std::size_t elements = 0;
    for (std::uint64_t color = 0; color < partition->color_shape()[0]; ++color) {
      elements += partition->get_child_store(Extents{color}).volume();
    }
    EXPECT_EQ(elements, 50U);
  }
  // The image is no way to split the range for tasks that know nothing of it: they see every element once.
  body = [](TaskContext context) {
    const auto in = context.input(0);
    const auto out = context.reduction(0).reduce_accessor<SumReduction<std::int64_t>, true, 1>();
    const auto access = in.read_accessor<std::int64_t, 1>();
    for (PointInRectIterator<1> it{in.shape<1>()}; it.valid(); ++it) out.reduce(0, access[*it]);
  };
  const auto total = scalar_store(0);
  auto reader = plain();
  static_cast<void>(reader.add_input(range));
  static_cast<void>(reader.add_reduction(total, ReductionOpKind::ADD));
  run(std::move(reader));
  EXPECT_EQ(values_of(total), (Values{40 * 100 + 39 * 20 + 30}));
}

TEST_F(Image, ReductionsIntoOverlappingImagesAddUp) {
  Values indices;
  for (std::int64_t i = 0; i < 100; ++i) indices.push_back(i * i % 13);
  body = [](TaskContext context) {
    const auto in = context.input(0);
    const auto at = in.read_accessor<std::int64_t, 1>();
    const auto out = context.reduction(0).reduce_accessor<SumReduction<std::int64_t>, true, 1>();
    for (PointInRectIterator<1> it{in.shape<1>()}; it.valid(); ++it) out.reduce(at[*it], 1);
  };
  const auto range = filled(Shape{13}, 2);
  auto task = plain();
  const auto f = task.add_input(vector_of(indices));
  task.add_constraint(image(f, task.add_reduction(range, ReductionOpKind::ADD), Hint::MIN_MAX));
  run(std::move(task));
  Values expected(13, 2);
  for (const auto index : indices) ++expected[static_cast<std::size_t>(index)];
  EXPECT_EQ(values_of(range), expected);
}

TEST_F(Image, ImagesCanBeChained) {
  // The function names elements of the middle store, and those name elements of the range.
  std::vector<Named> middle;
  for (coord_t i = 0; i < 20; ++i) middle.push_back({{i, 19 - i}, {i, 19 - i}});
  Values indices;
  for (std::int64_t i = 0; i < 40; ++i) indices.push_back(i / 2);
  const auto function = vector_of(indices);
  const auto middle_store = function_of({20}, middle, true);
  const auto range = filled(Shape{20, 20}, 0);
  std::vector<std::array<Domain, 3>> parts;
  std::mutex guard;
  body = [&](TaskContext context) {
    const std::lock_guard<std::mutex> lock{guard};
    parts.push_back({context.input(0).domain(), context.input(1).domain(), context.input(2).domain()});
  };
  auto task = plain();
  const auto f = task.add_input(function);
  const auto m = task.add_input(middle_store);
  const auto r = task.add_input(range);
  task.add_constraint(image(f, m));
  task.add_constraint(image(m, r));
  run(std::move(task));
  for (const auto& [first, second, third] : parts) {
    EXPECT_EQ(box_of(second), (Named{{first.lo()[0] / 2}, {first.hi()[0] / 2}}));
    EXPECT_EQ(box_of(third), around(part_of(middle, {20}, second), {20, 20}));
  }
}

/// A task whose signature says how its inputs are split.
struct Declared : public LegateTask<Declared> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{50}}.with_signature(
      TaskSignature{}.inputs(2).constraints({{image(proxy::inputs[0], proxy::inputs[1], Hint::MIN_MAX)}}));
  static void cpu_variant(TaskContext context) { body(context); }
};

TEST_F(Image, SignaturesDeclareImages) {
  Declared::register_variants(library);
  std::vector<Seen> parts;
  std::mutex guard;
  body = [&](TaskContext context) {
    const std::lock_guard<std::mutex> lock{guard};
    parts.push_back({context.input(0).domain(), context.input(1).domain()});
  };
  auto task = runtime->create_task(library, LocalTaskID{50});
  static_cast<void>(task.add_input(numbered(Shape{40})));
  static_cast<void>(task.add_input(filled(Shape{100}, 0)));
  run(std::move(task));
  for (const auto& part : parts) EXPECT_EQ(part.range, part.function);
}

TEST_F(Image, NothingIsSplitWhereTheFunctionIsNot) {
  const auto range = filled(Shape{100}, 0);
  std::vector<Seen> parts;
  body = [&](TaskContext context) { parts.push_back({context.input(0).domain(), context.input(1).domain()}); };
  auto task = plain();
  const auto f = task.add_input(vector_of({3}));
  task.add_constraint(image(f, task.add_input(range)));
  run(std::move(task));
  for (const auto& part : parts) EXPECT_EQ(part.range.get_volume(), 100U);
}

// --- what is refused -------------------------------------------------------------------------------------------------

TEST_F(Image, FunctionsThatDoNotNameTheRangeAreRefused) {
  const auto vector = filled(Shape{8}, 0);
  const auto matrix = filled(Shape{8, 8}, 0);
  const auto submit = [&](const LogicalStore& function, const LogicalStore& range) {
    auto task = plain();
    const auto f = task.add_input(function);
    task.add_constraint(image(f, task.add_input(range)));
    runtime->submit(std::move(task));
  };
  const std::string text = "Store from which the image partition is derived should have ";
  refuses<std::invalid_argument>([&] { submit(vector, matrix); }, {text + "2-D points or rects", "input 0"});
  const auto points = runtime->create_store(Shape{8}, point_type(2));
  refuses<std::invalid_argument>([&] { submit(points, vector); }, {text + "1-D points or rects"});
  refuses<std::runtime_error>(
      [&] {
        submit(points, matrix.transpose({1, 0}));
      },
      {"Image constraints on transformed stores are not supported yet"});
  refuses<std::runtime_error>(
      [&] {
        auto task = plain();
        const auto f = task.add_input(vector);
        const auto r = task.add_input(vector.slice(0, Slice{0, 7}));
        task.add_constraint(image(f, r));
        task.add_constraint(bloat(r, task.add_input(filled(Shape{8}, 0)), Extents{1}, Extents{1}));
        runtime->submit(std::move(task));
      },
      {"Not implemented"});
  refuses<std::invalid_argument>(
      [&] {
        const Scope scope{ParallelPolicy{}.with_streaming(StreamingMode::STRICT)};
        submit(vector, filled(Shape{8}, 0));
      },
      {"flush_scheduling_window called from inside a streaming scope", "image"});
}

}  // namespace
}  // namespace legate::test
