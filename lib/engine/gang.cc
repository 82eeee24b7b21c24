// SPDX-License-Identifier: Apache-2.0
#include "engine/gang.h"

#include "engine/array.h"
#include "engine/array_links.h"
#include "engine/bundle.h"
#include "engine/codelet.h"
#include "engine/process_group.h"
#include "engine/scheduler.h"
#include "engine/spin.h"
#include "engine/starpu_call.h"
#include "engine/submission.h"
#include "engine/thread_order.h"
#include "engine/workers.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <thread>
#include <vector>

namespace legate::detail::engine {

void GangEnd::arrive() noexcept {
  const std::lock_guard<std::mutex> guard{mutex_};
  if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    over_.notify_one();
  }
}

void GangEnd::wait() noexcept {
  spin_until(std::chrono::microseconds{50}, [this] { return running_.load(std::memory_order_acquire) == 0; });
  // The last one to arrive may still hold the mutex.
  std::unique_lock<std::mutex> lock{mutex_};
  over_.wait(lock, [this] { return running_.load(std::memory_order_relaxed) == 0; });
}

namespace {

/// Finds out when the gates of all processes have opened. A thread of its own looks: a worker that waited for other
/// processes might be the one that they wait for.
class Gatekeeper {
 public:
  ~Gatekeeper() { stop(); }

  /// The gate of this process has opened: gives `order` back when the others have, too. Any thread.
  void opened(ProcessGroup& processes, starpu_data_handle_t order) {
    const std::lock_guard<std::mutex> guard{mutex_};
    if (!thread_.joinable()) {
      stopping_ = false;
      thread_ = std::thread{[this] { serve(); }};
    }
    gates_.push_back({&processes, order});
    more_.notify_one();
  }

  void stop() {
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      stopping_ = true;
      more_.notify_one();
    }
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  struct Gate {
    ProcessGroup* processes;
    starpu_data_handle_t order;
  };

  void serve() {
    while (const auto gate = next()) {
      { const GroupBarrier others{*gate->processes}; }  // its end waits
      before_others();
      starpu_data_release(gate->order);
    }
  }

  [[nodiscard]] std::optional<Gate> next() {
    std::unique_lock<std::mutex> lock{mutex_};
    more_.wait(lock, [this] { return stopping_ || !gates_.empty(); });
    if (gates_.empty()) {
      return std::nullopt;
    }
    const auto gate = gates_.front();
    gates_.pop_front();
    return gate;
  }

  std::mutex mutex_{};
  std::condition_variable more_{};
  std::deque<Gate> gates_{};
  bool stopping_{false};
  std::thread thread_{};
};

/// What gangs have in common between start() and stop().
struct Gangs {
  ArrayRef order{};
  ArrayRef devices{};
  Gatekeeper gatekeeper{};
};

Gangs& gangs() {
  static auto* const instance = new Gangs;  // never destroyed: its thread ends with the engine
  return *instance;
}

TileHandle tile_of(ArrayRef& array) {
  if (array == nullptr) {
    array = Array::create({1}, 1, 1);
    array->retile({});
    static_cast<void>(array->data());
  }
  return array->tile(0);
}
TileHandle order_tile() { return tile_of(gangs().order); }

// Brings tile i to memory node `nodes[i]`. StarPU keeps a pointer to the nodes, so these are never freed: there are
// few, since they depend on little but the number of tiles of each point.
starpu_codelet& gate_codelet(const std::vector<int>& nodes) {
  struct Gate {
    std::vector<int> nodes;
    starpu_codelet starpu;
  };
  static auto& gates = *new std::map<std::vector<int>, std::unique_ptr<Gate>>;
  auto& gate = gates[nodes];
  if (gate == nullptr) {
    gate = std::make_unique<Gate>();
    gate->nodes = nodes;
    starpu_codelet_init(&gate->starpu);
    gate->starpu.where = STARPU_NOWHERE;
    gate->starpu.nbuffers = STARPU_VARIABLE_NBUFFERS;
    gate->starpu.name = "legatus.gate";
    gate->starpu.specific_nodes = 1;
    gate->starpu.dyn_nodes = gate->nodes.data();
  }
  return gate->starpu;
}

// Brings nothing anywhere.
starpu_codelet& idle_gate_codelet() {
  static auto* const codelet = [] {
    auto* const result = new starpu_codelet;
    starpu_codelet_init(result);
    result->where = STARPU_NOWHERE;
    result->nbuffers = STARPU_VARIABLE_NBUFFERS;
    result->name = "legatus.gate";
    return result;
  }();
  return *codelet;
}

bool there_are_several_devices() {
  return workers_of(WorkerKind::OPENCL).count + workers_of(WorkerKind::GPU).count > 1;
}

struct OpenedGate {
  ProcessGroup* processes;
  starpu_data_handle_t order;
};

void gate_opened(void* argument) {
  after_others();
  const std::unique_ptr<const OpenedGate> gate{static_cast<const OpenedGate*>(argument)};
  gangs().gatekeeper.opened(*gate->processes, gate->order);
}

// What all points list, and the order tile for this gang alone.
const std::vector<TileUse>& with_order(const TileUse* uses, std::size_t count) {
  static auto& all = *new std::vector<TileUse>;  // kept between launches: under the submission lock
  all.assign(uses, uses + count);
  all.push_back({order_tile(), Access::READ_WRITE});
  return all;
}

void submit_gate(const LaunchRecord& launch, const GangPlace& place, starpu_codelet& codelet,
                 const std::vector<TileUse>& uses) {
  submit_task(codelet, nullptr, launch.priority, nullptr, uses.data(), uses.size());
  if (place.processes != nullptr) {
    const auto order = order_tile()->handle;
    auto gate = std::make_unique<OpenedGate>(OpenedGate{place.processes, order});
    before_others();
    expect_success(starpu_data_acquire_cb(order, STARPU_RW, &gate_opened, gate.release()), "starpu_data_acquire_cb");
  }
}

}  // namespace

