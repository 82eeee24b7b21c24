// SPDX-License-Identifier: Apache-2.0
#include <legate/mapping/dim_ordering.h>

#include <utility>

namespace legate::mapping {

DimOrdering DimOrdering::c_order() { return {}; }

DimOrdering DimOrdering::fortran_order() {
  DimOrdering order;
  order.set_fortran_order();
  return order;
}

DimOrdering DimOrdering::custom_order(std::vector<std::int32_t> dims) {
  DimOrdering order;
  order.set_custom_order(std::move(dims));
  return order;
}

void DimOrdering::set_c_order() { *this = DimOrdering{}; }

void DimOrdering::set_fortran_order() {
  kind_ = Kind::FORTRAN;
  dimensions_.clear();
}

void DimOrdering::set_custom_order(std::vector<std::int32_t> dims) {
  kind_ = Kind::CUSTOM;
  dimensions_ = std::move(dims);
}

bool DimOrdering::operator==(const DimOrdering& other) const {
  return kind_ == other.kind_ && dimensions_ == other.dimensions_;
}

bool DimOrdering::operator!=(const DimOrdering& other) const { return !(*this == other); }

}  // namespace legate::mapping
