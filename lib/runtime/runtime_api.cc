// SPDX-License-Identifier: Apache-2.0
// The public runtime: argument checks and the life cycle, then on to the implementation.
#include "comm/nccl.h"
#include "data/control_program.h"
#include "engine/engine.h"
#include "operation/seating.h"
#include "runtime/configuration_options.h"
#include "runtime/runtime.h"
#include "runtime/terminate.h"
#include "task/frame.h"
#include "utilities/handle.h"

#include <legate/runtime/runtime.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace legate {

namespace {

enum class State : std::uint8_t { NOT_STARTED, STARTED, FINISHED };

std::atomic<State> state{State::NOT_STARTED};

std::unique_ptr<detail::Runtime>& instance() {
  static auto* runtime = new std::unique_ptr<detail::Runtime>;  // never destroyed: handles may outlive main()
  return *runtime;
}

Domain domain_of(Span<const std::uint64_t> shape) {
  if (shape.size() > LEGATE_MAX_DIM) {
    throw std::out_of_range{"create_task: a launch shape of " + std::to_string(shape.size()) +
                            " dimensions exceeds the limit of " + std::to_string(LEGATE_MAX_DIM)};
  }
  if (shape.empty()) {
    return detail::single_domain();
  }
  Domain domain;
  domain.dim = static_cast<int>(shape.size());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    domain.rect_data[d] = 0;
    domain.rect_data[d + shape.size()] = static_cast<coord_t>(shape[d]) - 1;
  }
  return domain;
}

}  // namespace

void start() {
  switch (state.load()) {
    case State::STARTED:
      return;
    case State::FINISHED:
      throw std::runtime_error{"legate::start: the runtime has finished already and cannot be started again"};
    case State::NOT_STARTED:
      break;
  }
  instance() = std::make_unique<detail::Runtime>(detail::load_configuration());
  detail::install_terminate_handler();
  state.store(State::STARTED);
}

std::int32_t start(std::int32_t, char*[]) {
  start();
  return 0;
}

bool has_started() { return state.load() == State::STARTED; }
bool has_finished() { return state.load() == State::FINISHED; }

std::int32_t finish() {
  if (state.load() != State::STARTED) {
    return 0;
  }
  detail::check_control_program("finish");
  instance()->shut_down();
  instance()->close();  // not destroyed: old pointers to it get an exception rather than freed memory
  detail::comm::free_nccl_communicators();
  const auto status = detail::engine::stop();
  detail::forget_seatings();
  detail::engine::stop_cluster();
  state.store(State::FINISHED);
  return status;
}

void destroy() {
  if (const auto status = finish(); status != 0) {
    throw std::runtime_error{"legate::destroy: the runtime has finished with status " + std::to_string(status)};
  }
}

mapping::Machine get_machine() { return Scope::machine(); }
bool is_running_in_task() { return detail::in_task(); }

namespace detail {

void register_shutdown_callback(ShutdownCallback callback) {
  check_outside_tasks("register_shutdown_callback");
  Runtime::get().add_shutdown_callback(std::move(callback));
}

std::string configuration_text() {
  const auto& configuration = Runtime::get().configuration();
  std::string text{};
  for (const auto& option : configuration_options()) {
    text += std::string{option.flag.substr(2)} + "=" + value_of(option, configuration) + "\n";
  }
  return text;
}

}  // namespace detail

Runtime* Runtime::get_runtime() { return detail::Runtime::get().handle(); }

Library Runtime::create_library(std::string_view library_name, const ResourceConfig& config,
                                std::unique_ptr<mapping::Mapper> mapper,
                                std::map<VariantCode, VariantOptions> default_options) {
  return Library{&impl_->create_library(library_name, config, std::move(mapper), std::move(default_options))};
}

Library Runtime::find_library(std::string_view library_name) const {
  if (auto* library = impl_->find_library(library_name)) {
    return Library{library};
  }
  throw std::out_of_range{"find_library: library " + std::string{library_name} + " does not exist"};
}

std::optional<Library> Runtime::maybe_find_library(std::string_view library_name) const {
  if (auto* library = impl_->find_library(library_name)) {
    return Library{library};
  }
  return std::nullopt;
}

