// SPDX-License-Identifier: Apache-2.0
#include "runtime/configuration_options.h"

#include <algorithm>
#include <sstream>

namespace legate::detail {

namespace {

using C = Configuration;
using R = RequestedResources;

constexpr std::int64_t MEBIBYTE = std::int64_t{1} << 20;
constexpr std::int64_t LARGEST = std::numeric_limits<std::int64_t>::max();

[[nodiscard]] Option flag(std::string_view name, bool C::*target, std::string_view description,
                          std::string_view environment = {}) {
  return {name, target, description, environment};
}

[[nodiscard]] Option hidden(Option option) {
  option.hidden = true;
  return option;
}

/// What this build does with an option. To be looked through whenever a part of the interface is added.
[[nodiscard]] Support support_of(std::string_view name) {
  const auto among = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (among({"--gpus", "--warmup-nccl", "--io-use-vfd-gds"})) {
    return Support::OFF_ONLY;
  }
  if (among({"--min-gpu-chunk"})) {
    return Support::NO_EFFECT_ON_CPUS;
  }
  if (among({"--numamem", "--fbmem", "--zcmem", "--regmem", "--window-size", "--field-reuse-fraction",
             "--field-reuse-frequency", "--consensus", "--disable-mpi", "--single-controller-execution", "--provenance",
             "--nsys", "--cuda-driver-path", "--experimental-copy-path"})) {
    return Support::NO_EFFECT;
  }
  return Support::FULL;
}

/// What the usage text adds to a description.
[[nodiscard]] std::string_view remark(Support support) {
  switch (support) {
    case Support::OFF_ONLY:
      return "; only 0 in this build";
    case Support::NO_EFFECT:
      return "; accepted, without effect";
    case Support::NO_EFFECT_ON_CPUS:
      return "; accepted, without effect on CPU tasks";
    case Support::FULL:
      break;
  }
  return "";
}

template <typename Target>
[[nodiscard]] Option count(std::string_view name, Target target, std::int64_t minimum, std::string_view description) {
  return {name, target, description, {}, minimum};
}

/// A number that may exceed 32 bits.
[[nodiscard]] Option size(std::string_view name, std::int64_t C::*target, std::string_view description,
                          std::string_view environment) {
  return {name, target, description, environment, 1, LARGEST};
}

template <typename Target>
[[nodiscard]] Option memory(std::string_view name, Target target, std::int64_t minimum, std::string_view description) {
  return {name, target, description, {}, minimum, LARGEST / MEBIBYTE, MEBIBYTE};
}

[[nodiscard]] Option text(std::string_view name, std::string C::*target, std::string_view description,
                          std::string_view environment = {}) {
  return {name, target, description, environment};
}

[[nodiscard]] std::vector<Option> resource_options() {
  return {
      flag("--auto-config", &C::auto_config, "Choose what is not given below by the hardware found",
           "LEGATE_AUTO_CONFIG"),
      flag("--show-config", &C::show_config, "Print the final configuration", "LEGATE_SHOW_CONFIG"),
      flag("--show-memory-usage", &C::show_memory_usage, "Print the memory used at shutdown", "LEGATE_SHOW_USAGE"),
      flag("--show-progress", &C::show_progress, "Print a line before each task runs", "LEGATE_SHOW_PROGRESS"),
      count("--cpus", ResourceTarget{&R::cpus, &C::cpus}, 0, "Number of CPU processors per process"),
      count("--gpus", ResourceTarget{&R::gpus, &C::gpus}, 0, "Number of GPUs per process"),
      count("--omps", ResourceTarget{&R::omps, &C::omps}, 0, "Number of OpenMP groups per process"),
      count("--ompthreads", ResourceTarget{&R::ompthreads, &C::ompthreads}, 0, "Number of threads per OpenMP group"),
      count("--opencl", &C::opencls, 0, "Number of OpenCL devices per process (an extension)"),
      memory("--opencl-memory", &C::opencl_memory, 0,
             "Memory per OpenCL device, in MiB; 0 for what the device has (an extension)"),
      count("--utility", &C::utility, 1, "Number of cores left to the runtime"),
      memory("--sysmem", ResourceTarget{&R::sysmem, &C::sysmem}, 1, "Main memory per process, in MiB"),
      memory("--numamem", ResourceTarget{&R::numamem, &C::numamem}, 0, "Main memory per NUMA domain, in MiB"),
      memory("--fbmem", ResourceTarget{&R::fbmem, &C::fbmem}, 0, "Memory per GPU, in MiB"),
      memory("--zcmem", &C::zcmem, 0, "Main memory that GPUs can reach directly, in MiB"),
      memory("--regmem", &C::regmem, 0, "Main memory registered with the network, in MiB"),
  };
}

[[nodiscard]] std::vector<Option> execution_options() {
  return {
      size("--max-exception-size", &C::max_exception_size, "Bytes that an exception of a task may take",
           "LEGATE_MAX_EXCEPTION_SIZE"),
      size("--min-cpu-chunk", &C::min_cpu_chunk, "CPUs share a store of at least as many elements",
           "LEGATE_MIN_CPU_CHUNK"),
      size("--min-gpu-chunk", &C::min_gpu_chunk, "GPUs share a store of at least as many elements",
           "LEGATE_MIN_GPU_CHUNK"),
      size("--min-omp-chunk", &C::min_omp_chunk, "OpenMP groups share a store of at least as many elements",
           "LEGATE_MIN_OMP_CHUNK"),
      size("--window-size", &C::window_size, "Number of operations held back before they are launched",
           "LEGATE_WINDOW_SIZE"),
      size("--field-reuse-fraction", &C::field_reuse_fraction, "Bytes of discarded stores kept for reuse",
           "LEGATE_FIELD_REUSE_FRAC"),
      size("--field-reuse-frequency", &C::field_reuse_frequency, "Number of discarded stores kept for reuse",
           "LEGATE_FIELD_REUSE_FREQ"),
      flag("--consensus", &C::consensus, "Agree on discarded stores also within one process", "LEGATE_CONSENSUS"),
      flag("--disable-mpi", &C::disable_mpi, "Do without MPI in collective operations of CPU tasks",
           "LEGATE_DISABLE_MPI"),
      flag("--warmup-nccl", &C::warmup_nccl, "Exchange a message between GPUs at start", "LEGATE_WARMUP_NCCL"),
      text("--bundling", &C::bundling, "Run several short points as one StarPU task: auto, never or always",
           "LEGATUS_BUNDLING"),
      text("--scheduler", &C::scheduler, "StarPU's scheduling policy: auto, eager, prio, lws, dmda, dmdar or dmdas",
           "LEGATUS_SCHEDULER"),
      flag("--calibrate", &C::calibrate, "Measure how long tasks take, until that is known well enough",
           "LEGATUS_CALIBRATE"),
      text("--model-dir", &C::model_directory, "Folder of performance models", "LEGATUS_MODEL_DIR"),
      flag("--inline-task-launch", &C::inline_task_launch,
           "Run tasks when they are submitted, in the same thread; manual launches have one point",
           "LEGATE_INLINE_TASK_LAUNCH"),
      hidden(flag("--single-controller-execution", &C::single_controller_execution,
                  "Only process 0 runs the program outside tasks")),
  };
}

[[nodiscard]] std::vector<Option> diagnostic_options() {
  return {
      flag("--profile", &C::profile,
           "Write a trace and a report of all tasks when the run ends, implying --provenance"),
      text("--profile-name", &C::profile_name, "First part of the names of profile files"),
      flag("--provenance", &C::provenance, "Record where operations come from"),
      flag("--nsys", &C::nsys, "Mark tasks for the Nsight profiler; implies --provenance"),
      text("--logging", &C::logging, "Levels of loggers: NAME=LEVEL[,NAME=LEVEL...]"),
      text("--logdir", &C::logdir, "Directory of log and profile files"),
      flag("--log-to-file", &C::log_to_file, "Write logs to files"),
      flag("--freeze-on-error", &C::freeze_on_error, "Wait for a debugger instead of ending after an error"),
      flag("--local-memory", &C::local_memory,
           "CPU tasks work on copies in the memory of their NUMA domain, as tasks on devices do",
           "LEGATUS_LOCAL_MEMORY"),
      flag("--check-calls", &C::check_calls, "Compare the calls that the processes of a run make, and say which differ",
           "LEGATUS_CHECK_CALLS"),
      {"--timeout-fence", &C::timeout_fence, "Seconds after which a wait is reported and ends the run; 0 for never",
       "LEGATUS_TIMEOUT_FENCE"},
      flag("--use-empty-task", &C::use_empty_task, "Skip the bodies of all tasks", "LEGATE_EMPTY_TASK"),
      text("--cuda-driver-path", &C::cuda_driver_path, "The CUDA driver library", "LEGATE_CUDA_DRIVER"),
      flag("--io-use-vfd-gds", &C::io_use_vfd_gds, "Read HDF5 files directly into GPU memory", "LEGATE_IO_USE_VFD_GDS"),
      hidden(flag("--experimental-copy-path", &C::experimental_copy_path, "Another way to copy")),
  };
}

/// What counts when the user says nothing, for the usage text; in the unit of the flag. Empty for resources, which the
/// hardware decides, and for what is off or empty.
[[nodiscard]] std::string standard_value(const Option& option) {
  const Configuration standard;
  if (const auto* number = std::get_if<std::int64_t Configuration::*>(&option.target)) {
    return std::to_string(standard.**number / option.unit);
  }
  if (std::holds_alternative<ResourceTarget>(option.target)) {
    return {};
  }
  const auto text = value_of(option, standard);
  return text == "false" ? std::string{} : text;
}

[[nodiscard]] std::string_view placeholder(const Option& option) {
  if (std::holds_alternative<bool Configuration::*>(option.target)) {
    return "[BOOL]";
  }
  return std::holds_alternative<std::string Configuration::*>(option.target) ? "TEXT" : "NUMBER";
}

}  // namespace

const std::vector<Option>& configuration_options() {
  static const auto options = [] {
    auto all = resource_options();
    for (const auto& group : {execution_options(), diagnostic_options()}) {
      all.insert(all.end(), group.begin(), group.end());
    }
    for (auto& option : all) {
      option.support = support_of(option.flag);
    }
    return all;
  }();
  return options;
}

const Option* find_option(std::string_view name) {
  const auto& options = configuration_options();
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.flag == name; });
  return found == options.end() ? nullptr : &*found;
}

