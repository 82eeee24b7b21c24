// SPDX-License-Identifier: Apache-2.0
#include "runtime/runtime.h"

#include "comm/nccl.h"
#include "data/control_program.h"
#include "engine/engine.h"
#include "mapping/target.h"
#include "runtime/copy_tasks.h"
#include "runtime/core_tasks.h"
#include "runtime/diagnostics.h"
#include "runtime/freeze.h"
#include "runtime/image_task.h"
#include "task/task_config.h"
#include "utilities/banner.h"

#include <legate/runtime/configuration_error.h>
#include <legate/utilities/abort.h>
#include <legate/utilities/logger.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace legate::detail {

namespace {

std::atomic<Runtime*> running_runtime{nullptr};

void flush_streaming_scope() {
  // Something wants to see the effects of operations that a STRICT streaming scope has to hold until its end.
  auto* scope = current_scope();
  if (scope != nullptr && scope->policy.streaming_mode() == StreamingMode::STRICT) {
    scope->discard_hook();  // a violation drops what the scope holds, whoever notices it
    throw std::invalid_argument{"flush_scheduling_window called from inside a streaming scope"};
  }
}

/// Whether a launch may run either of two variants: what is settled for a launch as a whole is the same.
bool are_interchangeable(const VariantOptions& a, const VariantOptions& b) {
  return a.concurrent == b.concurrent && a.has_side_effect == b.has_side_effect &&
         a.may_throw_exception == b.may_throw_exception;
}

/// All ranks have to decide alike: what decisions depend on must be the same.
void check_equal_on_all_ranks(const Configuration& configuration) {
  constexpr std::array<const char*, 12> FLAGS{"--cpus",
                                              "--gpus",
                                              "--omps",
                                              "--opencl",
                                              "--min-cpu-chunk",
                                              "--min-gpu-chunk",
                                              "--inline-task-launch",
                                              "--check-calls",
                                              "--timeout-fence",
                                              "--profile",
                                              "--calibrate",
                                              "--scheduler (as its place in the list of possible ones)"};
  const auto& schedulers = engine::schedulers();
  const auto scheduler = std::find(schedulers.begin(), schedulers.end(), configuration.scheduler) - schedulers.begin();
  const std::array<std::int64_t, FLAGS.size()> own{configuration.cpus,
                                                   configuration.gpus,
                                                   configuration.omps,
                                                   configuration.opencls,
                                                   configuration.min_cpu_chunk,
                                                   configuration.min_gpu_chunk,
                                                   configuration.inline_task_launch ? 1 : 0,
                                                   configuration.check_calls ? 1 : 0,
                                                   configuration.timeout_fence,
                                                   configuration.profile ? 1 : 0,
                                                   configuration.calibrate ? 1 : 0,
                                                   scheduler};
  const auto bytes = engine::gather_everywhere(own.data(), sizeof own);
  std::vector<std::array<std::int64_t, FLAGS.size()>> all(engine::cluster().ranks);
  std::memcpy(all.data(), bytes.data(), bytes.size());
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    for (std::size_t i = 0; i < FLAGS.size(); ++i) {
      if (all[rank][i] != all[0][i]) {
        engine::stop_cluster();
        throw ConfigurationError{"The processes of a run must be configured alike, but " + std::string{FLAGS[i]} +
                                 " is " + std::to_string(all[0][i]) + " on rank 0 and " + std::to_string(all[rank][i]) +
                                 " on rank " + std::to_string(rank) + ". Give it in LEGATE_CONFIG for all of them"};
      }
    }
  }
}

/// What a task needs is refused by all ranks or by none: as if all had what the one has that has least.
void agree_on_device_memory() {
  std::array<std::size_t, engine::WORKER_KINDS> memory{};
  for (const auto kind : engine::ALL_WORKER_KINDS) {
    memory[static_cast<std::size_t>(kind)] = engine::memory_of(kind);
  }
  const auto bytes = engine::gather_everywhere(memory.data(), sizeof memory);
  std::vector<decltype(memory)> all(engine::cluster().ranks);
  std::memcpy(all.data(), bytes.data(), bytes.size());
  for (const auto& other : all) {
    for (const auto kind : engine::ALL_WORKER_KINDS) {
      engine::limit_memory_of(kind, other[static_cast<std::size_t>(kind)]);
    }
  }
}

