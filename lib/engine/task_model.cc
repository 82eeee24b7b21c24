// SPDX-License-Identifier: Apache-2.0
#include "engine/task_model.h"

#include "engine/cluster.h"
#include "engine/codelet.h"
#include "engine/cuda.h"
#include "engine/lifecycle.h"
#include "engine/opencl.h"

#include <legate/utilities/logger.h>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace legate::detail::engine {

namespace {

namespace filesystem = std::filesystem;

// As many as StarPU wants before it believes a model.
constexpr std::size_t ENOUGH = 10;
// Where samples differ much, more of them are taken, up to this many.
constexpr std::size_t MOST = 40;
// Half of the samples may differ by as much, relative to the one in the middle.
constexpr double LARGEST_SPREAD = 0.2;
// How far outside of the sizes that were measured estimates are trusted.
constexpr double MARGIN = 0.1;

/// Written by start() and stop(), while nothing runs.
struct Models {
  bool in_use{false};
  bool calibrating{false};
  bool scheduling{false};
  bool kept{false};  // samples can be written
  filesystem::path directory{};
  std::string machine{};
  std::array<std::string, WORKER_KINDS> labels{};
  std::mutex mutex{};
  std::vector<TaskModel*> loaded{};  // under the mutex
};

Models& models() {
  static auto* const instance = new Models;  // never destroyed: codelets may be destroyed after it
  return *instance;
}

const Logger& logger() {
  static const Logger instance{"legate.models"};
  return instance;
}

std::string machine_name() {
  // StarPU's variable: containers get another name each time.
  if (const char* const given = std::getenv("STARPU_HOSTNAME")) {
    return encode_name(given);
  }
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? encode_name(name.data()) : "unknown";
}

/// What samples of a kind are called: those of other groups or devices are of no use.
std::string label_of(WorkerKind kind, const Configuration& configuration) {
  switch (kind) {
    case WorkerKind::CPU:
      return "cpu";
    case WorkerKind::OMP:
      return "omp" + std::to_string(configuration.omp_threads);
    case WorkerKind::OPENCL:
      return configuration.opencls == 0 ? "opencl"
                                        : "opencl:" + encode_name(opencl_device_name(workers_of(kind).first));
    case WorkerKind::GPU:
      break;
  }
  return configuration.gpus == 0 ? "cuda" : "cuda:" + encode_name(gpu_name(workers_of(kind).first));
}

const std::string& label_of(WorkerKind kind) { return models().labels[static_cast<std::size_t>(kind)]; }

double quantile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1) + 0.5)];
}

}  // namespace

bool models_in_use() noexcept { return models().in_use; }
bool calibrating() noexcept { return models().calibrating; }
bool scheduling_by_models() noexcept { return models().scheduling; }

bool any_model(const std::string& directory) {
  if (directory.empty()) {
    return false;
  }
  std::error_code error;
  for (const auto& entry : filesystem::directory_iterator{filesystem::path{directory} / machine_name(), error}) {
    if (entry.path().extension() == ".model") {
      return true;
    }
  }
  return false;
}

bool has_model(const Codelet& codelet, KindSet kinds) { return codelet.model.knows(kinds); }

std::optional<Durations> expected_durations(const Codelet& codelet, const InstanceSize& size, KindSet kinds) {
  return codelet.model.expected(size, kinds);
}

// ---- samples

void Measurements::add(double microseconds) {
  const std::lock_guard<std::mutex> guard{mutex_};
  if (!complete_.load(std::memory_order_relaxed)) {
    samples_.push_back(std::max(microseconds, 0.001));
    look_at_samples();
  }
}

std::vector<double> Measurements::samples() const {
  const std::lock_guard<std::mutex> guard{mutex_};
  return samples_;
}

void Measurements::set_samples(std::vector<double> samples) {
  const std::lock_guard<std::mutex> guard{mutex_};
  samples_ = std::move(samples);
  look_at_samples();
}

