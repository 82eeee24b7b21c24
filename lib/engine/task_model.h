// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/model_file.h"
#include "engine/performance_model.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace legate::detail::engine {

/// How long instances of one size of one task took on one kind of workers, in microseconds.
class Measurements {
 public:
  /// What an instance is expected to take; NaN if that is not known. Any thread.
  [[nodiscard]] double expected() const noexcept { return expected_.load(std::memory_order_relaxed); }
  /// Whether there are enough samples. Any thread.
  [[nodiscard]] bool complete() const noexcept { return complete_.load(std::memory_order_relaxed); }
  /// Any thread. Does nothing once there are enough.
  void add(double microseconds);
  /// An estimate in place of samples.
  void estimate(double microseconds) noexcept { expected_.store(microseconds, std::memory_order_relaxed); }

  [[nodiscard]] std::vector<double> samples() const;
  void set_samples(std::vector<double> samples);

 private:
  void look_at_samples();

  mutable std::mutex mutex_{};
  std::vector<double> samples_{};
  std::atomic<double> expected_{std::numeric_limits<double>::quiet_NaN()};
  std::atomic<bool> complete_{false};
};

/// What is known of one size of one task. Never moved.
struct SizeModel {
  std::uint64_t hash{0};
  std::uint64_t bytes{0};
  std::string text{};
  std::array<Measurements, WORKER_KINDS> kinds{};
  std::map<std::string, std::vector<double>> others{};  // samples of processors that this run does not have

  [[nodiscard]] Measurements& on(WorkerKind kind) noexcept { return kinds[static_cast<std::size_t>(kind)]; }
};

/// The performance model of one task. Read from its file when it is first asked, written when the engine stops if there
/// are new samples. Control thread only, but for what SizeModel says.
class TaskModel {
 public:
  TaskModel(std::string task, ModelDeclaration declaration);
  TaskModel(const TaskModel&) = delete;
  TaskModel& operator=(const TaskModel&) = delete;
  ~TaskModel();

  /// The size, made if there is none; `text` describes it then.
  [[nodiscard]] SizeModel& at(const InstanceSize& size, const std::function<std::string()>& text);
  [[nodiscard]] bool knows(KindSet kinds);
  [[nodiscard]] std::optional<Durations> expected(const InstanceSize& size, KindSet kinds);

  [[nodiscard]] const std::string& task() const noexcept { return task_; }
  /// For close_models().
  [[nodiscard]] bool changed() const;
  struct Progress {
    std::size_t sizes{0};       // with samples, of each kind of processor
    std::size_t incomplete{0};  // of them, those that need more samples
  };
  [[nodiscard]] Progress progress();
  void save();
  void forget() noexcept;

 private:
  void load();
  [[nodiscard]] std::string path() const;
  [[nodiscard]] StoredModel stored();
  /// Estimates sizes without samples from those that have some.
  void estimate(SizeModel& size);

  std::string task_;
  ModelDeclaration declaration_;
  bool loaded_{false};
  std::size_t samples_in_file_{0};
  std::unordered_map<std::uint64_t, std::unique_ptr<SizeModel>> sizes_{};
};

/// time = base + factor * size ^ power, fitted to samples so that relative deviations are small.
class PowerLaw {
 public:
  struct Sample {
    double size;
    double time;
  };
  explicit PowerLaw(const std::vector<Sample>& samples);
  /// NaN unless there were different sizes, and this one is among them or next to them.
  [[nodiscard]] double at(double size) const;

 private:
  double base_{0};
  double factor_{0};
  double power_{1};
  double smallest_{std::numeric_limits<double>::infinity()};
  double largest_{0};
};

struct Configuration;

/// @name For start() and stop()
/// @{
/// The workers are known. Makes the directory.
void open_models(const Configuration& configuration);
/// Writes what is new, and says so if this run calibrates.
void close_models() noexcept;
/// @}

}  // namespace legate::detail::engine
