// SPDX-License-Identifier: Apache-2.0
#include "runtime/profile_trace.h"

#include "engine/engine.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace legate::detail {

namespace {

/// How many bytes the first character of a text in UTF-8 has; 0 if it does not begin with one.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) {
    return 1;
  }
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) {
    return 0;
  }
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; };
  return std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length), continues) ? length : 0;
}

/// Builds a text of JSON. Members of objects are written one after the other; commas come by themselves.
class JsonText {
 public:
  JsonText& begin(char bracket) {
    separate();
    text_ += bracket;
    first_ = true;
    return *this;
  }
  JsonText& end(char bracket) {
    text_ += bracket;
    first_ = false;
    return *this;
  }
  JsonText& key(std::string_view name) {
    separate();
    text_ += '"';
    text_ += name;
    text_ += "\":";
    first_ = true;
    return *this;
  }
  JsonText& member(std::string_view name, std::uint64_t value) { return key(name).number(value); }
  JsonText& member(std::string_view name, std::string_view value) { return key(name).string(value); }
  JsonText& number(std::uint64_t value) {
    separate();
    text_ += std::to_string(value);
    return *this;
  }
  /// Nanoseconds, as microseconds with three digits after the point.
  JsonText& time(std::string_view name, std::int64_t nanoseconds) {
    key(name).separate();
    if (nanoseconds < 0) {
      text_ += '-';
      nanoseconds = -nanoseconds;
    }
    const auto fraction = std::to_string(1000 + nanoseconds % 1000);
    text_ += std::to_string(nanoseconds / 1000);
    text_ += '.';
    text_ += fraction.substr(1);
    return *this;
  }
  JsonText& string(std::string_view value) {
    separate();
    text_ += '"';
    while (!value.empty()) {
      const auto length = character_length(value);
      if (length == 1) {
        add(value.front());
      } else if (length > 1) {
        text_ += value.substr(0, length);
      } else {
        text_ += "\\ufffd";  // what stands for what is no text
      }
      value.remove_prefix(std::max<std::size_t>(length, 1));
    }
    text_ += '"';
    return *this;
  }
  JsonText& line() {
    if (!text_.empty()) {
      text_ += ",\n";
    }
    first_ = true;
    return *this;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void separate() {
    if (!first_) {
      text_ += ',';
    }
    first_ = false;
  }
  void add(char character) {
    static constexpr std::string_view HEXADECIMAL{"0123456789abcdef"};
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      text_ += '\\';
      text_ += character;
    } else if (code < 0x20 || character == '<' || character == '>' || character == '&') {  // the latter for HTML
      text_ += "\\u00";
      text_ += HEXADECIMAL[code / 16];
      text_ += HEXADECIMAL[code % 16];
    } else {
      text_ += character;
    }
  }

  std::string text_{};
  bool first_{true};
};

class TraceWriter {
 public:
  TraceWriter(const engine::Profile& profile, const RankClock& clock, std::int64_t origin)
      : profile_{profile}, clock_{clock}, origin_{origin}, workers_{engine::worker_count()} {}

  [[nodiscard]] std::string write() {
    write_tracks();
    for (const auto& slice : profile_.slices) {
      write_slice(slice);
    }
    for (const auto& transfer : profile_.transfers) {
      write_transfer(transfer);
    }
    for (const auto& range : profile_.ranges) {
      begin_event("X", *range.name, range.worker);
      json_.member("cat", "range").time("ts", at(range.started)).time("dur", at(range.ended) - at(range.started));
      json_.end('}');
    }
    for (const auto& wait : profile_.waits) {
      begin_event("X", wait.what, workers_);
      json_.member("cat", "wait").time("ts", at(wait.started)).time("dur", at(wait.ended) - at(wait.started));
      json_.end('}');
    }
    write_totals();
    return json_.take();
  }

 private:
  [[nodiscard]] std::int64_t at(std::int64_t time) const { return clock_.common(time) - origin_; }

  void begin_event(std::string_view phase, std::string_view name, unsigned track) {
    json_.line().begin('{').member("ph", phase).member("name", name);
    json_.member("pid", engine::cluster().rank).member("tid", track);
  }