std::string value_of(const Option& option, const Configuration& configuration) {
  if (const auto* target = std::get_if<bool Configuration::*>(&option.target)) {
    return configuration.**target ? "true" : "false";
  }
  if (const auto* target = std::get_if<std::string Configuration::*>(&option.target)) {
    return configuration.**target;
  }
  const auto* resource = std::get_if<ResourceTarget>(&option.target);
  const auto number =
      configuration.*(resource != nullptr ? resource->decided : std::get<std::int64_t Configuration::*>(option.target));
  auto text = std::to_string(number);
  if (option.unit == MEBIBYTE) {
    text += " (" + std::to_string(number / MEBIBYTE) + " MiB)";
  }
  return text;
}

std::string about_flag(std::string_view flag, std::string_view value) {
  std::string text{"LEGATE_CONFIG: "};
  text += flag;
  text += ' ';
  text += value.empty() ? "''" : value;
  return text + ": ";
}

std::string about_variable(std::string_view name, std::string_view value) {
  return std::string{name} + "='" + std::string{value} + "': ";
}

std::string usage() {
  constexpr std::size_t COLUMN = 32;
  std::ostringstream result;
  const auto line = [&](std::string left, std::string_view description) {
    left.resize(std::max(left.size() + 1, COLUMN), ' ');
    result << "  " << left << description << '\n';
  };
  result << "Usage: LEGATE_CONFIG=\"[OPTION]...\" PROGRAM\n\n"
            "Options are separated by blanks; values follow after a blank or '='. Of an option that is given several\n"
            "times, the last one counts. An option goes before the environment variable that stands for it, which is\n"
            "named in brackets. Numbers of processors and sizes of memory without a default follow the hardware.\n\n";
  for (const auto& option : configuration_options()) {
    if (option.hidden) {
      continue;
    }
    std::string description{option.description};
    description += remark(option.support);
    std::string more = standard_value(option);
    if (!more.empty()) {
      more = "default " + more;
    }
    if (!option.environment.empty()) {
      more += (more.empty() ? "" : ", ") + std::string{option.environment};
    }
    if (!more.empty()) {
      description += " (" + more + ")";
    }
    line(std::string{option.flag} + " " + std::string{placeholder(option)}, description);
  }
  line("-h, --help", "Print this text and end the program");
  line("-v, --version", "Print the version and end the program");
  return result.str();
}

}  // namespace legate::detail
