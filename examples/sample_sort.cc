// SPDX-License-Identifier: Apache-2.0
// sample_sort: keys in order, sorted by instances that talk to each other. Each sorts its piece and shows the others
// some of its keys; from these all find the same splitters, send every key to the instance that it belongs to, and
// merge what they get. Nobody knows before how many keys that will be, so the result is an unbound store, to which
// every instance binds as much as it has.
#include "common.h"

#include <legate/comm/coll.h>
#include <legate/redop/redop.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <numeric>

namespace {

namespace coll = legate::comm::coll;

using Key = std::int64_t;

constexpr std::array<const char*, 5> ORDERS{"random", "few", "equal", "sorted", "reversed"};

/// What there is to sort: the key at every index.
struct Input {
  std::uint64_t size;
  std::uint64_t seed;
  std::uint64_t order;  // an index of ORDERS

  [[nodiscard]] Key key(std::uint64_t index) const {
    const auto random = example::scramble(example::scramble(seed) + index);
    const Key keys[] = {static_cast<Key>(random), static_cast<Key>(random % 5), static_cast<Key>(seed),
                        static_cast<Key>(index), static_cast<Key>(size - index)};
    return keys[order];
  }
};

/// A part of a task's body that the report of `LEGATE_CONFIG=--profile` names: as long as the object lives.
class Phase {
 public:
  explicit Phase(const char* name) : name_{name} { legate::Runtime::get_runtime()->start_profiling_range(); }
  ~Phase() { legate::Runtime::get_runtime()->stop_profiling_range(name_); }
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

 private:
  const char* name_;
};

/// keys[i] = the key of the input at i
struct Draw : public legate::LegateTask<Draw> {
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{0}}.with_signature(legate::TaskSignature{}.outputs(1).scalars(3));

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }

 private:
  // Part `part` of `parts` of this leaf's piece.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<1>();
    if (rect.empty()) return;
    const Input input{context.scalar(0).value<std::uint64_t>(), context.scalar(1).value<std::uint64_t>(),
                      context.scalar(2).value<std::uint64_t>()};
    Key* keys = output.write_accessor<Key, 1>().ptr(rect);
    const auto count = example::length(rect, 0);
    for (std::size_t i = count * part / parts; i < count * (part + 1) / parts; ++i)
      keys[i] = input.key(static_cast<std::uint64_t>(rect.lo[0]) + i);
  }
};

/// sorted = the keys in order, in as many pieces as there are instances; largest = max(largest, keys in a piece)
struct SampleSort : public legate::LegateTask<SampleSort> {
  // Instances that wait for each other must run at the same time: the communicator sees to that.
  static inline const auto TASK_CONFIG =
      legate::TaskConfig{legate::LocalTaskID{1}}
          .with_signature(legate::TaskSignature{}.inputs(1).outputs(1).redops(1))
          .with_variant_options(legate::VariantOptions{}.with_has_allocations(true).with_communicators({"cpu"}));

  static void cpu_variant(legate::TaskContext context) {
    auto keys = own_keys(context);
    {
      const Phase phase{"sort own keys"};
      std::sort(keys.begin(), keys.end());
    }
    distribute(context, keys);
  }

  static void omp_variant(legate::TaskContext context) {
    auto keys = own_keys(context);
    {
      const Phase phase{"sort own keys"};
      const auto ends = example::from_all_threads([&](std::size_t part, std::size_t parts) {
        const auto end = keys.size() * (part + 1) / parts;
        std::sort(keys.data() + keys.size() * part / parts, keys.data() + end);
        return static_cast<int>(end);
      });
      merge(keys.data(), ends);
    }
    distribute(context, keys);  // by one thread: an instance is one member of the communicator
  }

 private:
  /// A key's place among those of all instances: the key, the instance that has it, and where that one has it after
  /// sorting. Equal keys have different places, so that a key that everybody has is shared out like any other.
  using Place = std::array<std::int64_t, 3>;
  static_assert(std::is_same_v<Key, std::int64_t>, "places and messages are made of CollInt64");

  static std::vector<Key> own_keys(const legate::TaskContext& context) {
    const legate::PhysicalStore input = context.input(0);
    const auto rect = input.shape<1>();
    std::vector<Key> keys;
    keys.reserve(example::length(rect, 0) + 1);  // collective operations refuse null pointers, also to no keys
    if (!rect.empty()) {
      const Key* first = input.read_accessor<Key, 1>().ptr(rect);
      keys.assign(first, first + example::length(rect, 0));
    }
    return keys;
  }

