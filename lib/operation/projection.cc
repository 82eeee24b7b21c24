// SPDX-License-Identifier: Apache-2.0
#include <legate/operation/projection.h>
#include <legate/utilities/hash.h>

#include <ostream>
#include <tuple>

namespace legate {

bool SymbolicExpr::operator==(const SymbolicExpr& other) const {
  return dim_ == other.dim_ && weight_ == other.weight_ && offset_ == other.offset_;
}

bool SymbolicExpr::operator<(const SymbolicExpr& other) const {
  return std::tie(dim_, weight_, offset_) < std::tie(other.dim_, other.weight_, other.offset_);
}

SymbolicExpr SymbolicExpr::operator*(std::int32_t other) const { return {dim_, weight_ * other, offset_ * other}; }

SymbolicExpr SymbolicExpr::operator+(std::int32_t other) const { return {dim_, weight_, offset_ + other}; }

std::string SymbolicExpr::to_string() const {
  if (weight_ == 0 || is_constant()) return std::to_string(offset_);
  auto text = (weight_ == 1 ? "" : std::to_string(weight_) + "*") + "COORD" + std::to_string(dim_);
  if (offset_ > 0) text += "+";
  if (offset_ != 0) text += std::to_string(offset_);
  return text;
}

std::size_t SymbolicExpr::hash() const { return hash_all(dim_, weight_, offset_); }

std::ostream& operator<<(std::ostream& out, const SymbolicExpr& expr) { return out << expr.to_string(); }

SymbolicExpr dimension(std::uint32_t dim) { return SymbolicExpr{dim}; }

SymbolicExpr constant(std::int32_t value) { return {SymbolicExpr::UNSET, 0, value}; }

}  // namespace legate
