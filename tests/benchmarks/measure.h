// SPDX-License-Identifier: Apache-2.0
// How the benchmarks measure: a clock, competitors run in turn, medians, a table. Standard C++17 only, because
// comparison.cc is also compiled against another library.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace benchmark {

/// Seconds on a monotonic clock.
inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Middle value; 0 for no values at all.
inline double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Something that can be measured again and again; every call returns one figure, in a unit of its own.
using Measurement = std::function<double()>;

/// What repetitions of a measurement came to.
struct Summary {
  double median{0.0};
  double best{0.0};  // the smallest
};

/// Runs competitors in turn until `seconds` have passed, at least `least` rounds.
///
/// Machines are shared: another program slows down whoever happens to run. Taking turns gives every competitor the same
/// share of it. The order is reversed every round, so that nobody profits from always following the same neighbour. A
/// round before warms up and does not count, unless `warm` says that this has been done.
inline std::vector<Summary> summarize(double seconds, std::size_t least, const std::vector<Measurement>& competitors,
                                      bool warm = false) {
  std::vector<std::vector<double>> figures(competitors.size());
  for (std::size_t k = 0; !warm && k < competitors.size(); ++k) (void)competitors[k]();
  const double begin = now();
  for (std::size_t round = 0; round < least || now() - begin < seconds; ++round) {
    for (std::size_t k = 0; k < competitors.size(); ++k) {
      const auto which = round % 2 == 0 ? k : competitors.size() - 1 - k;
      figures[which].push_back(competitors[which]());
    }
  }
  std::vector<Summary> summaries;
  for (const auto& values : figures) {
    summaries.push_back({median(values), values.empty() ? 0.0 : *std::min_element(values.begin(), values.end())});
  }
  return summaries;
}

/// The same; only the medians.
inline std::vector<double> interleave(double seconds, std::size_t least, const std::vector<Measurement>& competitors,
                                      bool warm = false) {
  std::vector<double> medians;
  for (const auto& summary : summarize(seconds, least, competitors, warm)) medians.push_back(summary.median);
  return medians;
}

/// Resident memory of this process in bytes.
inline std::size_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  unsigned long total = 0, resident = 0;
  const int fields = std::fscanf(file, "%lu %lu", &total, &resident);
  std::fclose(file);
  return fields == 2 ? resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

/// Arithmetic that the compiler can neither shorten nor move to memory: `iterations` dependent steps on eight numbers.
/// @return a value that depends on all of it, to be kept by the caller.
inline double compute(std::uint64_t iterations) {
  double x[8] = {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7};
  for (std::uint64_t i = 0; i < iterations; ++i) {
    for (double& value : x) value = value * 0.999999 + 1e-6;
  }
  double sum = 0.0;
  for (const double value : x) sum += value;
  return sum;
}

/// Keeps the compiler from dropping the computation of `value`.
template <typename T>
inline void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

/// Steps of compute() that one core makes in a microsecond, the best of several tries.
inline double iterations_per_microsecond() {
  constexpr std::uint64_t ITERATIONS = 200'000;
  double best = 0.0;
  for (int i = 0; i < 15; ++i) {
    const double begin = now();
    keep(compute(ITERATIONS));
    best = std::max(best, static_cast<double>(ITERATIONS) / ((now() - begin) * 1e6));
  }
  return best;
}

/// Minimum effective task granularity in the sense of Task Bench: the smallest average time per task and worker, in
/// microseconds, at which a system still does `efficiency` of the useful work per second that it does with large tasks.
///
/// `run(iterations)` executes a task graph whose tasks make that many steps, and returns {seconds, number of tasks}.
/// Found by halving the interval between a granularity known to be large enough and one known to be too small. Of
/// several repetitions the fastest counts, as in Task Bench: one that another program interrupted would mislead the
/// search.
class Granularity {
 public:
  struct Execution {
    double seconds;
    double tasks;
  };
  using Run = std::function<Execution(std::uint64_t iterations)>;

  /// `largest`: microseconds of computation in a task that are plenty for every system.
  Granularity(Run run, double workers, double steps_per_microsecond, std::size_t repetitions, double largest = 4096.0)
      : run_{std::move(run)},
        workers_{workers},
        steps_{steps_per_microsecond},
        repetitions_{repetitions},
        largest_{largest} {}

  [[nodiscard]] double measure(double efficiency = 0.5) const {
    const auto large = sample(largest_);
    const double wanted = efficiency * useful_rate(largest_, large);
    double high = std::log2(largest_), low = std::log2(SMALLEST);
    double at_high = per_task(large);
    for (int step = 0; step < 8; ++step) {
      const double middle = (low + high) / 2;
      const auto execution = sample(std::exp2(middle));
      if (useful_rate(std::exp2(middle), execution) >= wanted) {
        high = middle;
        at_high = per_task(execution);
      } else {
        low = middle;
      }
    }
    return at_high;
  }

 private:
  static constexpr double SMALLEST = 0.125;  // microseconds of computation in a task

  [[nodiscard]] Execution sample(double microseconds) const {
    const auto iterations = static_cast<std::uint64_t>(std::max(1.0, microseconds * steps_));
    auto best = run_(iterations);
    for (std::size_t i = 1; i < repetitions_; ++i) {
      const auto execution = run_(iterations);
      if (execution.seconds < best.seconds) best = execution;
    }
    return best;
  }