/// `auto`: the scheduler that knows how long tasks take where there is a choice, and something to choose by.
void choose_scheduler(Configuration& configuration) {
  if (configuration.scheduler != "auto") {
    return;
  }
  const auto counts = {configuration.cpus, configuration.omps, configuration.opencls, configuration.gpus};
  const auto kinds = std::count_if(counts.begin(), counts.end(), [](auto count) { return count > 0; });
  // Several ranks have to agree, but each may have other models.
  const bool models =
      configuration.calibrate || (engine::cluster().ranks == 1 && engine::any_model(configuration.model_directory));
  configuration.scheduler = kinds > 1 && models ? "dmdas" : "prio";
}

/// That inline launches leave out the devices that were asked for; empty unless there are both.
std::string devices_left_out(const Configuration& configuration) {
  if (!configuration.inline_task_launch || configuration.gpus + configuration.opencls == 0) {
    return {};
  }
  std::string flags;
  for (const auto& [flag, count] :
       {std::pair{"--gpus ", configuration.gpus}, std::pair{"--opencl ", configuration.opencls}}) {
    if (count > 0) {
      flags += (flags.empty() ? "" : ", ") + (flag + std::to_string(count));
    }
  }
  return "--inline-task-launch runs tasks in the thread of the program, which has no device: none runs on those of " +
         flags;
}

void tell_of_unused_devices(const Configuration& configuration) {
  const auto text = devices_left_out(configuration);
  if (!text.empty() && engine::cluster().rank == 0) {
    const Logger logger{"legate"};
    logger.warning() << text;
  }
}

}  // namespace

Runtime::Runtime(Configuration configuration) : configuration_{std::move(configuration)} {
  apply_logging(configuration_);
  comm::set_nccl_warm_up(configuration_.warmup_nccl);
  engine::Configuration engine_configuration;
  engine_configuration.cpus = static_cast<unsigned>(configuration_.cpus);
  engine_configuration.omps = static_cast<unsigned>(configuration_.omps);
  engine_configuration.omp_threads = static_cast<unsigned>(configuration_.ompthreads);
  engine_configuration.numa = configuration_.local_memory;
  engine_configuration.opencls = static_cast<unsigned>(configuration_.opencls);
  engine_configuration.opencl_memory = static_cast<std::size_t>(configuration_.opencl_memory);
  engine_configuration.gpus = static_cast<unsigned>(configuration_.gpus);
  engine_configuration.gpu_memory = static_cast<std::size_t>(configuration_.fbmem);
  engine_configuration.system_memory = static_cast<std::size_t>(configuration_.sysmem);
  engine_configuration.calibrate = configuration_.calibrate;
  engine_configuration.model_directory = configuration_.model_directory;
  if (configuration_.bundling != "auto") {
    engine_configuration.bundling =
        configuration_.bundling == "always" ? engine::Bundling::ALWAYS : engine::Bundling::NEVER;
  }
  engine::start_cluster();
  choose_scheduler(configuration_);
  engine_configuration.scheduler = configuration_.scheduler;
  check_equal_on_all_ranks(configuration_);
  tell_of_unused_devices(configuration_);
  if (configuration_.timeout_fence > 0) {
    engine::start_watch(std::chrono::seconds{configuration_.timeout_fence});
  }
  if (configuration_.check_calls) {
    engine::start_call_check();
  }
  engine::start(engine_configuration);
  if (engine::cluster().ranks > 1) {
    agree_on_device_memory();
  }
  if (configuration_.profile) {
    profiler_.start();
  }
  if (configuration_.freeze_on_error) {
    freeze_on_fatal_signals();  // after what start() loads: an OpenCL driver's LLVM takes these signals for itself
  }
  scope_ = std::make_unique<ScopeState>(
      mapping::detail::whole_machine(
          {static_cast<std::uint32_t>(configuration_.cpus), static_cast<std::uint32_t>(configuration_.gpus),
           static_cast<std::uint32_t>(configuration_.omps), static_cast<std::uint32_t>(configuration_.opencls)},
          engine::cluster().ranks),
      std::array<std::uint64_t, mapping::detail::TASK_TARGETS>{
          static_cast<std::uint64_t>(configuration_.min_gpu_chunk),
          static_cast<std::uint64_t>(configuration_.min_omp_chunk),
          static_cast<std::uint64_t>(configuration_.min_cpu_chunk),
          static_cast<std::uint64_t>(configuration_.min_gpu_chunk)});  // of OpenCL devices
  whole_machine_.emplace(scope_->machine.machine());
  scope_->policy_change_hook = [](const ParallelPolicy& from, const ParallelPolicy& to, bool leaving) {
    auto& runtime = get();
    if (leaving && from.streaming_mode() == StreamingMode::STRICT) {
      runtime.streaming_.end([&](TaskDescription& task) { runtime.launch(task); });
    } else if (to.streaming_mode() == StreamingMode::STRICT && !leaving) {
      runtime.streaming_.begin();
    }
  };
  scope_->discard_hook = [] { get().streaming_.discard(); };
  install_scope_state(scope_.get());
  set_flush_hook(&flush_streaming_scope);
  running_runtime.store(this);
  set_runtime_running(true);
  register_core_library();
}

