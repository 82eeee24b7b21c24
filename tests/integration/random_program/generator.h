// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes random programs that have one right result: nothing undefined is read, points of a launch do not race,
// automatic launches compute the same however they are split.

#include "automatic_task.h"
#include "copy_maker.h"
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
    if (kind <= 36) return add_task<AutomaticTask>();
    if (kind <= 42) return draft_.strict() ? add_task<AutomaticTask>() : CopyMaker{draft_}.make();
    if (kind <= 65) return add_task<ManualTask>();
    if (kind <= 71) return stores_.fill(stores_.any_view());
    if (kind <= 78) return draft_.strict() ? add_task<AutomaticTask>() : look();
    if (kind <= 82) return draft_.strict() ? add_task<AutomaticTask>() : modify();
    if (kind <= 86) return draft_.emit(Drop{stores_.any_store()});
    if (kind <= 88) return detach();
    if (kind <= 91) return fence();
    if (kind <= 96) return draft_.scope_depth() < 2 ? scope() : add_task<AutomaticTask>();
    if (kind <= 98 && !draft_.strict()) return draft_.emit(RaisePending{});
    stores_.create(dice_.shape());
  }

  void look() {
    const auto store = stores_.any_view();
    draft_.emit(Look{store, dice_.chance(30) && !draft_.scalar(store)});  // the mapping of a scalar is a copy
  }
  void modify() {
    const auto store = stores_.any_view();
    if (!draft_.scalar(store)) draft_.emit(Modify{store, dice_.seed()});
  }
  void detach() {
    const auto store =
        draft_.find_store([](int number, const PlainView& view) { return view.array->attached == number; });
    if (store >= 0 && !draft_.strict()) draft_.emit(Detach{store});
  }
  void fence() {
    if (draft_.strict() && dice_.chance(80)) return;  // no such scope can be streamed
    draft_.emit(Fence{dice_.chance(50), dice_.chance(30) && !draft_.strict()});
  }

  /// Some statements in a scope. Inside of a STRICT one, only the priority and the machine may be others.
  void scope() {
    auto setting = random_setting(draft_);
    if (!draft_.strict()) {
      static const legate::StreamingMode modes[] = {legate::StreamingMode::OFF, legate::StreamingMode::RELAXED,
                                                    legate::StreamingMode::STRICT};
      setting.streaming = modes[dice_.number(0, 2)];
      if (dice_.chance(40)) setting.exceptions = random_exception_mode(dice_);
    }
    draft_.open_scope(setting);
    for (auto rest = dice_.number(0, 6); rest > 0; --rest) step();
    draft_.close_scope();
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
