// SPDX-License-Identifier: Apache-2.0
#include "runtime/configuration.h"
#include "runtime/configuration_options.h"

#include <legate/runtime/configuration_error.h>

#include <algorithm>
#include <sstream>

namespace legate {

ConfigurationError::ConfigurationError(std::string_view message) : std::runtime_error{std::string{message}} {}

AutoConfigurationError::AutoConfigurationError(std::string_view message) : std::runtime_error{std::string{message}} {}

}  // namespace legate

namespace legate::detail {

namespace {

constexpr std::int64_t MEBIBYTE = std::int64_t{1} << 20;
constexpr std::int64_t DEFAULT_MEMORY = 256 * MEBIBYTE;

[[noreturn]] void give_up(const std::string& reason) {
  throw AutoConfigurationError{"Legate auto-configuration failed: " + reason +
                               ". Set the resources in the environment variable LEGATE_CONFIG, or turn automatic "
                               "configuration off with LEGATE_AUTO_CONFIG=0"};
}

constexpr std::int64_t ONE = 1;

[[nodiscard]] std::string because(const std::string& reason) { return reason.empty() ? "" : ": " + reason; }

/// A part of an amount of memory, in whole MiB.
[[nodiscard]] std::int64_t percent(std::int64_t memory, std::int64_t part) {
  return memory / MEBIBYTE * part / 100 * MEBIBYTE;
}

/// Decides the resources one after the other; each decision uses the ones before.
class Resolver {
 public:
  Resolver(Configuration& configuration, const HardwareFacts& hardware, const BuildFeatures& build)
      : configuration_{configuration}, hardware_{hardware}, build_{build} {}

  void resolve() {
    check_features();
    const auto& requested = configuration_.requested;
    configuration_.gpus = requested.gpus ? *requested.gpus : gpus();
    check_gpus();
    if (automatic() && build_.gpus && !requested.gpus && hardware_.gpus == 0) {
      configuration_.no_gpu_because = hardware_.gpu_problem;
    }
    configuration_.fbmem = requested.fbmem ? *requested.fbmem : fbmem();
    configuration_.omps = requested.omps.value_or(0);
    check_omps();
    check_opencls();
    configuration_.numamem = requested.numamem ? *requested.numamem : numamem();
    configuration_.cpus =
        requested.cpus ? *requested.cpus : std::min(cpus(), std::max(build_.max_cpus - configuration_.omps, ONE));
    check_cpus();
    configuration_.ompthreads = requested.ompthreads ? *requested.ompthreads : ompthreads();
    if (configuration_.omps > 0 && configuration_.ompthreads == 0) {
      refuse_configuration("--ompthreads 0 with --omps " + std::to_string(configuration_.omps),
                           "an OpenMP group has at least 1 thread");
    }
    configuration_.sysmem = requested.sysmem ? *requested.sysmem : sysmem();
    if (configuration_.cpus + configuration_.omps == 0) {
      // Also devices: what is gathered for them, or folded, is so in main memory.
      refuse_configuration("--cpus 0, with --omps 0",
                           configuration_.gpus + configuration_.opencls == 0
                               ? "no processor is left to run tasks, --cpus must be at least 1"
                               : "devices need a processor beside them, --cpus must be at least 1");
    }
  }

 private:
  [[nodiscard]] bool automatic() const { return configuration_.auto_config; }

  void check_features() const {
    if (configuration_.warmup_nccl && !build_.nccl) {
      refuse_configuration("--warmup-nccl 1 (or LEGATE_WARMUP_NCCL=1)",
                           "Legate was not built with NCCL support, only 0 is possible");
    }
    if (configuration_.io_use_vfd_gds && !build_.gds) {
      refuse_configuration(
          "--io-use-vfd-gds 1 (or LEGATE_IO_USE_VFD_GDS=1)",
          "Cannot enable HDF5 VFD GDS, Legate was not configured with GDS support, only 0 is possible");
    }
  }

  void check_gpus() const {
    const auto asked = "--gpus " + std::to_string(configuration_.gpus);
    if (configuration_.gpus > 0 && !build_.gpus) {
      refuse_configuration(asked, "Legate was not built with GPU support, only 0 is possible");
    }
    if (configuration_.gpus > 0 && hardware_.gpus == 0) {
      refuse_configuration(asked, "there is no GPU that this process can use" + because(hardware_.gpu_problem));
    }
    if (configuration_.gpus > hardware_.gpus) {
      refuse_configuration(asked,
                           "at most " + std::to_string(hardware_.gpus) + " are possible, more GPUs are not visible");
    }
    if (configuration_.gpus > 0 && configuration_.requested.fbmem == 0) {
      refuse_configuration(asked + " --fbmem 0", "nothing fits into no memory, --fbmem must be at least 1");
    }
  }

