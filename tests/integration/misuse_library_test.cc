// SPDX-License-Identifier: Apache-2.0
// Mistakes with libraries, registration and the creation of tasks.
#include "runtime_test.h"

#include <legate/redop/redop.h>

#include <memory>
#include <optional>

namespace legate::test {
namespace {

using MisuseOfLibrary = RuntimeTest;

template <int ID>
struct Numbered : public LegateTask<Numbered<ID>> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{ID}};
  static void cpu_variant(TaskContext) {}
};

struct NoVariant : public LegateTask<NoVariant> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
};

struct WithSignature : public LegateTask<WithSignature> {
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{0}};
  static void cpu_variant(TaskContext) {}
};

/// Answers every question about tunables with an int64.
class TunableMapper : public mapping::Mapper {
 public:
  std::vector<mapping::StoreMapping> store_mappings(const mapping::Task&,
                                                    const std::vector<mapping::StoreTarget>&) override {
    return {};
  }
  std::optional<std::size_t> allocation_pool_size(const mapping::Task&, mapping::StoreTarget) override {
    return std::nullopt;
  }
  Scalar tunable_value(TunableID id) override { return id == 0 ? Scalar{std::int64_t{42}} : Scalar{}; }
};

TEST_F(MisuseOfLibrary, RefusesNameInUse) {
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_library("legatus.test")); },
                                 {"create_library", "legatus.test", "exists"});
}

TEST_F(MisuseOfLibrary, RefusesUnknownName) {
  refuses<std::out_of_range>([&] { static_cast<void>(runtime->find_library("nobody")); }, {"find_library", "nobody"});
  EXPECT_EQ(runtime->maybe_find_library("nobody"), std::nullopt);
}

TEST_F(MisuseOfLibrary, FindOrCreateKeepsTheOldConfiguration) {
  ResourceConfig small;
  small.max_tasks = 1;
  auto first = runtime->create_library("misuse.keeps", small);
  ResourceConfig large;
  large.max_tasks = 10;
  bool created = true;
  auto second = runtime->find_or_create_library("misuse.keeps", large, nullptr, {}, &created);
  EXPECT_FALSE(created);
  EXPECT_EQ(first, second);
  refuses<std::out_of_range>([&] { Numbered<1>::register_variants(second); }, {"1", "misuse.keeps", "at most 1"});
}

TEST_F(MisuseOfLibrary, RefusesMoreDynamicTasksThanTasks) {
  ResourceConfig config;
  config.max_tasks = 2;
  config.max_dyn_tasks = 3;
  refuses<std::out_of_range>([&] { static_cast<void>(runtime->create_library("misuse.dynamic", config)); },
                             {"misuse.dynamic", "3", "2"});
  EXPECT_EQ(runtime->maybe_find_library("misuse.dynamic"), std::nullopt);
}

TEST_F(MisuseOfLibrary, DynamicIdsRunOut) {
  ResourceConfig config;
  config.max_tasks = 4;
  config.max_dyn_tasks = 2;
  auto dynamic = runtime->create_library("misuse.ids", config);
  EXPECT_EQ(dynamic.get_new_task_id(), LocalTaskID{2});
  EXPECT_EQ(dynamic.get_new_task_id(), LocalTaskID{3});
  refuses<std::overflow_error>([&] { static_cast<void>(dynamic.get_new_task_id()); }, {"misuse.ids", "2"});
}

// So that ranks on which other tasks run draw the same ids outside of them.
TEST_F(MisuseOfLibrary, TasksDrawDynamicIdsFromTheOtherEnd) {
  ResourceConfig config;
  config.max_tasks = 4;
  config.max_dyn_tasks = 3;
  auto dynamic = runtime->create_library("misuse.ids.inside", config);
  std::vector<LocalTaskID> drawn;
  body = [&](TaskContext) { drawn.push_back(dynamic.get_new_task_id()); };
  runtime->submit(runtime->create_task(library, PLAIN));
  runtime->issue_execution_fence(true);
  EXPECT_EQ(drawn, std::vector<LocalTaskID>{LocalTaskID{3}});
  EXPECT_EQ(dynamic.get_new_task_id(), LocalTaskID{1});
  EXPECT_EQ(dynamic.get_new_task_id(), LocalTaskID{2});
  refuses<std::overflow_error>([&] { static_cast<void>(dynamic.get_new_task_id()); }, {"misuse.ids.inside", "3"});
}

