// SPDX-License-Identifier: Apache-2.0
#include "operation/launch_plan.h"

#include "partitioning/projection.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

namespace legate::detail {

namespace {

using Words = std::vector<std::uint64_t>;

struct WordsHash {
  std::size_t operator()(const Words& words) const {
    std::uint64_t seed = words.size();
    for (const auto word : words) {
      seed = (seed ^ word) * 0x9fb21c651e98df25U;
      seed ^= seed >> 29U;
    }
    return static_cast<std::size_t>(seed);
  }
};

/// Answers by question. A question names tilings by their address, so an entry keeps them alive. The table is emptied
/// when it has grown large: a program that never repeats itself gains nothing from it and must not pay with memory.
template <typename Answer>
struct Memo {
  struct Entry {
    std::shared_ptr<const Answer> answer{};
    std::vector<std::shared_ptr<const Tiling>> pinned{};
    View::Ptr view{};
  };
  std::unordered_map<Words, Entry, WordsHash> entries{};

  Entry* find(const Words& words) {
    const auto found = entries.find(words);
    return found == entries.end() ? nullptr : &found->second;
  }
  Entry& add(const Words& words) {
    constexpr std::size_t LIMIT = 4096;
    if (entries.size() >= LIMIT) {
      entries.clear();
    }
    return entries[words];
  }
};

// Control thread only; never destroyed, so that nothing runs at exit.
Memo<LaunchPlan>& plan_memo() {
  static auto* memo = new Memo<LaunchPlan>;
  return *memo;
}

Memo<Geometry>& geometry_memo() {
  static auto* memo = new Memo<Geometry>;
  return *memo;
}

Memo<std::size_t>& bytes_memo() {
  static auto* memo = new Memo<std::size_t>;
  return *memo;
}

ImageFinder image_finder = nullptr;

bool has_image(const PartitionRequest& request) {
  return std::any_of(request.constraints.begin(), request.constraints.end(),
                     [](const auto* constraint) { return constraint->kind() == Constraint::Kind::IMAGE; });
}

std::uint64_t address(const void* pointer) {
  return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));  // NOLINT
}

void append(Words& words, const std::vector<std::uint64_t>& values) {
  words.push_back(values.size());
  words.insert(words.end(), values.begin(), values.end());
}

/// The partitions that a store brings along.
struct KnownPartitions {
  std::shared_ptr<const Tiling> own{};
  std::shared_ptr<const Tiling> inherited{};
};

KnownPartitions known_partitions(const PartitionRequest& request, const PartitionRequest::Symbol& symbol) {
  if (symbol.unbound || symbol.store->has_scalar_storage()) {
    return {};
  }
  const auto pieces = request.machine_count * request.overdecompose;
  KnownPartitions known{symbol.store->own_key_partition(pieces), symbol.store->inherited_key_partition(pieces)};
  // A region counts as split for a machine also where that was done more finely.
  for (auto* const tiling : {&known.own, &known.inherited}) {
    if (request.at_once && *tiling && (*tiling)->color_volume() > pieces) {
      tiling->reset();
    }
  }
  return known;
}

/// Symbols in the order in which they are considered: those of constraints, then of outputs, inputs and reductions.
std::vector<std::uint32_t> candidate_order(const PartitionRequest& request) {
  std::vector<std::uint32_t> order;
  const auto add = [&](std::uint32_t symbol) {
    if (std::find(order.begin(), order.end(), symbol) == order.end()) {
      order.push_back(symbol);
    }
  };
  for (const auto* constraint : request.constraints) {
    add(request.position_of(*constraint->first()));
    if (constraint->second() != nullptr) {
      add(request.position_of(*constraint->second()));
    }
  }
  for (const auto access : {partitioning::Access::WRITE, partitioning::Access::READ, partitioning::Access::REDUCE}) {
    for (const auto& use : request.uses) {
      if (use.access == access) {
        add(use.symbol);
      }
    }
  }
  return order;
}