Library Runtime::find_or_create_library(std::string_view library_name, const ResourceConfig& config,
                                        std::unique_ptr<mapping::Mapper> mapper,
                                        const std::map<VariantCode, VariantOptions>& default_options, bool* created) {
  detail::check_control_program("find_or_create_library");
  auto* library = impl_->find_library(library_name);
  if (created != nullptr) {
    *created = library == nullptr;
  }
  if (library == nullptr) {
    library = &impl_->create_library(library_name, config, std::move(mapper), default_options);
  }
  return Library{library};
}

AutoTask Runtime::create_task(Library library, LocalTaskID task_id) {
  return AutoTask{impl_->create_task(*library.impl(), task_id)};
}
ManualTask Runtime::create_task(Library library, LocalTaskID task_id, const tuple<std::uint64_t>& launch_shape) {
  return create_task(library, task_id, Span<const std::uint64_t>{launch_shape.data()});
}
ManualTask Runtime::create_task(Library library, LocalTaskID task_id, Span<const std::uint64_t> launch_shape) {
  return ManualTask{impl_->create_task(*library.impl(), task_id, domain_of(launch_shape))};
}
ManualTask Runtime::create_task(Library library, LocalTaskID task_id,
                                std::initializer_list<std::uint64_t> launch_shape) {
  return ManualTask{impl_->create_task(
      *library.impl(), task_id, domain_of(Span<const std::uint64_t>{launch_shape.begin(), launch_shape.size()}))};
}
ManualTask Runtime::create_task(Library library, LocalTaskID task_id, const Domain& launch_domain) {
  return ManualTask{impl_->create_task(*library.impl(), task_id, launch_domain)};
}

void Runtime::submit(AutoTask&& task) {
  const auto description = detail::checked_pointer(task.impl(), "Runtime::submit, argument task");
  impl_->submit(description);
}
void Runtime::submit(ManualTask&& task) {
  const auto description = detail::checked_pointer(task.impl(), "Runtime::submit, argument task");
  impl_->submit(description);
}

void Runtime::issue_fill(const LogicalStore& lhs, const LogicalStore& value) {
  impl_->issue_fill(detail::checked_pointer(lhs.impl(), "Runtime::issue_fill, argument lhs"),
                    detail::checked_pointer(value.impl(), "Runtime::issue_fill, argument value"));
}
void Runtime::issue_fill(const LogicalStore& lhs, const Scalar& value) {
  impl_->issue_fill(detail::checked_pointer(lhs.impl(), "Runtime::issue_fill, argument lhs"), value);
}

namespace {

std::optional<std::int32_t> number_of(std::optional<ReductionOpKind> kind) {
  return kind ? std::optional{static_cast<std::int32_t>(*kind)} : std::nullopt;
}

}  // namespace

void Runtime::issue_copy(LogicalStore& target, const LogicalStore& source, std::optional<ReductionOpKind> redop_kind) {
  issue_copy(target, source, number_of(redop_kind));
}
void Runtime::issue_copy(LogicalStore& target, const LogicalStore& source, std::optional<std::int32_t> redop_kind) {
  impl_->issue_copy(detail::checked_pointer(target.impl(), "Runtime::issue_copy, argument target"),
                    detail::checked_pointer(source.impl(), "Runtime::issue_copy, argument source"), redop_kind);
}

void Runtime::issue_gather(LogicalStore& target, const LogicalStore& source, const LogicalStore& source_indirect,
                           std::optional<ReductionOpKind> redop_kind) {
  issue_gather(target, source, source_indirect, number_of(redop_kind));
}
void Runtime::issue_gather(LogicalStore& target, const LogicalStore& source, const LogicalStore& source_indirect,
                           std::optional<std::int32_t> redop_kind) {
  impl_->issue_gather(
      detail::checked_pointer(target.impl(), "Runtime::issue_gather, argument target"),
      detail::checked_pointer(source.impl(), "Runtime::issue_gather, argument source"),
      detail::checked_pointer(source_indirect.impl(), "Runtime::issue_gather, argument source_indirect"), redop_kind);
}

