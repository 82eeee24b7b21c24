// SPDX-License-Identifier: Apache-2.0
#include "engine/call_check.h"

#include "engine/cluster.h"
#include "engine/watch.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace legate::detail::engine {

namespace {

// FNV-1a, continued from the calls before. Not std::hash: the ranks must agree on it.
std::uint64_t add_to_hash(std::uint64_t hash, std::string_view text) noexcept {
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3U;
  }
  return (hash ^ 0xffU) * 0x100000001b3U;  // so that two calls differ from one of both texts
}

/// The text of every rank, by rank.
std::vector<std::string> gather_texts(const std::string& own) {
  const auto length = static_cast<std::uint64_t>(own.size());
  const auto gathered = gather_everywhere(&length, sizeof length);
  std::vector<std::uint64_t> lengths(cluster().ranks);
  std::memcpy(lengths.data(), gathered.data(), gathered.size());
  const auto longest = *std::max_element(lengths.begin(), lengths.end());
  std::string padded = own;
  padded.resize(longest);
  const auto all = gather_everywhere(padded.data(), longest);
  std::vector<std::string> texts;
  for (std::size_t rank = 0; rank < lengths.size(); ++rank) {
    texts.emplace_back(reinterpret_cast<const char*>(all.data()) + rank * longest, lengths[rank]);
  }
  return texts;
}

/// The calls since the last one that is known to be the same on all ranks.
class CallLog {
 public:
  void record(std::string call, std::string remark) {
    throw_if_different();
    if (count_ - agreed_ == KEPT) {
      compare();
    }
    hash_ = add_to_hash(hash_, call);
    at(++count_) = Call{hash_, std::move(call), std::move(remark)};
  }

  void compare() {
    throw_if_different();
    while (agreed_ < count_) {
      // The greatest of everybody's numbers is the complement of the least complement: one message tells both.
      std::array<std::uint64_t, 4> round{count_, ~count_, hash_, ~hash_};
      minima(round.data(), round.size());
      const auto common = round[0];
      bool same = round[2] == ~round[3];
      if (common != ~round[1]) {  // some are ahead: what can be compared are the calls that all have made
        same = is_same_everywhere(at(common).hash);
      }
      if (!same) {
        find_difference(common);
        throw_if_different();
      }
      agreed_ = common;
    }
  }

  [[nodiscard]] bool different() const noexcept { return !difference_.empty(); }

 private:
  // Small enough that what is pending between two comparisons never fills the engine up to where submission waits.
  static constexpr std::uint64_t KEPT = 64;

  struct Call {
    std::uint64_t hash{0};  // of all calls up to this one
    std::string text{};
    std::string remark{};
  };

  /// Call `number`, counted from 1, one of the last KEPT.
  [[nodiscard]] Call& at(std::uint64_t number) { return calls_[number % KEPT]; }

  void throw_if_different() const {
    if (different()) {
      throw std::logic_error{difference_};
    }
  }

  [[nodiscard]] static bool is_same_everywhere(std::uint64_t number) {
    std::array<std::uint64_t, 2> least{number, ~number};
    minima(least.data(), least.size());
    return least[0] == ~least[1];
  }

  /// The calls after agreed_ up to `common`, which every rank has made, are not all the same.
  void find_difference(std::uint64_t common) {
    auto first = agreed_ + 1;
    while (first < common && is_same_everywhere(at(first).hash)) {
      ++first;
    }
    const auto& own = at(first);
    const auto texts = gather_texts(own.text);
    const auto remarks = gather_texts(own.remark);
    // In the order of the first rank of each.
    std::vector<std::pair<std::string_view, std::vector<unsigned>>> groups;
    for (unsigned rank = 0; rank < texts.size(); ++rank) {
      auto group =
          std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.first == texts[rank]; });
      if (group == groups.end()) {
        group = groups.insert(groups.end(), {texts[rank], {}});
      }
      group->second.push_back(rank);
    }
    difference_ = "The ranks have made different calls, of which number " + std::to_string(first) + " is the first:";
    for (const auto& [text, ranks] : groups) {
      const auto& remark = remarks[ranks.front()];
      difference_ += "\n  " + name_ranks(ranks) + ": " + std::string{text} + (remark.empty() ? "" : " " + remark);
    }
  }

  std::uint64_t count_{0};
  std::uint64_t hash_{0xcbf29ce484222325U};
  std::uint64_t agreed_{0};
  std::array<Call, KEPT> calls_{};
  std::string difference_{};  // empty: none is known
};

CallLog* call_log = nullptr;  // null: calls are not checked

}  // namespace

void start_call_check() {
  if (cluster().ranks > 1 && call_log == nullptr) {
    call_log = new CallLog;
  }
}

void stop_call_check() noexcept { delete std::exchange(call_log, nullptr); }

bool checking_calls() noexcept { return call_log != nullptr; }

void record_call(std::string call, std::string remark) {
  if (call_log != nullptr) {
    call_log->record(std::move(call), std::move(remark));
  }
}

void compare_calls() {
  if (call_log != nullptr) {
    const Wait wait{"other ranks, to compare calls"};
    call_log->compare();
  }
}

bool calls_differ() noexcept { return call_log != nullptr && call_log->different(); }

}  // namespace legate::detail::engine
