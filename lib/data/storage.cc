// SPDX-License-Identifier: Apache-2.0
#include "data/storage.h"

#include "data/control_program.h"
#include "data/value_text.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

std::uint64_t next_storage_id() {
  static std::uint64_t next = 0;  // control thread only
  return next++;
}

/// Numbers of their own: those of other stores are the same on all ranks.
std::uint64_t next_local_id() {
  static std::atomic<std::uint64_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

/// Storages on memory of the program that ranks have written to since it was last brought to all of them. They are
/// kept: when the last handle goes differs between ranks. Control thread only; the same on every rank.
std::vector<std::shared_ptr<Storage>>& written_attachments() {
  static auto* storages = new std::vector<std::shared_ptr<Storage>>;
  return *storages;
}

/// A launch that reads, told apart from others by what its points see and where they run.
std::uint64_t reader_of(const Geometry& geometry, const Placement& placement) {
  return Hash{}.add(geometry.parts()->signature()).add(placement.hash()).value();
}

}  // namespace

Storage::Storage(std::shared_ptr<Shape> shape, Type type, bool scalar, std::unique_ptr<LocalMemory> local)
    : shape_{std::move(shape)},
      type_{std::move(type)},
      element_size_{type_.size()},
      id_{local ? next_local_id() : next_storage_id()},
      scalar_{scalar},
      local_{std::move(local)} {
  root_.storage = this;
}

std::shared_ptr<Region> Storage::create(std::shared_ptr<Shape> shape, Type type, bool scalar) {
  if (in_task()) {
    auto memory = LocalMemory::allocate(scalar ? std::vector<std::uint64_t>{} : shape->extents(), type);
    auto local = std::make_shared<Storage>(std::move(shape), std::move(type), scalar,
                                           std::make_unique<LocalMemory>(std::move(memory)));
    return std::shared_ptr<Region>{local, &local->root_};
  }
  auto storage = std::make_shared<Storage>(std::move(shape), std::move(type), scalar);
  if (engine::checking_calls()) {
    engine::record_call("create_store: " + storage->call_text());
  }
  return std::shared_ptr<Region>{storage, &storage->root_};
}

std::shared_ptr<Region> Storage::over(std::shared_ptr<Shape> shape, Type type, LocalMemory memory) {
  auto storage = std::make_shared<Storage>(std::move(shape), std::move(type), false,
                                           std::make_unique<LocalMemory>(std::move(memory)));
  return std::shared_ptr<Region>{storage, &storage->root_};
}

bool Storage::is_reachable() const { return local_ ? local_->run->is_current() : !in_task(); }

std::shared_ptr<Region> Storage::attach(std::shared_ptr<Shape> shape, Type type, ExternalAllocation& allocation) {
  auto region = create(std::move(shape), std::move(type), false);
  auto& storage = *region->storage;
  storage.attachment_ = std::make_unique<Attachment>();
  storage.attachment_->read_only = allocation.read_only();
  storage.write_protected_ = allocation.read_only();
  storage.attachment_->memory.push_back(allocation.use());
  storage.array_ = engine::Array::wrap(storage.shape_->extents(), storage.element_size_, allocation.address(),
                                       storage.attachment_->memory.front());
  return region;
}

void Storage::keep_attached(std::vector<ExternalAllocation::Use> memory) {
  attachment_ = std::make_unique<Attachment>();
  attachment_->memory = std::move(memory);
}

void Storage::leave_memory() {
  auto copy = engine::Array::create(array_->extents(), element_size_, type_.alignment());
  submit_copy(*array_, *copy);
  attachment_->original = std::exchange(array_, std::move(copy));
  write_protected_ = false;
  ++moves_;
}

void Storage::wait_for_tasks() {
  const engine::Wait wait{"tasks on a store"};
  static_cast<void>(array());
  const auto begin = [this] {
    auto event = array_ ? array_->begin_synchronize() : nullptr;
    return !event && attachment_ && attachment_->original ? attachment_->original->begin_synchronize() : event;
  };
  while (const auto event = begin()) {
    event->wait(engine::Waiting::AMONG_OTHERS);
  }
}

