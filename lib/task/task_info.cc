// SPDX-License-Identifier: Apache-2.0
#include "task/task_info.h"

#include "task/task_signature.h"
#include "utilities/handle.h"

#include <legate/runtime/library.h>
#include <legate/task/task_info.h>

#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace legate::detail {

namespace {

// Also for numbers that are no code: they end up beyond the array.
std::size_t slot_of(VariantCode code) { return static_cast<std::size_t>(code) - 1; }

const char* name_of(VariantCode code) {
  switch (code) {
    case VariantCode::CPU:
      return "CPU";
    case VariantCode::GPU:
      return "GPU";
    case VariantCode::OMP:
      return "OMP";
    case VariantCode::OPENCL:
      return "OPENCL";
  }
  return "unknown";
}

}  // namespace

TaskInfo::TaskInfo(std::string name, legate::TaskConfig config) : name_{std::move(name)}, config_{std::move(config)} {}

const VariantInfo* TaskInfo::find_variant(VariantCode code) const noexcept {
  const auto slot = slot_of(code);
  return slot < variants_.size() && variants_[slot] ? &*variants_[slot] : nullptr;
}

void TaskInfo::add_variant(VariantCode code, VariantImpl body, const VariantOptions& options) {
  const auto slot = slot_of(code);
  if (slot >= variants_.size()) {
    throw std::invalid_argument{"Task " + name_ + ": there is no kind of variant with code " +
                                std::to_string(static_cast<std::uint32_t>(code))};
  }
  if (variants_[slot]) {
    throw std::invalid_argument{"Task " + name_ + " already has a " + name_of(code) + " variant"};
  }
  variants_[slot] = VariantInfo{code, body, options};
}

std::string TaskInfo::to_string() const {
  std::ostringstream text;
  text << name_ << " {";
  const char* separator = "";
  for (const auto& variant : variants_) {
    if (!variant) continue;
    text << separator << name_of(variant->code) << ": " << variant->options;
    separator = ", ";
  }
  text << "}";
  return text.str();
}

}  // namespace legate::detail

namespace legate {

namespace {

using OptionsByVariant = std::map<VariantCode, VariantOptions>;

const VariantOptions* find_options(const OptionsByVariant& options, VariantCode vid) {
  const auto found = options.find(vid);
  return found == options.end() ? nullptr : &found->second;
}

}  // namespace

const VariantOptions& VariantInfo::options() const noexcept { return impl_->options; }

TaskInfo::TaskInfo(std::string task_name, const TaskConfig& task_config)
    : impl_{std::make_shared<detail::TaskInfo>(std::move(task_name), task_config)} {}

TaskInfo::TaskInfo(std::string task_name) : TaskInfo{std::move(task_name), TaskConfig{LocalTaskID{-1}}} {}

std::string_view TaskInfo::name() const { return detail::checked(impl_, "TaskInfo::name").name(); }

std::optional<VariantInfo> TaskInfo::find_variant(VariantCode vid) const {
  const auto* variant = detail::checked(impl_, "TaskInfo::find_variant").find_variant(vid);
  if (variant == nullptr) return std::nullopt;
  return VariantInfo{*variant};
}

TaskConfig TaskInfo::task_config() const { return detail::checked(impl_, "TaskInfo::task_config").config(); }

std::string TaskInfo::to_string() const { return detail::checked(impl_, "TaskInfo::to_string").to_string(); }

void TaskInfo::add_variant_(AddVariantKey, const Library& library, VariantCode vid, VariantImpl body, detail::TaskEntry,
                            const VariantOptions* decl_options, const OptionsByVariant& registration_options) {
  const auto& config = detail::checked(impl_, "TaskInfo::add_variant_").config();
  if (const auto signature = config.task_signature()) signature->impl()->check_constraints(impl_->name());

  const auto* options = find_options(registration_options, vid);
  if (options == nullptr) options = decl_options;
  const auto configured = config.variant_options();
  if (options == nullptr && configured) options = &configured->get();
  if (options == nullptr) options = find_options(library.get_default_variant_options(), vid);
  impl_->add_variant(vid, body, options == nullptr ? VariantOptions::DEFAULT_OPTIONS : *options);
}

std::ostream& operator<<(std::ostream& os, const TaskInfo& info) { return os << info.to_string(); }

}  // namespace legate
