// SPDX-License-Identifier: Apache-2.0
// What a rank says of a launch, so that it can be told from what other ranks have submitted instead. Everything that a
// decision of planning depends on is in it.
#include "data/value_text.h"
#include "operation/partition_report.h"
#include "operation/task.h"

#include <ostream>
#include <sstream>
#include <string>

namespace legate::detail {

namespace {

void add_policy(std::ostream& text, const TaskSetting& setting) {
  if (setting.policy == ParallelPolicy{}) {
    return;
  }
  text << ", pieces for each processor " << setting.policy.overdecompose_factor() << ", partitioning threshold "
       << setting.threshold << ", streaming mode " << static_cast<int>(setting.policy.streaming_mode());
}

void add_projection(std::ostream& text, const SymbolicPoint& projection) {
  text << ", projection (";
  for (std::uint32_t d = 0; d < projection.size(); ++d) {
    text << (d == 0 ? "" : ", ") << projection[d];
  }
  text << ')';
}

}  // namespace

std::string TaskDescription::call_text() const {
  std::ostringstream text;
  text << "task \"" << name() << '"';
  for (const auto& argument : arguments_) {
    text << "; " << argument_name(argument) << ' ' << argument.store->call_text();
    if (argument.redop != nullptr) {
      text << ", reduction operator " << argument.redop_kind;
    }
    if (argument.tiling) {
      text << ", " << describe(*argument.tiling);
    }
    if (argument.projection) {
      add_projection(text, *argument.projection);
    }
  }
  for (std::size_t i = 0; i < scalars_.size(); ++i) {
    text << "; scalar " << i << ' ' << value_text(scalars_[i].type(), scalars_[i].ptr(), scalars_[i].size());
  }
  add_call_text(text);
  if (setting_->machine->count() != workers_here().count * engine::cluster().ranks) {
    text << "; " << setting_->machine->to_string();
  }
  add_policy(text, *setting_);
  if (setting_->priority != 0) {
    text << ", priority " << setting_->priority;
  }
  for (const auto channel : channels_) {
    text << ", communicator " << comm::name_of(channel);
  }
  text << (is_concurrent() ? ", concurrent" : "");
  text << (can_throw_ ? ", may throw" : "") << (side_effect_ ? ", has side effects" : "");
  return text.str();
}

std::string TaskDescription::place_text() const {
  return setting_->provenance->empty() ? std::string{} : "[" + *setting_->provenance + "]";
}

void AutoTask::add_call_text(std::ostream& text) const {
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    if (arguments_[i].symbol != i) {
      text << "; " << argument_name(arguments_[i]) << " is X" << arguments_[i].symbol;
    }
  }
  for (const auto& constraint : constraints_) {
    text << "; " << constraint->to_string();
  }
}

void ManualTask::add_call_text(std::ostream& text) const { text << "; launch domain " << launch_domain_; }

}  // namespace legate::detail
