// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the leaf of a random program computes: for every element of its results, a number made from the coordinates, a
// seed and elements of its inputs. The interpreter and the leaf follow the same recipe; how they come at the elements
// is what differs, and is what the test compares.

#include "boxes.h"
#include "elements.h"

#include <complex>
#include <cstdint>
#include <optional>
#include <vector>

namespace random_program {

/// Which element of an input goes into the element at p of the result: p * multiply / divide + add in every dimension,
/// if that lies within `limit`; or, without those, some element of the part of the input that the leaf sees.
struct Pattern {
  Coordinates multiply, divide, add, limit;
  bool sample() const { return limit.empty() && !fixed; }
  bool fixed{false};  // true also for patterns without dimensions
};

struct Term {
  std::uint32_t input{};
  Pattern pattern;
};

enum class Role : std::uint8_t { OUTPUT, REDUCTION, GROWN };

struct Result {
  Role role{};
  std::uint32_t index{};  // among the outputs, or the reductions
  Element element{};
  Operator op{};
  std::int32_t driver{-1};  // the input whose part is walked; -1: the result's own part
  std::uint64_t seed{};
  Coordinates guard_divide, guard_limit;  // an output is written only where p / divide < limit, if given
  std::vector<Term> terms;
};

struct Recipe {
  std::vector<Result> results;
};

inline std::complex<double> limited(std::complex<double> value, double limit = 64.0) {
  return {std::clamp(value.real(), -limit, limit), std::clamp(value.imag(), -limit, limit)};
}

/// The number for p, before it is made fit for the role.
template <typename Access>
Number evaluated(const Result& result, const Coordinates& point, Access& access) {
  std::uint64_t hash = result.seed;
  for (const auto coordinate : point) hash = mixed(hash, static_cast<std::uint64_t>(coordinate));
  Number number;
  const auto fraction = [](std::uint64_t bits) { return (static_cast<double>(bits % 2049) - 1024.0) / 1024.0; };
  std::complex<double> sum{fraction(hash), is_complex(result.element) ? fraction(hash >> 20U) : 0.0};
  for (const auto& term : result.terms) {
    const std::optional<Coordinates> from = access.choose(term, point, mixed(hash, term.input));
    if (!from) continue;
    const Element element = access.input_element(term.input);
    if (is_floating(element) && !is_floating(result.element)) continue;  // an inexact number would become any other
    const Number value = access.read(term.input, *from);
    number.defined = number.defined && value.defined;
    hash = mixed(hash, is_floating(element) ? term.input : value.bits);
    if (is_floating(element)) {
      sum += ((result.seed >> term.input) & 1U ? 0.25 : -0.25) * value.real;
      number.error += 0.25 * value.error;
    } else {
      sum += (static_cast<double>(hash % 65) - 32.0) / 32.0;
    }
  }
  number.bits = hash;
  number.real = limited(is_complex(result.element) ? sum : sum.real() + 0.5 * sum.imag());
  if (!is_complex(result.element)) number.error *= 1.5;  // of both parts together
  if (number.error > 0.0) number.error += 4.0 * precision_of(result.element).unit * (std::abs(number.real) + 1.0);
  return number;
}

/// Factors near 1, so that products of hundreds of floating-point numbers stay finite. Integers just wrap around.
inline Number fitted(const Result& result, Number number) {
  if (is_floating(result.element) && result.role == Role::REDUCTION && result.op == Operator::MUL) {
    number.real = 1.0 + 0.05 * limited(number.real, 1.0);
    number.error *= 0.05;
    if (number.error > 0.0) number.error += 2.0 * precision_of(result.element).unit;
  }
  return stored(result.element, number);
}

/// Some point of the box, which must not be empty.
inline Coordinates sampled(const Box& box, std::uint64_t hash) {
  Coordinates point(box.dimensions());
  for (std::size_t d = 0; d < point.size(); ++d) {
    hash = mixed(hash, d);
    point[d] = box.low[d] + static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(box.extent(d)));
  }
  return point;
}

/// The coordinates a term reads for p, out of the part `seen` of its input; none if there is no such element.
inline std::optional<Coordinates> chosen(const Pattern& pattern, const Coordinates& point, const Box& seen,
                                         std::uint64_t hash) {
  if (pattern.sample()) {
    if (seen.empty()) return std::nullopt;
    return sampled(seen, hash);
  }
  Coordinates from(pattern.limit.size());
  for (std::size_t d = 0; d < from.size(); ++d) {
    from[d] = point[d] * pattern.multiply[d] / pattern.divide[d] + pattern.add[d];
    if (from[d] < 0 || from[d] >= pattern.limit[d]) return std::nullopt;
  }
  return from;
}

struct Change {
  Coordinates point;
  Number number;
};

/// Follows the recipe at one point of a launch. All results are computed before the first is stored, because an input
/// may be an output too. `access` offers: input_element(i), input_box(i), output_box(i), reduction_box(i), read(i, p),
/// choose(term, p, hash), write(i, changes), reduce(result, changes), grow(result, numbers, extents).
template <typename Access>
void follow(const Recipe& recipe, Access& access) {
  std::vector<std::vector<Change>> changes(recipe.results.size());
  std::vector<Coordinates> grown(recipe.results.size());
  for (std::size_t r = 0; r < recipe.results.size(); ++r) {
    const Result& result = recipe.results[r];
    const Box box = result.driver >= 0               ? access.input_box(static_cast<std::uint32_t>(result.driver))
                    : result.role == Role::REDUCTION ? access.reduction_box(result.index)
                                                     : access.output_box(result.index);
    const bool uneven = result.role == Role::GROWN && box.dimensions() == 1;
    for (std::size_t d = 0; d < box.dimensions(); ++d) grown[r].push_back(box.extent(d));
    for_each_point(box, [&](const Coordinates& point) {
      for (std::size_t d = 0; d < result.guard_limit.size(); ++d) {
        if (point[d] / result.guard_divide[d] >= result.guard_limit[d]) return;
      }
      const Number number = fitted(result, evaluated(result, point, access));
      if (result.role == Role::REDUCTION && result.driver >= 0) {
        const Box target = access.reduction_box(result.index);
        if (target.empty()) return;
        std::uint64_t hash = result.seed + 1;
        for (const auto coordinate : point) hash = mixed(hash, static_cast<std::uint64_t>(coordinate));
        changes[r].push_back({sampled(target, hash), number});
      } else {
        const std::uint64_t copies =
            uneven ? mixed(result.seed, static_cast<std::uint64_t>(point[0])) % 3 : std::uint64_t{1};
        for (std::uint64_t copy = 0; copy < copies; ++copy) changes[r].push_back({point, number});
      }
    });
    if (uneven) grown[r][0] = static_cast<std::int64_t>(changes[r].size());
  }
  for (std::size_t r = 0; r < recipe.results.size(); ++r) {
    const Result& result = recipe.results[r];
    if (result.role == Role::OUTPUT) access.write(result, changes[r]);
    if (result.role == Role::REDUCTION) access.reduce(result, changes[r]);
    if (result.role == Role::GROWN) access.grow(result, changes[r], grown[r]);
  }
}

}  // namespace random_program
