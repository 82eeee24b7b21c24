// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/runtime/library.h>
#include <legate/task/registrar.h>
#include <legate/task/task_config.h>
#include <legate/task/task_info.h>
#include <legate/task/variant_helper.h>
#include <legate/task/variant_options.h>
#include <legate/utilities/typedefs.h>

#include <map>
#include <string>
#include <typeinfo>

namespace legate {

namespace detail {

/// The name of a class as one writes it.
[[nodiscard]] LEGATE_EXPORT std::string demangled_name(const std::type_info& type);

}  // namespace detail

/// The base of task classes: `class Saxpy : public LegateTask<Saxpy>`. `T` is the task class; no object of it is made.
///
/// Looked up in `T`, all static:
/// - `void cpu_variant(TaskContext)`, `gpu_variant`, `omp_variant`, `opencl_variant` (an extension, see
///   legate/opencl.h): the bodies, at least one of them. All must do the same. Anything else of these names does not
///   compile.
/// - `const TaskConfig TASK_CONFIG`: id and more. Without it, `LocalTaskID TASK_ID` gives the id.
/// - `constexpr VariantOptions CPU_VARIANT_OPTIONS`, `GPU_VARIANT_OPTIONS`, `OMP_VARIANT_OPTIONS`,
///   `OPENCL_VARIANT_OPTIONS`: options of one variant.
/// - `using Registrar = X`, where `X::get_registrar()` returns a `TaskRegistrar&`: for registration without a library.
///
/// A variant's options are the first of: those given to `register_variants` for it, those declared for it, those of the
/// configuration, the library's defaults for it, VariantOptions::DEFAULT_OPTIONS. The signature is checked: a
/// constraint on an argument that its counts exclude throws std::out_of_range.
template <typename T>
class LegateTask {
 public:
  using BASE = LegateTask<T>;

  /// Records the registration in the task's registrar, to be made by TaskRegistrar::register_all_tasks. Safe in static
  /// initialisers.
  static void register_variants(std::map<VariantCode, VariantOptions> all_options = {});

  /// Registers the task under the id that it declares.
  /// @throws std::invalid_argument if the library has a task of that id.
  /// @throws std::out_of_range if the id is not below the library's maximum.
  static void register_variants(Library library, const std::map<VariantCode, VariantOptions>& all_options = {});
  /// The same under another id, as if this was all that TASK_CONFIG says.
  static void register_variants(Library library, LocalTaskID task_id,
                                const std::map<VariantCode, VariantOptions>& all_options = {});
  /// The same with another configuration in place of TASK_CONFIG.
  static void register_variants(Library library, const TaskConfig& task_config,
                                const std::map<VariantCode, VariantOptions>& all_options = {});

 private:
  template <typename Variant>
  static void add_variant_(TaskInfo& info, const Library& library,
                           const std::map<VariantCode, VariantOptions>& all_options);
};

template <typename T>
void LegateTask<T>::register_variants(std::map<VariantCode, VariantOptions> all_options) {
  T::Registrar::get_registrar().record_registration_function(
      TaskRegistrar::RecordTaskKey{}, [options = std::move(all_options)](const Library& library) {
        LegateTask<T>::register_variants(library, options);
      });
}

template <typename T>
void LegateTask<T>::register_variants(Library library, const std::map<VariantCode, VariantOptions>& all_options) {
  register_variants(library, detail::declared_config<T>(), all_options);
}

template <typename T>
void LegateTask<T>::register_variants(Library library, LocalTaskID task_id,
                                      const std::map<VariantCode, VariantOptions>& all_options) {
  register_variants(library, TaskConfig{task_id}, all_options);
}

template <typename T>
void LegateTask<T>::register_variants(Library library, const TaskConfig& task_config,
                                      const std::map<VariantCode, VariantOptions>& all_options) {
  TaskInfo info{detail::demangled_name(typeid(T)), task_config};
  add_variant_<detail::CPUVariant>(info, library, all_options);
  add_variant_<detail::GPUVariant>(info, library, all_options);
  add_variant_<detail::OMPVariant>(info, library, all_options);
  add_variant_<detail::OpenCLVariant>(info, library, all_options);
  library.register_task(task_config.task_id(), info);
}

template <typename T>
template <typename Variant>
void LegateTask<T>::add_variant_(TaskInfo& info, const Library& library,
                                 const std::map<VariantCode, VariantOptions>& all_options) {
  if constexpr (Variant::template exists<T>()) {
    info.add_variant_(TaskInfo::AddVariantKey{}, library, Variant::CODE, Variant::template body<T>(),
                      /*entry=*/nullptr, Variant::template options<T>(), all_options);
  }
}

}  // namespace legate