  void check_omps() const {
    if (configuration_.omps > 0 && !build_.openmp) {
      refuse_configuration("--omps " + std::to_string(configuration_.omps),
                           "Legate was not built with OpenMP support, only 0 is possible");
    }
  }

  void check_opencls() const {
    if (configuration_.opencls > 0 && !build_.opencl) {
      refuse_configuration("--opencl " + std::to_string(configuration_.opencls),
                           "Legatus was not built with OpenCL support, only 0 is possible");
    }
  }

  void check_cpus() const {
    // To StarPU a group is a CPU worker.
    if (configuration_.cpus + configuration_.omps > build_.max_cpus) {
      const auto groups = configuration_.omps > 0 ? " with --omps " + std::to_string(configuration_.omps) : "";
      refuse_configuration("--cpus " + std::to_string(configuration_.cpus) + groups,
                           "at most " + std::to_string(build_.max_cpus) + (groups.empty() ? "" : " together") +
                               " are possible: the StarPU in use was built for no more (its configure option "
                               "--enable-maxcpus)");
    }
  }

  // Inline launches use none.
  [[nodiscard]] std::int64_t gpus() const {
    return automatic() && build_.gpus && !configuration_.inline_task_launch ? hardware_.gpus : 0;
  }

  [[nodiscard]] std::int64_t fbmem() const {
    if (configuration_.gpus == 0) {
      return 0;
    }
    return automatic() ? percent(hardware_.gpu_memory, 95) : DEFAULT_MEMORY;
  }

  [[nodiscard]] std::int64_t numamem() const {
    const auto omps = configuration_.omps;
    const auto domains = hardware_.numa_domains;
    if (omps == 0 || domains == 0 || omps % domains != 0) {
      return 0;
    }
    return automatic() ? percent(hardware_.numa_domain_memory / (omps / domains), 80) : DEFAULT_MEMORY;
  }

  [[nodiscard]] std::int64_t cpus() const {
    if (!automatic() || configuration_.omps > 0) {
      return 1;
    }
    if (configuration_.gpus > 0) {
      return configuration_.gpus;
    }
    return std::max<std::int64_t>(hardware_.cores - configuration_.utility, 1);
  }

  [[nodiscard]] std::int64_t ompthreads() const {
    if (configuration_.omps == 0) {
      return 0;
    }
    if (!automatic()) {
      return 1;
    }
    const auto left = hardware_.cores - configuration_.cpus - configuration_.utility - configuration_.gpus;
    // tested before dividing: a quotient of a negative number would be rounded up to 0 here, and the message is about
    // cores
    if (left < configuration_.omps) {
      give_up("Not enough CPU cores to split across " + std::to_string(configuration_.omps) +
              " OpenMP processor(s). Of " + std::to_string(hardware_.cores) + " cores, " +
              std::to_string(configuration_.cpus) + " are for CPU processors (--cpus), " +
              std::to_string(configuration_.utility) + " for the runtime (--utility) and " +
              std::to_string(configuration_.gpus) +
              " for GPU processors (--gpus); --omps must be less, or --ompthreads be given");
    }
    return left / configuration_.omps;
  }

  [[nodiscard]] std::int64_t sysmem() const {
    if (!automatic() || configuration_.numamem > 0) {
      return DEFAULT_MEMORY;
    }
    return std::max(percent(hardware_.memory, 80), MEBIBYTE);
  }

  Configuration& configuration_;
  const HardwareFacts& hardware_;
  const BuildFeatures& build_;
};

}  // namespace

void refuse_configuration(const std::string& what, const std::string& reason) {
  throw ConfigurationError{"Legate configuration failed: " + what + ": " + reason +
                           ". The configuration is in the environment variable LEGATE_CONFIG; LEGATE_SHOW_CONFIG=1 "
                           "prints it"};
}

void resolve_auto(Configuration& configuration, const HardwareFacts& hardware, const BuildFeatures& build) {
  Resolver{configuration, hardware, build}.resolve();
}

std::string summary(const Configuration& configuration) {
  std::ostringstream text;
  text << "Legate configuration summary:\n";
  for (const auto& option : configuration_options()) {
    if (option.hidden && value_of(option, configuration) == value_of(option, Configuration{})) {
      continue;
    }
    text << "- " << option.flag.substr(2) << " = " << value_of(option, configuration)
         << (option.support == Support::NO_EFFECT ? " (without effect)" : "") << '\n';
  }
  return text.str();
}

}  // namespace legate::detail
