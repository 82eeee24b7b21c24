// SPDX-License-Identifier: Apache-2.0
#include "operation/combine.h"

#include "data/exchange.h"
#include "data/rank_tree.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace legate::detail {

namespace {

/// What profiles call the messages.
constexpr const char* PURPOSE = "reduction";

/// One step, as a task. Deletes itself.
class StepWork final : public engine::Work {
 public:
  StepWork(std::function<void()> step, const std::string* provenance)
      : step_{std::move(step)}, provenance_{provenance} {}
  void run(std::uint32_t /*point*/, const engine::Executor& /*executor*/) override { step_(); }
  void finished() noexcept override { delete this; }
  [[nodiscard]] engine::WorkNote note() const override { return {provenance_}; }

 private:
  std::function<void()> step_;
  const std::string* provenance_;  // until it is submitted
};

const engine::Codelet& combine_codelet() {
  static const auto* const codelet = engine::create_codelet("legatus.combine");
  return *codelet;
}

void submit_step(std::function<void()> step, const FoldOrigin& origin, const std::vector<engine::TileUse>& uses) {
  auto* work = new StepWork{std::move(step), origin.provenance};
  engine::Submitter submitter{*work, combine_codelet(), origin.priority, 1};
  submitter.point(0, uses.data(), uses.size());
}

/// These tiles, and those under the boxes.
std::vector<engine::TileUse> uses_of(engine::Array& array, const std::vector<Box>& boxes,
                                     std::vector<engine::TileUse> uses) {
  std::vector<std::uint32_t> found;
  for (const auto& box : boxes) {
    array.find_tiles(box, found);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (const auto tile : found) {
    uses.push_back({array.tile(tile), engine::Access::READ_WRITE});
  }
  return uses;
}

void submit_apply(PartialResults& partial, engine::Array& array, engine::Array& sums, const std::vector<Box>& boxes,
                  const FoldOrigin& origin) {
  submit_step([kept = partial.shared_from_this(), boxes, from = sums.data(), to = array.data(),
               strides = array.strides()] { kept->apply(boxes, from, to, strides.data()); },
              origin, uses_of(array, boxes, {{sums.tile(0), engine::Access::READ}}));
}

/// The dense sums of what this rank's points have reduced into these boxes.
engine::ArrayRef submit_collapse(PartialResults& partial, const std::vector<Box>& boxes, std::uint64_t elements,
                                 const FoldOrigin& origin) {
  auto sums = message_buffer(elements * partial.redop().rhs_size);
  std::vector<engine::TileUse> uses{{sums->tile(0), engine::Access::WRITE}};
  partial.list_tiles(engine::Access::READ_WRITE, uses);
  submit_step([kept = partial.shared_from_this(), boxes, to = sums->data()] { kept->collapse_into(boxes, to); }, origin,
              uses);
  return sums;
}

/// All points see the same: along a tree to the first rank.
void combine_in_tree(PartialResults& partial, Storage& target, const Box& box, const Placement& placement,
                     const FoldOrigin& origin) {
  const auto self = engine::cluster().rank;
  const auto first = placement.first_rank();
  const auto last = placement.last_rank();
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
  if (self < first || self > last) {
    return;
  }
  const auto elements = box.volume();
  const auto& redop = partial.redop();
  auto sum = submit_collapse(partial, {box}, elements, origin);
  auto* const sum_data = sum->data();
  const auto place = place_in_tree(first, first, last, self);
  for (const auto child : place.children) {
    const auto other = message_buffer(elements * redop.rhs_size);
    engine::receive(*other, child, tag, PURPOSE);
    const auto* const other_data = other->data();
    submit_step([&redop, sum_data, other_data, elements] { redop.fold(sum_data, other_data, elements); }, origin,
                {{sum->tile(0), engine::Access::READ_WRITE}, {other->tile(0), engine::Access::READ}});
  }
  if (place.has_parent) {
    engine::send(std::move(sum), place.parent, tag, PURPOSE);
    return;
  }
  submit_apply(partial, array, *sum, {box}, origin);
}

/// Points see parts: what they have reduced goes to the ranks that have the contents, each element once from a rank.
/// It is the exchange that would bring those contents to the points, in the other direction.
void combine_at_owners(PartialResults& partial, Storage& target, const Geometry& geometry, const Placement& placement,
                       const FoldOrigin& origin) {
  const auto plan = plan_exchange(*target.distribution(), {geometry.parts(), placement});
  std::vector<Box> own;
  for (const auto& box : target.distribution()->own()) {
    if (box.overlaps(geometry.bounds())) {
      own.push_back(box.intersection(geometry.bounds()));
    }
  }
  auto& array = target.array();
  const auto tag = engine::next_transfer_tag();
  for (const auto& message : plan->receives) {
    engine::send(submit_collapse(partial, message.boxes, message.elements, origin), message.peer, tag, PURPOSE);
  }
  if (partial.has_points() && !own.empty()) {
    std::vector<engine::TileUse> buffers;
    partial.list_tiles(engine::Access::READ_WRITE, buffers);
    submit_step([kept = partial.shared_from_this(), own, to = array.data(),
                 strides = array.strides()] { kept->fold_into(own, to, strides.data()); },
                origin, uses_of(array, own, std::move(buffers)));
  }
  for (const auto& message : plan->sends) {
    const auto sums = message_buffer(message.elements * partial.redop().rhs_size);
    engine::receive(*sums, message.peer, tag, PURPOSE);
    submit_apply(partial, array, *sums, message.boxes, origin);
  }
  target.forget_copies();
}

}  // namespace

void combine_partials(PartialResults& partial, Storage& target, const Geometry& geometry, const Placement& placement,
                      const FoldOrigin& origin) {
  const auto& bounds = geometry.bounds();
  if (bounds.empty()) {
    return;
  }
  if (!geometry.is_whole() && target.settle(bounds, placement)) {
    combine_at_owners(partial, target, geometry, placement, origin);
  } else {
    combine_in_tree(partial, target, bounds, placement, origin);
  }
}

}  // namespace legate::detail