  /// Makes one sorted sequence of several, of which number r ends at ends[r]: of neighbours, then of pairs, and so on.
  static void merge(Key* keys, const std::vector<int>& ends) {
    for (std::size_t width = 1; width < ends.size(); width *= 2) {
      for (std::size_t left = 0; left + width < ends.size(); left += 2 * width) {
        const auto right = std::min(left + 2 * width, ends.size());
        std::inplace_merge(keys + (left == 0 ? 0 : ends[left - 1]), keys + ends[left + width - 1],
                           keys + ends[right - 1]);
      }
    }
  }

  /// The places that divide the keys of all instances into equal shares, about: one less than there are instances. All
  /// of these find the same.
  static std::vector<Place> splitters(const legate::TaskContext& context, const std::vector<Key>& keys) {
    const auto instances = context.get_launch_domain().get_volume();
    const auto me = context.get_task_index()[0];
    // As many samples of each as there are instances: no share is then more than twice the average. Who has no keys
    // contributes places behind all others.
    std::vector<Place> samples(instances, Place{std::numeric_limits<Key>::max(), me, 0});
    for (std::size_t i = 0; i < instances && !keys.empty(); ++i) {
      const auto position = keys.size() * i / instances;
      samples[i] = {keys[position], me, static_cast<std::int64_t>(position)};
    }
    std::vector<Place> all(instances * instances);
    coll::collAllgather(samples.data(), all.data(), static_cast<int>(samples.size() * samples[0].size()),
                        coll::CollDataType::CollInt64, context.communicator(0).get<coll::CollComm>());
    std::sort(all.begin(), all.end());
    std::vector<Place> result;
    for (std::size_t i = 1; i < instances; ++i) result.push_back(all[i * instances + instances / 2 - 1]);
    return result;
  }

  /// How many of this instance's keys are at places before `splitter`.
  static int count_before(const Place& splitter, const std::vector<Key>& keys, std::int64_t me) {
    const auto [key, instance, position] = splitter;
    if (instance == me) return static_cast<int>(position);
    const auto end = instance > me ? std::upper_bound(keys.begin(), keys.end(), key)
                                   : std::lower_bound(keys.begin(), keys.end(), key);
    return static_cast<int>(end - keys.begin());
  }

  /// Sends sorted keys to the instances that they belong to, and binds what this one gets to the output.
  static void distribute(const legate::TaskContext& context, const std::vector<Key>& keys) {
    if (context.num_communicators() == 0) {  // there is one instance, nobody to talk to
      bind(context, static_cast<int>(keys.size()), [&](Key* sorted) { std::copy(keys.begin(), keys.end(), sorted); });
      return;
    }
    auto* const comm = context.communicator(0).get<coll::CollComm>();
    const auto instances = context.get_launch_domain().get_volume();

    // Instance i gets the keys from begins[i] on, sent[i] of them, and puts what i sends to arrivals[i].
    std::vector<int> begins(instances), sent(instances), received(instances), arrivals(instances), ends(instances);
    {
      const Phase phase{"agree on splitters"};
      const auto places = splitters(context, keys);
      for (std::size_t i = 1; i < instances; ++i)
        begins[i] = count_before(places[i - 1], keys, context.get_task_index()[0]);
      for (std::size_t i = 0; i < instances; ++i)
        sent[i] = (i + 1 < instances ? begins[i + 1] : static_cast<int>(keys.size())) - begins[i];
      coll::collAlltoall(sent.data(), received.data(), 1, coll::CollDataType::CollInt, comm);
      std::partial_sum(received.begin(), received.end(), ends.begin());
      std::transform(ends.begin(), ends.end(), received.begin(), arrivals.begin(), std::minus<>{});
    }
    bind(context, ends.back(), [&](Key* sorted) {
      {
        const Phase phase{"exchange keys"};
        coll::collAlltoallv(keys.data(), sent.data(), begins.data(), sorted, received.data(), arrivals.data(),
                            coll::CollDataType::CollInt64, comm);
      }
      const Phase phase{"merge keys"};
      merge(sorted, ends);
    });
  }