Runtime::~Runtime() { close(); }

void Runtime::close() noexcept {
  set_runtime_running(false);
  install_scope_state(nullptr);
  set_flush_hook(nullptr);
  running_runtime.store(nullptr);
}

Runtime* Runtime::current() noexcept { return running_runtime.load(); }

Runtime& Runtime::get() {
  auto* runtime = current();
  if (runtime == nullptr) {
    throw std::runtime_error{"Must call legate::start() before retrieving the Legate runtime."};
  }
  return *runtime;
}

void Runtime::register_core_library() {
  // Python registers its tasks here unless told otherwise: room for many whose ids are drawn.
  constexpr std::int64_t FIXED_IDS = 1 << 16;
  constexpr std::int64_t DRAWN_IDS = 1 << 20;
  core_ = &create_library(Library::CORE_NAME, ResourceConfig{FIXED_IDS + DRAWN_IDS, DRAWN_IDS}, nullptr, {});
  FillTask::register_variants(legate::Library{core_});
  CopyTask::register_variants(legate::Library{core_});
  ReductionCopyTask::register_variants(legate::Library{core_});
  CustomReductionCopyTask::register_variants(legate::Library{core_});
  GatherTask::register_variants(legate::Library{core_});
  IndirectCopyTask::register_variants(legate::Library{core_});
  ImageTask::register_variants(legate::Library{core_});
  core_->mark_tasks_of_runtime();  // programs may register tasks of their own here
  for (const auto& [id, moves] : {std::pair{FillTask::TASK_CONFIG.task_id(), "filling stores"},
                                  {CopyTask::TASK_CONFIG.task_id(), "copying stores"},
                                  {GatherTask::TASK_CONFIG.task_id(), "gathering and scattering"},
                                  {IndirectCopyTask::TASK_CONFIG.task_id(), "gathering and scattering"}}) {
    engine::set_moves(*core_->find_task(id).codelet, moves);
  }
  install_image_finder([](const auto& function, const auto& tiling, auto& range, auto hint) {
    return get().find_image(function, tiling, range, hint);
  });
}

Library* Runtime::find_library(std::string_view name) const {
  const std::lock_guard<std::mutex> guard{libraries_mutex_};
  const auto found = libraries_.find(name);
  return found == libraries_.end() ? nullptr : found->second;
}