  void name_track(std::string_view what, unsigned track, std::string_view name) {
    begin_event("M", what, track);
    json_.key("args").begin('{').member("name", name).end('}').end('}');
  }

  void write_tracks() {
    static constexpr std::array<std::string_view, engine::WORKER_KINDS> KINDS{"CPU", "OMP", "OpenCL", "GPU"};
    name_track("process_name", 0, "rank " + std::to_string(engine::cluster().rank));
    for (unsigned worker = 0; worker < workers_; ++worker) {
      const auto kind = engine::kind_of(worker);
      name_track("thread_name", worker,
                 std::string{KINDS[static_cast<std::size_t>(kind)]} + " " +
                     std::to_string(worker - engine::workers_of(kind).first));
    }
    name_track("thread_name", workers_, "program");
    begin_event("X", "run", workers_);
    json_.member("cat", "run").time("ts", at(profile_.began)).time("dur", at(profile_.ended) - at(profile_.began));
    json_.key("args").begin('{').member("workers", workers_).end('}').end('}');
  }

  /// Which events this one had to wait for.
  void write_order(std::uint32_t id) {
    json_.member("id", id).key("after").begin('[');
    for (const auto other : profile_.after[id]) {
      json_.number(other);
    }
    json_.end(']');
  }

  void write_slice(const engine::Profile::Slice& slice) {
    const auto& launch = *slice.launch;
    begin_event("X", launch.fold ? *launch.task + " (fold)" : *launch.task, slice.worker);
    json_.member("cat", launch.fold ? "fold" : launch.moves != nullptr ? "move" : "task");
    json_.time("ts", at(slice.started)).time("dur", std::max<std::int64_t>(at(slice.ended) - at(slice.started), 0));
    json_.key("args").begin('{');
    write_order(slice.id);
    json_.member("point", launch.first_point + slice.point).time("submitted", at(launch.submitted));
    json_.member("bytes", launch.bytes);
    if (launch.moves != nullptr) {
      json_.member("moves", launch.moves);
    }
    if (launch.provenance != nullptr) {
      json_.member("provenance", *launch.provenance);
    }
    if (slice.predicted > 0) {
      json_.time("predicted", static_cast<std::int64_t>(slice.predicted));
    }
    json_.end('}').end('}');
  }

  void write_transfer(const engine::Profile::Transfer& transfer) {
    const std::string name = (transfer.sending ? "send, " : "receive, ") + std::string{transfer.purpose};
    const std::string key = std::to_string(engine::cluster().rank) + "." + std::to_string(transfer.id);
    begin_event("b", name, workers_);
    json_.member("cat", "transfer").member("id", key).time("ts", at(transfer.submitted)).key("args").begin('{');
    write_order(transfer.id);
    json_.member("direction", transfer.sending ? "send" : "receive").member("peer", transfer.peer);
    json_.member("tag", transfer.tag).member("bytes", transfer.bytes).member("purpose", transfer.purpose);
    json_.end('}').end('}');
    begin_event("e", name, workers_);
    json_.member("cat", "transfer").member("id", key).time("ts", at(transfer.ended)).end('}');
  }

  void write_totals() {
    if (!profile_.memory_copies.empty()) {
      begin_event("i", "copies between memories", workers_);
      json_.member("cat", "memory").member("s", "p").time("ts", at(profile_.ended)).key("args").begin('{');
      for (const auto& [direction, bytes] : profile_.memory_copies) {
        json_.member(direction, bytes);
      }
      json_.end('}').end('}');
    }
    if (profile_.lost > 0) {
      begin_event("i", "records lost", workers_);
      json_.member("cat", "lost").member("s", "p").time("ts", at(profile_.ended)).key("args").begin('{');
      json_.member("records", profile_.lost).end('}').end('}');
    }
  }

  const engine::Profile& profile_;
  const RankClock& clock_;
  std::int64_t origin_;
  unsigned workers_;
  JsonText json_{};
};

}  // namespace

std::string trace_events(const engine::Profile& profile, const RankClock& clock, std::int64_t origin) {
  return TraceWriter{profile, clock, origin}.write();
}

}  // namespace legate::detail