  /// Makes a piece of `count` keys of the output, which `fill` writes.
  template <typename Fill>
  static void bind(const legate::TaskContext& context, int count, const Fill& fill) {
    const legate::PhysicalStore output = context.output(0);
    // A key more than none, for the same reason as above.
    auto sorted = output.create_output_buffer<Key, 1>(legate::Point<1>{std::max(count, 1)});
    fill(sorted.ptr(0));
    output.bind_data(sorted, legate::Point<1>{count});
    const legate::PhysicalStore largest = context.reduction(0);
    largest.reduce_accessor<legate::MaxReduction<std::int64_t>, true, 1>().reduce(0, count);
  }
};

/// The number of places at which `values`, `count` of them, are not what std::sort makes of the input.
std::uint64_t wrong_keys(const Key* values, std::uint64_t count, const Input& input) {
  if (count != input.size) return std::max(count, input.size);
  std::vector<Key> expected(input.size);
  for (std::uint64_t i = 0; i < input.size; ++i) expected[i] = input.key(i);
  std::sort(expected.begin(), expected.end());
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < input.size; ++i) {
    if (values[i] != expected[i]) ++wrong;
  }
  return wrong;
}

bool run(const Input& input, std::uint64_t iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("sample_sort");
  Draw::register_variants(library);
  SampleSort::register_variants(library);

  auto keys = runtime->create_store(legate::Shape{input.size}, legate::int64());
  auto largest = runtime->create_store(legate::Scalar{std::int64_t{0}});
  auto draw = runtime->create_task(library, Draw::TASK_CONFIG.task_id());
  draw.add_output(keys);
  draw.add_scalar_arg(input.size);
  draw.add_scalar_arg(input.seed);
  draw.add_scalar_arg(input.order);
  runtime->submit(std::move(draw));

  const auto sort = [&] {
    auto sorted = runtime->create_store(legate::int64());  // unbound: its size is what the instances bind to it
    auto task = runtime->create_task(library, SampleSort::TASK_CONFIG.task_id());
    task.add_input(keys);
    task.add_output(sorted);
    task.add_reduction(largest, legate::ReductionOpKind::MAX);
    runtime->submit(std::move(task));
    return sorted;
  };
  auto sorted = sort();  // once without the clock: memory is touched for the first time

  const auto start = example::seconds_when_idle();
  for (std::uint64_t i = 0; i < iterations; ++i) sorted = sort();
  const auto seconds = (example::seconds_when_idle() - start) / static_cast<double>(iterations);

  const auto result = sorted.get_physical_store();
  const auto rect = result.shape<1>();
  const Key* values = rect.empty() ? nullptr : result.read_accessor<Key, 1>().ptr(rect);
  const std::uint64_t count = example::length(rect, 0);
  std::uint64_t checksum = 0;  // the place counts as well
  for (std::uint64_t i = 0; i < count; ++i) checksum += (i + 1) * static_cast<std::uint64_t>(values[i]);
  std::printf("sample_sort: %llu keys (%s), at most %lld in one piece, checksum %llu\n",
              static_cast<unsigned long long>(count), ORDERS[input.order],
              static_cast<long long>(largest.get_physical_store().scalar<std::int64_t>()),
              static_cast<unsigned long long>(checksum));
  std::printf("  time: %.3f ms per iteration, %.1f million keys/s\n", seconds * 1e3,
              static_cast<double>(input.size) / seconds * 1e-6);
  if (!check) return true;
  return example::verdict(static_cast<double>(wrong_keys(values, count, input)), 0.0,
                          "keys that a serial sort puts elsewhere");
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv, "sample_sort: brings keys into order"};
  const auto size = options.number("--size", 1'000'000, "number of keys");
  const auto seed = options.number("--seed", 0, "of the random numbers");
  const auto order = options.text("--order", "random", "what the keys are: random, few, equal, sorted or reversed");
  const auto iterations = options.number("--iterations", 3, "how often the measured computation runs");
  const bool check = options.flag("--check", "compare with a serial sort; exit code 1 when wrong");
  options.done();
  const auto found = std::find(ORDERS.begin(), ORDERS.end(), order);
  if (found == ORDERS.end()) example::give_up("--order does not know '" + order + "'");
  if (size > 2'000'000'000) example::give_up("--size is at most 2000000000: messages count their keys by int");
  if (iterations == 0) example::give_up("--iterations must be at least 1");

  legate::start();
  const bool correct = run({size, seed, static_cast<std::uint64_t>(found - ORDERS.begin())}, iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