Library& Runtime::create_library(std::string_view name, const ResourceConfig& config,
                                 std::unique_ptr<mapping::Mapper> mapper,
                                 std::map<VariantCode, VariantOptions> default_options) {
  check_control_program("create_library");
  if (find_library(name) != nullptr) {
    throw std::invalid_argument{"create_library: library " + std::string{name} + " already exists"};
  }
  if (config.max_dyn_tasks > config.max_tasks) {
    throw std::out_of_range{"create_library: library " + std::string{name} + " cannot have " +
                            std::to_string(config.max_dyn_tasks) + " dynamic tasks among at most " +
                            std::to_string(config.max_tasks)};
  }
  // Handles are plain pointers and may outlive the runtime, so libraries are never freed.
  static auto* libraries = new std::vector<std::unique_ptr<Library>>;
  libraries->push_back(
      std::make_unique<Library>(std::string{name}, config, next_bases_, std::move(mapper), std::move(default_options)));
  next_bases_.tasks += config.max_tasks;
  next_bases_.projections += config.max_projections;
  next_bases_.shardings += config.max_shardings;
  auto& library = *libraries->back();
  const std::lock_guard<std::mutex> guard{libraries_mutex_};
  libraries_.emplace(std::string{name}, &library);
  return library;
}

void Runtime::tell_of_missing_gpu() const {
  if (configuration_.no_gpu_because.empty() || std::exchange(told_of_missing_gpu_, true) ||
      engine::cluster().rank != 0) {
    return;
  }
  static Logger logger{"legate"};
  logger.print() << "there is no GPU that this process can use: " << configuration_.no_gpu_because
                 << " (--gpus 0 says that none is wanted)";
}

const std::shared_ptr<const TaskSetting>& Runtime::setting_for(const RegisteredTask& task) const {
  if (const auto* last = task.last_setting.get();
      last != nullptr && last->scope_machine == scope_->machine.machine() && last->provenance == scope_->provenance &&
      last->priority == scope_->priority && last->policy == scope_->policy) {
    return task.last_setting;
  }
  mapping::detail::TargetSet targets;
  for (const auto target : mapping::detail::TARGETS_BY_PREFERENCE) {
    // An inline launch runs in the thread of the program, which has no device.
    const bool possible = !configuration_.inline_task_launch || !mapping::detail::is_device(target);
    if (possible && task.impl->find_variant(mapping::detail::to_variant(target)) != nullptr) {
      targets = targets.with(target);
    }
  }
  if (!task.of_runtime && task.impl->find_variant(VariantCode::GPU) != nullptr) {
    tell_of_missing_gpu();
  }
  auto machine = scope_->narrow(targets);
  if (machine->empty() && task.of_runtime) {
    machine = whole_machine_->narrow(targets);  // fills and copies run on CPUs, wherever tasks are to run
  }
  if (machine->empty()) {
    const auto left_out = devices_left_out(configuration_);
    throw std::invalid_argument{"Task " + task.impl->name() +
                                " does not have any valid variant for the current machine configuration " +
                                scope_->machine.machine()->to_string() + (left_out.empty() ? "" : "; " + left_out)};
  }
  const auto target = machine->preferred_target();
  auto setting =
      std::make_shared<TaskSetting>(TaskSetting{mapping::detail::to_variant(target), scope_->machine.machine(), machine,
                                                scope_->priority, scope_->provenance, scope_->policy});
  setting->max_exception_size = static_cast<std::size_t>(configuration_.max_exception_size);
  setting->inline_launch = configuration_.inline_task_launch;
  setting->skip_body = configuration_.use_empty_task;
  setting->show_progress = configuration_.show_progress;
  setting->local_on_cpus = !setting->inline_launch && configuration_.local_memory;
  setting->local_memory = setting->local_on_cpus || (!setting->inline_launch && mapping::detail::is_device(target));
  setting->threshold = scope_->policy.partitioning_threshold(target);
  setting->processors = machine->count();
  offer_choice(task, *setting);
  task.last_setting = std::move(setting);
  return task.last_setting;
}