partitioning::Problem make_problem(const PartitionRequest& request, const std::vector<KnownPartitions>& known) {
  partitioning::Problem problem;
  for (std::size_t i = 0; i < request.symbols.size(); ++i) {
    const auto& given = request.symbols[i];
    partitioning::Symbol symbol;
    symbol.unbound = given.unbound;
    symbol.scalar = given.store->has_scalar_storage();
    symbol.access = given.access;
    symbol.output = given.output;
    if (given.unbound) {
      symbol.extents.resize(given.store->dim());
    } else {
      const auto& view = *given.store->view();
      symbol.extents = view.extents();
      symbol.storage_bytes = given.store->storage().bytes();
      symbol.restrictions = view.restrictions(given.output);
      symbol.restrictions.invertible = given.store->transformed();
      symbol.cached = known[i].own;
      symbol.inherited = known[i].inherited;
    }
    problem.symbols.push_back(std::move(symbol));
  }
  for (const auto* constraint : request.constraints) {
    problem.relations.push_back(
        constraint->to_relation([&](const Variable& variable) { return request.position_of(variable); }));
  }
  problem.order = candidate_order(request);
  problem.machine_count = request.machine_count;
  problem.overdecompose = request.overdecompose;
  problem.threshold = request.threshold;
  problem.replicated_writes = request.replicated_writes;
  return problem;
}

/// The color shape of an unbound store's pieces: along its free dimensions that of the launch.
std::vector<std::uint64_t> make_grid(const LaunchPlan& plan, std::size_t dim,
                                     const std::vector<std::uint32_t>& forbidden) {
  std::vector<std::uint64_t> grid(dim, 1);
  std::size_t free = 0;
  for (std::size_t d = 0; d < dim && !plan.single; ++d) {
    if (!std::count(forbidden.begin(), forbidden.end(), d) && free < static_cast<std::size_t>(plan.domain.dim)) {
      grid[d] = static_cast<std::uint64_t>(plan.domain.rect_data[free + static_cast<std::size_t>(plan.domain.dim)] -
                                           plan.domain.rect_data[free] + 1);
      ++free;
    }
  }
  return grid;
}

std::vector<std::int64_t> lower_bounds(const Domain& domain) {
  return {domain.rect_data, domain.rect_data + domain.dim};
}

std::vector<std::uint64_t> extents_of(const Domain& domain) {
  std::vector<std::uint64_t> extents;
  for (std::int32_t d = 0; d < domain.dim; ++d) {
    extents.push_back(static_cast<std::uint64_t>(domain.rect_data[d + domain.dim] - domain.rect_data[d] + 1));
  }
  return extents;
}

/// The parts of a split store. Remembered apart from whole plans: launches that reach the same split in different ways
/// then also share the tiles that were looked up for it.
std::shared_ptr<const Geometry> split_geometry(const View::Ptr& view, const std::shared_ptr<const Tiling>& tiling,
                                               const std::vector<std::uint32_t>& forbidden, const LaunchPlan& plan) {
  Words words{3, view->id(), address(tiling.get()), static_cast<std::uint64_t>(plan.domain.dim), forbidden.size()};
  for (std::int32_t d = 0; d < plan.domain.dim; ++d) {
    words.push_back(static_cast<std::uint64_t>(plan.domain.rect_data[d + plan.domain.dim]));
  }
  words.insert(words.end(), forbidden.begin(), forbidden.end());
  if (auto* entry = geometry_memo().find(words)) {
    return entry->answer;
  }
  const auto map = color_map(lower_bounds(plan.domain), extents_of(plan.domain), tiling->colors, forbidden);
  auto geometry = map && map->stays_in(tiling->colors)
                      ? std::make_shared<const Geometry>(view, tiling, *map)
                      : std::make_shared<const Geometry>(view, tiling, plan.points, [&](std::size_t point) {
                          return project(domain_point(plan.domain, point), tiling->colors, forbidden);
                        });
  auto& entry = geometry_memo().add(words);
  entry.pinned.push_back(tiling);
  entry.answer = geometry;
  return geometry;
}

std::shared_ptr<const LaunchPlan> make_plan(const PartitionRequest& request,
                                            const std::vector<KnownPartitions>& known) {
  partitioning::Solution solution;
  if (request.single) {
    solution.assignments.resize(request.symbols.size());
  } else {
    solution = partitioning::solve(make_problem(request, known), [&](const auto& image, const auto& split) {
      return image_finder(request.symbols[image.first].store->shared_from_this(), split,
                          *request.symbols[image.second].store, hint_of(image.values));
    });
  }
  auto plan = std::make_shared<LaunchPlan>();
  plan->domain = single_domain();
  if (solution.launch_shape && !(solution.launch_shape->size() == 1 && solution.launch_shape->front() == 1)) {
    const auto& shape = *solution.launch_shape;
    plan->single = false;
    plan->domain.dim = static_cast<int>(shape.size());
    for (std::size_t d = 0; d < shape.size(); ++d) {
      plan->domain.rect_data[d] = 0;
      plan->domain.rect_data[d + shape.size()] = static_cast<coord_t>(shape[d]) - 1;
      plan->points *= static_cast<std::uint32_t>(shape[d]);
    }
  }
  for (std::size_t i = 0; i < request.symbols.size(); ++i) {
    auto& assignment = solution.assignments[i];
    const auto& given = request.symbols[i];
    auto tiling = assignment.tiling ? intern(Tiling{*assignment.tiling}) : nullptr;
    plan->tilings.push_back(tiling);
    plan->grids.emplace_back();
    plan->geometries.emplace_back();
    if (given.unbound) {
      plan->grids.back() = make_grid(*plan, given.store->dim(), assignment.forbidden_dims);
    } else if (plan->single || !tiling) {
      plan->geometries.back() = whole_geometry(given.store->view());
    } else {
      plan->geometries.back() = split_geometry(given.store->view(), tiling, assignment.forbidden_dims, *plan);
    }
  }
  return plan;
}

}  // namespace

