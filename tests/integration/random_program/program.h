// SPDX-License-Identifier: Apache-2.0
#pragma once

// A random program: statements on numbered stores, as plain data, and what they mean for a launch point.

#include "recipe.h"

#include <legate.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace random_program {

/// A new store with undefined contents; or with `value`: a scalar store; or on memory of the program, with values.
struct Create {
  enum class Memory : std::uint8_t { NONE, WRITABLE, READ_ONLY };
  enum class MemoryOrder : std::uint8_t { C, FORTRAN, CUSTOM };
  int store{};
  Element element{};
  Coordinates extents;
  bool optimize_scalar{false};
  std::optional<Number> value;
  Memory memory{};
  MemoryOrder memory_order{};
  Coordinates custom_order;
  std::uint64_t memory_seed{};
};
/// Ends the attachment of a store to memory. What it contains is undefined then.
struct Detach {
  int store{};
};
struct CreateUnbound {
  int store{};
  Element element{};
  std::uint32_t dimensions{};
};
enum class Transform : std::uint8_t { PROMOTE, PROJECT, SLICE, TRANSPOSE, DELINEARIZE, BROADCAST, CHILD };
/// numbers: the arguments of the transformation; of CHILD the tile. more: of CHILD the color.
struct View {
  int store{};
  int source{};
  Transform transform{};
  std::int64_t dim{};
  Coordinates numbers;
  Coordinates more;
};
struct Fill {
  int store{};
  Number value;
  int value_store{-1};
};
/// An indirection: for each point of its extents, in row-major order, a point of a store, or one outside.
struct Pointers {
  Coordinates extents;
  std::uint32_t dimensions{};  // of the store it points into
  std::vector<Coordinates> points;
  bool numbers{};  // numbers in place of points of one dimension
  bool copied{};   // written by a copy in the scope, not through a mapping
};
/// target[t] = source[s], or folded into it, where t and s are the same point or what indirections name.
struct Copy {
  int target{};
  int source{};
  std::optional<Operator> op;
  std::optional<Pointers> to;
  std::optional<Pointers> from;
};
/// Looks at all elements through a mapping; the runner may hold on to the mapping and look again later.
struct Look {
  int store{};
  bool keep{false};
};
/// Changes elements through a mapping.
struct Modify {
  int store{};
  std::uint64_t seed{};
};
struct Drop {
  int store{};
};
struct Fence {
  bool mapping{};
  bool block{};
};

struct Projection {
  struct Expression {
    std::int32_t dim{-1}, weight{1}, offset{0};
  };
  std::vector<Expression> expressions;
};
struct Argument {
  int store{};
  Operator op{};
  Coordinates tile{}, colors{};  // of the partition; empty: the whole store
  bool explicit_colors{false};
  std::optional<Projection> projection{};
  bool key{false};
};
struct Demand {
  enum class Kind : std::uint8_t { ALIGN, BROADCAST, BROADCAST_AXES, MIN_EXTENTS, SCALE, BLOAT } kind{};
  int first{}, second{};  // stores
  Coordinates numbers, more;
};
/// What a scope sets.
struct Setting {
  std::uint32_t overdecompose{0};  // 0: the default policy
  std::int64_t threshold{-1};
  legate::StreamingMode streaming{legate::StreamingMode::OFF};
  std::uint32_t first_processor{0}, last_processor{0};  // equal: all
  std::int32_t priority{0};
  std::optional<legate::ExceptionMode> exceptions{};

  bool has_policy() const { return overdecompose > 0 || threshold >= 0 || streaming != legate::StreamingMode::OFF; }
};
/// Which leaves of a task throw: of a manual launch, points picked by the seed; of an automatic one, those that see the
/// element `at` of an input, however many these are.
struct Throwing {
  std::uint64_t seed{};
  bool everywhere{false};  // in any case: leaves of inline launches do not know their point
  std::uint32_t input{};
  Coordinates at;

  bool early() const { return seed % 3 == 0; }  // before anything is written
  bool picks(const Coordinates& point) const {
    std::uint64_t hash = seed;
    for (const auto coordinate : point) hash = mixed(hash, static_cast<std::uint64_t>(coordinate));
    return everywhere || hash % 3 == 0;
  }
};
struct Task {
  bool manual{};
  Coordinates launch_low, launch_high;  // of a manual launch; high exclusive
  std::vector<Argument> inputs, outputs, reductions;
  std::vector<Demand> demands;
  Recipe recipe;
  Setting setting;  // of a scope around this task only
  bool may_throw{false};
  std::optional<Throwing> throwing;
};
/// Statements up to the matching CloseScope are in a scope.
struct OpenScope {
  Setting setting;
};
struct CloseScope {};
/// Throws the first exception of tasks with deferred ones.
struct RaisePending {};

using Statement = std::variant<Create, CreateUnbound, View, Fill, Copy, Look, Modify, Drop, Fence, Task, OpenScope,
                               CloseScope, RaisePending, Detach>;

struct Program {
  std::uint64_t seed{};
  std::vector<Statement> statements;
};

/// The rectangle of a color of a tiling of a store with `extents`.
inline Box tile_box(const Coordinates& extents, const Coordinates& tile, const Coordinates& color) {
  Box box = Box::of_extents(extents);
  for (std::size_t d = 0; d < extents.size(); ++d) {
    box.low[d] = std::min(extents[d], color[d] * tile[d]);
    box.high[d] = std::min(extents[d], (color[d] + 1) * tile[d]);
  }
  return box;
}

/// The color that an argument shows at a launch point.
inline Coordinates color_at(const Argument& argument, const Coordinates& point, const Task& task) {
  Coordinates color(argument.colors.size());
  if (argument.projection) {
    for (std::size_t d = 0; d < color.size(); ++d) {
      const auto& expression = argument.projection->expressions[d];
      color[d] = expression.offset;
      if (expression.dim >= 0) color[d] += expression.weight * point[static_cast<std::size_t>(expression.dim)];
    }
  } else if (color.size() == task.launch_low.size()) {
    color = point;
  } else {  // a 1-D launch takes the pieces in row-major order
    auto rest = point[0];
    for (std::size_t d = color.size(); d-- > 0;) {
      color[d] = rest % argument.colors[d];
      rest /= argument.colors[d];
    }
  }
  return color;
}

/// The exception of a leaf: index and message.
struct Thrown {
  std::int32_t index{};
  std::string message;
  bool operator==(const Thrown& other) const { return index == other.index && message == other.message; }
};
/// What the leaf at a launch point throws. Leaves of an automatic launch all throw the same.
inline Thrown thrown_at(const Task& task, const Coordinates& point) {
  const auto seed = task.throwing->seed;
  return {static_cast<std::int32_t>(seed % 100000),
          std::to_string(seed) + (task.manual && !task.throwing->everywhere ? " at " + text_of(point) : "")};
}

}  // namespace random_program