// Points may go to any of several kinds of processors if it is known, or to be found out, how long they take there.
void Runtime::offer_choice(const RegisteredTask& task, TaskSetting& setting) const {
  if (!engine::scheduling_by_models() || setting.inline_launch) {
    return;
  }
  const auto& ranked = task.impl->find_variant(setting.kind)->options;
  engine::KindSet kinds = 0;
  std::uint32_t processors = 0;
  std::uint64_t threshold = setting.threshold;
  bool devices = setting.local_memory;
  for (const auto target : mapping::detail::TARGETS_BY_PREFERENCE) {
    const auto* variant = task.impl->find_variant(mapping::detail::to_variant(target));
    if (setting.machine->count(target) == 0 || variant == nullptr || !are_interchangeable(ranked, variant->options)) {
      continue;
    }
    kinds |= engine::set_of(worker_kind(variant->code));
    processors += setting.machine->count(target);
    threshold = std::min(threshold, scope_->policy.partitioning_threshold(target));
    devices = devices || mapping::detail::is_device(target);
  }
  const bool several = (kinds & (kinds - 1U)) != 0;
  // Models may differ between ranks, which have to split stores alike.
  if (!several || !(engine::calibrating() || engine::cluster().ranks > 1 || engine::has_model(*task.codelet, kinds))) {
    return;
  }
  setting.choice = kinds;
  setting.processors = processors;
  setting.threshold = threshold;
  setting.local_memory = devices;
}

std::shared_ptr<const TaskSetting> Runtime::nested_setting(const RegisteredTask& task) const {
  const auto& frame = *TaskFrame::current();
  const auto& around = frame.info();
  // What a body on a device launches has its stores in main memory.
  const auto kind =
      mapping::detail::is_device(mapping::detail::to_target(frame.kind())) ? VariantCode::CPU : frame.kind();
  if (task.impl->find_variant(kind) == nullptr) {
    throw std::invalid_argument{"create_task: task " + task.impl->name() +
                                " has no variant for the processor that runs task " + std::string{around.task_name}};
  }
  auto setting = std::make_shared<TaskSetting>(TaskSetting{kind, *around.machine, *around.machine, 0,
                                                           std::make_shared<const std::string>(*around.provenance),
                                                           ParallelPolicy{}});
  setting->max_exception_size = static_cast<std::size_t>(configuration_.max_exception_size);
  setting->inline_launch = true;
  setting->nested = true;
  setting->skip_body = configuration_.use_empty_task;
  setting->show_progress = configuration_.show_progress;
  return setting;
}

std::shared_ptr<AutoTask> Runtime::create_task(const Library& library, LocalTaskID id) {
  check_running("create_task");
  const auto& task = library.find_task(id);
  return std::make_shared<AutoTask>(task, in_task() ? nested_setting(task) : setting_for(task));
}

std::shared_ptr<ManualTask> Runtime::create_task(const Library& library, LocalTaskID id, const Domain& domain) {
  check_running("create_task");
  if (domain.empty()) {
    throw std::invalid_argument{"create_task: Launch domain must not be empty"};
  }
  const auto& task = library.find_task(id);
  if (in_task()) {
    if (domain.get_volume() != 1) {
      throw std::runtime_error{"create_task: a launch of " + std::to_string(domain.get_volume()) +
                               " points may not be created inside a task, only one of a single point"};
    }
    return std::make_shared<ManualTask>(task, nested_setting(task), domain);
  }
  const auto& setting = setting_for(task);
  if (setting->inline_launch && domain.get_volume() != 1) {
    LEGATE_ABORT("Task ", task.impl->name(), ": a manual launch of ", domain.get_volume(),
                 " points cannot run inline (--inline-task-launch)");
  }
  return std::make_shared<ManualTask>(task, setting, domain);
}

std::string Runtime::place() const {
  return !engine::checking_calls() || scope_->provenance->empty() ? std::string{} : "[" + *scope_->provenance + "]";
}

void Runtime::wait_everywhere(const char* call, engine::Waiting waiting) {
  const engine::Wait wait{call};
  engine::record_call(call, place());
  engine::compare_calls();
  engine::wait_all(waiting);
  engine::barrier();
}

