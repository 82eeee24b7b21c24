// SPDX-License-Identifier: Apache-2.0
#include "type/reduction_table.h"

#include <array>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate::detail {

namespace {

using Code = legate::Type::Code;
using Kind = ReductionOpKind;

/// The table of the interface's documentation: which kinds the primitive types support.
bool is_builtin(Code code, Kind kind) {
  switch (code) {
    case Code::BOOL:
    case Code::INT8:
    case Code::INT16:
    case Code::INT32:
    case Code::INT64:
    case Code::UINT8:
    case Code::UINT16:
    case Code::UINT32:
    case Code::UINT64:
      return true;
    case Code::FLOAT16:
    case Code::FLOAT32:
    case Code::FLOAT64:
      return kind == Kind::ADD || kind == Kind::MUL || kind == Kind::MAX || kind == Kind::MIN;
    case Code::COMPLEX64:
      return kind == Kind::ADD || kind == Kind::MUL;
    case Code::COMPLEX128:
      return kind == Kind::ADD;
    default:
      return false;
  }
}

class Table {
 public:
  Table() {
    for (std::int32_t code = 0; code <= static_cast<std::int32_t>(Code::COMPLEX128); ++code) {
      for (const auto kind : {Kind::ADD, Kind::MUL, Kind::MAX, Kind::MIN, Kind::OR, Kind::AND, Kind::XOR}) {
        if (is_builtin(static_cast<Code>(code), kind)) {
          entries_.emplace(std::make_pair(static_cast<std::uint32_t>(code), static_cast<std::int32_t>(kind)),
                           builtin_reduction_id(code, static_cast<std::int32_t>(kind)));
        }
      }
    }
  }

  bool record(std::uint32_t uid, std::int32_t kind, GlobalRedopID redop) {
    const std::lock_guard<std::mutex> guard{mutex_};
    return entries_.emplace(std::make_pair(uid, kind), redop).second;
  }

  const GlobalRedopID* find(std::uint32_t uid, std::int32_t kind) {
    const std::lock_guard<std::mutex> guard{mutex_};
    const auto found = entries_.find(std::make_pair(uid, kind));
    return found == entries_.end() ? nullptr : &found->second;  // entries never move nor change
  }

 private:
  std::mutex mutex_{};
  std::map<std::pair<std::uint32_t, std::int32_t>, GlobalRedopID> entries_{};
};

Table& table() {
  static auto* instance = new Table;  // never destroyed: types may be used until the process ends
  return *instance;
}

/// How messages name a kind of reduction: its number, and its name if it is one of ReductionOpKind.
std::string kind_text(std::int32_t kind) {
  static constexpr std::array<const char*, 9> NAMES{"ADD", nullptr, "MUL", nullptr, "MAX", "MIN", "OR", "AND", "XOR"};
  const bool named =
      kind >= 0 && static_cast<std::size_t>(kind) < NAMES.size() && NAMES[static_cast<std::size_t>(kind)];
  return std::to_string(kind) + (named ? " (" + std::string{NAMES[static_cast<std::size_t>(kind)]} + ")" : "");
}

}  // namespace

void record_reduction(const legate::Type& type, std::int32_t kind, GlobalRedopID redop) {
  if (!table().record(type.uid(), kind, redop)) {
    throw std::invalid_argument{"Reduction op " + kind_text(kind) + " already exists for type " + type.to_string()};
  }
}

GlobalRedopID find_reduction(const legate::Type& type, std::int32_t kind) {
  const auto* redop = table().find(type.uid(), kind);
  if (redop == nullptr) {
    throw std::invalid_argument{"Reduction op " + kind_text(kind) + " does not exist for type " + type.to_string()};
  }
  return *redop;
}

}  // namespace legate::detail
