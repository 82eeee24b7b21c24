// SPDX-License-Identifier: Apache-2.0
// What --logging legate.partitioner=debug shows of an automatic task.
#include "operation/partition_report.h"

#include "operation/task.h"

#include <cstddef>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace legate::detail {

namespace {

template <typename T>
std::string list(const std::vector<T>& values) {
  std::ostringstream text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text << (i == 0 ? "(" : ", ") << values[i];
  }
  text << (values.empty() ? "()" : ")");
  return text.str();
}

}  // namespace

std::string describe(const Tiling& tiling) {
  if (tiling.is_image) {
    return "image of colors " + list(tiling.colors);
  }
  if (tiling.is_irregular()) {
    return "pieces of a " + list(tiling.colors) + " launch";
  }
  return "tiles " + list(tiling.tile) + ", colors " + list(tiling.colors) + ", offsets " + list(tiling.offsets) +
         ", strides " + list(tiling.strides);
}

namespace {

const char* name_of(Role role) {
  switch (role) {
    case Role::INPUT:
      return "input";
    case Role::OUTPUT:
      return "output";
    case Role::REDUCTION:
      break;
  }
  return "reduction";
}

}  // namespace

const Logger& partitioner_logger() {
  static const Logger logger{"legate.partitioner"};
  return logger;
}

void AutoTask::report_plan() {
  std::ostringstream text;
  text << "===== Constraint Graph =====\nTask " << name();
  if (!setting().provenance->empty()) {
    text << " [" << *setting().provenance << "]";
  }
  text << "\nStores:";
  // plan() has replaced the indices of variables by positions, which count the variables with a store.
  std::vector<std::string> variables;
  for (std::size_t i = 0; i < stores_.size(); ++i) {
    if (stores_[i]) {
      variables.push_back(variable(i).to_string());
    }
  }
  for (const auto& argument : arguments_) {
    text << "\n  " << variables[argument.symbol] << ": " << name_of(argument.role) << " "
         << argument.store->to_string();
  }
  text << "\nConstraints:";
  for (const auto& constraint : constraints_) {
    text << "\n  " << constraint->to_string();
  }
  text << "\nStrategy: ";
  if (plan_->single) {
    text << "one instance";
  } else {
    text << "launch domain " << plan_->domain;
  }
  for (std::size_t i = 0; i < variables.size(); ++i) {
    text << "\n  " << variables[i] << ": ";
    if (plan_->geometries[i] == nullptr) {
      text << "unbound, pieces " << list(plan_->grids[i]);
    } else if (plan_->tilings[i] == nullptr) {
      text << "whole";
    } else {
      text << describe(*plan_->tilings[i]);
    }
  }
  text << "\n============================";
  partitioner_logger().debug() << text.str();
}

}  // namespace legate::detail
