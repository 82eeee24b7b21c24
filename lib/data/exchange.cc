// SPDX-License-Identifier: Apache-2.0
#include "data/exchange.h"

#include "data/rank_tree.h"
#include "data/strided_copy.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

namespace legate::detail {

namespace {

using Plans = std::unordered_map<DistributionKey, std::shared_ptr<const ExchangePlan>, DistributionKeyHash>;

Plans& plans() {
  static auto* known = new Plans;  // control thread only; never destroyed
  return *known;
}

/// Collects what goes between this rank and each other one.
class Messages {
 public:
  void add(std::uint32_t peer, const Box& box) {
    auto& message = by_peer_[peer];
    message.peer = peer;
    // Points of one rank may see the same elements: they travel once.
    for (auto& rest : subtract(box, message.boxes)) {
      message.elements += rest.volume();
      message.boxes.push_back(rest);
    }
  }
  [[nodiscard]] std::vector<ExchangePlan::Message> take() {
    std::vector<ExchangePlan::Message> all;
    for (auto& [peer, message] : by_peer_) {
      all.push_back(std::move(message));
    }
    return all;
  }

 private:
  std::map<std::uint32_t, ExchangePlan::Message> by_peer_{};
};

/// Copies boxes of an array into a buffer, one after the other, or back. Deletes itself.
class CopyWork final : public engine::Work {
 public:
  CopyWork(engine::Array& array, engine::Array& buffer, const std::vector<Box>& boxes, bool pack)
      : data_{array.data()}, buffer_{buffer.data()}, element_size_{array.element_size()}, boxes_{boxes}, pack_{pack} {
    std::copy(array.strides().begin(), array.strides().end(), strides_.begin());
  }

  void run(std::uint32_t /*point*/, const engine::Executor& /*executor*/) override {
    std::byte* packed = buffer_;
    for (const auto& box : boxes_) {
      const auto dims = static_cast<std::size_t>(box.dim);
      std::array<std::uint64_t, LEGATE_MAX_DIM> extents{};
      std::array<std::size_t, LEGATE_MAX_DIM> dense{};
      std::size_t bytes = element_size_;
      std::size_t offset = 0;
      for (auto d = dims; d-- > 0;) {
        dense[d] = bytes;
        extents[d] = static_cast<std::uint64_t>(box.hi[d] - box.lo[d]);
        bytes *= extents[d];
        offset += static_cast<std::size_t>(box.lo[d]) * strides_[d];
      }
      if (pack_) {
        strided_copy(packed, dense.data(), data_ + offset, strides_.data(), extents.data(), dims, element_size_);
      } else {
        strided_copy(data_ + offset, strides_.data(), packed, dense.data(), extents.data(), dims, element_size_);
      }
      packed += bytes;
    }
  }
  void finished() noexcept override { delete this; }
  [[nodiscard]] engine::WorkNote note() const override {
    std::uint64_t elements = 0;
    for (const auto& box : boxes_) {
      elements += box.volume();
    }
    return {nullptr, 2 * elements * element_size_, elements * element_size_};
  }

 private:
  std::byte* data_;
  std::byte* buffer_;
  std::size_t element_size_;
  std::array<std::size_t, LEGATE_MAX_DIM> strides_{};
  std::vector<Box> boxes_;
  bool pack_;
};

/// Deletes itself.
class ReleaseWork final : public engine::Work {
 public:
  ReleaseWork(engine::Array& array, const std::vector<Box>& kept) : array_{array}, kept_{kept} {}
  void run(std::uint32_t /*point*/, const engine::Executor& /*executor*/) override { array_.release_pages(kept_); }
  void finished() noexcept override { delete this; }