void Runtime::honour_fence(engine::Waiting waiting) {
  if (fence_pending_) {
    wait_everywhere("a launch after an execution fence", waiting);
    fence_pending_ = false;
  }
}

void Runtime::submit(std::shared_ptr<TaskDescription> task, const char* call) {
  check_running("submit");
  if (task->is_nested() || in_task()) {
    task->run_nested();
    return;
  }
  engine::make_room();
  task->submit_checks();
  if (engine::checking_calls()) {
    engine::record_call(call + (": " + task->call_text()), task->place_text());
  }
  if (streaming_.active()) {
    if (task->can_throw() || task->plans_by_contents()) {
      streaming_.discard();
      throw std::invalid_argument{"flush_scheduling_window called from inside a streaming scope: task " +
                                  std::string{task->name()} +
                                  (task->can_throw() ? " may throw, so it has to be launched at once"
                                                     : " has an image constraint, so it waits for earlier tasks")};
    }
    streaming_.hold(std::move(task));
    return;
  }
  if (scope_->policy.streaming()) {  // RELAXED: nothing is held
    Streaming::refuse_concurrent(*task);
  }
  honour_fence(engine::Waiting::AMONG_OTHERS);
  task->plan();
  launch(*task);
}

void Runtime::launch(TaskDescription& task) {
  honour_fence(engine::Waiting::UNLESS_GIVEN_UP);  // what was held back until now is planned already
  const auto mode = scope_->exception_mode;
  const auto outcome = task.launch();
  if (!outcome || mode == ExceptionMode::IGNORED) {
    return;
  }
  if (mode == ExceptionMode::DEFERRED) {
    pending_exceptions_.push_back(outcome);
    return;
  }
  if (const auto& exception = outcome->wait()) {
    throw TaskException{*exception};
  }
}

void Runtime::issue_fill(const LogicalStore::Ptr& target, const Scalar& value) {
  check_running("issue_fill");
  target->check_reachable("issue_fill");
  if (target->unbound()) {
    throw std::invalid_argument{"issue_fill: Fill lhs must be a normal store, " + target->to_string() + " is unbound"};
  }
  if (value.type() != target->type()) {
    throw std::invalid_argument{"issue_fill: Fill value and target must have the same type, but value has " +
                                value.type().to_string() + " and target has " + target->type().to_string()};
  }
  auto task = create_task(*core_, LocalTaskID{0});
  task->forbid_replicated_writes();
  static_cast<void>(task->add(target, Role::OUTPUT, 0, nullptr));
  task->add_scalar(value);
  submit(std::move(task), "issue_fill");
}

void Runtime::issue_fill(const LogicalStore::Ptr& target, const LogicalStore::Ptr& value) {
  check_running("issue_fill");
  target->check_reachable("issue_fill");
  if (target->unbound()) {
    throw std::invalid_argument{"issue_fill: Fill lhs must be a normal store, " + target->to_string() + " is unbound"};
  }
  value->check_reachable("issue_fill");
  if (!value->has_scalar_storage()) {
    throw std::invalid_argument{"issue_fill: Fill value should be a store with scalar storage, but " +
                                value->to_string() + " is none"};
  }
  if (value->type() != target->type()) {
    throw std::invalid_argument{"issue_fill: Fill value and target must have the same type, but value has " +
                                value->type().to_string() + " and target has " + target->type().to_string()};
  }
  auto task = create_task(*core_, LocalTaskID{0});
  task->forbid_replicated_writes();
  static_cast<void>(task->add(target, Role::OUTPUT, 0, nullptr));
  static_cast<void>(task->add(value, Role::INPUT, 0, nullptr));
  submit(std::move(task), "issue_fill");
}

