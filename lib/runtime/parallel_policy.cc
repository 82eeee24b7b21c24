// SPDX-License-Identifier: Apache-2.0
#include <legate/tuning/parallel_policy.h>

#include "runtime/scope_state.h"

#include <cstddef>
#include <stdexcept>
#include <string>

namespace legate {

namespace {

[[nodiscard]] std::size_t position(mapping::TaskTarget target, std::size_t count) {
  const auto result = static_cast<std::size_t>(target);
  if (result >= count) {
    throw std::invalid_argument{"Partitioning threshold: there is no task target " + std::to_string(result)};
  }
  return result;
}

}  // namespace

ParallelPolicy::ParallelPolicy() : thresholds_{detail::started_scope().default_thresholds} {}

ParallelPolicy& ParallelPolicy::with_streaming(StreamingMode mode) {
  mode_ = mode;
  return *this;
}

ParallelPolicy& ParallelPolicy::with_overdecompose_factor(std::uint32_t overdecompose_factor) {
  overdecompose_factor_ = overdecompose_factor;
  return *this;
}

ParallelPolicy& ParallelPolicy::with_partitioning_threshold(mapping::TaskTarget target, std::uint64_t threshold) {
  thresholds_[position(target, thresholds_.size())] = threshold;
  return *this;
}

std::uint64_t ParallelPolicy::partitioning_threshold(mapping::TaskTarget target) const {
  return thresholds_[position(target, thresholds_.size())];
}

bool ParallelPolicy::operator==(const ParallelPolicy& other) const {
  return mode_ == other.mode_ && overdecompose_factor_ == other.overdecompose_factor_ &&
         thresholds_ == other.thresholds_;
}

bool ParallelPolicy::operator!=(const ParallelPolicy& other) const { return !(*this == other); }

}  // namespace legate