void install_image_finder(ImageFinder finder) { image_finder = finder; }

Domain single_domain() { return Domain{DomainPoint{0}, DomainPoint{0}}; }

std::vector<std::int64_t> domain_point(const Domain& domain, std::uint64_t index) {
  std::vector<std::int64_t> point(static_cast<std::size_t>(domain.dim));
  for (std::int32_t d = domain.dim; d-- > 0;) {
    const auto lo = domain.rect_data[d];
    const auto extent = static_cast<std::uint64_t>(domain.rect_data[d + domain.dim] - lo + 1);
    point[static_cast<std::size_t>(d)] = lo + static_cast<std::int64_t>(index % extent);
    index /= extent;
  }
  return point;
}

std::shared_ptr<const LaunchPlan> plan_launch(const PartitionRequest& request) {
  static Words words;  // kept between calls: control thread only
  static std::vector<KnownPartitions> known;
  words.clear();
  known.clear();
  words.push_back(request.machine_count);
  words.push_back(request.overdecompose);
  words.push_back(request.threshold * 4 + (request.single ? 2 : 0) + (request.replicated_writes ? 1 : 0));
  for (const auto& symbol : request.symbols) {
    known.push_back(known_partitions(request, symbol));
    const auto flags = static_cast<std::uint64_t>(symbol.access) * 16 + (symbol.output ? 8U : 0U) +
                       (symbol.unbound ? 4U : 0U) + (symbol.store->has_scalar_storage() ? 2U : 0U) +
                       (symbol.store->transformed() ? 1U : 0U);
    words.push_back(flags);
    words.push_back(symbol.unbound ? symbol.store->dim() : symbol.store->view()->id());
    words.push_back(symbol.unbound ? 0 : symbol.store->storage().bytes());
    words.push_back(address(known.back().own.get()));
    words.push_back(address(known.back().inherited.get()));
  }
  if (has_image(request)) {
    return make_plan(request, known);
  }
  for (const auto& use : request.uses) {
    words.push_back(use.symbol * std::uint64_t{4} + static_cast<std::uint64_t>(use.access));
  }
  for (const auto* constraint : request.constraints) {
    const auto second = constraint->second() == nullptr ? 0 : request.position_of(*constraint->second());
    words.push_back(static_cast<std::uint64_t>(constraint->kind()));
    words.push_back((std::uint64_t{request.position_of(*constraint->first())} << 32U) | second);
    append(words, constraint->values());
    append(words, constraint->more_values());
  }

  if (auto* entry = plan_memo().find(words)) {
    return entry->answer;
  }
  auto plan = make_plan(request, known);
  auto& entry = plan_memo().add(words);
  for (auto& partitions : known) {
    entry.pinned.push_back(std::move(partitions.own));
    entry.pinned.push_back(std::move(partitions.inherited));
  }
  entry.answer = plan;
  return plan;
}

std::shared_ptr<const Geometry> whole_geometry(const View::Ptr& view) {
  static Words words;  // control thread only
  words.assign({1, view->id()});
  if (auto* entry = geometry_memo().find(words)) {
    return entry->answer;
  }
  auto geometry = std::make_shared<const Geometry>(view);
  geometry_memo().add(words).answer = geometry;
  return geometry;
}