 private:
  engine::Array& array_;  // one with tasks on it is not destroyed
  std::vector<Box> kept_;
};

const engine::Codelet& copy_codelet(bool pack) {
  static const auto* const packing = engine::create_codelet("legatus.pack", {}, "packing messages");
  static const auto* const unpacking = engine::create_codelet("legatus.unpack", {}, "unpacking messages");
  return pack ? *packing : *unpacking;
}

/// Submits a CopyWork. What others wait for goes before everything else.
void submit_copy(engine::Array& array, engine::Array& buffer, const std::vector<Box>& boxes, bool pack) {
  std::vector<std::uint32_t> found;
  std::map<std::uint32_t, bool> tiles;  // and whether the boxes cover it
  for (const auto& box : boxes) {
    found.clear();
    array.find_tiles(box, found);
    for (const auto tile : found) {
      tiles[tile] = tiles[tile] || box.contains(array.tiles()[tile]);
    }
  }
  std::vector<engine::TileUse> uses;
  for (const auto& [tile, covered] : tiles) {
    const auto access = pack ? engine::Access::READ : covered ? engine::Access::WRITE : engine::Access::READ_WRITE;
    uses.push_back({array.tile(tile), access});
  }
  uses.push_back({buffer.tile(0), pack ? engine::Access::WRITE : engine::Access::READ});
  auto* work = new CopyWork{array, buffer, boxes, pack};
  engine::Submitter submitter{*work, copy_codelet(pack), std::numeric_limits<std::int32_t>::max(), 1};
  submitter.point(0, uses.data(), uses.size());
}

void send_all(const ExchangePlan& plan, engine::Array& array, std::uint64_t tag) {
  const std::vector<Box>* packed = nullptr;
  std::shared_ptr<engine::Array> buffer;
  for (const auto& message : plan.sends) {
    // What several ranks get is packed once.
    if (packed == nullptr || *packed != message.boxes) {
      packed = &message.boxes;
      buffer = message_buffer(message.elements * array.element_size());
      submit_copy(array, *buffer, message.boxes, /*pack=*/true);
    }
    engine::send(buffer, message.peer, tag);
  }
}

void receive_all(const ExchangePlan& plan, engine::Array& array, std::uint64_t tag) {
  if (!plan.receives.empty()) {
    array.set_pages_note(0);
  }
  for (const auto& message : plan.receives) {
    array.expect_use(message.boxes);
    const auto buffer = message_buffer(message.elements * array.element_size());
    engine::receive(*buffer, message.peer, tag);
    submit_copy(array, *buffer, message.boxes, /*pack=*/false);
  }
}

/// What points of this rank see and others have.
void add_receives(const Distribution& distribution, const PlacedParts& readers, Messages& receives) {
  const auto self = engine::cluster().rank;
  std::vector<Distribution::Part> found;
  const auto end = readers.placement.first_point(self + 1);
  for (auto point = readers.placement.first_point(self); point < end; ++point) {
    found.clear();
    distribution.find(readers.parts->box(point), found);
    for (const auto& part : found) {
      if (part.owner != Distribution::EVERYBODY && part.owner != self) {
        receives.add(part.owner, part.box);
      }
    }
  }
}

/// What this rank has and points of others see.
void add_sends(const Distribution& distribution, const PlacedParts& readers, Messages& sends) {
  const auto self = engine::cluster().rank;
  std::vector<std::uint64_t> points;
  for (const auto& box : distribution.own()) {
    readers.parts->find(box, points);
  }
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  for (const auto point : points) {
    const auto reader = readers.placement.rank_of(point);
    if (reader == self) {
      continue;
    }
    const auto seen = readers.parts->box(point);
    for (const auto& box : distribution.own()) {
      if (box.overlaps(seen)) {
        sends.add(reader, box.intersection(seen));
      }
    }
  }
}

}  // namespace

std::shared_ptr<const ExchangePlan> plan_exchange(const Distribution& distribution, const PlacedParts& readers) {
  if (readers.all_see_the_same()) {
    return plan_broadcast(distribution, readers.parts->box(0), readers.placement);
  }
  constexpr std::size_t LIMIT = 4096;
  if (plans().size() >= LIMIT) {
    plans().clear();
  }
  auto& known = plans()[DistributionKey{distribution.id(), readers.parts->signature(), readers.placement}];
  if (!known) {
    Messages sends;
    Messages receives;
    add_sends(distribution, readers, sends);
    add_receives(distribution, readers, receives);
    auto plan = std::make_shared<ExchangePlan>();
    plan->sends = sends.take();
    plan->receives = receives.take();
    known = std::move(plan);
  }
  return known;
}

std::shared_ptr<const ExchangePlan> plan_broadcast(const Distribution& distribution, const Box& box,
                                                   const Placement& placement) {
  auto plan = std::make_shared<ExchangePlan>();
  const auto self = engine::cluster().rank;
  const auto first = placement.first_rank();
  const auto last = placement.last_rank();
  std::vector<Distribution::Part> found;
  if (!box.empty()) {
    distribution.find(box, found);
  }
  const auto all_have = [](const Distribution::Part& part) { return part.owner == Distribution::EVERYBODY; };
  found.erase(std::remove_if(found.begin(), found.end(), all_have), found.end());
  Messages sends;
  Messages receives;
  const bool one_owner = std::all_of(found.begin(), found.end(),
                                     [&](const Distribution::Part& part) { return part.owner == found.front().owner; });
  for (const auto& part : found) {
    if (one_owner) {
      // Passed on from rank to rank, so that nobody sends to all.
      if (self != part.owner && (self < first || self > last)) {
        continue;
      }
      const auto place = place_in_tree(part.owner, first, last, self);
      if (place.has_parent) {
        receives.add(place.parent, part.box);
        plan->forwards = plan->forwards || !place.children.empty();
      }
      for (const auto child : place.children) {
        sends.add(child, part.box);
      }
    } else if (part.owner == self) {
      for (auto reader = first; reader <= last; ++reader) {
        if (reader != self) {
          sends.add(reader, part.box);
        }
      }
    } else if (self >= first && self <= last) {
      receives.add(part.owner, part.box);
    }
  }
  plan->sends = sends.take();
  plan->receives = receives.take();
  return plan;
}

void clear_exchanges() { plans().clear(); }

engine::ArrayRef message_buffer(std::uint64_t bytes) {
  auto buffer = engine::Array::create({bytes}, 1, 64);
  buffer->retile({});  // a recycled one may be cut
  buffer->expect_use({buffer->box()});
  return buffer;
}

void begin_exchange(const ExchangePlan& plan, engine::Array& array, std::uint64_t tag) {
  if (!plan.forwards) {
    send_all(plan, array, tag);
  }
}

void end_exchange(const ExchangePlan& plan, engine::Array& array, std::uint64_t tag) {
  receive_all(plan, array, tag);
  if (plan.forwards) {
    send_all(plan, array, tag);
  }
}

void release_memory(engine::Array& array, const std::vector<Box>& kept) {
  constexpr std::size_t WORTH_WHILE = std::size_t{16} << 20U;
  if (array.bytes() < WORTH_WHILE) {
    return;
  }
  static const auto* const codelet = engine::create_codelet("legatus.release");
  std::vector<engine::TileUse> uses;
  for (std::uint32_t tile = 0; tile < array.tiles().size(); ++tile) {
    if (!subtract(array.tiles()[tile], kept).empty()) {
      uses.push_back({array.tile(tile), engine::Access::READ_WRITE});
    }
  }
  if (uses.empty()) {
    return;
  }
  auto* work = new ReleaseWork{array, kept};
  engine::Submitter submitter{*work, *codelet, std::numeric_limits<std::int32_t>::max(), 1};
  submitter.point(0, uses.data(), uses.size());
}

}  // namespace legate::detail