TEST_F(MisuseOfLibrary, RefusesIdsOutsideTheConfiguredRange) {
  ResourceConfig config;
  config.max_tasks = 5;
  config.max_reduction_ops = 2;
  config.max_projections = 3;
  config.max_shardings = 1;
  const auto limited = runtime->create_library("misuse.limits", config);
  refuses<std::out_of_range>([&] { static_cast<void>(limited.get_task_id(LocalTaskID{5})); }, {"misuse.limits", "5"});
  refuses<std::out_of_range>([&] { static_cast<void>(limited.get_task_id(LocalTaskID{-1})); }, {"misuse.limits", "-1"});
  refuses<std::out_of_range>([&] { static_cast<void>(limited.get_reduction_op_id(LocalRedopID{2})); },
                             {"misuse.limits", "2"});
  refuses<std::out_of_range>([&] { static_cast<void>(limited.get_reduction_op_id(LocalRedopID{-1})); },
                             {"misuse.limits", "-1"});
  refuses<std::out_of_range>([&] { static_cast<void>(limited.get_projection_id(3)); }, {"misuse.limits", "3"});
  refuses<std::out_of_range>([&] { static_cast<void>(limited.get_sharding_id(1)); }, {"misuse.limits", "1"});
}

TEST_F(MisuseOfLibrary, RefusesTaskIdBeyondTheMaximum) {
  ResourceConfig config;
  config.max_tasks = 3;
  auto limited = runtime->create_library("misuse.maximum", config);
  refuses<std::out_of_range>([&] { Numbered<3>::register_variants(limited); }, {"Numbered<3>", "3", "misuse.maximum"});
  refuses<std::out_of_range>([&] { Numbered<3>::register_variants(limited, LocalTaskID{-1}); }, {"-1"});
  refuses<std::out_of_range>([&] { static_cast<void>(limited.find_task(LocalTaskID{3})); }, {"misuse.maximum", "3"});
  // the refused registration has left nothing behind
  Numbered<2>::register_variants(limited);
  EXPECT_NE(limited.get_task_name(LocalTaskID{2}).find("Numbered<2>"), std::string_view::npos);
}

TEST_F(MisuseOfLibrary, RefusesTaskIdInUse) {
  auto twice = runtime->create_library("misuse.twice");
  Numbered<1>::register_variants(twice);
  refuses<std::invalid_argument>([&] { Numbered<2>::register_variants(twice, LocalTaskID{1}); },
                                 {"Numbered<2>", "1", "misuse.twice", "Numbered<1>"});
  EXPECT_NE(twice.get_task_name(LocalTaskID{1}).find("Numbered<1>"), std::string_view::npos);
  Numbered<1>::register_variants(twice, LocalTaskID{7});  // the same class under another id is fine
}

TEST_F(MisuseOfLibrary, RefusesUnregisteredTask) {
  refuses<std::out_of_range>([&] { static_cast<void>(library.find_task(LocalTaskID{77})); }, {"legatus.test", "77"});
  refuses<std::out_of_range>([&] { static_cast<void>(library.get_task_name(LocalTaskID{77})); },
                             {"legatus.test", "77"});
  refuses<std::out_of_range>([&] { static_cast<void>(runtime->create_task(library, LocalTaskID{77})); },
                             {"legatus.test", "77"});
  refuses<std::out_of_range>([&] { static_cast<void>(runtime->create_task(library, LocalTaskID{-100})); },
                             {"legatus.test", "-100"});
}

