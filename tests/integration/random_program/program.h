// SPDX-License-Identifier: Apache-2.0
#pragma once

// A random program: statements on numbered stores, as plain data.

#include "recipe.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace random_program {

/// A new store with undefined contents; or with `value`: a scalar store.
struct Create {
  int store{};
  Element element{};
  Coordinates extents;
  bool optimize_scalar{false};
  std::optional<Number> value;
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
struct Task {
  bool manual{};
  Coordinates launch_low, launch_high;  // of a manual launch; high exclusive
  std::vector<Argument> inputs, outputs, reductions;
  std::vector<Demand> demands;
  Recipe recipe;
  std::uint32_t overdecompose{0};  // 0: the default policy
  std::int64_t threshold{-1};
  std::uint32_t first_processor{0}, last_processor{0};  // equal: all
  std::int32_t priority{0};
};

using Statement = std::variant<Create, CreateUnbound, View, Fill, Look, Modify, Drop, Fence, Task>;

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

inline std::string text_of(const std::vector<Argument>& arguments, const char* title) {
  std::string text;
  for (const auto& argument : arguments) {
    text += std::string{" "} + title + " s" + std::to_string(argument.store);
    if (std::string{title} == "reduce") text += " op " + std::to_string(static_cast<int>(argument.op));
    if (!argument.tile.empty() || !argument.colors.empty()) {
      text += " tile " + text_of(argument.tile) + " colors " + text_of(argument.colors);
      if (argument.projection) {
        text += " by [";
        for (const auto& e : argument.projection->expressions) {
          text += " " + (e.dim < 0 ? std::string{} : std::to_string(e.weight) + "*p" + std::to_string(e.dim) + "+") +
                  std::to_string(e.offset);
        }
        text += " ]";
      }
    }
    text += ";";
  }
  return text;
}

inline std::string text_of(const Task& task) {
  std::string text = task.manual ? "manual " + text_of(task.launch_low) + ".." + text_of(task.launch_high) : "auto";
  text += text_of(task.inputs, "in") + text_of(task.outputs, "out") + text_of(task.reductions, "reduce");
  static const char* const names[] = {"align", "broadcast", "broadcast_axes", "min_extents", "scale", "bloat"};
  for (const auto& demand : task.demands) {
    text += std::string{" "} + names[static_cast<int>(demand.kind)] + "(s" + std::to_string(demand.first) + ", s" +
            std::to_string(demand.second) + ", " + text_of(demand.numbers) + text_of(demand.more) + ")";
  }
  for (const auto& result : task.recipe.results) {
    static const char* const roles[] = {"out", "reduce", "grow"};
    text += std::string{" | "} + roles[static_cast<int>(result.role)] + " " + std::to_string(result.index) +
            " driver " + std::to_string(result.driver) + " terms";
    for (const auto& term : result.terms) {
      text += " in" + std::to_string(term.input) + (term.pattern.sample() ? "?" : "=");
    }
  }
  text += " | factor " + std::to_string(task.overdecompose) + " threshold " + std::to_string(task.threshold) +
          " processors " + std::to_string(task.first_processor) + ".." + std::to_string(task.last_processor);
  return text;
}

inline std::string text_of(const Statement& statement) {
  struct Printer {
    std::string operator()(const Create& s) const {
      return "s" + std::to_string(s.store) + " = create " + name_of(s.element) + text_of(s.extents) +
             (s.optimize_scalar ? " scalar" : "") + (s.value ? " of " + text_of(s.element, *s.value) : "");
    }
    std::string operator()(const CreateUnbound& s) const {
      return "s" + std::to_string(s.store) + " = unbound " + name_of(s.element) + " " + std::to_string(s.dimensions);
    }
    std::string operator()(const View& s) const {
      static const char* const names[] = {"promote",     "project",   "slice", "transpose",
                                          "delinearize", "broadcast", "child"};
      return "s" + std::to_string(s.store) + " = s" + std::to_string(s.source) + "." +
             names[static_cast<int>(s.transform)] + "(" + std::to_string(s.dim) + ", " + text_of(s.numbers) +
             text_of(s.more) + ")";
    }
    std::string operator()(const Fill& s) const {
      return "fill s" + std::to_string(s.store) + (s.value_store < 0 ? "" : " with s" + std::to_string(s.value_store));
    }
    std::string operator()(const Look& s) const {
      return "look s" + std::to_string(s.store) + (s.keep ? " and keep" : "");
    }
    std::string operator()(const Modify& s) const { return "modify s" + std::to_string(s.store); }
    std::string operator()(const Drop& s) const { return "drop s" + std::to_string(s.store); }
    std::string operator()(const Fence& s) const {
      return std::string{s.mapping ? "mapping" : "execution"} + " fence" + (s.block ? ", block" : "");
    }
    std::string operator()(const Task& s) const { return text_of(s); }
  };
  return std::visit(Printer{}, statement);
}

}  // namespace random_program
