// SPDX-License-Identifier: Apache-2.0
#include "comm/fold.h"

#include "type/coll_type.h"

#include <legate/redop/redop.h>

#include <type_traits>

namespace legate::detail::comm {

namespace {

using legate::comm::coll::CollDataType;

template <typename T, ReductionOpKind KIND>
void fold(void* out, const void* a, const void* b, std::size_t count) {
  auto* const result = static_cast<T*>(out);
  const auto* const left = static_cast<const T*>(a);
  const auto* const right = static_cast<const T*>(b);
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = Combination<T, KIND>::combine(left[i], right[i]);
  }
}

template <typename T>
Fold fold_of(ReductionOpKind op) noexcept {
  switch (op) {
    case ReductionOpKind::ADD:
      return &fold<T, ReductionOpKind::ADD>;
    case ReductionOpKind::MUL:
      return &fold<T, ReductionOpKind::MUL>;
    case ReductionOpKind::MAX:
      return &fold<T, ReductionOpKind::MAX>;
    case ReductionOpKind::MIN:
      return &fold<T, ReductionOpKind::MIN>;
    default:
      break;
  }
  if constexpr (std::is_integral_v<T>) {
    switch (op) {
      case ReductionOpKind::OR:
        return &fold<T, ReductionOpKind::OR>;
      case ReductionOpKind::AND:
        return &fold<T, ReductionOpKind::AND>;
      case ReductionOpKind::XOR:
        return &fold<T, ReductionOpKind::XOR>;
      default:
        break;
    }
  }
  return nullptr;
}

}  // namespace

Fold find_fold(CollDataType type, ReductionOpKind op) noexcept {
  return visit_coll_type(type, [op](auto value) { return fold_of<decltype(value)>(op); });
}

}  // namespace legate::detail::comm
