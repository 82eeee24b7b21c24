// SPDX-License-Identifier: Apache-2.0
// Task graphs in the manner of Task Bench (Slaughter et al., SC 2020): steps of `width` points each, a dependence
// pattern between one step and the next, a kernel for every task, and tasks that check what they receive.
#pragma once

#include "measure.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace task_bench {

enum class Pattern { TRIVIAL, NO_COMM, STENCIL_1D, FFT, TREE, NEAREST, ALL_TO_ALL, RANDOM_NEAREST };
enum class Kernel { EMPTY, COMPUTE_BOUND, MEMORY_BOUND };

inline const std::array<std::pair<Pattern, const char*>, 8> PATTERNS{{{Pattern::TRIVIAL, "trivial"},
                                                                      {Pattern::NO_COMM, "no_comm"},
                                                                      {Pattern::STENCIL_1D, "stencil_1d"},
                                                                      {Pattern::FFT, "fft"},
                                                                      {Pattern::TREE, "tree"},
                                                                      {Pattern::NEAREST, "nearest"},
                                                                      {Pattern::ALL_TO_ALL, "all_to_all"},
                                                                      {Pattern::RANDOM_NEAREST, "random_nearest"}}};

/// What a task leaves behind for those that depend on it: who it was. Two numbers.
struct Cell {
  std::uint64_t step;
  std::uint64_t point;
};

/// Which points of step t - 1 a point of step t needs. Immutable; any thread may ask.
class Graph {
 public:
  /// `width` is a power of two.
  Graph(Pattern pattern, std::uint64_t width) : pattern_{pattern}, width_{width} {
    while ((std::uint64_t{1} << levels_) < width) ++levels_;
    const std::uint64_t sets = pattern == Pattern::FFT ? levels_ : pattern == Pattern::RANDOM_NEAREST ? 3 : 1;
    dependencies_.resize(sets);
    for (std::uint64_t set = 0; set < sets; ++set) {
      for (std::uint64_t point = 0; point < width; ++point) dependencies_[set].push_back(enumerate(set, point));
    }
  }

  [[nodiscard]] Pattern pattern() const { return pattern_; }
  [[nodiscard]] std::uint64_t width() const { return width_; }

  /// Points of a step: a tree grows from one point, everything else has its full width at once.
  [[nodiscard]] std::uint64_t width_at(std::uint64_t step) const {
    return pattern_ == Pattern::TREE && step < levels_ ? std::uint64_t{1} << step : width_;
  }

  /// Ascending. Nothing for the first step.
  [[nodiscard]] const std::vector<std::uint64_t>& dependencies(std::uint64_t step, std::uint64_t point) const {
    return step == 0 ? none_ : dependencies_[(step - 1) % dependencies_.size()][point];
  }

  /// How far away the neighbours are that a butterfly of `step` combines.
  [[nodiscard]] std::uint64_t stride(std::uint64_t step) const {
    return std::uint64_t{1} << ((step + levels_ - 1) % levels_);
  }

  /// Neighbours on each side of `nearest` and `random_nearest`.
  static constexpr std::uint64_t REACH = 2;

  [[nodiscard]] double tasks(std::uint64_t steps) const {
    double sum = 0.0;
    for (std::uint64_t step = 0; step < steps; ++step) sum += static_cast<double>(width_at(step));
    return sum;
  }

 private:
  [[nodiscard]] std::vector<std::uint64_t> enumerate(std::uint64_t set, std::uint64_t point) const {
    std::vector<std::uint64_t> found;
    for (std::uint64_t other = 0; other < width_; ++other) {
      if (needs(set, point, other)) found.push_back(other);
    }
    return found;
  }

  [[nodiscard]] bool needs(std::uint64_t set, std::uint64_t point, std::uint64_t other) const {
    const auto distance = point > other ? point - other : other - point;
    switch (pattern_) {
      case Pattern::TRIVIAL:
        return false;
      case Pattern::NO_COMM:
        return distance == 0;
      case Pattern::STENCIL_1D:
        return distance <= 1;
      case Pattern::FFT:
        return distance == 0 || distance == std::uint64_t{1} << set;
      case Pattern::TREE:
        return other == point / 2;
      case Pattern::NEAREST:
        return distance <= REACH;
      case Pattern::ALL_TO_ALL:
        return true;
      case Pattern::RANDOM_NEAREST:
        return distance <= REACH && scramble(set, point, other) % 2 == 0;
    }
    return false;
  }

