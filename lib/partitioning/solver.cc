// SPDX-License-Identifier: Apache-2.0
#include "partitioning/solver.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace legate::detail::partitioning {

namespace {

using TilingPointer = std::shared_ptr<const Tiling>;

/// Symbols that must be split alike, and what all of them demand together.
class Classes {
 public:
  explicit Classes(const Problem& problem) : parents_(problem.symbols.size()) {
    std::iota(parents_.begin(), parents_.end(), 0U);
    for (const auto& symbol : problem.symbols) restrictions_.push_back(symbol.restrictions);
    for (const auto& relation : problem.relations) apply(problem, relation);
  }

  [[nodiscard]] std::uint32_t find(std::uint32_t symbol) const {
    while (parents_[symbol] != symbol) symbol = parents_[symbol];
    return symbol;
  }
  [[nodiscard]] const Restrictions& restrictions(std::uint32_t symbol) const { return restrictions_[find(symbol)]; }

 private:
  void apply(const Problem& problem, const Relation& relation) {
    using Kind = Relation::Kind;
    const auto subject = find(relation.first);
    const auto dim = problem.symbols[relation.first].extents.size();
    switch (relation.kind) {
      case Kind::ALIGN:
        unite(subject, find(relation.second));
        break;
      case Kind::BROADCAST:
        if (relation.values.empty()) {
          for (std::size_t d = 0; d < dim; ++d) restrictions_[subject].forbid(d, dim);
        }
        for (const auto axis : relation.values) {
          if (axis < dim) restrictions_[subject].forbid(axis, dim);
        }
        break;
      case Kind::MIN_EXTENTS: {
        Restrictions demand;
        demand.minimum = relation.values;
        restrictions_[subject] = join(restrictions_[subject], demand);
        break;
      }
      case Kind::SCALE:
      case Kind::BLOAT:
      case Kind::IMAGE:
        break;
    }
  }

  // The smaller index stays the representative, so that the outcome does not depend on how a class came together.
  void unite(std::uint32_t left, std::uint32_t right) {
    if (left == right) return;
    const auto [kept, dropped] = std::minmax(left, right);
    restrictions_[kept] = join(restrictions_[kept], restrictions_[dropped]);
    parents_[dropped] = kept;
  }

  std::vector<std::uint32_t> parents_{};
  std::vector<Restrictions> restrictions_{};
};

bool is_empty(const std::vector<std::uint64_t>& extents) {
  return std::find(extents.begin(), extents.end(), std::uint64_t{0}) != extents.end();
}

bool is_derivation(const Relation& relation) {
  using Kind = Relation::Kind;
  return relation.kind == Kind::SCALE || relation.kind == Kind::BLOAT || relation.kind == Kind::IMAGE;
}

class Solver {
 public:
  Solver(const Problem& problem, const ImageFinder& find_image)
      : problem_{problem},
        find_image_{find_image},
        classes_{problem},
        assigned_(problem.symbols.size(), false),
        tilings_(problem.symbols.size()) {}

  Solution solve() {
    for (const auto symbol : candidates()) choose(symbol);
    for (const auto& relation : problem_.relations) {
      if (is_derivation(relation)) derive(relation);
    }
    Solution solution;
    solution.launch_shape = launch_shape();
    solution.key = key_;
    for (std::uint32_t s = 0; s < tilings_.size(); ++s) {
      solution.assignments.push_back({tilings_[s], classes_.restrictions(s).forbidden_dims()});
    }
    return solution;
  }

 private:
  /// Bound, independent symbols; the one that decides first comes first.
  [[nodiscard]] std::vector<std::uint32_t> candidates() const {
    std::vector<bool> dependent(problem_.symbols.size(), false);
    for (const auto& relation : problem_.relations) {
      if (is_derivation(relation)) dependent[relation.second] = true;
    }
    std::vector<std::uint32_t> order{problem_.order};
    if (order.empty()) {
      order.resize(problem_.symbols.size());
      std::iota(order.begin(), order.end(), 0U);
    }
    const auto excluded = [&](auto symbol) { return dependent[symbol] || problem_.symbols[symbol].unbound; };
    order.erase(std::remove_if(order.begin(), order.end(), excluded), order.end());

    std::vector<bool> has_split(problem_.symbols.size(), false);
    for (const auto symbol : order) has_split[symbol] = key_partition_in_use(symbol) != nullptr;
    std::stable_sort(order.begin(), order.end(), [&](auto left, auto right) {
      const auto& a = problem_.symbols[left];
      const auto& b = problem_.symbols[right];
      if (a.storage_bytes != b.storage_bytes) return a.storage_bytes > b.storage_bytes;
      if (has_split[left] != has_split[right]) return static_cast<bool>(has_split[left]);
      return a.access > b.access;
    });
    return order;
  }

