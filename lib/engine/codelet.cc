// SPDX-License-Identifier: Apache-2.0
#include "engine/codelet.h"

#include "engine/launch_record.h"
#include "engine/lifecycle.h"
#include "engine/submission.h"
#include "engine/thread_order.h"
#include "engine/workers.h"

#include <legate/utilities/assert.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace legate::detail::engine {

namespace {

constexpr std::size_t max_handles = std::size_t{1} << 20U;
constexpr std::size_t max_local_handles = 1024;  // a few for each argument

// Memory node for every handle of a task: main memory, because points use the pointer of the whole array. StarPU reads
// as many entries as a task has handles; STARPU_MAIN_RAM is 0, so these pages stay untouched copies of the zero page.
static_assert(STARPU_MAIN_RAM == 0, "the table relies on zero initialisation");
int main_memory_nodes[max_handles];

// What StarPU expects a point to take, in microseconds. StarPU tells CPU workers and groups of cores apart by the
// implementation that they run.
double expected_duration(starpu_task* task, starpu_perfmodel_arch* place, unsigned implementation) {
  const OrderedScope scope;  // workers ask, too: they push the tasks that waited for theirs
  const auto& point = *static_cast<const LaunchRecord::Point*>(task->cl_arg);
  LaunchRecord& launch = *point.launch;
  auto* const size = launch.modelled ? launch.size_models()[&point - launch.point_array()] : nullptr;
  if (size == nullptr) {
    return 0;
  }
  const auto kind = place->devices[0].type == STARPU_CUDA_WORKER     ? WorkerKind::GPU
                    : place->devices[0].type == STARPU_OPENCL_WORKER ? WorkerKind::OPENCL
                    : implementation == 1                            ? WorkerKind::OMP
                                                                     : WorkerKind::CPU;
  const double expected = size->on(kind).expected();
  // StarPU tries what is not a number, and spreads evenly what takes no time.
  return std::isnan(expected) && !calibrating() ? 0 : expected;
}

int can_execute(unsigned worker, starpu_task* /*task*/, unsigned implementation) {
  return (kind_of(worker) == WorkerKind::OMP) == (implementation == 1) ? 1 : 0;
}

starpu_perfmodel* point_model() {
  static starpu_perfmodel model = [] {
    starpu_perfmodel result{};
    result.type = STARPU_PER_ARCH;
    result.arch_cost_function = expected_duration;
    result.symbol = "legatus";
    return result;
  }();
  return &model;
}

// Written while no task of the codelet is pending: only another start() changes anything.
void use_models(starpu_codelet& codelet) {
  const bool used = scheduling_by_models();
  if (LEGATE_UNLIKELY(used != (codelet.model != nullptr))) {
    codelet.model = used ? point_model() : nullptr;
    codelet.cpu_funcs[1] = used ? codelet.cpu_funcs[0] : nullptr;
    codelet.can_execute = used ? can_execute : nullptr;
  }
}

struct RetiredCodelets {
  std::mutex mutex;
  std::vector<std::unique_ptr<Codelet>> list;
};

RetiredCodelets& retired_codelets() {
  static auto* const instance = new RetiredCodelets;
  return *instance;
}

}  // namespace

std::size_t most_tiles_of_a_point() noexcept { return max_handles; }
std::size_t most_tiles_of_a_local_point() noexcept { return max_local_handles; }

Codelet::Codelet(std::string codelet_name, starpu_cpu_func_t function, const ModelDeclaration& declaration,
                 const char* reason_to_move)
    : name{std::move(codelet_name)}, moves{reason_to_move}, model{name, declaration} {
  starpu_codelet_init(&starpu);
  starpu.cpu_funcs[0] = function;
  starpu.nbuffers = STARPU_VARIABLE_NBUFFERS;
  starpu.name = name.c_str();
  starpu.specific_nodes = 1;
  starpu.dyn_nodes = main_memory_nodes;
}

starpu_codelet& Codelet::in_main_memory() const {
  use_models(starpu);
  return starpu;
}

starpu_codelet& Codelet::in_local_memory(std::size_t host_uses) const {
  auto& local = local_[host_uses];
  if (!local) {
    local = std::make_unique<Local>();
    local->nodes.assign(max_local_handles, STARPU_SPECIFIC_NODE_LOCAL);
    std::fill_n(local->nodes.begin(), host_uses, STARPU_MAIN_RAM);
    starpu_codelet_init(&local->starpu);
    local->starpu.cpu_funcs[0] = &Trampoline::run_local_point;
    local->starpu.opencl_funcs[0] = &Trampoline::run_local_point;
    local->starpu.cuda_funcs[0] = &Trampoline::run_local_point;
    local->starpu.nbuffers = STARPU_VARIABLE_NBUFFERS;
    local->starpu.name = name.c_str();
    local->starpu.specific_nodes = 1;
    local->starpu.dyn_nodes = local->nodes.data();
  }
  use_models(local->starpu);
  return local->starpu;
}

// No model: the workers of a gang are given, and its points wait for each other.
starpu_codelet& Codelet::for_gangs() const {
  if (!gang_) {
    gang_ = std::make_unique<starpu_codelet>();
    starpu_codelet_init(gang_.get());
    gang_->cpu_funcs[0] = &Trampoline::run_gang;
    gang_->nbuffers = STARPU_VARIABLE_NBUFFERS;
    gang_->name = name.c_str();
    gang_->specific_nodes = 1;
    gang_->dyn_nodes = main_memory_nodes;
  }
  return *gang_;
}

Codelet* create_codelet(const std::string& name, const ModelDeclaration& model, const char* moves) {
  return new Codelet{name, &Trampoline::run_point, model, moves};
}

void set_moves(Codelet& codelet, const char* moves) noexcept { codelet.moves = moves; }

void destroy_codelet(Codelet* codelet) noexcept {
  if (codelet == nullptr) {
    return;
  }
  std::unique_ptr<Codelet> owner{codelet};
  if (running()) {
    // StarPU looks at the codelet of a task for a moment after its launch has finished.
    const std::lock_guard<std::mutex> guard{retired_codelets().mutex};
    retired_codelets().list.push_back(std::move(owner));
  }
}

void free_retired_codelets() noexcept {
  const std::lock_guard<std::mutex> guard{retired_codelets().mutex};
  retired_codelets().list.clear();
}

const std::string& codelet_name(const Codelet& codelet) noexcept { return codelet.name; }

}  // namespace legate::detail::engine
