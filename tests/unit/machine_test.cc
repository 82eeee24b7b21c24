// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/machine.h>

#include "mapping/machine.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace {

using legate::mapping::Machine;
using legate::mapping::ProcessorRange;
using legate::mapping::StoreTarget;
using legate::mapping::TaskTarget;
using Targets = std::vector<TaskTarget>;

constexpr auto GPU = TaskTarget::GPU;
constexpr auto OMP = TaskTarget::OMP;
constexpr auto CPU = TaskTarget::CPU;

constexpr ProcessorRange CPUS{1, 7, 4};
constexpr ProcessorRange OMPS{0, 3, 2};
constexpr ProcessorRange GPUS{3, 6, 3};
constexpr ProcessorRange NONE{};

[[nodiscard]] Machine mixed() { return Machine{{{CPU, CPUS}, {OMP, OMPS}, {GPU, GPUS}}}; }

[[nodiscard]] Targets valid(const Machine& machine) {
  const auto targets = machine.valid_targets();
  return {targets.begin(), targets.end()};
}

TEST(Machine, PrintsItsRangesInOrderOfPreference) {
  EXPECT_EQ(Machine({{CPU, {1, 3, 4}}}).to_string(), "Machine(preferred_target: CPU, CPU: Proc([1,3], 4 per node))");
  std::ostringstream text;
  text << mixed();
  EXPECT_EQ(text.str(),
            "Machine(preferred_target: GPU, GPU: Proc([3,6], 3 per node), OMP: Proc([0,3], 2 per node), "
            "CPU: Proc([1,7], 4 per node))");
}

TEST(Machine, PrefersTheFirstKindThatItHas) {
  EXPECT_EQ(mixed().preferred_target(), GPU);
  EXPECT_EQ(Machine({{CPU, CPUS}, {OMP, OMPS}, {GPU, NONE}}).preferred_target(), OMP);
  EXPECT_EQ(Machine({{CPU, CPUS}, {OMP, NONE}}).preferred_target(), CPU);
  EXPECT_EQ(Machine({{GPU, NONE}, {OMP, NONE}}).preferred_target(), CPU);
  EXPECT_EQ(Machine(std::map<TaskTarget, ProcessorRange>{}).preferred_target(), CPU);
}

TEST(Machine, CountsProcessorsByKind) {
  EXPECT_EQ(mixed().count(), 3U);
  EXPECT_EQ(mixed().count(CPU), 6U);
  EXPECT_EQ(mixed().processor_range(), GPUS);
  EXPECT_EQ(mixed().processor_range(OMP), OMPS);
  EXPECT_EQ(Machine({{CPU, CPUS}}).count(GPU), 0U);
  EXPECT_EQ(Machine({{CPU, CPUS}}).processor_range(GPU), NONE);
  EXPECT_THROW((void)mixed().count(static_cast<TaskTarget>(9)), std::invalid_argument);
}

TEST(Machine, TellsValidTargetsFromListedOnes) {
  EXPECT_EQ(valid(mixed()), (Targets{GPU, OMP, CPU}));
  const Machine machine{{{CPU, CPUS}, {GPU, NONE}}};
  EXPECT_EQ(valid(machine), Targets{CPU});
  EXPECT_EQ(machine.valid_targets_except({}), (Targets{GPU, CPU}));
  EXPECT_EQ(machine.valid_targets_except({CPU}), Targets{GPU});
  EXPECT_EQ(mixed().valid_targets_except({GPU, OMP, CPU}), Targets{});
}

TEST(Machine, KeepsOnlyWhatIsAskedFor) {
  EXPECT_EQ(mixed().only(CPU).to_string(), Machine({{CPU, CPUS}}).to_string());
  EXPECT_EQ(mixed().only(Targets{CPU, OMP, CPU}).to_string(), Machine({{CPU, CPUS}, {OMP, OMPS}}).to_string());
  EXPECT_EQ(mixed()[OMP].to_string(), mixed().only(OMP).to_string());
  EXPECT_EQ((mixed()[Targets{GPU, CPU}]).to_string(), mixed().only(Targets{GPU, CPU}).to_string());
}