void Runtime::issue_scatter(LogicalStore& target, const LogicalStore& target_indirect, const LogicalStore& source,
                            std::optional<ReductionOpKind> redop_kind) {
  issue_scatter(target, target_indirect, source, number_of(redop_kind));
}
void Runtime::issue_scatter(LogicalStore& target, const LogicalStore& target_indirect, const LogicalStore& source,
                            std::optional<std::int32_t> redop_kind) {
  impl_->issue_scatter(
      detail::checked_pointer(target.impl(), "Runtime::issue_scatter, argument target"),
      detail::checked_pointer(target_indirect.impl(), "Runtime::issue_scatter, argument target_indirect"),
      detail::checked_pointer(source.impl(), "Runtime::issue_scatter, argument source"), redop_kind);
}

void Runtime::issue_scatter_gather(LogicalStore& target, const LogicalStore& target_indirect,
                                   const LogicalStore& source, const LogicalStore& source_indirect,
                                   std::optional<ReductionOpKind> redop_kind) {
  issue_scatter_gather(target, target_indirect, source, source_indirect, number_of(redop_kind));
}
void Runtime::issue_scatter_gather(LogicalStore& target, const LogicalStore& target_indirect,
                                   const LogicalStore& source, const LogicalStore& source_indirect,
                                   std::optional<std::int32_t> redop_kind) {
  impl_->issue_scatter_gather(
      detail::checked_pointer(target.impl(), "Runtime::issue_scatter_gather, argument target"),
      detail::checked_pointer(target_indirect.impl(), "Runtime::issue_scatter_gather, argument target_indirect"),
      detail::checked_pointer(source.impl(), "Runtime::issue_scatter_gather, argument source"),
      detail::checked_pointer(source_indirect.impl(), "Runtime::issue_scatter_gather, argument source_indirect"),
      redop_kind);
}

void Runtime::prefetch_bloated_instances(const LogicalStore& store, Span<const std::uint64_t> low_offsets,
                                         Span<const std::uint64_t> high_offsets, bool initialize) {
  impl_->prefetch_bloated_instances(
      detail::checked_pointer(store.impl(), "Runtime::prefetch_bloated_instances, argument store"), low_offsets,
      high_offsets, initialize);
}

LogicalStore Runtime::tree_reduce(Library library, LocalTaskID task_id, const LogicalStore& store, std::int32_t radix) {
  return LogicalStore{impl_->tree_reduce(
      *library.impl(), task_id, detail::checked_pointer(store.impl(), "Runtime::tree_reduce, argument store"), radix)};
}

void Runtime::issue_mapping_fence() { impl_->issue_mapping_fence(); }
void Runtime::issue_execution_fence(bool block) { impl_->issue_execution_fence(block); }
void Runtime::raise_pending_exception() { impl_->raise_pending_exception(); }
std::uint32_t Runtime::node_count() const { return detail::engine::cluster().ranks; }
std::uint32_t Runtime::node_id() const { return detail::engine::cluster().rank; }
mapping::Machine Runtime::get_machine() const { return Scope::machine(); }

Processor Runtime::get_executing_processor() const {
  const auto processor = Processor::get_executing_processor();
  return processor.exists() ? processor : Processor::create(Processor::LOC_PROC, 0);
}

namespace {

// When the ranges began that are open in this thread.
std::vector<std::int64_t>& open_ranges() {
  static thread_local std::vector<std::int64_t> ranges;
  return ranges;
}

}  // namespace

void Runtime::start_profiling_range() {
  open_ranges().push_back(detail::engine::profiling() ? detail::engine::steady_nanoseconds() : 0);
}

void Runtime::stop_profiling_range(std::string_view provenance) {
  auto& ranges = open_ranges();
  if (ranges.empty()) {
    throw std::logic_error{"stop_profiling_range: no range \"" + std::string{provenance} + "\" was started"};
  }
  const auto started = ranges.back();
  ranges.pop_back();
  if (detail::engine::profiling()) {
    detail::engine::profile_range(provenance, started, detail::engine::steady_nanoseconds());
  }
}

}  // namespace legate