  [[nodiscard]] static double useful_rate(double microseconds, const Execution& execution) {
    return microseconds * execution.tasks / execution.seconds;
  }

  [[nodiscard]] double per_task(const Execution& execution) const {
    return execution.seconds * 1e6 * workers_ / execution.tasks;
  }

  Run run_;
  double workers_;
  double steps_;
  std::size_t repetitions_;
  double largest_;
};

/// A table printed row by row, so that it can be watched growing. Columns are right-aligned except for the first.
class Table {
 public:
  struct Column {
    std::string title;
    int width;
  };

  explicit Table(std::vector<Column> columns) : columns_{std::move(columns)} {}

  void header() const {
    std::vector<std::string> titles, lines;
    for (const auto& column : columns_) {
      titles.push_back(column.title);
      lines.emplace_back(static_cast<std::size_t>(column.width), '-');
    }
    row(titles);
    row(lines);
  }

  void row(const std::vector<std::string>& cells) const {
    for (std::size_t i = 0; i < cells.size() && i < columns_.size(); ++i) {
      const int width = columns_[i].width;
      std::printf("%s%*s", i == 0 ? "" : "  ", i == 0 ? -width : width, cells[i].c_str());
    }
    std::printf("\n");
    std::fflush(stdout);
  }

 private:
  std::vector<Column> columns_;
};

/// A number with as many digits as it deserves; "-" for one that was not measured (0 or less).
inline std::string number(double value) {
  if (!(value > 0.0)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%.0f", value);
  return text;
}

/// `a / b` with two digits; "-" where either is missing.
inline std::string ratio(double a, double b) {
  if (!(a > 0.0) || !(b > 0.0)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", a / b);
  return text;
}

/// The value of `--name VALUE`, or `standard`.
inline std::string option(int argc, char** argv, const std::string& name, const std::string& standard) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (name == argv[i]) return argv[i + 1];
  }
  return standard;
}

inline double option(int argc, char** argv, const std::string& name, double standard) {
  return std::strtod(option(argc, argv, name, std::to_string(standard)).c_str(), nullptr);
}

/// Starts this very program again with more arguments and LEGATE_CONFIG set, and waits for it: a process can start the
/// runtime only once, so another number of workers needs another process. With `output`, what it prints is collected.
/// @return its exit status, or 255 when it was killed or could not be started.
inline int run_again(int argc, char** argv, const std::vector<std::string>& more, const std::string& configuration,
                     std::string* output = nullptr) {
  std::fflush(stdout);
  int ends[2] = {-1, -1};
  if (output != nullptr && pipe(ends) != 0) return 255;
  const pid_t child = fork();
  if (child < 0) return 255;
  if (child == 0) {
    if (output != nullptr) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
    }
    setenv("LEGATE_CONFIG", configuration.c_str(), 1);
    std::vector<char*> words(argv, argv + argc);
    for (const auto& word : more) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execv("/proc/self/exe", words.data());
    _exit(127);
  }
  if (output != nullptr) {
    close(ends[1]);
    char buffer[4096];
    ssize_t count = 0;
    while ((count = read(ends[0], buffer, sizeof buffer)) > 0) output->append(buffer, static_cast<std::size_t>(count));
    close(ends[0]);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/// The configuration of a run with `workers` CPU processors.
inline std::string configuration(unsigned workers) { return "--cpus " + std::to_string(workers) + " --sysmem 4000"; }

/// Calls `body(workers)` in a process of its own for every number of workers; `--workers N` picks one. Call it from
/// main() before anything is started. @return the exit status of the program: the first that was not 0.
inline int for_worker_counts(int argc, char** argv, const std::vector<unsigned>& counts,
                             const std::function<int(unsigned)>& body, const std::function<void()>& before) {
  const auto child = option(argc, argv, "--child", std::string{});
  if (!child.empty()) return body(static_cast<unsigned>(std::stoul(child)));
  before();
  const auto only = option(argc, argv, "--workers", std::string{});
  for (const auto count : counts) {
    if (!only.empty() && only != std::to_string(count)) continue;
    const int status = run_again(argc, argv, {"--child", std::to_string(count)}, configuration(count));
    if (status != 0) return status;
  }
  return 0;
}

/// How the runtime of this process bundles short tasks.
inline std::string bundling() {
  const char* mode = std::getenv("LEGATUS_BUNDLING");
  return mode == nullptr ? "auto" : mode;
}

/// Calls `body` without bundling and with it, or only as LEGATUS_BUNDLING says. `body` runs what it measures in
/// processes of their own. @return the first result that was not 0.
inline int for_bundling_modes(int argc, char** argv, const std::function<int()>& body) {
  if (std::getenv("LEGATUS_BUNDLING") != nullptr || !option(argc, argv, "--child", std::string{}).empty())
    return body();
  for (const char* mode : {"never", "auto"}) {
    setenv("LEGATUS_BUNDLING", mode, 1);
    if (const int status = body(); status != 0) return status;
  }
  return 0;
}

}  // namespace benchmark