namespace {

std::vector<std::int64_t> apply(const SymbolicPoint& projection, const std::vector<std::int64_t>& point) {
  std::vector<std::int64_t> color;
  for (const auto& expression : projection) {
    const std::int64_t coordinate = expression.is_constant() ? 0 : point.at(expression.dim());
    color.push_back(std::int64_t{expression.weight()} * coordinate + expression.offset());
  }
  return color;
}

/// The same for all points of a domain; nullopt where numbers are too large to be sure.
std::optional<ColorMap> color_map(const SymbolicPoint& projection, const Domain& domain) {
  constexpr auto LIMIT = std::int64_t{1} << 30U;
  ColorMap map{extents_of(domain), {}};
  for (const auto& expression : projection) {
    ColorMap::Rule rule{-1, 0, expression.offset()};
    if (!expression.is_constant()) {
      const auto lo = domain.rect_data[expression.dim()];
      const auto hi = domain.rect_data[static_cast<std::int32_t>(expression.dim()) + domain.dim];
      if (lo < -LIMIT || hi > LIMIT) {
        return std::nullopt;
      }
      rule = {static_cast<std::int32_t>(expression.dim()), expression.weight(),
              expression.offset() + std::int64_t{expression.weight()} * lo};
    }
    map.rules.push_back(rule);
  }
  return map;
}

template <typename Numbers>
std::string list(const Numbers& numbers) {
  std::string text = "(";
  for (const auto& number : numbers) {
    text += (&number == numbers.data() ? "" : ", ") + std::to_string(number);
  }
  return text + ")";
}

void check_color(const std::vector<std::int64_t>& point, const std::vector<std::int64_t>& color, const Tiling& tiling) {
  for (std::size_t d = 0; d < color.size(); ++d) {
    if (color[d] < 0 || static_cast<std::uint64_t>(color[d]) >= tiling.colors[d]) {
      throw std::out_of_range{"Launch point " + list(point) + " is projected to color " + list(color) +
                              ", outside the partition's color shape " + list(tiling.colors)};
    }
  }
}

}  // namespace

std::shared_ptr<const Geometry> plan_argument(const View::Ptr& view, const std::shared_ptr<const Tiling>& tiling,
                                              const std::optional<SymbolicPoint>& projection, const Domain& domain) {
  static Words words;  // control thread only
  words.assign({2, view->id(), address(tiling.get()), static_cast<std::uint64_t>(domain.dim)});
  for (std::int32_t d = 0; d < 2 * domain.dim; ++d) {
    words.push_back(static_cast<std::uint64_t>(domain.rect_data[d]));
  }
  if (projection) {
    for (const auto& expression : *projection) {
      words.push_back((std::uint64_t{expression.dim()} << 32U) | static_cast<std::uint32_t>(expression.weight()));
      words.push_back(static_cast<std::uint64_t>(expression.offset()));
    }
  }
  if (auto* entry = geometry_memo().find(words)) {
    return entry->answer;
  }
  const auto map =
      projection ? color_map(*projection, domain) : color_map(lower_bounds(domain), extents_of(domain), tiling->colors);
  // Where some color is none, the constructor that looks at every point finds the first one.
  auto geometry = map && map->stays_in(tiling->colors)
                      ? std::make_shared<const Geometry>(view, tiling, *map)
                      : std::make_shared<const Geometry>(view, tiling, domain.get_volume(), [&](std::size_t index) {
                          const auto point = domain_point(domain, index);
                          auto color = projection ? apply(*projection, point) : project(point, tiling->colors);
                          check_color(point, color, *tiling);
                          return color;
                        });
  auto& entry = geometry_memo().add(words);
  entry.pinned.push_back(tiling);
  entry.answer = geometry;
  return geometry;
}

std::size_t bytes_of_largest_parts(const std::vector<SeenPart>& parts) {
  std::size_t bytes = 0;
  for (const auto& part : parts) {
    bytes += part.geometry->parts()->largest() * part.element_size;
  }
  return bytes;
}

std::size_t most_bytes_of_a_point(const std::vector<SeenPart>& parts, std::uint32_t points) {
  static Words words;  // control thread only
  words.assign({points});
  for (const auto& part : parts) {
    words.push_back(part.geometry->id());
    words.push_back(part.element_size);
  }
  if (auto* entry = bytes_memo().find(words)) {
    return *entry->answer;
  }
  std::size_t most = 0;
  for (std::uint32_t point = 0; point < points; ++point) {
    std::size_t bytes = 0;
    for (const auto& part : parts) {
      const auto box = part.geometry->parts()->box(part.geometry->is_whole() ? 0 : point);
      bytes += box.volume() * part.element_size;
    }
    most = std::max(most, bytes);
  }
  bytes_memo().add(words).answer = std::make_shared<const std::size_t>(most);
  return most;
}

void clear_plans() {
  bytes_memo().entries.clear();
  plan_memo().entries.clear();
  geometry_memo().entries.clear();
  clear_tile_lists();
}

}  // namespace legate::detail
