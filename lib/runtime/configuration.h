// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace legate::detail {

/// The resource options as the user gave them; unset ones are derived by resolve_auto. Memory in bytes.
struct RequestedResources {
  std::optional<std::int64_t> cpus{};
  std::optional<std::int64_t> gpus{};
  std::optional<std::int64_t> omps{};
  std::optional<std::int64_t> ompthreads{};
  std::optional<std::int64_t> sysmem{};
  std::optional<std::int64_t> numamem{};
  std::optional<std::int64_t> fbmem{};
};

/// Every option of the runtime, named after its flag. Memory in bytes, per process.
struct Configuration {
  bool auto_config{true};
  bool show_config{false};
  bool show_memory_usage{false};
  bool show_progress{false};

  RequestedResources requested{};

  /// @name Decided by resolve_auto
  /// @{
  std::int64_t cpus{0};
  std::int64_t gpus{0};
  std::int64_t omps{0};
  std::int64_t ompthreads{0};
  std::int64_t sysmem{0};
  std::int64_t numamem{0};
  std::int64_t fbmem{0};
  /// @}
  std::int64_t opencls{0};
  std::int64_t opencl_memory{0};  // 0: all that a device has
  /// Why there is no GPU, although the build could use one and nobody has said that none is wanted.
  std::string no_gpu_because{};
  std::int64_t utility{2};
  std::int64_t zcmem{std::int64_t{128} << 20};
  std::int64_t regmem{0};

  std::int64_t max_exception_size{4096};
  std::int64_t min_cpu_chunk{std::int64_t{1} << 14};
  std::int64_t min_gpu_chunk{std::int64_t{1} << 20};
  std::int64_t min_omp_chunk{std::int64_t{1} << 17};

  std::int64_t window_size{1};
  std::int64_t field_reuse_fraction{256};
  std::int64_t field_reuse_frequency{32};
  bool consensus{false};
  bool disable_mpi{false};
  bool warmup_nccl{false};
  bool inline_task_launch{false};
  bool local_memory{false};
  bool single_controller_execution{false};
  /// auto, never or always.
  std::string bundling{"auto"};
  /// One of engine::schedulers(), or auto.
  std::string scheduler{"auto"};
  /// Measure tasks, for their performance models.
  bool calibrate{false};
  /// Where performance models are kept; empty: nowhere.
  std::string model_directory{};

  bool profile{false};
  std::string profile_name{"legate"};
  bool provenance{false};
  bool nsys{false};
  /// As given, with what LEGATE_LOG_MAPPING and LEGATE_LOG_PARTITIONING add; see parse_logging.
  std::string logging{};
  /// Never empty: `.` unless given.
  std::string logdir{"."};
  bool log_to_file{false};

  bool freeze_on_error{false};
#if LEGATE_DEFINED(LEGATE_USE_DEBUG)
  bool check_calls{true};
#else
  bool check_calls{false};
#endif
  /// Seconds; 0: no limit.
  std::int64_t timeout_fence{0};
  bool use_empty_task{false};
  std::string cuda_driver_path{"libcuda.so.1"};
  bool io_use_vfd_gds{false};
  bool experimental_copy_path{false};
};

/// What resolve_auto wants to know about the machine that this process may use. Memory in bytes.
struct HardwareFacts {
  /// Cores that the process may run on.
  std::int64_t cores{1};
  std::int64_t memory{0};
  /// 0 if nothing is known about NUMA domains.
  std::int64_t numa_domains{0};
  std::int64_t numa_domain_memory{0};
  std::int64_t gpus{0};
  /// Free memory of the first GPU.
  std::int64_t gpu_memory{0};
  /// Why there is no GPU, if somebody has looked for one.
  std::string gpu_problem{};
};

/// Which kinds of resources this build of the library can use.
struct BuildFeatures {
  bool gpus{false};
  bool openmp{false};
  bool opencl{false};
  bool nccl{false};
  bool gds{false};
  /// The most CPU processors and OpenMP groups together that the engine can have.
  std::int64_t max_cpus{std::numeric_limits<std::int64_t>::max()};
};

/// Looks up an environment variable; nothing if it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the options from the environment variables that stand for them and then from `flags`, the text of
/// LEGATE_CONFIG.
///
/// `--help` and `--version` print to standard output and end the process with status 0. An unknown flag, a number that
/// is none and a missing value print the usage to standard error and end it with status EXIT_FAILURE.
///
/// @throws std::invalid_argument for a quote without end, a word that is no boolean, a malformed logging level, and an
///   environment variable that is not a number, or negative.
/// @throws std::out_of_range for a number in a flag that is below the least one allowed.
[[nodiscard]] Configuration parse_configuration(std::string_view flags, const EnvironmentLookup& environment);

/// Decides the resources that were not requested, as the documentation of LEGATE_CONFIG says, and checks that the
/// requested ones can be had.
///
/// Two rules differ from the original. When fewer cores are visible than the helper threads would take, there is still
/// one CPU processor: the engine has no helper threads of its own, so a machine with two cores can work without any
/// flag. And OpenMP groups exist only where they were asked for, because CPU processors keep all cores busy with tasks
/// of any kind, groups only with those that have a variant for them.
///
/// @throws ConfigurationError for what the build or the hardware lacks, or if there is no processor at all.
/// @throws AutoConfigurationError if no core is left for the threads of OpenMP groups.
void resolve_auto(Configuration& configuration, const HardwareFacts& hardware, const BuildFeatures& build = {});

/// Ends the configuration, for a reason that comes after what was asked for: `--cpus 99`, `at most 4 are possible`.
/// @throws ConfigurationError always.
[[noreturn]] void refuse_configuration(const std::string& what, const std::string& reason);

/// Asks the system for the cores in this process's affinity mask, its memory and NUMA domains.
[[nodiscard]] HardwareFacts read_hardware();

/// Adds what the CUDA driver says.
void read_gpus(HardwareFacts& facts);

/// The block that `--show-config` prints.
[[nodiscard]] std::string summary(const Configuration& configuration);

/// The whole way: LEGATE_CONFIG and the other variables of this process, resolved for this machine; prints the summary
/// if asked to. Throws as the functions above.
[[nodiscard]] Configuration load_configuration();

}  // namespace legate::detail