TEST_F(MisuseOfLibrary, RefusesTaskOfAnotherLibrary) {
  auto mine = runtime->create_library("misuse.mine");
  const auto yours = runtime->create_library("misuse.yours");
  Numbered<9>::register_variants(mine);
  refuses<std::out_of_range>([&] { static_cast<void>(runtime->create_task(yours, LocalTaskID{9})); },
                             {"misuse.yours", "9"});
  EXPECT_FALSE(yours.valid_task_id(mine.get_task_id(LocalTaskID{9})));
  EXPECT_TRUE(mine.valid_task_id(mine.get_task_id(LocalTaskID{9})));
}

TEST_F(MisuseOfLibrary, RefusesEmptyLaunchDomainBeforeItLooksUpTheId) {
  refuses<std::invalid_argument>([&] { static_cast<void>(plain({0})); }, {"create_task", "empty"});
  refuses<std::invalid_argument>([&] { static_cast<void>(plain({3, 0})); }, {"create_task", "empty"});
  refuses<std::invalid_argument>(
      [&] {
        static_cast<void>(runtime->create_task(library, PLAIN, Domain{Rect<1>{3, 2}}));
      },
      {"empty"});
  const std::vector<std::uint64_t> none{0};
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(runtime->create_task(library, LocalTaskID{77}, Span<const std::uint64_t>{none})); },
      {"empty"});
  refuses<std::out_of_range>(
      [&] { static_cast<void>(runtime->create_task(library, LocalTaskID{77}, tuple<std::uint64_t>{})); }, {"77"});
}

TEST_F(MisuseOfLibrary, RefusesTaskWithoutVariant) {
  auto empty = runtime->create_library("misuse.novariant");
  NoVariant::register_variants(empty);
  refuses<std::invalid_argument>([&] { static_cast<void>(runtime->create_task(empty, LocalTaskID{0})); },
                                 {"NoVariant", "Machine"});
}

TEST_F(MisuseOfLibrary, RefusesReductionOperatorBeyondTheMaximum) {
  auto none = runtime->create_library("misuse.redop");
  refuses<std::out_of_range>(
      [&] { static_cast<void>(none.register_reduction_operator<SumReduction<std::int64_t>>(LocalRedopID{0})); },
      {"misuse.redop", "0"});
  ResourceConfig config;
  config.max_reduction_ops = 1;
  auto one = runtime->create_library("misuse.redop1", config);
  static_cast<void>(one.register_reduction_operator<SumReduction<std::int64_t>>(LocalRedopID{0}));
  refuses<std::out_of_range>(
      [&] { static_cast<void>(one.register_reduction_operator<SumReduction<std::int64_t>>(LocalRedopID{1})); }, {"1"});
  refuses<std::invalid_argument>(
      [&] { static_cast<void>(one.register_reduction_operator<SumReduction<std::int64_t>>(LocalRedopID{0})); }, {"0"});
}

TEST_F(MisuseOfLibrary, RefusesTunablesOfAnotherSize) {
  auto tuned = runtime->create_library("misuse.tunable", ResourceConfig{}, std::make_unique<TunableMapper>());
  EXPECT_EQ(tuned.get_tunable(0, int64()).value<std::int64_t>(), 42);
  refuses<std::invalid_argument>([&] { static_cast<void>(tuned.get_tunable(0, int32())); }, {"get_tunable", "4", "8"});
  refuses<std::invalid_argument>([&] { static_cast<void>(tuned.get_tunable(1, int64())); }, {"get_tunable"});
  refuses<std::invalid_argument>([&] { static_cast<void>(tuned.get_tunable(0, string_type())); }, {"get_tunable"});
}

/// Three registrations, of which the second cannot succeed in a library of two tasks.
struct RecordedRegistrar {
  static TaskRegistrar& get_registrar() {
    static TaskRegistrar registrar;
    return registrar;
  }
};

template <int ID>
struct Recorded : public LegateTask<Recorded<ID>> {
  using Registrar = RecordedRegistrar;
  static inline const auto TASK_CONFIG = TaskConfig{LocalTaskID{ID}};
  static void cpu_variant(TaskContext) {}
};

