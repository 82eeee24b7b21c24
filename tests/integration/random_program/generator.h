// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes random programs that have one right result: nothing undefined is read, points of a launch do not race,
// automatic launches compute the same however they are split.

#include "automatic_task.h"
#include "manual_task.h"

#include <cstdint>

namespace random_program {

class ProgramGenerator {
 public:
  ProgramGenerator(std::uint64_t seed, const GeneratorOptions& options) : draft_{seed, options} {}

  Program generate() {
    const auto roots = dice_.number(1, 4);
    for (std::int64_t i = 0; i < roots; ++i) stores_.create(dice_.shape());
    const auto steps = dice_.number(3, 24);
    for (std::int64_t i = 0; i < steps; ++i) step();
    return draft_.finish();
  }

 private:
  void step() {
    const auto kind = dice_.number(1, 100);
    if (kind <= 42) return add_task<AutomaticTask>();
    if (kind <= 65) return add_task<ManualTask>();
    if (kind <= 72) return stores_.fill(stores_.any_view());
    if (kind <= 80) {
      const auto store = stores_.any_view();
      return draft_.emit(Look{store, dice_.chance(30) && !draft_.scalar(store)});  // the mapping of a scalar is a copy
    }
    if (kind <= 84) {
      const auto store = stores_.any_view();
      if (!draft_.scalar(store)) draft_.emit(Modify{store, dice_.seed()});
      return;
    }
    if (kind <= 92) return draft_.emit(Drop{stores_.any_store()});
    if (kind <= 95) return draft_.emit(Fence{dice_.chance(50), dice_.chance(30)});
    stores_.create(dice_.shape());
  }

  template <typename Maker>
  void add_task() {
    if (const auto task = Maker{draft_}.make()) draft_.emit(*task);
  }

  Draft draft_;
  Dice& dice_{draft_.dice};
  StoreMaker stores_{draft_};
};

}  // namespace random_program
