// SPDX-License-Identifier: Apache-2.0
#include <legate/geometry/domain.h>
#include <legate/geometry/domain_point.h>

#include <ostream>

namespace legate {

namespace {

void print(std::ostream& stream, const coord_t* coordinates, int dim, char open, char close) {
  stream << open;
  for (int d = 0; d < dim; ++d) {
    stream << (d == 0 ? "" : ",") << coordinates[d];
  }
  stream << close;
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const DomainPoint& point) {
  print(stream, point.point_data, point.dim, '(', ')');
  return stream;
}

std::ostream& operator<<(std::ostream& stream, const Domain& domain) {
  if (domain.dim <= 0) {
    return stream << "{ no dimensions }";
  }
  stream << "{ bounds = ";
  print(stream, domain.rect_data, domain.dim, '<', '>');
  stream << "..";
  print(stream, domain.rect_data + domain.dim, domain.dim, '<', '>');
  return stream << ", dense }";
}

}  // namespace legate
