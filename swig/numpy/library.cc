// SPDX-License-Identifier: Apache-2.0
// What Python asks the library for, before the first task: to register itself, and which number each name has.
#include "kernels.h"
#include "reductions.h"
#include "tasks.h"

#include <exception>
#include <iostream>

namespace legatus::numpy {

bool has_reduction(Reduction reduction, int code);

namespace {

constexpr auto LIBRARY_NAME = "legatus.numpy";

template <typename Operator>
void add_operator(legate::Library& library, std::int64_t id, const legate::Type& type, OwnReduction kind) {
  const auto global_id = library.register_reduction_operator<Operator>(legate::LocalRedopID{id});
  type.record_reduction_operator(static_cast<std::int32_t>(kind), global_id);
}

void add_operators(legate::Library& library) {
  add_operator<NanMax<Half>>(library, 0, legate::float16(), OwnReduction::MAX);
  add_operator<NanMax<float>>(library, 1, legate::float32(), OwnReduction::MAX);
  add_operator<NanMax<double>>(library, 2, legate::float64(), OwnReduction::MAX);
  add_operator<NanMin<Half>>(library, 3, legate::float16(), OwnReduction::MIN);
  add_operator<NanMin<float>>(library, 4, legate::float32(), OwnReduction::MIN);
  add_operator<NanMin<double>>(library, 5, legate::float64(), OwnReduction::MIN);
  add_operator<ComplexProduct>(library, 6, legate::complex128(), OwnReduction::PROD);
  add_operator<BestRanked>(library, 7, legate::fixed_array_type(legate::uint64(), 2), OwnReduction::BEST);
}

void add_tasks(legate::Library& library) {
  Elementwise::register_variants(library);
  Convert::register_variants(library);
  Reduce::register_variants(library);
  ArgReduce::register_variants(library);
  Contract::register_variants(library);
  ContractWhole::register_variants(library);
  Literal::register_variants(library);
  Arange::register_variants(library);
  Eye::register_variants(library);
  Random::register_variants(library);
}

#define LEGATUS_NUMPY_NAME(UPPER, lower) #lower,
constexpr const char* OPERATION_NAMES[] = {LEGATUS_NUMPY_OPERATIONS(LEGATUS_NUMPY_NAME) nullptr};
constexpr const char* REDUCTION_NAMES[] = {LEGATUS_NUMPY_REDUCTIONS(LEGATUS_NUMPY_NAME) nullptr};
constexpr const char* TASK_NAMES[] = {LEGATUS_NUMPY_TASKS(LEGATUS_NUMPY_NAME) nullptr};
constexpr const char* DISTRIBUTION_NAMES[] = {LEGATUS_NUMPY_DISTRIBUTIONS(LEGATUS_NUMPY_NAME) nullptr};
#undef LEGATUS_NUMPY_NAME

}  // namespace

}  // namespace legatus::numpy

// The entry points, for ctypes. Those that return names return the name of a number, and null after the last.
extern "C" {

/// Makes the library known to the running runtime. Returns its name, or null if that fails, which is told on stderr.
LEGATE_EXPORT const char* legatus_numpy_register() {
  try {
    legate::ResourceConfig config;
    config.max_tasks = static_cast<std::int64_t>(legatus::numpy::TaskNumber::COUNT);
    config.max_reduction_ops = 8;
    bool created = false;
    auto library = legate::Runtime::get_runtime()->find_or_create_library(legatus::numpy::LIBRARY_NAME, config, nullptr,
                                                                          {}, &created);
    if (created) {
      legatus::numpy::add_operators(library);
      legatus::numpy::add_tasks(library);
    }
    return legatus::numpy::LIBRARY_NAME;
  } catch (const std::exception& error) {
    std::cerr << legatus::numpy::LIBRARY_NAME << ": " << error.what() << std::endl;
    return nullptr;
  }
}

LEGATE_EXPORT const char* legatus_numpy_operation(int number) { return legatus::numpy::OPERATION_NAMES[number]; }
LEGATE_EXPORT const char* legatus_numpy_reduction(int number) { return legatus::numpy::REDUCTION_NAMES[number]; }
LEGATE_EXPORT const char* legatus_numpy_task(int number) { return legatus::numpy::TASK_NAMES[number]; }
LEGATE_EXPORT const char* legatus_numpy_distribution(int number) { return legatus::numpy::DISTRIBUTION_NAMES[number]; }

/// Whether an operation or reduction is there for the type of a code.
LEGATE_EXPORT bool legatus_numpy_has_operation(int operation, int code) {
  return legatus::numpy::kernel_table().find(static_cast<legatus::numpy::Operation>(operation), code) != nullptr;
}
LEGATE_EXPORT bool legatus_numpy_has_reduction(int reduction, int code) {
  return legatus::numpy::has_reduction(static_cast<legatus::numpy::Reduction>(reduction), code);
}

}  // extern "C"
