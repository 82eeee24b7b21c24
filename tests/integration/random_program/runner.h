// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a random program through the public interface and compares it, wherever it looks at a store, with the serial
// interpreter, which runs beside it.

#include "attached_memory.h"
#include "leaf.h"
#include "program_text.h"
#include "serial_interpreter.h"
#include "submission.h"

#include <legate.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace random_program {

class ProgramRunner {
 public:
  ProgramRunner(legate::Library library, const Program& program) : library_{std::move(library)}, program_{program} {}

  /// Empty if all is right; else what is wrong.
  std::string run() {
    running_program() = &program_;
    try {
      for (current_ = 0; current_ < program_.statements.size() && complaint_.empty(); ++current_) {
        step();
      }
      compare_everything();
      if (complaint_.empty()) step(RaisePending{});
    } catch (const std::exception& error) {
      complain(std::string{"exception: "} + error.what());
    }
    mappings_.clear();
    stores_.clear();
    runtime_->issue_execution_fence(true);
    caught([this] { runtime_->raise_pending_exception(); });
    for (auto& [number, memory] : attached_) complaint_ += memory->complaint();
    complaint_ += leaf_complaints().take();
    return complaint_;
  }

 private:
  void step() { step(program_.statements[current_]); }
  void step(const Statement& statement) {
    if (std::holds_alternative<CloseScope>(statement)) return;       // its beginning was left out
    const bool forgets = std::holds_alternative<Detach>(statement);  // the results that are to be compared before
    if (!forgets) interpreter_.execute(statement);
    std::visit([this](const auto& s) { run(s); }, statement);
    if (forgets) interpreter_.execute(statement);
  }

  const legate::LogicalStore& store(int number) const { return stores_.at(number); }
  void keep(int number, legate::LogicalStore store) { stores_.insert_or_assign(number, std::move(store)); }
  void complain(const std::string& text) {
    if (complaint_.empty()) complaint_ = "statement " + std::to_string(current_) + ": " + text + "\n";
  }

  void run(const Create& s) {
    const legate::Shape shape{unsigned_of(s.extents)};
    if (s.value) {
      with_type(s.element, [&](auto zero) {
        keep(s.store, runtime_->create_store(legate::Scalar{value_of<decltype(zero)>(*s.value)}, shape));
      });
    } else if (s.memory != Create::Memory::NONE) {
      auto& memory = attached_[s.store];
      memory = std::make_unique<AttachedMemory>(s, interpreter_.view(s.store));
      keep(s.store, memory->attach());
    } else {
      keep(s.store, runtime_->create_store(shape, type_of(s.element), s.optimize_scalar));
    }
  }
  void run(const CreateUnbound& s) { keep(s.store, runtime_->create_store(type_of(s.element), s.dimensions)); }

  void run(const View& s) {
    const auto& source = store(s.source);
    const auto dim = static_cast<std::int32_t>(s.dim);
    const auto first = s.numbers.empty() ? 0 : s.numbers[0];
    switch (s.transform) {
      case Transform::PROMOTE:
        return keep(s.store, source.promote(dim, static_cast<std::size_t>(first)));
      case Transform::PROJECT:
        return keep(s.store, source.project(dim, first));
      case Transform::SLICE:
        return keep(s.store, source.slice(dim, legate::Slice{first, s.numbers[1]}));
      case Transform::TRANSPOSE:
        return keep(s.store, source.transpose(std::vector<std::int32_t>(s.numbers.begin(), s.numbers.end())));
      case Transform::DELINEARIZE:
        return keep(s.store, source.delinearize(dim, unsigned_of(s.numbers)));
      case Transform::BROADCAST:
        return keep(s.store, source.broadcast(dim, static_cast<std::size_t>(first)));
      case Transform::CHILD:
        return keep(s.store, source.partition_by_tiling(unsigned_of(s.numbers)).get_child_store(unsigned_of(s.more)));
    }
  }

  void run(const Fill& s) {
    if (s.value_store >= 0) return runtime_->issue_fill(store(s.store), store(s.value_store));
    with_type(element_of(store(s.store).type()), [&](auto zero) {
      runtime_->issue_fill(store(s.store), legate::Scalar{value_of<decltype(zero)>(s.value)});
    });
  }

  legate::LogicalStore indirection(const Pointers& pointers) {
    const auto type = pointers.numbers ? legate::int64() : legate::Type{legate::point_type(pointers.dimensions)};
    const legate::Shape shape{unsigned_of(pointers.extents)};
    auto result = runtime_->create_store(shape, type);
    const auto mapping = result.get_physical_store();
    auto* to = static_cast<std::int64_t*>(mapping.get_inline_allocation().ptr);
    for (const auto& point : pointers.points) to = std::copy(point.begin(), point.end(), to);
    if (!pointers.copied) return result;
    auto copy = runtime_->create_store(shape, type);
    runtime_->issue_copy(copy, result);
    return copy;
  }

  void run(const Copy& s) {
    auto& target = stores_.at(s.target);
    const auto& source = store(s.source);
    if (s.to && s.from) {
      runtime_->issue_scatter_gather(target, indirection(*s.to), source, indirection(*s.from), s.op);
    } else if (s.to) {
      runtime_->issue_scatter(target, indirection(*s.to), source, s.op);
    } else if (s.from) {
      runtime_->issue_gather(target, source, indirection(*s.from), s.op);
    } else {
      runtime_->issue_copy(target, source, s.op);
    }
  }

