// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random programs in words, for a person who looks for the fault.

#include "program.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace random_program {

inline std::string text_of(const std::optional<Thrown>& thrown) {
  return thrown ? std::to_string(thrown->index) + " \"" + thrown->message + "\"" : "nothing";
}

inline std::string text_of(const Setting& setting) {
  static const char* const modes[] = {"immediate", "deferred", "ignored"};
  static const char* const streaming[] = {"", " strict", " relaxed"};
  return " | factor " + std::to_string(setting.overdecompose) + " threshold " + std::to_string(setting.threshold) +
         streaming[static_cast<int>(setting.streaming)] + " processors " + std::to_string(setting.first_processor) +
         ".." + std::to_string(setting.last_processor) + " priority " + std::to_string(setting.priority) +
         (setting.exceptions ? std::string{" exceptions "} + modes[static_cast<int>(*setting.exceptions)] : "");
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
  if (task.may_throw) text += " | may throw";
  if (task.throwing) {
    text += ", throws " + std::to_string(task.throwing->seed);
    if (!task.manual)
      text += " where in" + std::to_string(task.throwing->input) + text_of(task.throwing->at) + " is seen";
  }
  text += text_of(task.setting);
  return text;
}

inline std::string text_of(const Statement& statement) {
  struct Printer {
    std::string operator()(const Create& s) const {
      return "s" + std::to_string(s.store) + " = create " + name_of(s.element) + text_of(s.extents) +
             (s.optimize_scalar ? " scalar" : "") + (s.value ? " of " + text_of(s.element, *s.value) : "") + memory(s);
    }
    static std::string memory(const Create& s) {
      static const char* const kinds[] = {"", " on memory", " on read-only memory"};
      static const char* const orders[] = {"", ", Fortran", ", order "};
      return std::string{kinds[static_cast<int>(s.memory)]} + orders[static_cast<int>(s.memory_order)] +
             (s.memory_order == Create::MemoryOrder::CUSTOM ? text_of(s.custom_order) : "");
    }
    std::string operator()(const Detach& s) const { return "detach s" + std::to_string(s.store); }
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
    std::string operator()(const Copy& s) const {
      const auto through = [](const std::optional<Pointers>& pointers) {
        if (!pointers) return std::string{};
        std::string text = "[" + text_of(pointers->extents) + (pointers->copied ? " copied" : "") + ":";
        for (const auto& point : pointers->points) text += " " + text_of(point);
        return text + "]";
      };
      return "copy s" + std::to_string(s.target) + through(s.to) +
             (s.op ? " op " + std::to_string(static_cast<int>(*s.op)) : "") + " from s" + std::to_string(s.source) +
             through(s.from);
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
    std::string operator()(const OpenScope& s) const { return "scope {" + text_of(s.setting); }
    std::string operator()(const CloseScope&) const { return "}"; }
    std::string operator()(const RaisePending&) const { return "raise pending exception"; }
  };
  return std::visit(Printer{}, statement);
}

/// One line a statement, with its number.
inline std::string text_of(const Program& program) {
  std::string text;
  for (std::size_t s = 0; s < program.statements.size(); ++s) {
    text += "  " + std::to_string(s) + ": " + text_of(program.statements[s]) + "\n";
  }
  return text;
}

}  // namespace random_program
