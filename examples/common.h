// SPDX-License-Identifier: Apache-2.0
// What every example needs besides Legate: options, a clock, numbers to start from, and a loud voice for wrong results.
#pragma once

#include <legate.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace example {

/// Ends the program with exit code 2. For bad options and unreadable files, before `legate::start()`.
[[noreturn]] inline void give_up(const std::string& message) {
  std::cerr << "error: " << message << std::endl;
  std::exit(2);
}

/// Command-line options. Asking for an option declares it, so that the usage text writes itself:
///
///     example::Options options{argc, argv, "saxpy: z = a x + y"};
///     const auto size = options.number("--size", 1000, "number of elements");
///     options.done();
class Options {
 public:
  Options(int argc, char** argv, const std::string& title) : words_(argv + 1, argv + argc) {
    usage_ << title << "\n\noptions:\n";
  }

  std::uint64_t number(const std::string& name, std::uint64_t standard, const std::string& meaning) {
    const auto word = text(name, std::to_string(standard), meaning);
    if (word.empty() || word.size() > 18 || word.find_first_not_of("0123456789") != std::string::npos) {
      give_up(name + " wants a whole number, not '" + word + "'");
    }
    return std::stoull(word);
  }

  std::string text(const std::string& name, const std::string& standard, const std::string& meaning) {
    usage_ << "  " << name << " VALUE\n      " << meaning << " (default: " << (standard.empty() ? "none" : standard)
           << ")\n";
    auto value = standard;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i] != name) continue;
      if (i + 1 == words_.size()) give_up(name + " wants a value");
      value = words_[i + 1];
      words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(i),
                   words_.begin() + static_cast<std::ptrdiff_t>(i + 2));
      --i;
    }
    return value;
  }

  bool flag(const std::string& name, const std::string& meaning) {
    usage_ << "  " << name << "\n      " << meaning << "\n";
    bool given = false;
    for (auto word = words_.begin(); word != words_.end();) {
      const bool same = *word == name;
      given = given || same;
      word = same ? words_.erase(word) : word + 1;
    }
    return given;
  }

  /// Call it after the last option: answers `--help`, and complains about words that nobody asked for.
  void done() {
    const bool help = flag("--help", "print this text");
    if (help) {
      std::cout << usage_.str()
                << "\nProcessors and memory: LEGATE_CONFIG=\"--cpus 2 --sysmem 2000\" in the environment.\n";
      std::exit(0);
    }
    if (!words_.empty()) give_up("unknown option '" + words_.front() + "'; --help lists them");
  }

 private:
  std::vector<std::string> words_;
  std::ostringstream usage_;
};

/// Seconds on a clock, read when everything submitted so far has completed. Tasks run asynchronously: without the
/// fence, one would measure how fast they are submitted.
inline double seconds_when_idle() {
  legate::Runtime::get_runtime()->issue_execution_fence(/*block=*/true);
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Number of indices of `rect` along `dimension`; 0 when the rectangle is empty.
template <int DIM>
std::size_t length(const legate::Rect<DIM>& rect, int dimension) {
  return rect.empty() ? 0 : static_cast<std::size_t>(rect.hi[dimension] - rect.lo[dimension] + 1);
}

/// Calls `body(part, parts)` on every thread of an OpenMP group: the whole of an OpenMP variant whose leaf can be split
/// into as many parts as one likes.
template <typename Body>
void on_all_threads(const Body& body) {
#ifdef _OPENMP
#pragma omp parallel
  body(static_cast<std::size_t>(omp_get_thread_num()), static_cast<std::size_t>(omp_get_num_threads()));
#else
  body(std::size_t{0}, std::size_t{1});
#endif
}

/// The same for leaves that find a value: what `body(part, parts)` returns, in the order of the parts.
template <typename Body>
auto from_all_threads(const Body& body) {
  std::vector<decltype(body(std::size_t{0}, std::size_t{1}))> values;
#ifdef _OPENMP
#pragma omp parallel
  {
    const auto parts = static_cast<std::size_t>(omp_get_num_threads());
#pragma omp single
    values.resize(parts);
    const auto part = static_cast<std::size_t>(omp_get_thread_num());
    values[part] = body(part, parts);
  }
#else
  values.push_back(body(std::size_t{0}, std::size_t{1}));
#endif
  return values;
}

/// A well-mixed 64-bit number for every index. Because it depends on nothing else, a store filled with such numbers has
/// the same contents however it was split over tasks.
inline std::uint64_t scramble(std::uint64_t index) {
  std::uint64_t x = index + 0x9e3779b97f4a7c15ULL;  // the splitmix64 generator
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// The same as a number in [0, 1).
inline double scramble_to_unit(std::uint64_t index) { return static_cast<double>(scramble(index) >> 11U) * 0x1p-53; }

/// Prints the verdict of `--check`. `error` is the largest deviation from an independent, serial computation, unless
/// `what` calls it something else. Returns whether it is small enough.
inline bool verdict(double error, double bound, const char* what = "largest deviation from a serial computation") {
  const bool correct = error <= bound;  // false for NaN as well
  std::printf("  check: %s (%s %.3g, allowed %.3g)\n", correct ? "correct" : "*** WRONG RESULT ***", what, error,
              bound);
  if (!correct) std::fprintf(stderr, "*** WRONG RESULT ***\n");
  return correct;
}

/// The larger of two deviations; NaN, once seen, stays.
inline double worse(double error, double other) { return (error >= other || error != error) ? error : other; }

}  // namespace example