void submit_gang(LaunchRecord& launch, const GangPlace& place, const TileUse* uses, std::size_t count) {
  const auto& all = with_order(uses, count);
  if (place.processes != nullptr) {
    submit_gate(launch, place, idle_gate_codelet(), all);
  }
  submit_task_to_worker(launch.codelet->for_gangs(), launch.point_array(), launch.priority, place.first_worker,
                        all.data(), all.size());
}

TileUse open_gate(const LaunchRecord& launch, const GangPlace& place, const std::vector<GangUse>& uses) {
  std::vector<TileUse> all;
  std::vector<int> nodes;
  for (const auto& use : uses) {
    all.push_back(use.use);
    nodes.push_back(use.point ? static_cast<int>(starpu_worker_get_memory_node(place.first_worker + *use.point))
                              : STARPU_MAIN_RAM);
  }
  all.push_back({order_tile(), Access::READ_WRITE});
  if (launch.points > 1 && is_device(kind_of(place.first_worker))) {
    all.push_back({tile_of(gangs().devices), Access::READ_WRITE});
  }
  nodes.resize(all.size(), STARPU_MAIN_RAM);
  submit_gate(launch, place, gate_codelet(nodes), all);
  return {order_tile(), Access::READ};
}

std::optional<TileUse> turn_on_devices() {
  if (!there_are_several_devices()) {
    return std::nullopt;
  }
  return TileUse{tile_of(gangs().devices), Access::READ};
}

void forget_gangs() noexcept {
  gangs().gatekeeper.stop();
  gangs().order.reset();
  gangs().devices.reset();
}

// ---- what workers run

namespace {

starpu_codelet& member_codelet() {
  static auto* const codelet = [] {
    auto* const result = new starpu_codelet;
    starpu_codelet_init(result);
    result->cpu_funcs[0] = &Trampoline::run_gang_member;
    result->nbuffers = 0;
    result->name = "legatus.gang";
    return result;
  }();
  return *codelet;
}

}  // namespace

void Trampoline::run_gang(void** /*buffers*/, void* argument) noexcept {
  after_others();
  const auto& first = *static_cast<const LaunchRecord::Point*>(argument);
  LaunchRecord& launch = *first.launch;
  GangEnd end{launch.points};
  launch.gang_end = &end;
  for (std::uint32_t i = 1; i < launch.points; ++i) {
    // Before other tasks that wait for that worker: everybody else is here already.
    submit_task_to_worker(member_codelet(), launch.point_array() + i, std::numeric_limits<std::int32_t>::max(),
                          launch.gang_worker + i, nullptr, 0);
  }
  run_in_gang(first);
  end.arrive();
  end.wait();
  progress().end_long_task();
  before_others();
  launch.settle(launch.points);
}

void Trampoline::run_gang_member(void** /*buffers*/, void* argument) noexcept {
  after_others();
  const auto& point = *static_cast<const LaunchRecord::Point*>(argument);
  run_in_gang(point);
  point.launch->gang_end->arrive();
}

}  // namespace legate::detail::engine