// The median, because samples of a busy machine contain some that say nothing.
void Measurements::look_at_samples() {
  if (samples_.size() < ENOUGH) {
    return;
  }
  auto sorted = samples_;
  std::sort(sorted.begin(), sorted.end());
  const auto median = quantile(sorted, 0.5);
  if (samples_.size() >= MOST || quantile(sorted, 0.75) - quantile(sorted, 0.25) <= LARGEST_SPREAD * median) {
    expected_.store(median, std::memory_order_relaxed);
    complete_.store(true, std::memory_order_relaxed);
  }
}

// ---- regression

PowerLaw::PowerLaw(const std::vector<Sample>& samples) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& sample : samples) {
    smallest_ = std::min(smallest_, sample.size);
    largest_ = std::max(largest_, sample.size);
  }
  // Linear in base and factor once the power is chosen: least squares of (base + factor x) / time - 1 for each power.
  for (int step = 1; step <= 60; ++step) {
    const double power = 0.05 * step;
    double aa = 0;
    double ab = 0;
    double bb = 0;
    double a = 0;
    double b = 0;
    for (const auto& sample : samples) {
      const auto one = 1 / sample.time;
      const auto x = std::pow(sample.size / largest_, power) / sample.time;
      aa += one * one;
      ab += one * x;
      bb += x * x;
      a += one;
      b += x;
    }
    const auto determinant = aa * bb - ab * ab;
    auto base = determinant > 1e-12 * aa * bb ? std::max(0.0, (a * bb - b * ab) / determinant) : 0.0;
    auto factor = (b - base * ab) / bb;
    if (factor < 0) {
      factor = 0;
      base = a / aa;
    }
    double error = 0;
    for (const auto& sample : samples) {
      const auto deviation = (base + factor * std::pow(sample.size / largest_, power)) / sample.time - 1;
      error += deviation * deviation;
    }
    if (error < least) {
      least = error;
      base_ = base;
      factor_ = factor;
      power_ = power;
    }
  }
}

double PowerLaw::at(double size) const {
  const bool trusted =
      smallest_ < (1 - MARGIN) * largest_ && size >= (1 - MARGIN) * smallest_ && size <= (1 + MARGIN) * largest_;
  return trusted ? base_ + factor_ * std::pow(size / largest_, power_) : std::numeric_limits<double>::quiet_NaN();
}

// ---- models

TaskModel::TaskModel(std::string task, ModelDeclaration declaration)
    : task_{std::move(task)}, declaration_{std::move(declaration)} {}

TaskModel::~TaskModel() {
  const std::lock_guard<std::mutex> guard{models().mutex};
  auto& loaded = models().loaded;
  loaded.erase(std::remove(loaded.begin(), loaded.end(), this), loaded.end());
}

std::string TaskModel::path() const {
  return (models().directory / (encode_name(task_) + "." + declaration_.version + ".model")).string();
}

SizeModel& TaskModel::at(const InstanceSize& size, const std::function<std::string()>& text) {
  load();
  auto& found = sizes_[size.hash];
  if (!found) {
    found = std::make_unique<SizeModel>();
    found->hash = size.hash;
    found->bytes = size.bytes;
    if (declaration_.regression && !models().calibrating) {
      estimate(*found);
    }
  }
  if (found->text.empty()) {
    found->text = text();
  }
  return *found;
}

bool TaskModel::knows(KindSet kinds) {
  load();
  return std::all_of(ALL_WORKER_KINDS.begin(), ALL_WORKER_KINDS.end(), [&](WorkerKind kind) {
    return !contains(kinds, kind) || std::any_of(sizes_.begin(), sizes_.end(),
                                                 [&](const auto& size) { return size.second->on(kind).complete(); });
  });
}