  void run(const Look& s) {
    // A mapping kept from before must show what was done since.
    const auto kept = mappings_.find(s.store);
    const auto mapping = kept != mappings_.end() ? kept->second : store(s.store).get_physical_store();
    compare(s.store, mapping);
    if (s.keep) {
      mappings_.insert_or_assign(s.store, mapping);
    } else {
      mappings_.erase(s.store);
    }
  }

  void compare(int number, const legate::PhysicalStore& mapping) {
    const auto& expected = interpreter_.view(number);
    Elements found{mapping};
    if (found.element() != expected.array->element) return complain("s" + std::to_string(number) + " has another type");
    if (expected.dimensions() > 0 && found.box().high != expected.extents) {
      return complain("s" + std::to_string(number) + " has extents " + text_of(found.box().high) + ", not " +
                      text_of(expected.extents));
    }
    for_each_point(Box::of_extents(expected.extents), [&](const Coordinates& p) {
      const Number& right = expected.at(p);
      if (!right.defined || !complaint_.empty()) return;
      const Number value = found.read(p);
      if (!agrees(found.element(), right, value)) {
        complain("s" + std::to_string(number) + text_of(p) + " is " + text_of(found.element(), value) + ", not " +
                 text_of(found.element(), right));
      }
    });
  }

  void run(const Modify& s) {
    auto mapping = store(s.store).get_physical_store();
    Elements elements{mapping};
    std::vector<Change> changes;
    for_each_point(elements.box(), [&](const Coordinates& p) {
      if (is_modified(s.seed, p)) changes.push_back({p, modification(s.seed, elements.element(), p)});
    });
    if (!changes.empty()) elements.write(changes, s.seed % 2 == 0);
  }

  void run(const Detach& s) {
    auto& memory = attached_.at(s.store);
    // A mapping ends with the attachment.
    for (auto mapping = mappings_.begin(); mapping != mappings_.end();) {
      mapping = interpreter_.view(mapping->first).array == memory->array() ? mappings_.erase(mapping) : ++mapping;
    }
    stores_.at(s.store).detach();
    if (const auto text = memory->complaint(); !text.empty()) complain(text);
    attached_.erase(s.store);
  }
  void run(const Drop& s) {
    mappings_.erase(s.store);
    stores_.erase(s.store);
  }
  void run(const Fence& s) {
    if (s.mapping) {
      runtime_->issue_mapping_fence();
    } else {
      runtime_->issue_execution_fence(s.block);
    }
  }

  void run(const OpenScope& s) {
    const auto opened = current_;
    bool streamed = true;
    try {
      legate::Scope scope;
      set(scope, s.setting);
      for (++current_; current_ < program_.statements.size() && complaint_.empty(); ++current_) {
        if (std::holds_alternative<CloseScope>(program_.statements[current_])) break;
        step();
      }
    } catch (const std::invalid_argument& error) {
      if (std::string{error.what()}.find("cannot be streamed in one go") == std::string::npos) throw;
      streamed = false;
    }
    check_streaming(s.setting.streaming, opened, streamed);
    if (streamed) {
      interpreter_.execute(CloseScope{});
    } else {
      interpreter_.discard_held();
    }
  }
  void run(const CloseScope&) {}

  /// Whether the operations of a STRICT scope can be streamed depends on how they are split; but a fence never can be,
  /// and a single operation always.
  void check_streaming(legate::StreamingMode mode, std::size_t opened, bool streamed) {
    std::size_t launches = 0;
    std::size_t fences = 0;
    for (auto s = opened; s < std::min(current_, program_.statements.size()); ++s) {
      const auto& statement = program_.statements[s];
      if (std::holds_alternative<Task>(statement) || std::holds_alternative<Fill>(statement)) ++launches;
      if (std::holds_alternative<Fence>(statement)) ++fences;
    }
    const bool must_fail = mode == legate::StreamingMode::STRICT && fences > 0;
    const bool may_fail = mode == legate::StreamingMode::STRICT && launches > 1;
    if (streamed && must_fail) complain("the STRICT scope ends well though it has a fence");
    if (!streamed && !must_fail && !may_fail) complain("the scope cannot be streamed");
  }

  void run(const RaisePending&) {
    expect_thrown(caught([this] { runtime_->raise_pending_exception(); }));
  }

  /// The exception of a task that the function throws.
  template <typename Function>
  static std::optional<Thrown> caught(Function&& function) {
    try {
      function();
    } catch (const legate::TaskException& exception) {
      return Thrown{exception.index(), exception.error_message()};
    }
    return std::nullopt;
  }
  void expect_thrown(const std::optional<Thrown>& found) {
    const auto& expected = interpreter_.thrown();
    if (!(found == expected)) complain("throws " + text_of(found) + ", not " + text_of(expected));
  }

  void run(const Task& task) {
    expect_thrown(caught([&] { Submission{library_, stores_, current_}.submit(task); }));
  }

  void compare_everything() {
    for (const auto& [number, view] : interpreter_.views()) {
      if (!complaint_.empty()) return;
      if (view.bound && stores_.count(number) != 0) compare(number, store(number).get_physical_store());
    }
  }

  legate::Runtime* runtime_{legate::Runtime::get_runtime()};
  legate::Library library_;
  const Program& program_;
  SerialInterpreter interpreter_;
  std::map<int, std::unique_ptr<AttachedMemory>> attached_;
  std::map<int, legate::LogicalStore> stores_;
  std::map<int, legate::PhysicalStore> mappings_;
  std::size_t current_{};
  std::string complaint_;
};

}  // namespace random_program
