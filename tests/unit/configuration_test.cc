// SPDX-License-Identifier: Apache-2.0
#include "runtime/configuration.h"

#include "runtime/configuration_options.h"
#include "runtime/logging.h"

#include <legate/runtime/configuration_error.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace {

using legate::detail::BuildFeatures;
using legate::detail::Configuration;
using legate::detail::HardwareFacts;
using Environment = std::map<std::string, std::string>;

constexpr std::int64_t MEBIBYTE = std::int64_t{1} << 20;
constexpr std::int64_t GIBIBYTE = std::int64_t{1} << 30;

[[nodiscard]] Configuration parse(const std::string& flags, const Environment& variables = {}) {
  return legate::detail::parse_configuration(flags, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  });
}

template <typename Exception>
[[nodiscard]] std::string message_of(const std::string& flags, const Environment& variables = {}) {
  try {
    (void)parse(flags, variables);
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

using Limits = std::vector<std::int64_t>;

/// Exception size, chunks of CPUs, GPUs and OpenMP groups, window size, field reuse: fraction and frequency.
[[nodiscard]] Limits limits_of(const Configuration& configuration) {
  return {configuration.max_exception_size,   configuration.min_cpu_chunk, configuration.min_gpu_chunk,
          configuration.min_omp_chunk,        configuration.window_size,   configuration.field_reuse_fraction,
          configuration.field_reuse_frequency};
}

TEST(Configuration, HasDefaults) {
  const auto configuration = parse("");
  EXPECT_TRUE(configuration.auto_config);
  EXPECT_FALSE(configuration.requested.cpus || configuration.requested.sysmem);
  EXPECT_EQ(configuration.utility, 2);
  EXPECT_EQ(configuration.zcmem, 128 * MEBIBYTE);
  EXPECT_EQ(configuration.regmem, 0);
  EXPECT_EQ(limits_of(configuration), (Limits{4096, 16384, 1048576, 131072, 1, 256, 32}));
  EXPECT_EQ(configuration.profile_name, "legate");
  EXPECT_EQ(configuration.logging, "");
  EXPECT_EQ(configuration.cuda_driver_path, "libcuda.so.1");
  EXPECT_FALSE(configuration.profile || configuration.provenance || configuration.inline_task_launch);
}

TEST(Configuration, HasOtherDefaultsInTestMode) {
  EXPECT_EQ(limits_of(parse("", {{"LEGATE_TEST", "1"}})), (Limits{4096, 2, 2, 2, 1, 1, 8}));
  EXPECT_EQ(parse("", {{"LEGATE_TEST", "0"}}).min_cpu_chunk, 16384);
  EXPECT_EQ(parse("--min-cpu-chunk 5", {{"LEGATE_TEST", "1"}}).min_cpu_chunk, 5);
  EXPECT_EQ(parse("", {{"LEGATE_TEST", "1"}, {"LEGATE_MIN_CPU_CHUNK", "6"}}).min_cpu_chunk, 6);
}

TEST(Configuration, ReadsEveryFlag) {
  const auto configuration = parse(
      "--auto-config=0 --show-config --show-memory-usage --show-progress --cpus 1 --gpus 2 --omps 3 --ompthreads 4 "
      "--utility 5 --sysmem 6 --numamem 7 --fbmem 8 --zcmem 9 --regmem 10 --max-exception-size 11 --min-cpu-chunk 12 "
      "--min-gpu-chunk 13 --min-omp-chunk 14 --window-size 15 --field-reuse-fraction 16 --field-reuse-frequency 17 "
      "--consensus --disable-mpi --warmup-nccl --inline-task-launch --single-controller-execution --profile "
      "--profile-name p --provenance --nsys --logging a=1 --logdir d --log-to-file --freeze-on-error --use-empty-task "
      "--check-calls --timeout-fence 18 --cuda-driver-path c --io-use-vfd-gds --experimental-copy-path");
  EXPECT_FALSE(configuration.auto_config);
  EXPECT_TRUE(configuration.show_config && configuration.show_memory_usage && configuration.show_progress);
  EXPECT_EQ(configuration.requested.cpus, 1);
  EXPECT_EQ(configuration.requested.gpus, 2);
  EXPECT_EQ(configuration.requested.omps, 3);
  EXPECT_EQ(configuration.requested.ompthreads, 4);
  EXPECT_EQ(configuration.utility, 5);
  EXPECT_EQ(configuration.requested.sysmem, 6 * MEBIBYTE);
  EXPECT_EQ(configuration.requested.numamem, 7 * MEBIBYTE);
  EXPECT_EQ(configuration.requested.fbmem, 8 * MEBIBYTE);
  EXPECT_EQ(configuration.zcmem, 9 * MEBIBYTE);
  EXPECT_EQ(configuration.regmem, 10 * MEBIBYTE);
  EXPECT_EQ(limits_of(configuration), (Limits{11, 12, 13, 14, 15, 16, 17}));
  EXPECT_TRUE(configuration.consensus && configuration.disable_mpi && configuration.warmup_nccl);
  EXPECT_TRUE(configuration.inline_task_launch && configuration.single_controller_execution);
  EXPECT_TRUE(configuration.profile && configuration.provenance && configuration.nsys);
  EXPECT_EQ(configuration.profile_name, "p");
  EXPECT_EQ(configuration.logging, "a=1");
  EXPECT_EQ(configuration.logdir, "d");
  EXPECT_TRUE(configuration.log_to_file && configuration.freeze_on_error && configuration.use_empty_task);
  EXPECT_TRUE(configuration.check_calls);
  EXPECT_EQ(configuration.timeout_fence, 18);
  EXPECT_EQ(configuration.cuda_driver_path, "c");
  EXPECT_TRUE(configuration.io_use_vfd_gds && configuration.experimental_copy_path);
}

TEST(Configuration, ReadsEveryVariable) {
  const auto configuration = parse("", {{"LEGATE_AUTO_CONFIG", "0"},
                                        {"LEGATE_SHOW_CONFIG", "1"},
                                        {"LEGATE_SHOW_USAGE", "1"},
                                        {"LEGATE_SHOW_PROGRESS", "2"},
                                        {"LEGATE_WARMUP_NCCL", "1"},
                                        {"LEGATE_MAX_EXCEPTION_SIZE", "11"},
                                        {"LEGATE_MIN_CPU_CHUNK", "12"},
                                        {"LEGATE_MIN_GPU_CHUNK", "13"},
                                        {"LEGATE_MIN_OMP_CHUNK", "14"},
                                        {"LEGATE_WINDOW_SIZE", "15"},
                                        {"LEGATE_CONSENSUS", "1"},
                                        {"LEGATE_FIELD_REUSE_FRAC", "16"},
                                        {"LEGATE_FIELD_REUSE_FREQ", "17"},
                                        {"LEGATE_DISABLE_MPI", "1"},
                                        {"LEGATE_INLINE_TASK_LAUNCH", "1"},
                                        {"LEGATE_EMPTY_TASK", "1"},
                                        {"LEGATE_CUDA_DRIVER", "c"},
                                        {"LEGATE_IO_USE_VFD_GDS", "1"}});
  EXPECT_FALSE(configuration.auto_config);
  EXPECT_TRUE(configuration.show_config && configuration.show_memory_usage && configuration.show_progress);
  EXPECT_TRUE(configuration.warmup_nccl && configuration.consensus && configuration.disable_mpi);
  EXPECT_TRUE(configuration.inline_task_launch && configuration.use_empty_task && configuration.io_use_vfd_gds);
  EXPECT_EQ(limits_of(configuration), (Limits{11, 12, 13, 14, 15, 16, 17}));
  EXPECT_EQ(configuration.cuda_driver_path, "c");
}

TEST(Configuration, SplitsAtBlanksAndEqualsSigns) {
  EXPECT_EQ(parse("   --cpus   2\t --sysmem=100\n").requested.cpus, 2);
  EXPECT_EQ(parse("--cpus=2").requested.cpus, 2);
  EXPECT_EQ(parse("--cpus=1 --cpus 3 --cpus=2").requested.cpus, 2) << "the last one wins";
  EXPECT_EQ(parse("--profile-name=a=b").profile_name, "a=b");
}

TEST(Configuration, TakesQuotesOff) {
  EXPECT_EQ(parse("--cpus '2'").requested.cpus, 2);
  EXPECT_EQ(parse("--cpus \"2\"").requested.cpus, 2);
  EXPECT_EQ(parse("--cpus='2'").requested.cpus, 2);
  EXPECT_EQ(parse("'--cpus' 2").requested.cpus, 2);
  EXPECT_EQ(parse("--consensus \"--cpus=2\"").requested.cpus, 2);
}

TEST(Configuration, KeepsBlanksInQuotes) {
  EXPECT_EQ(parse("--logdir \"a b\" --cpus 2").logdir, "a b");
  EXPECT_EQ(parse("--logdir='a b' --cpus 2").logdir, "a b");
  EXPECT_EQ(parse("--logdir 'a \"b\"'").logdir, "a \"b\"");
  EXPECT_EQ(parse("--profile-name '--x'").profile_name, "--x") << "in quotes, a value may look like a flag";
  EXPECT_EQ(parse("--logdir ''").logdir, "");
}

TEST(Configuration, RejectsOpenQuotes) {
  EXPECT_THROW((void)parse("--cpus '1"), std::invalid_argument);
  EXPECT_THROW((void)parse("--cpus 1 \""), std::invalid_argument);
}

TEST(Configuration, ReadsWordsAsBooleans) {
  for (const auto* yes : {"1", "t", "true", "y", "yes", "T", "True", "YES"}) {
    EXPECT_TRUE(parse("--consensus=" + std::string{yes}).consensus) << yes;
    EXPECT_TRUE(parse("--consensus " + std::string{yes} + " --cpus 1").consensus) << yes;
  }
  for (const auto* no : {"0", "f", "false", "n", "no", "F", "False", "NO"}) {
    EXPECT_FALSE(parse("--auto-config=" + std::string{no}).auto_config) << no;
    EXPECT_FALSE(parse("--auto-config " + std::string{no} + " --cpus 1").auto_config) << no;
  }
  EXPECT_TRUE(parse("--consensus --cpus 1").consensus);
  EXPECT_NE(
      message_of<std::invalid_argument>("--auto-config yes1").find("'1, t, true, y, yes' or '0, f, false, n, no'"),
      std::string::npos);
  EXPECT_THROW((void)parse("--consensus="), std::invalid_argument);
}

TEST(Configuration, RejectsNumbersOutOfRange) {
  for (const auto* flag :
       {"--cpus", "--gpus", "--omps", "--ompthreads", "--numamem", "--fbmem", "--zcmem", "--regmem"}) {
    EXPECT_THROW((void)parse(std::string{flag} + " -1"), std::out_of_range) << flag;
    EXPECT_NO_THROW((void)parse(std::string{flag} + " 0")) << flag;
  }
  for (const auto* flag : {"--utility", "--sysmem", "--max-exception-size", "--min-cpu-chunk", "--min-gpu-chunk",
                           "--min-omp-chunk", "--window-size", "--field-reuse-fraction", "--field-reuse-frequency"}) {
    EXPECT_THROW((void)parse(std::string{flag} + " 0"), std::out_of_range) << flag;
    EXPECT_THROW((void)parse(std::string{flag} + "=-7"), std::out_of_range) << flag;
    EXPECT_NO_THROW((void)parse(std::string{flag} + " 1")) << flag;
  }
  EXPECT_NE(message_of<std::out_of_range>("--cpus -1").find("(--cpus) must be >= 0, have -1"), std::string::npos);
  EXPECT_NE(message_of<std::out_of_range>("--utility 0").find("(--utility) must be > 0, have 0"), std::string::npos);
}

TEST(Configuration, RejectsVariablesThatAreNoNumbers) {
  EXPECT_NE(message_of<std::invalid_argument>("", {{"LEGATE_MIN_CPU_CHUNK", "nineteen"}}).find("LEGATE_MIN_CPU_CHUNK"),
            std::string::npos);
  EXPECT_THROW((void)parse("--min-cpu-chunk 5", {{"LEGATE_MIN_CPU_CHUNK", "x"}}), std::invalid_argument);
  EXPECT_THROW((void)parse("", {{"LEGATE_WINDOW_SIZE", "-3"}}), std::invalid_argument);
  EXPECT_THROW((void)parse("", {{"LEGATE_WINDOW_SIZE", ""}}), std::invalid_argument);
  EXPECT_THROW((void)parse("", {{"LEGATE_SHOW_PROGRESS", "yes"}}), std::invalid_argument);
  EXPECT_THROW((void)parse("", {{"LEGATE_SHOW_PROGRESS", "-1"}}), std::invalid_argument);
  EXPECT_THROW((void)parse("", {{"LEGATE_TEST", "x"}}), std::invalid_argument);
}

TEST(Configuration, SaysWhereAProblemIsAndWhatWouldBeRight) {
  using Text = std::string;
  EXPECT_EQ(message_of<std::out_of_range>("--cpus -1"),
            "LEGATE_CONFIG: --cpus -1: Number of CPU processors per process (--cpus) must be >= 0, have -1");
  EXPECT_EQ(message_of<std::invalid_argument>("--consensus=maybe"),
            "LEGATE_CONFIG: --consensus maybe: unknown boolean argument, expected one of '1, t, true, y, yes' or "
            "'0, f, false, n, no'");
  EXPECT_EQ(message_of<std::invalid_argument>("--consensus=").rfind("LEGATE_CONFIG: --consensus '': ", 0), 0U);
  EXPECT_EQ(message_of<std::invalid_argument>("--logging a=zz").rfind("LEGATE_CONFIG: --logging a=zz: ", 0), 0U);
  EXPECT_EQ(message_of<std::invalid_argument>("--logging a").rfind("LEGATE_CONFIG: --logging a: ", 0), 0U);
  EXPECT_EQ(message_of<std::invalid_argument>("--logdir 'x").rfind("LEGATE_CONFIG: unterminated quote", 0), 0U);
  // what no flag says, a variable does
  for (const Text name : {"LEGATE_SHOW_CONFIG", "LEGATE_TEST", "LEGATE_LOG_MAPPING", "LEGATE_LOG_PARTITIONING"}) {
    EXPECT_EQ(message_of<std::invalid_argument>("", {{name, "yes"}}), name + "='yes': expected 0 for no, or 1 for yes");
  }
  EXPECT_EQ(message_of<std::invalid_argument>("", {{"LEGATE_WINDOW_SIZE", "-3"}}),
            "LEGATE_WINDOW_SIZE='-3': expected a number from 0 on");
}

TEST(ConfigurationDeathTest, SaysWhereAProblemIsAndWhatWouldBeRight) {
  const ::testing::ExitedWithCode failed{EXIT_FAILURE};
  EXPECT_EXIT((void)parse("--cpus many"), failed, "LEGATE_CONFIG: --cpus many: expected a number from 0 to 2147483647");
  EXPECT_EXIT((void)parse("--cpus"), failed, "LEGATE_CONFIG: --cpus expects a value, a number after a blank or '='");
  EXPECT_EXIT((void)parse("--nonsense 4"), failed, "LEGATE_CONFIG: unknown argument: --nonsense");
}

TEST(Configuration, PutsFlagsBeforeVariables) {
  EXPECT_EQ(parse("--min-cpu-chunk 19", {{"LEGATE_MIN_CPU_CHUNK", "18"}}).min_cpu_chunk, 19);
  EXPECT_FALSE(parse("--show-config=0", {{"LEGATE_SHOW_CONFIG", "1"}}).show_config);
  EXPECT_EQ(parse("", {{"LEGATE_WINDOW_SIZE", "0"}}).window_size, 1);
}

TEST(Configuration, ChecksCallsWhenAskedToOrInDebugBuilds) {
  EXPECT_EQ(parse("", {}).check_calls, LEGATE_DEFINED(LEGATE_USE_DEBUG) != 0);
  EXPECT_TRUE(parse("", {{"LEGATUS_CHECK_CALLS", "1"}}).check_calls);
  EXPECT_FALSE(parse("--check-calls 0", {{"LEGATUS_CHECK_CALLS", "1"}}).check_calls);
}

TEST(Configuration, WaitsForEverUnlessThereIsALimit) {
  EXPECT_EQ(parse("", {}).timeout_fence, 0);
  EXPECT_EQ(parse("", {{"LEGATUS_TIMEOUT_FENCE", "7"}}).timeout_fence, 7);
  EXPECT_THROW((void)parse("--timeout-fence -1", {}), std::out_of_range);
}

TEST(Configuration, KnowsTheModesOfBundling) {
  EXPECT_EQ(parse("", {}).bundling, "auto");
  EXPECT_EQ(parse("--bundling never", {}).bundling, "never");
  EXPECT_EQ(parse("", {{"LEGATUS_BUNDLING", "always"}}).bundling, "always");
  EXPECT_THROW((void)parse("--bundling sometimes", {}), std::invalid_argument);
}

TEST(Configuration, KnowsTheSchedulers) {
  EXPECT_EQ(parse("", {}).scheduler, "auto");
  for (const std::string name : {"auto", "eager", "prio", "lws", "dmda", "dmdar", "dmdas"}) {
    EXPECT_EQ(parse("--scheduler " + name, {}).scheduler, name);
  }
  EXPECT_EQ(parse("", {{"LEGATUS_SCHEDULER", "lws"}}).scheduler, "lws");
  try {
    (void)parse("--scheduler pheft", {});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(
        std::string{error.what()}.find("--scheduler pheft: expected one of auto, eager, prio, lws, dmda, dmdar, dmdas"),
        std::string::npos)
        << error.what();
  }
}

TEST(Configuration, BlamesTheVariableThatHasAnUnknownWord) {
  using Case = std::pair<std::string, std::string>;
  for (const auto& [variable, flag] : {Case{"LEGATUS_SCHEDULER", "--scheduler"}, {"LEGATUS_BUNDLING", "--bundling"}}) {
    // Also if a flag says something better: as for numbers.
    for (const auto& flags : {std::string{}, flag + " auto"}) {
      try {
        (void)parse(flags, {{variable, "bogus"}});
        ADD_FAILURE() << "nothing was thrown";
      } catch (const std::invalid_argument& error) {
        EXPECT_EQ(std::string{error.what()}.rfind(variable + "='bogus': expected ", 0), 0U) << error.what();
      }
    }
  }
}

TEST(Configuration, KeepsModelsWhereTheUserKeepsTheLike) {
  EXPECT_EQ(parse("--model-dir=/models", {{"HOME", "/home/me"}}).model_directory, "/models");
  EXPECT_EQ(parse("", {{"LEGATUS_MODEL_DIR", "/mine"}, {"STARPU_HOME", "/star"}}).model_directory, "/mine");
  EXPECT_EQ(parse("", {{"STARPU_HOME", "/star"}, {"HOME", "/home/me"}}).model_directory, "/star/.legatus/models");
  EXPECT_EQ(parse("", {{"XDG_CACHE_HOME", "/cache"}, {"HOME", "/home/me"}}).model_directory, "/cache/legatus/models");
  EXPECT_EQ(parse("", {{"HOME", "/home/me"}}).model_directory, "/home/me/.cache/legatus/models");
  EXPECT_EQ(parse("", {}).model_directory, "");
}

TEST(Configuration, RecordsProvenanceForProfiles) {
  EXPECT_TRUE(parse("--profile").provenance);
  EXPECT_TRUE(parse("--nsys").provenance);
  EXPECT_FALSE(parse("--profile --provenance=0").provenance);
  EXPECT_FALSE(parse("--provenance=0 --nsys").provenance);
  EXPECT_FALSE(parse("--profile=0").provenance);
}

TEST(ConfigurationDeathTest, EndsTheProcessWithTheUsage) {
  for (const auto* flags :
       {"--nonsense", "stray", "--cpu 2", "--cpus many", "--cpus 1.5", "--cpus=", "--cpus 1x", "--cpus 3000000000",
        "--window-size 99999999999999999999", "--cpus", "--cpus --gpus 1", "--sysmem 99999999999999999"}) {
    EXPECT_EXIT((void)parse(flags), ::testing::ExitedWithCode(EXIT_FAILURE), "Usage: LEGATE_CONFIG(.|\n)*LEGATE ERROR")
        << flags;
  }
}

TEST(ConfigurationDeathTest, EndsTheProcessAfterHelp) {
  EXPECT_EXIT((void)parse("--help --nonsense"), ::testing::ExitedWithCode(EXIT_SUCCESS), "");
  EXPECT_EXIT((void)parse("-h"), ::testing::ExitedWithCode(EXIT_SUCCESS), "");
  EXPECT_EXIT((void)parse("--version"), ::testing::ExitedWithCode(EXIT_SUCCESS), "");
}

TEST(Configuration, ListsAllButHiddenFlagsInTheUsage) {
  const auto usage = legate::detail::usage();
  for (const auto& option : legate::detail::configuration_options()) {
    EXPECT_EQ(usage.find("  " + std::string{option.flag} + " ") == std::string::npos, option.hidden) << option.flag;
  }
}

TEST(Configuration, SaysInTheUsageWhichFlagsHaveNoEffect) {
  const auto usage = legate::detail::usage();
  const auto line_of = [&](const std::string& flag) {
    const auto begin = usage.find("  " + flag + " ");
    return begin == std::string::npos ? std::string{} : usage.substr(begin, usage.find('\n', begin) - begin);
  };
  for (const auto* flag : {"--window-size", "--field-reuse-fraction", "--field-reuse-frequency", "--zcmem", "--regmem",
                           "--consensus", "--disable-mpi", "--cuda-driver-path", "--nsys"}) {
    EXPECT_NE(line_of(flag).find("accepted, without effect"), std::string::npos) << flag;
  }
  for (const auto* flag : {"--cpus", "--sysmem", "--min-cpu-chunk", "--logging", "--show-progress", "--utility",
                           "--profile", "--freeze-on-error", "--use-empty-task"}) {
    EXPECT_FALSE(line_of(flag).empty()) << flag;
    EXPECT_EQ(line_of(flag).find(';'), std::string::npos) << line_of(flag);
  }
  EXPECT_NE(line_of("--gpus").find("only 0 in this build"), std::string::npos);
}

TEST(Configuration, SaysInTheUsageWhatTheDefaultsAre) {
  const auto usage = legate::detail::usage();
  for (const auto* words :
       {"(default 16384, LEGATE_MIN_CPU_CHUNK)", "(default 128)", "(default auto, LEGATUS_BUNDLING)",
        "(default true, LEGATE_AUTO_CONFIG)", "(LEGATE_SHOW_CONFIG)"}) {
    EXPECT_NE(usage.find(words), std::string::npos) << words << usage;
  }
}

TEST(Logging, ReadsNamesAndLevels) {
  const auto levels = legate::detail::parse_logging("a=all,legate.mapper=debug,c=info,d=error,e=none,f=4");
  std::map<std::string, int> found;
  for (const auto& level : levels) {
    found[level.name] = static_cast<int>(level.level);
  }
  EXPECT_EQ(found,
            (std::map<std::string, int>{{"a", 0}, {"legate.mapper", 1}, {"c", 2}, {"d", 5}, {"e", 7}, {"f", 4}}));
  EXPECT_TRUE(legate::detail::parse_logging("").empty());
}

TEST(Logging, RejectsOtherForms) {
  for (const auto* text : {"a", "=1", "a=", "a=zz", "a=DEBUG", "a=9", "a=-1", "a=1,", ",a=1", "a=1,,b=1", "a=1x"}) {
    EXPECT_THROW((void)parse("--logging " + std::string{text}), std::invalid_argument) << text;
  }
  EXPECT_NE(message_of<std::invalid_argument>("--logging a=zz")
                .find("Unknown logging level 'zz' (from 'a=zz'), expected one of [all, debug, info, error, none]"),
            std::string::npos);
}

TEST(Logging, IsExtendedByVariables) {
  EXPECT_EQ(parse("", {{"LEGATE_LOG_MAPPING", "1"}}).logging, "legate.mapper=info");
  EXPECT_EQ(parse("--logging a=1", {{"LEGATE_LOG_MAPPING", "1"}, {"LEGATE_LOG_PARTITIONING", "1"}}).logging,
            "a=1,legate.mapper=info,legate.partitioner=debug");
  EXPECT_EQ(parse("", {{"LEGATE_LOG_MAPPING", "0"}}).logging, "");
}

/// A machine with 16 cores in two NUMA domains, 100 GiB of memory, and, for a build that could use them, GPUs.
[[nodiscard]] HardwareFacts large_machine(std::int64_t gpus = 0) {
  HardwareFacts facts;
  facts.cores = 16;
  facts.memory = 100 * GIBIBYTE;
  facts.numa_domains = 2;
  facts.numa_domain_memory = 50 * GIBIBYTE;
  facts.gpus = gpus;
  facts.gpu_memory = gpus > 0 ? 10 * GIBIBYTE : 0;
  return facts;
}

[[nodiscard]] BuildFeatures everything() { return {true, true, true, true}; }

[[nodiscard]] Configuration resolve(const std::string& flags, const HardwareFacts& hardware,
                                    const BuildFeatures& build = {}) {
  auto configuration = parse(flags);
  legate::detail::resolve_auto(configuration, hardware, build);
  return configuration;
}

TEST(Resources, AreFewWithoutAutomaticConfiguration) {
  const auto configuration = resolve("--auto-config 0", large_machine(4), everything());
  EXPECT_EQ(configuration.cpus, 1);
  EXPECT_EQ(configuration.gpus, 0);
  EXPECT_EQ(configuration.omps, 0);
  EXPECT_EQ(configuration.ompthreads, 0);
  EXPECT_EQ(configuration.sysmem, 256 * MEBIBYTE);
  EXPECT_EQ(configuration.numamem, 0);
  EXPECT_EQ(configuration.fbmem, 0);
  const auto more = resolve("--auto-config 0 --gpus 1 --omps 4", large_machine(4), everything());
  EXPECT_EQ(more.fbmem, 256 * MEBIBYTE);
  EXPECT_EQ(more.numamem, 256 * MEBIBYTE);
  EXPECT_EQ(more.ompthreads, 1);
  EXPECT_EQ(more.cpus, 1);
}

TEST(Resources, AreCpusInABuildWithoutMore) {
  const auto configuration = resolve("", large_machine(4));
  EXPECT_EQ(configuration.cpus, 14);
  EXPECT_EQ(configuration.gpus, 0);
  EXPECT_EQ(configuration.omps, 0);
  EXPECT_EQ(configuration.sysmem, 80 * GIBIBYTE);
  EXPECT_EQ(configuration.numamem, 0);
  EXPECT_EQ(resolve("--utility 5", large_machine()).cpus, 11);
}

TEST(Resources, AreOneCpuOnASmallMachine) {
  for (std::int64_t cores = 1; cores < 4; ++cores) {
    HardwareFacts hardware;
    hardware.cores = cores;
    EXPECT_EQ(resolve("", hardware).cpus, 1) << cores;
    EXPECT_EQ(resolve("--cpus 4", hardware).cpus, 4) << "a request is a request";
  }
}

TEST(Resources, AreSharedByOpenMpGroupsAndGpus) {
  EXPECT_EQ(resolve("", large_machine(), everything()).omps, 0) << "groups only where they are asked for";
  const auto groups = resolve("--omps 2", large_machine(), everything());
  EXPECT_EQ(groups.cpus, 1);
  EXPECT_EQ(groups.ompthreads, (16 - 1 - 2) / 2);
  EXPECT_EQ(groups.numamem, 40 * GIBIBYTE);
  EXPECT_EQ(groups.sysmem, 256 * MEBIBYTE);
  EXPECT_EQ(resolve("--omps 4", large_machine(), everything()).numamem, 20 * GIBIBYTE);
  EXPECT_EQ(resolve("--omps 3", large_machine(), everything()).numamem, 0) << "no multiple of the domains";

  const auto devices = resolve("--omps 4", large_machine(4), everything());
  EXPECT_EQ(devices.gpus, 4);
  EXPECT_EQ(devices.fbmem, 10 * GIBIBYTE / MEBIBYTE * 95 / 100 * MEBIBYTE);
  EXPECT_EQ(devices.ompthreads, (16 - 1 - 2 - 4) / 4);
  EXPECT_EQ(resolve("", large_machine(4), everything()).cpus, 4);
}

TEST(Resources, MustLeaveCoresForOpenMpThreads) {
  EXPECT_THROW((void)resolve("--omps 14", large_machine(), everything()), legate::AutoConfigurationError);
  EXPECT_EQ(resolve("--omps 13", large_machine(), everything()).ompthreads, 1);
  EXPECT_EQ(resolve("--omps 14 --ompthreads 2", large_machine(), everything()).ompthreads, 2);
}

TEST(Resources, AreRefusedByFlagAndValue) {
  const auto refusal = [](const std::string& flags, const BuildFeatures& build) -> std::string {
    try {
      (void)resolve(flags, large_machine(4), build);
    } catch (const legate::ConfigurationError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  auto four = everything();
  four.max_cpus = 4;
  for (const auto& [flags, build, parts] :
       std::vector<std::tuple<std::string, BuildFeatures, std::vector<std::string>>>{
           {"--cpus 99", four, {"--cpus 99: ", "at most 4 "}},
           {"--cpus 3 --omps 2", four, {"--cpus 3 with --omps 2: ", "at most 4 together"}},
           {"--gpus 5", everything(), {"--gpus 5: ", "at most 4 "}},
           {"--gpus 1", {}, {"--gpus 1: ", "not built with GPU", "only 0"}},
           {"--omps 2", {}, {"--omps 2: ", "not built with OpenMP", "only 0"}},
           {"--omps 2 --ompthreads 0", everything(), {"--ompthreads 0 with --omps 2: ", "at least 1 thread"}},
           {"--warmup-nccl", {}, {"--warmup-nccl 1", "LEGATE_WARMUP_NCCL=1", "only 0"}},
           {"--gpus 1 --fbmem 0", everything(), {"--gpus 1 --fbmem 0: ", "at least 1"}},
           {"--cpus 0 --gpus 1", everything(), {"--cpus 0", "devices need a processor beside them"}},
           {"--cpus 0", {}, {"--cpus 0", "at least 1"}}}) {
    const auto message = refusal(flags, build);
    EXPECT_EQ(message.rfind("Legate configuration failed: ", 0), 0U) << message;
    EXPECT_NE(message.find("LEGATE_CONFIG"), std::string::npos) << message;
    for (const auto& part : parts) {
      EXPECT_NE(message.find(part), std::string::npos) << message << " lacks " << part;
    }
  }
  EXPECT_EQ(resolve("--omps 0 --gpus 0", large_machine(), four).cpus, 4) << "nobody asked for more than there can be";
}

TEST(Resources, AreNoGpusForInlineLaunchesUnlessAskedFor) {
  const auto configuration = resolve("--inline-task-launch", large_machine(4), everything());
  EXPECT_EQ(configuration.gpus, 0);
  EXPECT_EQ(configuration.cpus, resolve("", large_machine(), everything()).cpus);
  EXPECT_EQ(resolve("--inline-task-launch --gpus 2", large_machine(4), everything()).gpus, 2);
}

TEST(Resources, SayWhyThereIsNoGpu) {
  auto without = large_machine();
  without.gpu_problem = "no driver";
  EXPECT_EQ(resolve("--cpus 1", without, everything()).no_gpu_because, "no driver");
  for (const auto* flags : {"--gpus 0", "--auto-config 0"}) {
    EXPECT_EQ(resolve(flags, without, everything()).no_gpu_because, "") << flags << ": none is wanted";
  }
  EXPECT_EQ(resolve("", without).no_gpu_because, "") << "the build can use none";
  EXPECT_EQ(resolve("", large_machine(1), everything()).no_gpu_because, "");
  try {
    (void)resolve("--gpus 1", without, everything());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const legate::ConfigurationError& error) {
    EXPECT_NE(std::string{error.what()}.find("--gpus 1: there is no GPU that this process can use: no driver"),
              std::string::npos)
        << error.what();
  }
}

TEST(Resources, MustBeThere) {
  using legate::ConfigurationError;
  EXPECT_THROW((void)resolve("--gpus 1", large_machine(4)), ConfigurationError);
  EXPECT_THROW((void)resolve("--omps 1", large_machine()), ConfigurationError);
  EXPECT_THROW((void)resolve("--gpus 5", large_machine(4), everything()), ConfigurationError);
  EXPECT_THROW((void)resolve("--warmup-nccl", large_machine()), ConfigurationError);
  EXPECT_THROW((void)resolve("--io-use-vfd-gds", large_machine()), ConfigurationError);
  EXPECT_THROW((void)resolve("--cpus 0", large_machine()), ConfigurationError);
  EXPECT_NO_THROW((void)resolve("--gpus 0 --omps 0 --cpus 1", large_machine()));
}

TEST(Hardware, IsFound) {
  const auto facts = legate::detail::read_hardware();
  EXPECT_GE(facts.cores, 1);
  EXPECT_GT(facts.memory, 16 * MEBIBYTE);
  EXPECT_GE(facts.numa_domains, 0);
  EXPECT_LE(facts.numa_domain_memory, facts.memory);
  EXPECT_EQ(facts.gpus, 0);
}

TEST(Configuration, IsSummarized) {
  const auto text = legate::detail::summary(resolve("--cpus 3 --sysmem 100 --logdir 'a b'", large_machine()));
  EXPECT_EQ(text.find("Legate configuration summary:\n"), 0U);
  for (const auto* line : {"- cpus = 3\n", "- gpus = 0\n", "- sysmem = 104857600 (100 MiB)\n", "- logdir = a b\n",
                           "- auto-config = true\n", "- min-cpu-chunk = 16384\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_NE(text.find("- window-size = 1 (without effect)\n"), std::string::npos) << text;
}

TEST(Configuration, SummaryHasHiddenFlagsOnlyWhereTheyAreSet) {
  const auto text = [](const std::string& flags) { return legate::detail::summary(resolve(flags, large_machine())); };
  EXPECT_EQ(text("").find("experimental-copy-path"), std::string::npos);
  EXPECT_NE(text("--experimental-copy-path").find("- experimental-copy-path = true"), std::string::npos);
}

}  // namespace