std::optional<Durations> TaskModel::expected(const InstanceSize& size, KindSet kinds) {
  auto& known = at(size, [] { return std::string{}; });
  Durations result{};
  for (const auto kind : ALL_WORKER_KINDS) {
    if (contains(kinds, kind)) {
      const double duration = known.on(kind).expected();
      if (std::isnan(duration)) {
        return std::nullopt;
      }
      result[static_cast<std::size_t>(kind)] = duration;
    }
  }
  return result;
}

void TaskModel::estimate(SizeModel& size) {
  if (size.bytes == 0) {
    return;
  }
  for (const auto kind : ALL_WORKER_KINDS) {
    std::vector<PowerLaw::Sample> samples;
    for (const auto& [hash, other] : sizes_) {
      if (other && other->bytes != 0 && other->on(kind).complete()) {
        samples.push_back({static_cast<double>(other->bytes), other->on(kind).expected()});
      }
    }
    if (samples.size() >= 2 && !size.on(kind).complete()) {
      size.on(kind).estimate(PowerLaw{samples}.at(static_cast<double>(size.bytes)));
    }
  }
}

void TaskModel::load() {
  if (loaded_) {
    return;
  }
  loaded_ = true;
  {
    const std::lock_guard<std::mutex> guard{models().mutex};
    models().loaded.push_back(this);
  }
  std::error_code error;
  if (models().directory.empty() || !filesystem::exists(path(), error)) {
    return;
  }
  StoredModel model;
  try {
    if (filesystem::is_directory(path())) {
      throw std::runtime_error{"it is a folder"};
    }
    std::ifstream file{path()};
    if (!file) {
      throw std::runtime_error{"it cannot be read"};
    }
    model = read_model(file);
    if (model.machine != models().machine) {
      throw std::runtime_error{"it is of another machine, " + model.machine};
    }
    if (model.task != encode_name(task_) || model.version != declaration_.version) {
      throw std::runtime_error{"it is of another task, " + model.task + ", version " + model.version};
    }
  } catch (const std::exception& problem) {
    logger().warning() << "performance model " << path() << " is ignored: " << problem.what()
                       << ". Measurements of task " << task_ << " start afresh (legate --calibrate)";
    return;
  }
  for (auto& stored : model.sizes) {
    auto& size = at({stored.hash, stored.bytes}, [&] { return stored.text; });
    for (const auto kind : ALL_WORKER_KINDS) {
      if (const auto found = stored.samples.find(label_of(kind)); found != stored.samples.end()) {
        samples_in_file_ += found->second.size();
        size.on(kind).set_samples(std::move(found->second));
        stored.samples.erase(found);
      }
    }
    size.others = std::move(stored.samples);
  }
  if (declaration_.regression && !models().calibrating) {
    for (const auto& [hash, size] : sizes_) {
      estimate(*size);
    }
  }
}

StoredModel TaskModel::stored() {
  StoredModel model{encode_name(task_), declaration_.version, models().machine, {}};
  for (const auto& [hash, size] : sizes_) {
    StoredModel::Size stored{hash, size->bytes, size->text, size->others};
    for (const auto kind : ALL_WORKER_KINDS) {
      if (auto samples = size->on(kind).samples(); !samples.empty()) {
        stored.samples[label_of(kind)] = std::move(samples);
      }
    }
    if (!stored.samples.empty()) {
      model.sizes.push_back(std::move(stored));
    }
  }
  return model;
}

bool TaskModel::changed() const {
  std::size_t samples = 0;
  for (const auto& [hash, size] : sizes_) {
    for (const auto& measurements : size->kinds) {
      samples += measurements.samples().size();
    }
  }
  return samples != samples_in_file_;
}

TaskModel::Progress TaskModel::progress() {
  Progress result;
  for (const auto& [hash, size] : sizes_) {
    for (const auto& measurements : size->kinds) {
      if (!measurements.samples().empty()) {
        ++result.sizes;
        result.incomplete += measurements.complete() ? 0U : 1U;
      }
    }
  }
  return result;
}

