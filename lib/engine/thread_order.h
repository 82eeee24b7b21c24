// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/compiler.h>

#if LEGATE_HAS_TSAN
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

// StarPU orders tasks by means that ThreadSanitizer does not see: the packaged library is not instrumented. These two
// functions tell it, and do nothing in other builds. The order they tell is weaker than what StarPU promises only for
// tasks that really overlap in time, so a race between two of those is still found.
namespace legate::detail::engine {

inline char task_order_tag{};

/// What this thread did so far comes before what follows a later after_others() in any thread.
inline void before_others() noexcept {
#if LEGATE_HAS_TSAN
  __tsan_release(&task_order_tag);
#endif
}

/// What follows in this thread comes after every before_others() that has been called.
inline void after_others() noexcept {
#if LEGATE_HAS_TSAN
  __tsan_acquire(&task_order_tag);
#endif
}

/// A function that StarPU calls comes after what others did before, and before what they do later.
struct OrderedScope {
  OrderedScope() noexcept { after_others(); }
  OrderedScope(const OrderedScope&) = delete;
  OrderedScope& operator=(const OrderedScope&) = delete;
  ~OrderedScope() { before_others(); }
};

}  // namespace legate::detail::engine