void Storage::detach() {
  if (!attachment_->read_only) {
    share(array().box(), "detach");
  }
  const engine::Wait wait{"detach"};
  wait_for_tasks();
  if (!attachment_) {
    throw std::invalid_argument{"detach: another thread has detached the store meanwhile"};
  }
  for (auto* array : {&array_, &attachment_->original}) {
    if (*array) {
      (*array)->unregister();
      array->reset();
    }
  }
  write_protected_ = false;
  ++moves_;
  distribution_.reset();
  served_.clear();
  lost_parts_ = false;
  auto& written = written_attachments();
  written.erase(std::remove(written.begin(), written.end(), shared_from_this()), written.end());
  attachment_.reset();  // calls the deleter
}

void Storage::share_attached() {
  // Given up before the caller waits for tasks, so that what nobody else refers to is released then.
  for (const auto& storage : std::exchange(written_attachments(), {})) {
    storage->attachment_->listed = false;
    storage->share(storage->array().box(), "a fence that blocks, or finish");
  }
}

std::size_t Storage::bytes() {
  std::size_t result = element_size_;
  for (const auto extent : shape_->extents()) {
    result *= extent;
  }
  return result;
}

engine::Array& Storage::array() {
  if (!array_) {
    if (local_) {
      throw std::runtime_error{"a store that belongs to a task cannot be used outside of that task: " + to_string()};
    }
    const auto alignment = std::max<std::size_t>(1, type_.alignment());  // that of the null type is 0
    if (producer_) {
      root_.key = KeyPartition{producer_->tiling(), producer_->tiling()->color_volume()};
      array_ = producer_->take_array(alignment);
      if (const auto& owners = producer_->owners(); !owners.empty()) {
        std::vector<Distribution::Part> parts;
        for (std::size_t i = 0; i < owners.size(); ++i) {
          if (const auto& box = producer_->tiling()->pieces[i]; !box.empty()) {
            parts.push_back({box, owners[i]});
          }
        }
        if (!parts.empty()) {
          set_distribution(Distribution::of_parts(array_->box(), parts));
        }
      }
      producer_.reset();
    } else {
      array_ =
          engine::Array::create(scalar_ ? std::vector<std::uint64_t>{} : shape_->extents(), element_size_, alignment);
      if (has_constant_) {
        write(constant_.data());
        has_constant_ = false;
      }
    }
  }
  return *array_;
}

void Storage::set_value(const void* value) {
  if (local_) {
    initialized_ = true;
    std::memcpy(local_->origin, value, element_size_);
    return;
  }
  if (engine::checking_calls()) {
    engine::record_call("create_store: " + name() + " holds " + value_text(type_, value, element_size_));
  }
  initialized_ = true;
  has_constant_ = element_size_ <= LONGEST_CONSTANT;
  if (has_constant_) {
    std::memcpy(constant_.data(), value, element_size_);
  } else {
    static_cast<void>(array());
    write(value);
  }
}

void Storage::write(const void* value) {
  array_->synchronize();  // a recycled array may still be in use by tasks
  std::memcpy(array_->data(), value, element_size_);
}

const Distribution& Storage::known_distribution() {
  if (!distribution_) {
    distribution_ = Distribution::everywhere(array().box());
  }
  return *distribution_;
}

void Storage::set_distribution(Distribution::Ptr distribution) {
  served_.clear();
  if (distribution->is_everywhere()) {
    distribution_.reset();
    array().set_pages_note(0);
  } else if (distribution != distribution_) {
    distribution_ = std::move(distribution);
    array().expect_use(distribution_->own());
    lost_parts_ = true;
    if (attachment_ && !attachment_->read_only && !attachment_->listed) {
      attachment_->listed = true;
      written_attachments().push_back(shared_from_this());
    }
  }
}

bool Storage::is_served(std::uint64_t reader) const {
  return std::find(served_.begin(), served_.end(), reader) != served_.end();
}

