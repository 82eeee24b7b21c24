// SPDX-License-Identifier: Apache-2.0
#include "redop/registry.h"

#include "redop/builtin_operators.h"
#include "type/reduction_table.h"

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate::detail {

namespace {

class Registry {
 public:
  Registry() {
    for_each_builtin_operator([this](auto tag) {
      using Redop = typename decltype(tag)::type;
      auto& redop = operators_[Redop::REDOP_ID] = std::make_unique<ReductionOperator>(make_reduction_operator<Redop>());
      redop->builtin = static_cast<std::int32_t>(Redop::REDOP_ID);
    });
  }

  const ReductionOperator* find(GlobalRedopID id) {
    const std::lock_guard<std::mutex> guard{mutex_};
    const auto found = operators_.find(id);
    return found == operators_.end() ? nullptr : found->second.get();
  }

  bool add(GlobalRedopID id, ReductionOperator redop) {
    const std::lock_guard<std::mutex> guard{mutex_};
    return operators_.emplace(id, std::make_unique<ReductionOperator>(redop)).second;
  }

  std::int32_t reserve(std::int32_t count) {
    const std::lock_guard<std::mutex> guard{mutex_};
    const auto first = next_;
    next_ += count;
    return first;
  }

 private:
  std::mutex mutex_{};
  std::map<GlobalRedopID, std::unique_ptr<ReductionOperator>> operators_{};
  std::int32_t next_{FIRST_LIBRARY_REDUCTION};
};

Registry& registry() {
  static auto* instance = new Registry;  // never destroyed: operators may be used until the process ends
  return *instance;
}

}  // namespace

const ReductionOperator& find_reduction_operator(GlobalRedopID id) {
  const auto* redop = registry().find(id);
  if (redop == nullptr) {
    throw std::invalid_argument{"No reduction operator is registered under the global id " +
                                std::to_string(static_cast<std::int32_t>(id))};
  }
  return *redop;
}

void register_reduction_operator(GlobalRedopID id, ReductionOperator redop) {
  if (!registry().add(id, redop)) {
    throw std::invalid_argument{"A reduction operator is already registered under the global id " +
                                std::to_string(static_cast<std::int32_t>(id))};
  }
}

std::int32_t reserve_reduction_operator_ids(std::int32_t count) { return registry().reserve(count); }

}  // namespace legate::detail
