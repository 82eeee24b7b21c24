// SPDX-License-Identifier: Apache-2.0
#include "operation/combine.h"

#include "data/exchange.h"

#include <functional>
#include <utility>
#include <vector>

namespace legate::detail {

namespace {

/// One step, as a task. Deletes itself.
class StepWork final : public engine::Work {
 public:
  explicit StepWork(std::function<void()> step) : step_{std::move(step)} {}
  void run(std::uint32_t /*point*/, const engine::Executor& /*executor*/) override { step_(); }
  void finished() noexcept override { delete this; }

 private:
  std::function<void()> step_;
};

const engine::Codelet& combine_codelet() {
  static const auto* const codelet = engine::create_codelet("legatus.combine");
  return *codelet;
}

void submit_step(std::function<void()> step, std::int32_t priority, const std::vector<engine::TileUse>& uses) {
  auto* work = new StepWork{std::move(step)};
  engine::Submitter submitter{*work, combine_codelet(), priority, 1};
  submitter.point(0, uses.data(), uses.size());
}

}  // namespace

void combine_partials(PartialResults& partial, Storage& target, const Geometry& geometry, const Placement& placement,
                      std::int32_t priority) {
  const auto& box = geometry.bounds();
  if (box.empty()) {
    return;
  }
  const auto self = engine::cluster().rank;
  const auto first = placement.first_rank();
  const auto members = placement.last_rank() - first + 1;
  auto& array = target.array();

  // The old contents have to be where the result will be.
  if (target.distribution()) {
    const auto plan = plan_broadcast(*target.distribution(), box, Placement{1, first, 1, 1});
    const auto tag = engine::next_transfer_tag();
    begin_exchange(*plan, array, tag);
    end_exchange(*plan, array, tag);
  }
  target.take_over(box, first);

  const auto tag = engine::next_transfer_tag();
  if (self < first || self >= first + members) {
    return;
  }
  const auto member = self - first;
  const auto elements = box.volume();
  const auto& redop = partial.redop();
  auto sum = message_buffer(elements * redop.rhs_size);
  auto* const sum_data = sum->data();
  submit_step([kept = partial.shared_from_this(), box, sum_data] { kept->collapse_into(box, sum_data); }, priority,
              {{partial.array().tile(0), engine::Access::READ_WRITE}, {sum->tile(0), engine::Access::WRITE}});
  for (std::uint32_t bit = 1; bit < members; bit <<= 1U) {
    if ((member & bit) != 0) {
      engine::send(std::move(sum), first + (member & ~bit), tag);
      return;
    }
    if (member + bit < members) {
      const auto other = message_buffer(elements * redop.rhs_size);
      engine::receive(*other, first + member + bit, tag);
      const auto* const other_data = other->data();
      submit_step([&redop, sum_data, other_data, elements] { redop.fold(sum_data, other_data, elements); }, priority,
                  {{sum->tile(0), engine::Access::READ_WRITE}, {other->tile(0), engine::Access::READ}});
    }
  }
  std::vector<std::uint32_t> found;
  array.find_tiles(box, found);
  std::vector<engine::TileUse> uses{{sum->tile(0), engine::Access::READ}};
  for (const auto tile : found) {
    uses.push_back({array.tile(tile), engine::Access::READ_WRITE});
  }
  submit_step([kept = partial.shared_from_this(), box, sum_data, data = array.data(),
               strides = array.strides()] { kept->apply(box, sum_data, data, strides.data()); },
              priority, uses);
}

}  // namespace legate::detail