  [[nodiscard]] bool is_usable(const TilingPointer& tiling, const Symbol& symbol,
                               const Restrictions& restrictions) const {
    // A split by hand may leave elements out or hold them twice. It stays what get_partition() reports, but a launch
    // that takes its tiles would skip elements or race, so it never leads one.
    return tiling != nullptr && tiling->dim() == symbol.extents.size() && tiling->is_disjoint() &&
           tiling->is_complete(symbol.extents) && satisfies(*tiling, symbol.extents, restrictions);
  }

  [[nodiscard]] TilingPointer key_partition_in_use(std::uint32_t index) const {
    const auto& symbol = problem_.symbols[index];
    const auto& restrictions = classes_.restrictions(index);
    if (symbol.scalar || symbol.extents.empty()) return nullptr;
    if (is_usable(symbol.cached, symbol, restrictions)) return symbol.cached;
    if (is_empty(symbol.extents)) return nullptr;
    if (is_usable(symbol.inherited, symbol, restrictions)) return symbol.inherited;
    return nullptr;
  }

  [[nodiscard]] TilingPointer key_partition(std::uint32_t index) const {
    const auto& symbol = problem_.symbols[index];
    if (auto existing = key_partition_in_use(index)) return existing;
    if (symbol.scalar || symbol.extents.empty()) return nullptr;
    const auto shape = compute_launch_shape(symbol.extents, classes_.restrictions(index),
                                            {problem_.machine_count, problem_.overdecompose, problem_.threshold});
    if (!shape) return nullptr;
    return std::make_shared<const Tiling>(Tiling::divide(symbol.extents, *shape));
  }

  void choose(std::uint32_t symbol) {
    if (assigned_[symbol]) return;
    const auto tiling = key_partition(symbol);
    const auto root = classes_.find(symbol);
    for (std::uint32_t s = 0; s < assigned_.size(); ++s) {
      if (classes_.find(s) != root || assigned_[s]) continue;
      assigned_[s] = true;
      tilings_[s] = tiling;
    }
    // A store that every point sees whole cannot tell the points apart, so it is no key.
    if (tiling != nullptr && !key_) key_ = symbol;
  }

  void derive(const Relation& relation) {
    if (problem_.symbols[relation.first].unbound || problem_.symbols[relation.second].unbound) {
      throw std::runtime_error{"Not implemented: deriving a partition from or for an unbound store"};
    }
    // A source that only a later relation resolves leaves its target whole; a target that has a partition keeps it.
    if (assigned_[relation.second] || !assigned_[relation.first]) return;
    assigned_[relation.second] = true;
    const auto& source = tilings_[relation.first];
    if (source == nullptr) return;
    if (relation.kind == Relation::Kind::IMAGE) {
      if (!problem_.symbols[relation.second].scalar) tilings_[relation.second] = find_image_(relation, source);
      return;
    }
    tilings_[relation.second] = std::make_shared<const Tiling>(
        relation.kind == Relation::Kind::SCALE ? source->scale(relation.values)
                                               : source->bloat(relation.values, relation.more_values));
  }

  [[nodiscard]] std::vector<std::uint64_t> without_forbidden(const std::vector<std::uint64_t>& colors,
                                                             const Restrictions& restrictions) const {
    std::vector<std::uint64_t> domain;
    for (std::size_t d = 0; d < colors.size(); ++d) {
      if (!restrictions.is_forbidden(d)) domain.push_back(colors[d]);
    }
    return domain;
  }

  /// The launch domain that suits the splits of all stores, or nullopt for a sequential launch.
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> launch_shape() const {
    std::vector<std::vector<std::uint64_t>> domains;
    std::optional<std::size_t> unbound_dim;
    for (std::uint32_t s = 0; s < tilings_.size(); ++s) {
      const auto& symbol = problem_.symbols[s];
      const auto& restrictions = classes_.restrictions(s);
      if (symbol.unbound) {
        const auto free_dims = symbol.extents.size() - restrictions.forbidden_dims().size();
        if (unbound_dim && *unbound_dim != free_dims) return std::nullopt;
        unbound_dim = free_dims;
      } else if (tilings_[s] != nullptr) {
        auto domain = without_forbidden(tilings_[s]->colors, restrictions);
        if (std::find(domains.begin(), domains.end(), domain) == domains.end()) domains.push_back(std::move(domain));
      } else if (symbol.output && !problem_.replicated_writes) {
        return std::nullopt;
      }
    }
    return combine(domains, unbound_dim);
  }

