// SPDX-License-Identifier: Apache-2.0
#include <legate/partitioning/constraint.h>
#include <legate/runtime/library.h>
#include <legate/task/task.h>
#include <legate/task/task_context.h>
#include <legate/task/task_info.h>

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

namespace {

using legate::LocalTaskID;
using legate::TaskConfig;
using legate::TaskInfo;
using legate::VariantCode;
using legate::VariantOptions;
using Options = std::map<VariantCode, VariantOptions>;

constexpr auto CONCURRENT = VariantOptions{}.with_concurrent(true);
constexpr auto ALLOCATES = VariantOptions{}.with_has_allocations(true);
constexpr auto EFFECT = VariantOptions{}.with_has_side_effect(true);

struct Key {};

}  // namespace

// The key to add_variant_ is made by LegateTask only: a specialisation hands it to the tests.
template <>
class legate::LegateTask<Key> {
 public:
  static TaskInfo::AddVariantKey make() { return {}; }
};

namespace {

void body(legate::TaskContext) {}

void add(TaskInfo& info, VariantCode code, const VariantOptions* declared, const Options& options = {}) {
  const legate::Library no_library{nullptr};  // asked for its defaults only if nobody else gave options
  info.add_variant_(legate::LegateTask<Key>::make(), no_library, code, &body, nullptr, declared, options);
}

struct Nothing : legate::LegateTask<Nothing> {};
struct Both : legate::LegateTask<Both> {
  static constexpr LocalTaskID TASK_ID{3};
  static constexpr auto CPU_VARIANT_OPTIONS = ALLOCATES;
  static void cpu_variant(legate::TaskContext) {}
  static void omp_variant(legate::TaskContext) noexcept {}
};
struct Indirect : Both {};
struct Configured final : legate::LegateTask<Configured> {
  static constexpr LocalTaskID TASK_ID{3};
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{5}}.with_variant_options(EFFECT);
  static void cpu_variant(legate::TaskContext) {}
};
template <int>
struct Numbered {};

using legate::detail::CPUVariant;
using legate::detail::GPUVariant;
using legate::detail::OMPVariant;

}  // namespace

TEST(TaskInfo, KnowsItsVariants) {
  TaskInfo info{"saxpy", TaskConfig{LocalTaskID{7}}};
  EXPECT_EQ(info.name(), "saxpy");
  EXPECT_EQ(info.task_config(), TaskConfig{LocalTaskID{7}});
  EXPECT_FALSE(info.find_variant(VariantCode::CPU).has_value());
  add(info, VariantCode::OMP, &CONCURRENT);
  EXPECT_TRUE(info.find_variant(VariantCode::OMP).has_value());
  EXPECT_FALSE(info.find_variant(VariantCode::CPU).has_value());
  EXPECT_FALSE(info.find_variant(static_cast<VariantCode>(0)).has_value());
  EXPECT_FALSE(info.find_variant(static_cast<VariantCode>(9)).has_value());
  EXPECT_THROW(add(info, VariantCode::OMP, &CONCURRENT), std::invalid_argument);
  EXPECT_EQ(info.to_string(), "saxpy {OMP: (concurrent,)}");
  std::ostringstream stream;
  stream << info;
  EXPECT_EQ(stream.str(), info.to_string());
}

TEST(TaskInfo, AddressesOfOptionsAreStable) {
  TaskInfo info{"saxpy", TaskConfig{LocalTaskID{7}}};
  add(info, VariantCode::CPU, &ALLOCATES);
  const auto* before = &info.find_variant(VariantCode::CPU)->options();
  add(info, VariantCode::GPU, &ALLOCATES);
  const TaskInfo copy = info;
  EXPECT_EQ(&copy.find_variant(VariantCode::CPU)->options(), before);
}

TEST(TaskInfo, TheCallsOptionsWinThenTheDeclaredThenTheConfiguredOnes) {
  const auto config = TaskConfig{LocalTaskID{7}}.with_variant_options(EFFECT);
  TaskInfo info{"saxpy", config};
  add(info, VariantCode::CPU, &ALLOCATES, {{VariantCode::CPU, CONCURRENT}});
  add(info, VariantCode::GPU, &ALLOCATES, {{VariantCode::CPU, CONCURRENT}});
  add(info, VariantCode::OMP, nullptr, {{VariantCode::CPU, CONCURRENT}});
  EXPECT_EQ(info.find_variant(VariantCode::CPU)->options(), CONCURRENT);
  EXPECT_EQ(info.find_variant(VariantCode::GPU)->options(), ALLOCATES);
  EXPECT_EQ(info.find_variant(VariantCode::OMP)->options(), EFFECT);
}

TEST(TaskInfo, ImpossibleConstraintsAreRefusedWithTheVariant) {
  const auto signature = legate::TaskSignature{}.inputs(1).constraints({legate::broadcast(legate::proxy::inputs[1])});
  TaskInfo info{"saxpy", TaskConfig{LocalTaskID{7}}.with_signature(signature)};
  EXPECT_THROW(add(info, VariantCode::CPU, &ALLOCATES), std::out_of_range);
  EXPECT_FALSE(info.find_variant(VariantCode::CPU).has_value());
}

TEST(TaskInfo, WorksWithoutAConfiguration) {
  const TaskInfo info{std::string{"saxpy"}};
  EXPECT_EQ(info.name(), "saxpy");
  EXPECT_FALSE(info.task_config().task_signature().has_value());
}

TEST(LegateTask, FindsWhatAClassDeclares) {
  static_assert(!CPUVariant::exists<Nothing>() && !GPUVariant::exists<Nothing>() && !OMPVariant::exists<Nothing>());
  static_assert(CPUVariant::exists<Both>() && !GPUVariant::exists<Both>() && OMPVariant::exists<Both>());
  static_assert(CPUVariant::exists<Indirect>() && CPUVariant::exists<Configured>() &&
                !OMPVariant::exists<Configured>());
  EXPECT_EQ(CPUVariant::body<Both>(), &Both::cpu_variant);
  EXPECT_EQ(CPUVariant::options<Both>(), &Both::CPU_VARIANT_OPTIONS);
  EXPECT_EQ(OMPVariant::options<Both>(), nullptr);
}

TEST(LegateTask, TheConfigurationWinsOverTheId) {
  EXPECT_EQ(legate::detail::declared_config<Both>(), TaskConfig{LocalTaskID{3}});
  EXPECT_EQ(legate::detail::declared_config<Configured>().task_id(), LocalTaskID{5});
}

TEST(LegateTask, IsNamedAsItIsWritten) {
  EXPECT_EQ(legate::detail::demangled_name(typeid(Numbered<3>)), "(anonymous namespace)::Numbered<3>");
  EXPECT_EQ(legate::detail::demangled_name(typeid(int)), "int");
}