void Storage::limit_copies(const Geometry& geometry, const Placement& placement) {
  constexpr std::size_t MANY = 32;  // more than a launch reads neighbours of one store: a stencil has up to 27
  if (distribution_ && served_.size() >= MANY && !is_served(reader_of(geometry, placement))) {
    served_.clear();
    lost_parts_ = true;
  }
}

std::shared_ptr<const ExchangePlan> Storage::prepare_reads(const Geometry& geometry, const Placement& placement) {
  if (!distribution_) {
    return nullptr;
  }
  const auto reader = reader_of(geometry, placement);
  if (is_served(reader)) {
    return nullptr;
  }
  served_.push_back(reader);
  return plan_exchange(*distribution_, {geometry.parts(), placement});
}

void Storage::take_over(const Geometry& geometry, const Placement& placement) {
  if (engine::cluster().ranks > 1) {
    set_distribution(known_distribution().taken_over({geometry.parts(), placement}));
  }
}

void Storage::take_over(const Box& box, std::uint32_t owner) {
  if (engine::cluster().ranks > 1) {
    set_distribution(known_distribution().taken_over(box, owner));
  }
}

bool Storage::settle(const Box& box, const Placement& placement) {
  if (!distribution_) {
    // Equal slices along the longest dimension.
    std::size_t longest = 0;
    std::vector<PointParts::Rule> rules;
    for (std::size_t d = 0; d < static_cast<std::size_t>(box.dim); ++d) {
      rules.push_back({-1, 0, box.lo[d], box.hi[d] - box.lo[d], box.lo[d], box.hi[d]});
      longest = rules[d].size > rules[longest].size ? d : longest;
    }
    if (rules.empty()) {
      return false;
    }
    const std::uint64_t ranks = placement.last_rank() - placement.first_rank() + 1;
    auto& rule = rules[longest];
    rule.launch_dim = 0;
    rule.size = rule.step = (rule.size + static_cast<std::int64_t>(ranks) - 1) / static_cast<std::int64_t>(ranks);
    const auto slices = std::make_shared<const PointParts>(PointParts::regular({ranks}, rules));
    set_distribution(
        known_distribution().taken_over(PlacedParts{slices, Placement{ranks, placement.first_rank(), ranks, 1}}));
  }
  return distribution_ && !distribution_->has_common_parts(box);
}

void Storage::release_lost_parts() {
  if (lost_parts_) {
    lost_parts_ = false;
    if (distribution_ && array().pages_note() != distribution_->id()) {
      release_memory(array(), distribution_->here());
      array().set_pages_note(distribution_->id());
    }
  }
}

void Storage::share(const Box& box, const char* call) {
  if (!distribution_) {
    return;
  }
  if (engine::checking_calls()) {
    engine::record_call(call + (": " + name()));
  }
  const std::uint64_t ranks = engine::cluster().ranks;
  const auto plan = plan_broadcast(*distribution_, box, Placement{ranks, 0, ranks, 1});
  const auto tag = engine::next_transfer_tag();
  begin_exchange(*plan, array(), tag);
  end_exchange(*plan, array(), tag);
  take_over(box, Distribution::EVERYBODY);
}

void Storage::set_producer(std::shared_ptr<UnboundOutput> producer) {
  shape_->bind(producer);
  producer_ = std::move(producer);
}

std::string Storage::name() const {
  return std::string{local_ ? "local " : ""} + (scalar_ ? "scalar store " : "store ") + std::to_string(id_);
}

std::string Storage::call_text() const {
  std::string text = name();
  if (shape_->given()) {
    text += " of shape [";
    for (const auto extent : shape_->extents()) {
      text += (text.back() == '[' ? "" : ", ") + std::to_string(extent);
    }
    text += ']';
  } else {
    text += " of " + std::to_string(shape_->dim()) + " unknown extents";
  }
  return text + ", type " + type_.to_string();
}

std::string Storage::to_string() const {
  return "Storage(" + std::to_string(id_) + ") {kind: " + (scalar_ ? "Scalar" : "Array") +
         (local_ ? ", of a task" : "") + ", level: 0}";
}

}  // namespace legate::detail