// Another process may have written meanwhile; and one that reads must not see half a file.
void TaskModel::save() {
  auto model = stored();
  try {
    std::ifstream file{path()};
    const auto other = read_model(file);
    if (other.machine == model.machine && other.task == model.task && other.version == model.version) {
      merge_model(model, other);
    }
  } catch (const std::runtime_error&) {  // there is none, or none that is of use
  }
  std::sort(model.sizes.begin(), model.sizes.end(), [](const StoredModel::Size& a, const StoredModel::Size& b) {
    return std::pair{a.bytes, a.hash} < std::pair{b.bytes, b.hash};
  });
  const auto temporary = path() + "." + std::to_string(::getpid());
  std::ofstream file{temporary};
  write_model(file, model);
  file.close();
  std::error_code error;
  if (file) {
    filesystem::rename(temporary, path(), error);
  }
  if (!file || error) {
    std::error_code ignored;
    filesystem::remove(temporary, ignored);
    throw std::runtime_error{"performance model " + path() + " cannot be written" +
                             (error ? ": " + error.message() : "")};
  }
}

void TaskModel::forget() noexcept {
  sizes_.clear();
  samples_in_file_ = 0;
  loaded_ = false;
}

// ---- start and stop

void open_models(const Configuration& configuration) {
  auto& self = models();
  self.calibrating = configuration.calibrate;
  self.scheduling = uses_models(configuration.scheduler);
  self.in_use = self.calibrating || self.scheduling;
  self.directory.clear();
  self.kept = false;
  if (!self.in_use || configuration.model_directory.empty()) {
    return;
  }
  self.machine = machine_name();
  for (const auto kind : ALL_WORKER_KINDS) {
    self.labels[static_cast<std::size_t>(kind)] = label_of(kind, configuration);
  }
  self.directory = filesystem::path{configuration.model_directory} / self.machine;
  if (self.calibrating) {
    std::error_code error;
    filesystem::create_directories(self.directory, error);
    self.kept = !error && ::access(self.directory.c_str(), W_OK | X_OK) == 0;
    if (!self.kept) {
      logger().warning() << "performance models cannot be written to " << self.directory.string()
                         << ": this run measures, and forgets it (LEGATUS_MODEL_DIR names another folder)";
    }
  }
}

namespace {

void save(TaskModel& model) {
  try {
    model.save();
  } catch (const std::exception& problem) {
    logger().warning() << problem.what();
  }
}

void tell_what_is_known(bool changed, std::size_t sizes, std::size_t incomplete) {
  if (sizes == 0) {
    logger().print() << "nothing was measured";
    return;
  }
  logger().print() << (changed ? "calibrated" : "nothing to calibrate") << ": " << sizes
                   << " combinations of task, size and kind of processor are measured, "
                   << (incomplete == 0 ? std::string{"all"} : std::to_string(sizes - incomplete))
                   << " of them often enough"
                   << (!models().kept    ? "; none of it is kept"
                       : incomplete == 0 ? ""
                                         : "; run again to go on");
}

}  // namespace

void close_models() noexcept {
  auto& self = models();
  std::size_t sizes = 0;
  std::size_t incomplete = 0;
  bool changed = false;
  std::vector<TaskModel*> loaded;
  {
    const std::lock_guard<std::mutex> guard{self.mutex};
    loaded.swap(self.loaded);
  }
  for (auto* model : loaded) {
    const auto progress = model->progress();
    sizes += progress.sizes;
    incomplete += progress.incomplete;
    if (self.calibrating && model->changed()) {
      changed = true;
      if (self.kept) {
        save(*model);
      }
    }
    model->forget();
  }
  if (self.calibrating && cluster().rank == 0) {
    tell_what_is_known(changed, sizes, incomplete);
  }
  self.in_use = self.calibrating = self.scheduling = false;
}

}  // namespace legate::detail::engine