TEST(Machine, PrefersWhatWasAskedForWhenNothingIsLeft) {
  const Machine cpus{{{CPU, CPUS}}};
  EXPECT_TRUE(cpus.only(GPU).empty());
  EXPECT_EQ(cpus.only(GPU).preferred_target(), GPU);
  EXPECT_EQ(cpus.only(Targets{OMP, GPU}).preferred_target(), GPU);
  EXPECT_EQ(cpus.only(Targets{GPU, CPU}).preferred_target(), CPU);
  EXPECT_EQ(mixed().only(Targets{}).preferred_target(), GPU);
}

TEST(Machine, SlicesOneKind) {
  EXPECT_EQ(mixed().slice(1, 3, CPU).to_string(), Machine({{CPU, {2, 4, 4}}}).to_string());
  EXPECT_EQ(mixed().slice(1, 3, CPU, true).to_string(),
            Machine({{CPU, {2, 4, 4}}, {OMP, OMPS}, {GPU, GPUS}}).to_string());
  EXPECT_EQ(mixed().slice(0, 2).to_string(), Machine({{GPU, {3, 5, 3}}}).to_string());
  EXPECT_EQ(mixed().slice(0, 2, true).count(CPU), 6U);
  EXPECT_EQ(mixed().slice(2, 99, CPU).count(), 4U);
  EXPECT_TRUE(mixed().slice(6, 7, CPU).empty());
  EXPECT_EQ(mixed().slice(5, 5, GPU, true).preferred_target(), OMP);
}

TEST(Machine, ComparesProcessorsOnly) {
  EXPECT_EQ(mixed(), Machine({{GPU, GPUS}, {OMP, OMPS}, {CPU, CPUS}}));
  EXPECT_EQ(Machine({{CPU, CPUS}}), Machine({{CPU, CPUS}, {OMP, ProcessorRange(0, 0, 5)}}));
  EXPECT_EQ(Machine({{CPU, CPUS}}).only(GPU), Machine({{CPU, CPUS}}).only(OMP));
  EXPECT_NE(mixed(), mixed().only(CPU));
  EXPECT_NE(mixed().only(CPU), mixed());
  EXPECT_NE(Machine({{CPU, CPUS}}), Machine({{CPU, {1, 6, 4}}}));
}

TEST(Machine, IntersectsKindByKind) {
  EXPECT_EQ((mixed() & Machine({{CPU, {4, 20, 4}}})).to_string(), Machine({{CPU, {4, 7, 4}}}).to_string());
  EXPECT_TRUE((mixed() & Machine({{CPU, {20, 30, 4}}})).empty());
  EXPECT_TRUE((Machine({{GPU, GPUS}}) & Machine({{CPU, CPUS}})).empty());
  EXPECT_THROW((void)(mixed() & Machine({{CPU, {1, 7, 2}}})), std::invalid_argument);
}

TEST(Machine, SharesItsValueWithItsCopies) {
  const auto machine = mixed();
  const auto copy = machine;
  EXPECT_EQ(copy.impl(), machine.impl());
}

TEST(Machine, OfAWholeRunCountsThroughTheNodes) {
  const Machine machine{legate::mapping::detail::whole_machine({4, 0, 2}, 3)};
  EXPECT_EQ(machine, Machine({{CPU, {0, 12, 4}}, {OMP, {0, 6, 2}}}));
  EXPECT_EQ(machine.preferred_target(), OMP);
}

TEST(Target, IsPrintedByName) {
  std::ostringstream text;
  text << CPU << ' ' << OMP << ' ' << GPU << ' ' << StoreTarget::SYSMEM << ' ' << StoreTarget::FBMEM << ' '
       << StoreTarget::ZCMEM << ' ' << StoreTarget::SOCKETMEM;
  EXPECT_EQ(text.str(), "CPU OMP GPU SYSMEM FBMEM ZCMEM SOCKETMEM");
}

}  // namespace