  [[nodiscard]] static std::optional<std::vector<std::uint64_t>> combine(
      const std::vector<std::vector<std::uint64_t>>& domains, std::optional<std::size_t> unbound_dim) {
    if (domains.empty() || domains.front().empty()) return std::nullopt;
    if (domains.size() == 1) {
      if (unbound_dim && *unbound_dim != domains.front().size()) return std::nullopt;
      return domains.front();
    }
    const auto volume_of = [](const auto& domain) {
      return std::accumulate(domain.begin(), domain.end(), std::uint64_t{1}, std::multiplies<>{});
    };
    const auto volume = volume_of(domains.front());
    const auto differs = [&](const auto& domain) { return volume_of(domain) != volume; };
    if (std::any_of(domains.begin(), domains.end(), differs)) return std::nullopt;
    if (unbound_dim && *unbound_dim > 1) return std::nullopt;
    return std::vector<std::uint64_t>{volume};
  }

  const Problem& problem_;
  const ImageFinder& find_image_;
  Classes classes_;
  std::vector<bool> assigned_;
  std::vector<TilingPointer> tilings_;
  std::optional<std::uint32_t> key_{};
};

bool same_tiling(const TilingPointer& left, const TilingPointer& right) {
  return left == right || (left != nullptr && right != nullptr && *left == *right);
}

void mix(std::size_t& seed, std::size_t value) { seed ^= value + 0x9e3779b97f4a7c15ULL + (seed << 6U) + (seed >> 2U); }

template <typename Range>
void mix_range(std::size_t& seed, const Range& values) {
  for (const auto value : values) mix(seed, static_cast<std::size_t>(value));
  mix(seed, values.size());
}

}  // namespace

Solution solve(const Problem& problem, const ImageFinder& find_image) { return Solver{problem, find_image}.solve(); }

bool operator==(const Symbol& left, const Symbol& right) {
  return left.extents == right.extents && left.storage_bytes == right.storage_bytes && left.unbound == right.unbound &&
         left.scalar == right.scalar && left.access == right.access && left.output == right.output &&
         left.restrictions == right.restrictions && same_tiling(left.cached, right.cached) &&
         same_tiling(left.inherited, right.inherited);
}

bool operator==(const Relation& left, const Relation& right) {
  return left.kind == right.kind && left.first == right.first && left.second == right.second &&
         left.values == right.values && left.more_values == right.more_values;
}

bool operator==(const Problem& left, const Problem& right) {
  return left.machine_count == right.machine_count && left.overdecompose == right.overdecompose &&
         left.threshold == right.threshold && left.replicated_writes == right.replicated_writes &&
         left.symbols == right.symbols && left.relations == right.relations && left.order == right.order;
}

std::size_t hash(const Problem& problem) {
  std::size_t seed = problem.symbols.size();
  for (const auto& symbol : problem.symbols) {
    mix_range(seed, symbol.extents);
    mix(seed, symbol.storage_bytes);
    mix(seed, static_cast<std::size_t>(symbol.access));
    mix(seed, (symbol.unbound ? 1U : 0U) | (symbol.scalar ? 2U : 0U) | (symbol.output ? 4U : 0U));
    mix_range(seed, symbol.restrictions.dims);
    mix_range(seed, symbol.restrictions.minimum);
    if (symbol.cached != nullptr) mix(seed, symbol.cached->hash());
    if (symbol.inherited != nullptr) mix(seed, symbol.inherited->hash() * 3);
  }
  for (const auto& relation : problem.relations) {
    mix(seed, static_cast<std::size_t>(relation.kind));
    mix(seed, (static_cast<std::size_t>(relation.first) << 32U) | relation.second);
    mix_range(seed, relation.values);
    mix_range(seed, relation.more_values);
  }
  mix_range(seed, problem.order);
  mix(seed, problem.machine_count);
  mix(seed, problem.overdecompose);
  mix(seed, problem.threshold);
  mix(seed, problem.replicated_writes ? 1 : 0);
  return seed;
}

}  // namespace legate::detail::partitioning
