// SPDX-License-Identifier: Apache-2.0
// histogram: how often every value occurs. The data are split over the leaves; the counts are too few to split, so
// every leaf gets all of them (broadcast) and adds its share (reduction). Nobody has to say how the shares come
// together.
#include "common.h"

#include <legate/redop/redop.h>

#include <algorithm>

namespace {

std::int32_t value_of(std::uint64_t index, std::uint64_t bins) {
  return static_cast<std::int32_t>(example::scramble(index) % bins);
}

/// data[i] = a random value in [0, bins)
struct Draw : public legate::LegateTask<Draw> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }

 private:
  // Part `part` of `parts` of this leaf's piece.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore output = context.output(0);
    const auto bins = context.scalar(0).value<std::uint64_t>();
    const auto rect = output.shape<1>();
    if (rect.empty()) return;
    std::int32_t* data = output.write_accessor<std::int32_t, 1>().ptr(rect);
    const auto count = example::length(rect, 0);
    for (std::size_t i = count * part / parts; i < count * (part + 1) / parts; ++i)
      data[i] = value_of(static_cast<std::uint64_t>(rect.lo[0]) + i, bins);
  }
};

/// counts[v] += number of elements of this piece of the data that are v
struct Histogram : public legate::LegateTask<Histogram> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};

  static void cpu_variant(legate::TaskContext context) { add(context, count(context, 0, 1)); }
  static void omp_variant(legate::TaskContext context) {
    for (const auto& counts :
         example::from_all_threads([&](std::size_t part, std::size_t parts) { return count(context, part, parts); })) {
      add(context, counts);
    }
  }

 private:
  // How often each value is in part `part` of `parts` of this leaf's piece; nothing if the leaf has none.
  static std::vector<std::int64_t> count(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore input = context.input(0);
    const legate::PhysicalStore counts = context.reduction(0);
    const auto rect = input.shape<1>();
    if (rect.empty()) return {};
    const std::int32_t* data = input.read_accessor<std::int32_t, 1>().ptr(rect);
    const auto length = example::length(rect, 0) * (part + 1) / parts;

    // Four tables in turn, so that equal values in a row do not wait for each other's increment to reach memory.
    const auto bins = example::length(counts.shape<1>(), 0);
    std::vector<std::int64_t> tables(4 * bins, 0);
    std::int64_t* table[4] = {&tables[0], &tables[bins], &tables[2 * bins], &tables[3 * bins]};
    std::size_t i = example::length(rect, 0) * part / parts;
    for (; i + 4 <= length; i += 4) {
      ++table[0][data[i]];
      ++table[1][data[i + 1]];
      ++table[2][data[i + 2]];
      ++table[3][data[i + 3]];
    }
    for (; i < length; ++i) ++table[0][data[i]];

    for (std::size_t bin = 0; bin < bins; ++bin) table[0][bin] += table[1][bin] + table[2][bin] + table[3][bin];
    tables.resize(bins);
    return tables;
  }

  static void add(const legate::TaskContext& context, const std::vector<std::int64_t>& counts) {
    if (counts.empty()) return;  // a leaf that adds nothing need not touch the store
    // `true`: no other thread adds to the same elements through this accessor, so no atomic instructions are needed.
    const legate::PhysicalStore store = context.reduction(0);
    const auto sum = store.reduce_accessor<legate::SumReduction<std::int64_t>, true, 1>();
    for (std::size_t bin = 0; bin < counts.size(); ++bin) sum.reduce(static_cast<legate::coord_t>(bin), counts[bin]);
  }
};

bool run(std::uint64_t size, std::uint64_t bins, std::uint64_t iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("histogram");
  Draw::register_variants(library);
  Histogram::register_variants(library);

  auto data = runtime->create_store(legate::Shape{size}, legate::int32());
  auto counts = runtime->create_store(legate::Shape{bins}, legate::int64());

  auto draw = runtime->create_task(library, Draw::TASK_CONFIG.task_id());
  draw.add_output(data);
  draw.add_scalar_arg(bins);
  runtime->submit(std::move(draw));

  const auto histogram = [&] {
    runtime->issue_fill(counts, legate::Scalar{std::int64_t{0}});  // a reduction adds to what is there
    auto task = runtime->create_task(library, Histogram::TASK_CONFIG.task_id());
    task.add_input(data);
    const auto all_counts = task.add_reduction(counts, legate::ReductionOpKind::ADD);
    task.add_constraint(legate::broadcast(all_counts));
    runtime->submit(std::move(task));
  };
  histogram();  // once without the clock: memory is touched for the first time

  const auto start = example::seconds_when_idle();
  for (std::uint64_t i = 0; i < iterations; ++i) histogram();
  const auto seconds = (example::seconds_when_idle() - start) / static_cast<double>(iterations);

  const auto result = counts.get_physical_store();
  const auto values = result.read_accessor<std::int64_t, 1>();
  std::int64_t least = values[0];
  std::int64_t most = values[0];
  std::uint64_t checksum = 0;  // sum of value x count: the sum of the data
  for (std::uint64_t bin = 0; bin < bins; ++bin) {
    const auto count = values[static_cast<legate::coord_t>(bin)];
    least = std::min(least, count);
    most = std::max(most, count);
    checksum += bin * static_cast<std::uint64_t>(count);
  }
  std::printf("histogram: %llu random values in %llu bins: %lld to %lld in a bin, sum of the data %llu\n",
              static_cast<unsigned long long>(size), static_cast<unsigned long long>(bins),
              static_cast<long long>(least), static_cast<long long>(most), static_cast<unsigned long long>(checksum));
  std::printf("  time: %.3f ms per iteration, %.0f million elements/s\n", seconds * 1e3,
              static_cast<double>(size) / seconds * 1e-6);
  if (!check) return true;

  std::vector<std::int64_t> expected(bins, 0);
  for (std::uint64_t i = 0; i < size; ++i) ++expected[static_cast<std::size_t>(value_of(i, bins))];
  double error = 0.0;
  for (std::uint64_t bin = 0; bin < bins; ++bin) {
    const auto difference = values[static_cast<legate::coord_t>(bin)] - expected[bin];
    error = example::worse(error, std::abs(static_cast<double>(difference)));
  }
  return example::verdict(error, 0.0);
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "histogram: counts how often every value occurs"};
  const auto size = options.number("--size", 10'000'000, "number of random values");
  const auto bins = options.number("--bins", 10, "number of different values");
  const auto iterations = options.number("--iterations", 10, "how often the measured computation runs");
  const bool check = options.flag("--check", "compare with a serial computation; exit code 1 when wrong");
  options.done();
  if (bins == 0 || bins > 1'000'000) example::give_up("--bins must be between 1 and a million");

  legate::start();
  const bool correct = run(size, bins, iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
