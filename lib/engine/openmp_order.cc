// SPDX-License-Identifier: Apache-2.0
#include "engine/thread_order.h"

#include <legate_defines.h>

#if LEGATE_HAS_TSAN && LEGATE_DEFINED(LEGATE_USE_OPENMP)

#include <dlfcn.h>

// The threads of GCC's OpenMP wait for each other by system calls, which ThreadSanitizer does not see either. So these
// stand in front of the functions that GCC calls for a parallel region and for a barrier in it.

namespace legate::detail::engine {

namespace {

struct Region {
  void (*body)(void*);
  void* data;
};

void run_region(void* argument) {
  const OrderedScope scope;
  const auto& region = *static_cast<const Region*>(argument);
  region.body(region.data);
}

template <typename Function>
Function* function_of_gcc(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void GOMP_parallel(void (*body)(void*), void* data, unsigned threads,
                                                          unsigned flags) {
  static auto* const next = function_of_gcc<void(void (*)(void*), void*, unsigned, unsigned)>("GOMP_parallel");
  Region region{body, data};
  before_others();
  next(&run_region, &region, threads, flags);
  after_others();
}

__attribute__((visibility("default"))) void GOMP_barrier() {
  static auto* const next = function_of_gcc<void()>("GOMP_barrier");
  before_others();
  next();
  after_others();
}

}  // extern "C"

}  // namespace legate::detail::engine

#endif