TEST_F(MisuseOfLibrary, RecordedRegistrationThatThrowsLeavesTheEarlierOnes) {
  ResourceConfig config;
  config.max_tasks = 2;
  auto target = runtime->create_library("misuse.registrar", config);
  Recorded<0>::register_variants();
  Recorded<2>::register_variants();
  refuses<std::out_of_range>([&] { static_cast<void>(target.find_task(LocalTaskID{0})); }, {"misuse.registrar", "0"});
  refuses<std::out_of_range>([&] { RecordedRegistrar::get_registrar().register_all_tasks(target); }, {"Recorded<2>"});
  EXPECT_NE(target.get_task_name(LocalTaskID{0}).find("Recorded<0>"), std::string_view::npos);
}

// --- signatures --------------------------------------------------------------------------------------------------

/// Registers Numbered<0> with a signature in a library of its own.
Library with_signature(Runtime* runtime, const char* name, const TaskSignature& signature) {
  auto result = runtime->create_library(name);
  WithSignature::register_variants(result, TaskConfig{LocalTaskID{0}}.with_signature(signature));
  return result;
}

using MisuseOfSignature = RuntimeTest;

TEST_F(MisuseOfSignature, RefusesRangesWithoutRoom) {
  TaskSignature signature;
  refuses<std::out_of_range>([&] { signature.inputs(3, 3); }, {"3", "strictly greater"});
  refuses<std::out_of_range>([&] { signature.outputs(4, 2); }, {"4", "2"});
  refuses<std::out_of_range>([&] { signature.scalars(TaskSignature::UNBOUNDED, 2); }, {"2"});
  refuses<std::out_of_range>([&] { signature.redops(1, 0); }, {"1", "0"});
}

TEST_F(MisuseOfSignature, CountsAreCheckedInOrderAtSubmit) {
  const auto lib =
      with_signature(runtime, "signature.counts",
                     TaskSignature{}.inputs(1).outputs(1, 2).redops(0).scalars(2, TaskSignature::UNBOUNDED));
  const auto some = filled(Shape{4}, 1);
  const auto make = [&](int inputs, int outputs, int redops, int scalars) {
    auto task = runtime->create_task(lib, LocalTaskID{0}, {2});
    for (int i = 0; i < inputs; ++i) task.add_input(some);
    for (int i = 0; i < outputs; ++i) task.add_output(store(Shape{4}));
    for (int i = 0; i < redops; ++i) task.add_reduction(store(Shape{4}), ReductionOpKind::ADD);
    for (int i = 0; i < scalars; ++i) task.add_scalar_arg(std::int32_t{i});
    runtime->submit(std::move(task));
  };
  make(1, 1, 0, 2);
  make(1, 2, 0, 5);
  refuses<std::out_of_range>([&] { make(0, 0, 1, 0); }, {"input", "Nargs(1)", "0", "WithSignature"});
  refuses<std::out_of_range>([&] { make(2, 0, 1, 0); }, {"input", "have 2"});
  refuses<std::out_of_range>([&] { make(1, 3, 1, 0); }, {"output", "Nargs(1, 2)", "have 3"});
  refuses<std::out_of_range>([&] { make(1, 1, 1, 0); }, {"reduction", "Nargs(0)", "have 1"});
  refuses<std::out_of_range>([&] { make(1, 1, 0, 1); }, {"scalar", "Nargs(2, unbounded)", "have 1"});
}

TEST_F(MisuseOfSignature, CountsOfAutoTasksAreChecked) {
  const auto lib = with_signature(runtime, "signature.auto", TaskSignature{}.inputs(1));
  auto task = runtime->create_task(lib, LocalTaskID{0});
  refuses<std::out_of_range>([&] { runtime->submit(std::move(task)); }, {"input", "Nargs(1)", "have 0"});
  // spent, although submit threw
  refuses<std::runtime_error>([&] { runtime->submit(std::move(task)); }, {"already submitted", "WithSignature"});
}

