// SPDX-License-Identifier: Apache-2.0
// allreduce_bandwidth: how long all processors need to add up what each of them has, for messages of 8 bytes to 16 MiB.
// A single launch of one instance per processor does all of it: its instances run at the same time, so they can wait
// for each other (a barrier) and talk to each other (a communicator).
#include "common.h"

#include <legate/comm/coll.h>
#include <legate/redop/redop.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace {

namespace coll = legate::comm::coll;

/// The sizes to measure, in elements of 8 bytes: 1, 8, 64 ... and `largest`.
std::vector<std::uint64_t> message_sizes(std::uint64_t largest) {
  std::vector<std::uint64_t> sizes;
  for (std::uint64_t size = 1; size < largest; size *= 8) sizes.push_back(size);
  sizes.push_back(largest);
  return sizes;
}

/// How often one of so many elements is measured. It depends on nothing that instances could see differently.
std::uint64_t repetitions(std::uint64_t size, std::uint64_t most) {
  return std::clamp<std::uint64_t>((std::uint64_t{1} << 23U) / size, 1, most);
}

/// seconds[k] = max(seconds[k], time of one sum over messages of size number k); error = max(error, deviation of a sum)
struct Allreduce : public legate::LegateTask<Allreduce> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{0}}
          .with_signature(legate::TaskSignature{}.inputs(0).outputs(0).redops(2).scalars(2))
          .with_variant_options(legate::VariantOptions{}.with_communicators({"cpu"}));

  static void cpu_variant(legate::TaskContext context) { measure(context); }
  // An instance is one member of the communicator, on however many cores it runs.
  static void omp_variant(legate::TaskContext context) { measure(context); }

 private:
  static void measure(legate::TaskContext& context) {
    const auto sizes = message_sizes(context.scalar(0).value<std::uint64_t>());
    const auto most = context.scalar(1).value<std::uint64_t>();
    const legate::PhysicalStore times = context.reduction(0);
    const legate::PhysicalStore deviation = context.reduction(1);
    const auto seconds = times.reduce_accessor<legate::MaxReduction<double>, true, 1>();
    const auto error = deviation.reduce_accessor<legate::MaxReduction<double>, true, 1>();

    std::vector<double> own(sizes.back());
    std::vector<double> sum(sizes.back());
    for (std::size_t i = 0; i < own.size(); ++i) own[i] = element(context.get_task_index()[0], i);
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      // Once without the clock: memory is touched for the first time, and the result looked at.
      std::fill_n(sum.begin(), sizes[k], 0.0);
      add_up(context, own, sum, sizes[k]);
      error.reduce(0, largest_error(context, sum, sizes[k]));
      context.concurrent_task_barrier();  // so that nobody's time contains waiting for those who begin later
      const auto start = now();
      for (std::uint64_t i = 0; i < repetitions(sizes[k], most); ++i) add_up(context, own, sum, sizes[k]);
      const auto elapsed = now() - start;
      seconds.reduce(static_cast<legate::coord_t>(k), elapsed / static_cast<double>(repetitions(sizes[k], most)));
    }
  }

  /// sum[i] = own[i] of all instances, for the first `count` elements
  static void add_up(const legate::TaskContext& context, const std::vector<double>& own, std::vector<double>& sum,
                     std::uint64_t count) {
    if (context.num_communicators() == 0) {  // there is one instance, nobody to talk to
      std::copy_n(own.begin(), count, sum.begin());
      return;
    }
    coll::collAllreduce(own.data(), sum.data(), static_cast<int>(count), coll::CollDataType::CollDouble,
                        legate::ReductionOpKind::ADD, context.communicator(0).get<coll::CollComm>());
  }

  /// What an instance has: small whole numbers, of which sums are exact in any order.
  static double element(std::int64_t instance, std::size_t i) {
    return static_cast<double>(instance + 1) * static_cast<double>(i % 16 + 1);
  }

  static double largest_error(const legate::TaskContext& context, const std::vector<double>& sum, std::uint64_t count) {
    const auto instances = static_cast<double>(context.get_launch_domain().get_volume());
    double error = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      const double expected = instances * (instances + 1) / 2 * static_cast<double>(i % 16 + 1);
      error = example::worse(error, std::abs(sum[i] - expected));
    }
    return error;
  }

  static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
};

bool run(std::uint64_t largest, std::uint64_t most, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("allreduce_bandwidth");
  Allreduce::register_variants(library);

  const auto sizes = message_sizes(largest);
  auto seconds = runtime->create_store(legate::Shape{sizes.size()}, legate::float64());
  auto error = runtime->create_store(legate::Scalar{0.0});
  runtime->issue_fill(seconds, legate::Scalar{0.0});

  // One instance per processor of the kind that runs the task: there may be devices, too, for which it has no variant.
  constexpr std::array<legate::mapping::TaskTarget, 2> targets{legate::mapping::TaskTarget::OMP,
                                                               legate::mapping::TaskTarget::CPU};
  const auto machine = legate::get_machine().only(targets);
  const legate::Scope scope{machine};
  const std::uint64_t processors = machine.count();
  auto task = runtime->create_task(library, Allreduce::TASK_CONFIG.task_id(), {processors});
  task.add_reduction(seconds, legate::ReductionOpKind::MAX);
  task.add_reduction(error, legate::ReductionOpKind::MAX);
  task.add_scalar_arg(largest);
  task.add_scalar_arg(most);
  runtime->submit(std::move(task));

  std::printf("allreduce_bandwidth: sums over %llu processors of %u processes\n",
              static_cast<unsigned long long>(processors), runtime->node_count());
  std::printf("  %12s  %12s  %12s\n", "bytes", "us", "MB/s");
  const auto result = seconds.get_physical_store();
  const auto times = result.read_accessor<double, 1>();
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    const auto bytes = sizes[k] * sizeof(double);
    const double time = times[static_cast<legate::coord_t>(k)];
    std::printf("  %12llu  %12.2f  %12.1f\n", static_cast<unsigned long long>(bytes), time * 1e6,
                static_cast<double>(bytes) / time * 1e-6);
  }
  return !check || example::verdict(error.get_physical_store().scalar<double>(), 0.0, "largest deviation of a sum");
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "allreduce_bandwidth: sums over all processors, by the size of a message"};
  const auto bytes = options.number("--size", std::uint64_t{16} << 20U, "bytes of the largest message");
  const auto iterations = options.number("--iterations", 1000, "how often each is sent; large ones less often");
  const bool check = options.flag("--check", "compare with the sums that must come out; exit code 1 when wrong");
  options.done();
  if (bytes < sizeof(double) || bytes > (std::uint64_t{1} << 30U)) {
    example::give_up("--size must be between 8 bytes and a GiB");
  }
  if (iterations == 0) example::give_up("--iterations must be at least 1");

  legate::start();
  const bool correct = run(bytes / sizeof(double), iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
