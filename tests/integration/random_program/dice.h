// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything random in a program comes from here: the same seed gives the same program.

#include "serial_interpreter.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace random_program {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_{seed} {}

  std::uint64_t seed() { return random_(); }
  std::int64_t number(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(std::int64_t percent) { return number(1, 100) <= percent; }

  template <typename Container>
  auto& one_of(Container& container) {
    return container[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(container.size()) - 1))];
  }
  /// 0 to count - 1 in some order.
  template <typename Index = std::int64_t>
  std::vector<Index> permutation(std::size_t count) {
    std::vector<Index> order(count);
    std::iota(order.begin(), order.end(), Index{0});
    std::shuffle(order.begin(), order.end(), random_);
    return order;
  }

  Element element() { return static_cast<Element>(number(0, ELEMENT_COUNT - 1)); }
  Operator reduction_operator(Element element) {
    while (true) {
      static const Operator all[] = {Operator::ADD, Operator::MUL, Operator::MAX, Operator::MIN,
                                     Operator::OR,  Operator::AND, Operator::XOR};
      const auto op = all[number(0, 6)];
      if (has_operator(element, op)) return op;
    }
  }
  Number value(Element element) { return modification(random_(), element, {}); }

  /// Small, so that a program takes a millisecond; sometimes empty, without dimensions or of one element.
  Coordinates shape() {
    Coordinates extents(static_cast<std::size_t>(chance(8) ? 0 : number(1, 4)));
    for (auto& extent : extents) {
      extent = chance(3)             ? 0
               : chance(12)          ? 1
               : extents.size() == 1 ? number(1, 60)
                                     : number(1, extents.size() == 2 ? 16 : 7);
    }
    return extents;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace random_program
