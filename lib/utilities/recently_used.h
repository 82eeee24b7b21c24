// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace legate::detail {

/// Values by key. Only so many stay, those that were asked for last: for what is dear to make and to keep.
template <typename Key, typename Value>
class RecentlyUsed {
 public:
  /// @param most how many stay, at least 1.
  explicit RecentlyUsed(std::size_t most) : most_{most} {}

  /// The value of a key, which counts as asked for; a null pointer if there is none. Valid until it is dropped.
  [[nodiscard]] Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) {
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return &entries_.front().second;
  }

  /// Adds the value of a key that has none. Returns the one that has to go for it, if there is one.
  [[nodiscard]] std::optional<Value> add(const Key& key, Value value) {
    std::optional<Value> dropped;
    if (entries_.size() == most_) {
      places_.erase(entries_.back().first);
      dropped = std::move(entries_.back().second);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    places_.emplace(key, entries_.begin());
    return dropped;
  }

  /// Drops all values, and returns them.
  [[nodiscard]] std::vector<Value> take() {
    std::vector<Value> values;
    for (auto& entry : entries_) {
      values.push_back(std::move(entry.second));
    }
    places_.clear();
    entries_.clear();
    return values;
  }

 private:
  using Entries = std::list<std::pair<Key, Value>>;

  std::size_t most_;
  Entries entries_{};  // the one asked for last is in front
  std::map<Key, typename Entries::iterator> places_{};
};

}  // namespace legate::detail
