// SPDX-License-Identifier: Apache-2.0
#include "operation/clock_reading.h"

#include "data/exchange.h"
#include "data/rank_tree.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace legate::detail {

namespace {

// What profiles call the messages.
constexpr const char* PURPOSE = "clock reading";

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void put(std::byte* target, std::int64_t time) { std::memcpy(target, &time, sizeof time); }

std::int64_t get(const std::byte* source) {
  std::int64_t time{};
  std::memcpy(&time, source, sizeof time);
  return time;
}

/// What a rank waits for before it tells the one above it in the tree: the end of its own launches, and the message
/// from each rank below.
class Ascent {
 public:
  explicit Ascent(std::size_t below) : missing_{below + 1} {}

  /// Where the time is when all have come, for those who send it.
  [[nodiscard]] const std::shared_ptr<engine::Array>& time() const { return gate_.buffer(); }
  /// One has come. Any thread. @return the time, if it was the last one
  std::optional<std::int64_t> arrive() {
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) != 1) {
      return std::nullopt;
    }
    const auto time = now();
    put(gate_.buffer()->data(), time);
    gate_.open();
    return time;
  }

 private:
  std::atomic<std::size_t> missing_;
  engine::Gate gate_{sizeof(std::int64_t)};
};

}  // namespace

std::shared_ptr<const ClockReading> ClockReading::take() {
  const auto reading = std::make_shared<ClockReading>();
  if (engine::cluster().ranks == 1) {
    engine::when_launches_end([reading](std::int64_t time) { reading->set(time); });
  } else {
    take_everywhere(reading);
  }
  return reading;
}

// Along a tree of the ranks: up when a rank and those below it are done, down with the time of the first one. No tasks:
// workers may have begun with something long that was submitted later.
void ClockReading::take_everywhere(const std::shared_ptr<ClockReading>& reading) {
  const auto place = place_in_tree(0, 0, engine::cluster().ranks - 1, engine::cluster().rank);
  const auto up = engine::next_transfer_tag();
  const auto down = engine::next_transfer_tag();
  const auto ascent = std::make_shared<Ascent>(place.children.size());
  const auto arrive = [reading, ascent, first = !place.has_parent] {
    const auto time = ascent->arrive();
    if (time && first) {
      reading->set(*time);
    }
  };
  for (const auto child : place.children) {
    engine::receive(*message_buffer(sizeof(std::int64_t)), child, up, PURPOSE, arrive);
  }
  engine::when_launches_end([arrive](std::int64_t /*time*/) { arrive(); });
  auto time = ascent->time();
  if (place.has_parent) {
    engine::send(time, place.parent, up, PURPOSE);
    time = message_buffer(sizeof(std::int64_t));
    engine::receive(*time, place.parent, down, PURPOSE, [reading, time] { reading->set(get(time->data())); });
  }
  for (const auto child : place.children) {
    engine::send(time, child, down, PURPOSE);
  }
}

void ClockReading::set(std::int64_t nanoseconds) noexcept {
  nanoseconds_ = nanoseconds;
  known_.signal();
}

std::int64_t ClockReading::nanoseconds() const {
  if (!known_.done()) {
    if (engine::on_worker()) {
      throw std::runtime_error{
          "Time::value: inside a task, while operations before the reading are not over, this could wait for ever"};
    }
    const engine::Wait wait{"a reading of the clock"};
    known_.wait(engine::Waiting::AMONG_OTHERS);
  }
  return nanoseconds_;
}

}  // namespace legate::detail