LogicalStore::Ptr Runtime::tree_reduce(const Library& library, LocalTaskID id, const LogicalStore::Ptr& store,
                                       std::int32_t radix) {
  check_control_program("tree_reduce");
  if (store->dim() != 1) {
    throw std::runtime_error{"tree_reduce: Multi-dimensional stores are not supported, the store has " +
                             std::to_string(store->dim()) + " dimensions"};
  }
  if (radix < 2) {
    throw std::invalid_argument{"tree_reduce: a radix of " + std::to_string(radix) +
                                " never ends, it must be 2 or more"};
  }
  std::vector<LogicalStore::Ptr> pieces;
  if (const auto tiling = store->latest_key_partition()) {
    for (std::uint64_t i = 0; i < tiling->color_volume(); ++i) {
      const auto box = tiling->rectangle({static_cast<std::int64_t>(i)}, store->extents());
      pieces.push_back(store->child({box.lo[0]}, {box.hi[0]}));
    }
  } else {
    pieces.push_back(store);
  }
  const auto fan_in = static_cast<std::size_t>(radix);
  do {
    std::vector<LogicalStore::Ptr> results;
    for (std::size_t first = 0; first < pieces.size(); first += fan_in) {
      auto task = create_task(library, id, single_domain());
      auto shape = std::make_shared<Shape>(1U);
      auto result = std::make_shared<LogicalStore>(Storage::create(shape, store->type(), false), shape);
      for (std::size_t i = first; i < std::min(first + fan_in, pieces.size()); ++i) {
        task->ManualTask::add(pieces[i], Role::INPUT, 0);
      }
      task->add(result, Role::OUTPUT, 0);
      submit(std::move(task), "tree_reduce");
      results.push_back(std::move(result));
    }
    pieces = std::move(results);
  } while (pieces.size() > 1);
  return pieces.front();
}

void Runtime::issue_mapping_fence() {
  check_control_program("issue_mapping_fence");
  if (streaming_.active()) {
    streaming_.hold(Streaming::Barrier::MAPPING_FENCE);
  }
}

void Runtime::issue_execution_fence(bool block) {
  check_control_program("issue_execution_fence");
  if (streaming_.active()) {
    if (block) {
      streaming_.discard();
      throw std::invalid_argument{"flush_scheduling_window called from inside a streaming scope: a blocking fence"};
    }
    streaming_.hold(Streaming::Barrier::EXECUTION_FENCE);
    return;
  }
  // Without `block`, the wait is put off until something is submitted that has to start after the fence.
  fence_pending_ = !block;
  if (block) {
    Storage::share_attached();
    wait_everywhere("issue_execution_fence, blocking", engine::Waiting::AMONG_OTHERS);
  } else {
    engine::record_call("issue_execution_fence", place());
  }
}

std::shared_ptr<const ClockReading> Runtime::read_clock(const char* call) {
  check_control_program(call);
  if (streaming_.active()) {
    streaming_.discard();
    throw std::invalid_argument{"flush_scheduling_window called from inside a streaming scope: " + std::string{call}};
  }
  engine::record_call(call, place());
  return ClockReading::take();
}

void Runtime::raise_pending_exception() {
  check_control_program("raise_pending_exception");
  while (!pending_exceptions_.empty()) {
    const auto outcome = pending_exceptions_.front();
    const auto& exception = outcome->wait();
    if (!pending_exceptions_.empty() && pending_exceptions_.front() == outcome) {
      pending_exceptions_.pop_front();  // otherwise another thread, which had the turn meanwhile, has
    }
    if (exception) {
      pending_exceptions_.clear();
      throw TaskException{*exception};
    }
  }
}

void Runtime::shut_down() {
  if (engine::calls_differ()) {
    print_error_banner(
        {"finish: the ranks have made different calls before, so what was submitted may never complete: "
         "the run is ended"});
    engine::abort_cluster();
  }
  while (!callbacks_.empty()) {
    const auto callback = std::move(callbacks_.front());
    callbacks_.pop_front();
    callback();
  }
  Storage::share_attached();
  wait_everywhere("finish", engine::Waiting::TO_THE_END);
  if (configuration_.show_memory_usage) {
    report_memory_usage();
  }
  if (configuration_.profile) {
    profiler_.write(configuration_.logdir, configuration_.profile_name);
  }
  warn_about_absent_loggers();
  pending_exceptions_.clear();
  clear_plans();
  clear_exchanges();
  clear_distributions();
}

}  // namespace legate::detail
