// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/task/task_config.h>
#include <legate/task/variant_options.h>
#include <legate/utilities/typedefs.h>

#include <type_traits>

// What a task class declares, found at compile time.
//
// A variant that is misspelled is simply another function, but one with the right name and the wrong signature must be
// a compile error and not a variant that silently does not exist. A name is therefore looked for in two ways: the
// expression `T::name` must be usable, and whether there is any member of that name at all is found by inheriting a
// second one and seeing that the name becomes ambiguous.
namespace legate::detail {

template <typename T, bool = std::is_final_v<T>>
struct NameProbe {
  // A final class cannot be inherited from; overloaded and private members go unnoticed then.
  template <typename Names>
  struct With : T, Names {};
};
template <typename T>
struct NameProbe<T, true> {
  template <typename Names>
  struct With : Names {};
};

#define LEGATE_DETAIL_VARIANT(Finder, member, options_member, code)                                              \
  struct Finder##Name {                                                                                          \
    int member;                                                                                                  \
  };                                                                                                             \
  template <typename T, typename = void>                                                                         \
  struct Finder##IsNamed : std::true_type {};                                                                    \
  template <typename T>                                                                                          \
  struct Finder##IsNamed<T, std::void_t<decltype(&NameProbe<T>::template With<Finder##Name>::member)>>           \
      : std::false_type {};                                                                                      \
  template <typename T, typename = void>                                                                         \
  struct Finder##IsUsable : std::false_type {};                                                                  \
  template <typename T>                                                                                          \
  struct Finder##IsUsable<T, std::void_t<decltype((T::member))>> : std::true_type {};                            \
  template <typename T, typename = void>                                                                         \
  struct Finder##HasOptions : std::false_type {};                                                                \
  template <typename T>                                                                                          \
  struct Finder##HasOptions<T, std::void_t<decltype((T::options_member))>> : std::true_type {};                  \
                                                                                                                 \
  struct Finder {                                                                                                \
    static constexpr VariantCode CODE = code;                                                                    \
    /* Whether T has the variant. Does not compile if it has something else of that name. */                     \
    template <typename T>                                                                                        \
    static constexpr bool exists() {                                                                             \
      if constexpr (Finder##IsUsable<T>::value) {                                                                \
        static_assert(std::is_convertible_v<decltype((T::member)), VariantImpl>,                                 \
                      #member " must be a function of signature: static void " #member "(legate::TaskContext)"); \
        return true;                                                                                             \
      } else {                                                                                                   \
        static_assert(!Finder##IsNamed<T>::value, #member " must be public, static and not overloaded");         \
        return false;                                                                                            \
      }                                                                                                          \
    }                                                                                                            \
    template <typename T>                                                                                        \
    static constexpr VariantImpl body() {                                                                        \
      return T::member;                                                                                          \
    }                                                                                                            \
    /* The options that T declares for the variant, or null. */                                                  \
    template <typename T>                                                                                        \
    static constexpr const VariantOptions* options() {                                                           \
      if constexpr (Finder##HasOptions<T>::value) {                                                              \
        static_assert(std::is_same_v<std::decay_t<decltype(T::options_member)>, VariantOptions>,                 \
                      #options_member " must be of type legate::VariantOptions");                                \
        return &T::options_member;                                                                               \
      } else {                                                                                                   \
        return nullptr;                                                                                          \
      }                                                                                                          \
    }                                                                                                            \
  }

LEGATE_DETAIL_VARIANT(CPUVariant, cpu_variant, CPU_VARIANT_OPTIONS, VariantCode::CPU);
LEGATE_DETAIL_VARIANT(GPUVariant, gpu_variant, GPU_VARIANT_OPTIONS, VariantCode::GPU);
LEGATE_DETAIL_VARIANT(OMPVariant, omp_variant, OMP_VARIANT_OPTIONS, VariantCode::OMP);
LEGATE_DETAIL_VARIANT(OpenCLVariant, opencl_variant, OPENCL_VARIANT_OPTIONS, VariantCode::OPENCL);

#undef LEGATE_DETAIL_VARIANT

template <typename T, typename = void>
struct HasTaskConfig : std::false_type {};
template <typename T>
struct HasTaskConfig<T, std::void_t<decltype((T::TASK_CONFIG))>> : std::true_type {};

template <typename T, typename = void>
struct HasTaskID : std::false_type {};
template <typename T>
struct HasTaskID<T, std::void_t<decltype((T::TASK_ID))>> : std::true_type {};

/// The configuration that T declares: its TASK_CONFIG, or else just its TASK_ID.
template <typename T>
[[nodiscard]] legate::TaskConfig declared_config() {
  if constexpr (HasTaskConfig<T>::value) {
    static_assert(std::is_same_v<decltype(T::TASK_CONFIG), const legate::TaskConfig>,
                  "TASK_CONFIG must be of type: static const legate::TaskConfig");
    return T::TASK_CONFIG;
  } else {
    static_assert(HasTaskID<T>::value, "without TASK_CONFIG, a task id must be given to register_variants");
    return legate::TaskConfig{LocalTaskID{T::TASK_ID}};
  }
}

}  // namespace legate::detail