  /// The same answer in every run: a fixed mixture of three numbers.
  [[nodiscard]] static std::uint64_t scramble(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::uint64_t x = (a * 1'000'003 + b) * 1'000'003 + c + 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
  }

  Pattern pattern_;
  std::uint64_t width_;
  std::uint64_t levels_{0};
  std::vector<std::uint64_t> none_;
  std::vector<std::vector<std::vector<std::uint64_t>>> dependencies_;
};

/// What the tasks found; written by all workers, read when nothing runs.
struct Findings {
  std::atomic<std::uint64_t> wrong{0};    // a task received something else than its predecessor's cell
  std::atomic<std::uint64_t> correct{0};  // counted only while `counting`: a shared counter would be the bottleneck
  std::atomic<std::uint64_t> executed{0};
  bool counting{false};  // changed only when nothing runs
};
inline Findings findings;

/// What all tasks of one execution have in common.
struct Work {
  Kernel kernel{Kernel::EMPTY};
  std::uint64_t iterations{0};
};

/// A step of the memory-bound kernel: one half of 64 KiB is copied over the other, in a region too large for the
/// caches.
inline void touch_memory(std::uint64_t iterations) {
  constexpr std::size_t CHUNK = 32 * 1024, REGION = 64 * 1024 * 1024;
  thread_local std::vector<char> region(REGION, 1);
  thread_local std::size_t place = 0;
  for (std::uint64_t i = 0; i < iterations; ++i) {
    std::memcpy(region.data() + place, region.data() + place + CHUNK, CHUNK);
    place = (place + 2 * CHUNK) % REGION;
  }
  benchmark::keep(region[place]);
}

/// The body of every task in every system: checks the cells of the predecessors, works, leaves its own cell.
/// `cell_of(k)` is the cell of the k-th of graph.dependencies(step, point).
template <typename CellOf>
void execute(const Graph& graph, const Work& work, std::uint64_t step, std::uint64_t point, Cell* own,
             CellOf&& cell_of) {
  const auto& needed = graph.dependencies(step, point);
  std::uint64_t wrong = 0;
  for (std::size_t k = 0; k < needed.size(); ++k) {
    const Cell& cell = cell_of(k);
    if (cell.step != step - 1 || cell.point != needed[k]) ++wrong;
  }
  if (wrong != 0) findings.wrong.fetch_add(wrong, std::memory_order_relaxed);
  if (findings.counting) {
    findings.correct.fetch_add(needed.size() - wrong, std::memory_order_relaxed);
    findings.executed.fetch_add(1, std::memory_order_relaxed);
  }
  switch (work.kernel) {
    case Kernel::EMPTY:
      break;
    case Kernel::COMPUTE_BOUND:
      benchmark::keep(benchmark::compute(work.iterations));
      break;
    case Kernel::MEMORY_BOUND:
      touch_memory(work.iterations);
      break;
  }
  *own = Cell{step, point};
}

/// A system that executes task graphs.
class System {
 public:
  virtual ~System() = default;
  [[nodiscard]] virtual const char* name() const = 0;
  /// Executes `steps` steps and returns when all tasks have completed.
  virtual void run(std::uint64_t steps, const Work& work) = 0;
};

/// Every task ran once, and received every cell that it needs. Says what is wrong otherwise.
inline bool self_check(System& system, const Graph& graph, std::uint64_t steps) {
  std::uint64_t cells = 0;
  for (std::uint64_t step = 0; step < steps; ++step) {
    for (std::uint64_t point = 0; point < graph.width_at(step); ++point)
      cells += graph.dependencies(step, point).size();
  }
  const auto tasks = static_cast<std::uint64_t>(graph.tasks(steps));
  findings.wrong = findings.correct = findings.executed = 0;
  findings.counting = true;
  system.run(steps, Work{});
  findings.counting = false;
  if (findings.wrong == 0 && findings.correct == cells && findings.executed == tasks) return true;
  std::fprintf(stderr, "%s: self-check failed: %llu of %llu tasks executed, %llu of %llu cells correct\n",
               system.name(), static_cast<unsigned long long>(findings.executed),
               static_cast<unsigned long long>(tasks), static_cast<unsigned long long>(findings.correct),
               static_cast<unsigned long long>(cells));
  return false;
}

}  // namespace task_bench