TEST_F(MisuseOfSignature, RefusesConstraintsBesidesDeclaredOnes) {
  const auto declared = with_signature(runtime, "signature.constraints",
                                       TaskSignature{}.constraints({align(proxy::inputs[0], proxy::outputs[0])}));
  const auto none =
      with_signature(runtime, "signature.none", TaskSignature{}.constraints(Span<const ProxyConstraint>{}));
  const auto open = with_signature(runtime, "signature.open", TaskSignature{}.constraints(std::nullopt));
  for (const auto& lib : {declared, none}) {
    auto task = runtime->create_task(lib, LocalTaskID{0});
    const auto in = task.add_input(filled(Shape{4}, 1));
    refuses<std::runtime_error>([&] { task.add_constraint(broadcast(in)); },
                                {"WithSignature", "has pre-declared signature"});
    const std::vector<Constraint> several{broadcast(in)};
    refuses<std::runtime_error>([&] { task.add_constraints(several); }, {"has pre-declared signature"});
  }
  auto task = runtime->create_task(open, LocalTaskID{0});
  task.add_constraint(broadcast(task.add_input(filled(Shape{4}, 1))));
  runtime->submit(std::move(task));
}

TEST_F(MisuseOfSignature, RefusesImpossibleProxiesAtRegistration) {
  refuses<std::out_of_range>(
      [&] {
        static_cast<void>(with_signature(runtime, "signature.proxy1",
                                         TaskSignature{}.inputs(2).constraints({broadcast(proxy::inputs[2])})));
      },
      {"WithSignature", "input argument index 2", "broadcast", "Nargs(2)"});
  refuses<std::out_of_range>(
      [&] {
        static_cast<void>(
            with_signature(runtime, "signature.proxy2",
                           TaskSignature{}.outputs(3, 5).constraints({align(proxy::outputs[0], proxy::outputs[5])})));
      },
      {"output argument index 5", "align", "Nargs(3, 5)"});
  refuses<std::out_of_range>(
      [&] {
        static_cast<void>(with_signature(runtime, "signature.proxy3",
                                         TaskSignature{}.redops(1).constraints({broadcast(proxy::reductions[1])})));
      },
      {"reduction argument index 1", "broadcast"});
}

TEST_F(MisuseOfSignature, RefusesAbsentProxyAtSubmit) {
  const auto lib =
      with_signature(runtime, "signature.absent",
                     TaskSignature{}.inputs(1, 3).constraints({align(proxy::inputs[0], proxy::inputs[2])}));
  auto task = runtime->create_task(lib, LocalTaskID{0});
  static_cast<void>(task.add_input(filled(Shape{4}, 1)));
  refuses<std::out_of_range>([&] { runtime->submit(std::move(task)); }, {"align", "input", "2", "1"});
}

TEST_F(MisuseOfSignature, DeclaredConstraintsAreValidatedAtSubmit) {
  const auto lib = with_signature(runtime, "signature.validated",
                                  TaskSignature{}.constraints({align(proxy::inputs[0], proxy::outputs[0])}));
  auto task = runtime->create_task(lib, LocalTaskID{0});
  static_cast<void>(task.add_input(filled(Shape{4}, 1)));
  static_cast<void>(task.add_output(store(Shape{5})));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); }, {"Align", "4", "5"});
}

TEST_F(MisuseOfSignature, EmptyAxesAreRefusedWhenExpanded) {
  const auto lib = with_signature(runtime, "signature.axes",
                                  TaskSignature{}.constraints({broadcast(proxy::inputs, tuple<std::uint32_t>{})}));
  auto task = runtime->create_task(lib, LocalTaskID{0});
  static_cast<void>(task.add_input(filled(Shape{4}, 1)));
  refuses<std::invalid_argument>([&] { runtime->submit(std::move(task)); }, {"axes"});
}

}  // namespace
}  // namespace legate::test
