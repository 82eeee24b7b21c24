// SPDX-License-Identifier: Apache-2.0
#pragma once

// The leaf of random programs: follows a recipe with the accessors of the interface.

#include "program.h"

#include <legate.h>

#include <legate/redop/redop.h>

#include <legate_defines.h>

#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
#include "device_copy.h"
#endif

#include <array>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace random_program {

/// What went wrong in leaves, which must not throw.
class LeafComplaints {
 public:
  void add(const std::string& text) {
    const std::lock_guard<std::mutex> lock{mutex_};
    if (text_.size() < 2000) text_ += text + "\n";
  }
  std::string take() {
    const std::lock_guard<std::mutex> lock{mutex_};
    return std::exchange(text_, std::string{});
  }

 private:
  std::mutex mutex_;
  std::string text_;
};
inline LeafComplaints& leaf_complaints() {
  static LeafComplaints complaints;
  return complaints;
}

/// The program that leaves find their recipe in; set while nothing runs.
inline const Program*& running_program() {
  static const Program* program = nullptr;
  return program;
}

inline Element element_of(const legate::Type& type) {
  for (std::uint32_t e = 0; e < ELEMENT_COUNT; ++e) {
    if (type.code() == type_of(static_cast<Element>(e)).code()) return static_cast<Element>(e);
  }
  throw std::logic_error{"not a type of random programs"};
}

/// Calls `function` with the rank as a constant: 1 also for stores without dimensions, as accessors have it.
template <typename Function>
void with_rank(std::int32_t dim, Function&& function) {
  switch (dim) {
    case 0:
    case 1:
      return function(std::integral_constant<std::int32_t, 1>{});
    case 2:
      return function(std::integral_constant<std::int32_t, 2>{});
    case 3:
      return function(std::integral_constant<std::int32_t, 3>{});
    case 4:
      return function(std::integral_constant<std::int32_t, 4>{});
    case 5:
      return function(std::integral_constant<std::int32_t, 5>{});
    default:
      return function(std::integral_constant<std::int32_t, 6>{});
  }
}

template <std::int32_t DIM>
legate::Point<DIM> point_of(const Coordinates& coordinates) {
  legate::Point<DIM> point;
  for (std::int32_t d = 0; d < DIM; ++d) {
    point[d] = coordinates.empty() ? 0 : coordinates[static_cast<std::size_t>(d)];
  }
  return point;
}

#if !LEGATE_DEFINED(LEGATE_USE_OPENCL)
using cl_command_queue = void*;
#endif

/// One physical store through its accessors; or, where it is in the memory of a device with this queue, through copies.
class Elements {
 public:
  explicit Elements(legate::PhysicalStore store, cl_command_queue device = nullptr, bool bound = true)
      : store_{std::move(store)}, element_{element_of(store_.type())} {
    if (bound && store_.target() == legate::mapping::StoreTarget::FBMEM) device_ = device;
    if (!bound) return;
    const auto dimensions = static_cast<std::size_t>(store_.dim());
    box_ = Box::of_extents(Coordinates(dimensions, 0));
    if (dimensions == 0) return;
    const legate::Domain domain = store_.domain();
    for (std::size_t d = 0; d < dimensions; ++d) {
      box_.low[d] = domain.lo()[static_cast<unsigned>(d)];
      box_.high[d] = domain.hi()[static_cast<unsigned>(d)] + 1;
    }
  }

  Element element() const { return element_; }
  const Box& box() const { return box_; }
  legate::PhysicalStore& store() { return store_; }

  Number read(const Coordinates& point) {
    if (bytes_ == nullptr) prepare_reading();
    const char* address = bytes_;
    for (std::size_t d = 0; d < point.size(); ++d) address += (point[d] - box_.low[d]) * strides_[d];
    return with_type(element_, [&](auto zero) { return number_of(*reinterpret_cast<const decltype(zero)*>(address)); });
  }

  void write(const std::vector<Change>& changes, bool read_too) {
    if (device_ != nullptr) {
      return change_copy(changes, [](auto& element, auto value) { element = value; });
    }
    access([&](auto zero, auto rank) {
      using T = decltype(zero);
      constexpr auto DIM = decltype(rank)::value;
      const auto all = [&](const auto& accessor) {
        for (const auto& change : changes) accessor[point_of<DIM>(change.point)] = value_of<T>(change.number);
      };
      if (read_too) {
        all(store_.read_write_accessor<T, DIM, true>());
      } else {
        all(store_.write_accessor<T, DIM, true>());
      }
    });
  }

  void reduce(Operator op, const std::vector<Change>& changes) {
    access([&](auto zero, auto rank) {
      using T = decltype(zero);
      constexpr auto DIM = decltype(rank)::value;
      if (op == Operator::ADD) return reduce_by<legate::SumReduction<T>, DIM>(changes);
      if constexpr (!std::is_same_v<T, legate::Complex<double>>) {
        if (op == Operator::MUL) return reduce_by<legate::ProdReduction<T>, DIM>(changes);
      }
      if constexpr (!is_complex_v<T>) {
        if (op == Operator::MAX) return reduce_by<legate::MaxReduction<T>, DIM>(changes);
        if (op == Operator::MIN) return reduce_by<legate::MinReduction<T>, DIM>(changes);
      }
      if constexpr (std::is_integral_v<T>) {
        if (op == Operator::OR) return reduce_by<legate::OrReduction<T>, DIM>(changes);
        if (op == Operator::AND) return reduce_by<legate::AndReduction<T>, DIM>(changes);
        if (op == Operator::XOR) return reduce_by<legate::XORReduction<T>, DIM>(changes);
      }
    });
  }

  void bind(const std::vector<Change>& changes, const Coordinates& extents) {
    access([&](auto zero, auto rank) {
      using T = decltype(zero);
      constexpr auto DIM = decltype(rank)::value;
      if (changes.empty() && extents.size() == 1) return store_.bind_empty_data();
      auto buffer = store_.create_output_buffer<T, DIM>(point_of<DIM>(extents), true);
      std::size_t next = 0;
      for_each_point(Box::of_extents(extents),
                     [&](const Coordinates& p) { buffer[point_of<DIM>(p)] = value_of<T>(changes[next++].number); });
    });
  }

 private:
  template <typename Function>
  void access(Function&& function) {
    with_type(element_, [&](auto zero) { with_rank(store_.dim(), [&](auto rank) { function(zero, rank); }); });
  }

  void prepare_reading() {
#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
    if (device_ != nullptr) {
      copy_.emplace(device_, store_, box_);
      bytes_ = copy_->data();
      for (std::size_t d = 0; d < box_.dimensions(); ++d) strides_[d] = copy_->stride(d);
      return;
    }
#endif
    access([&](auto zero, auto rank) {
      using T = decltype(zero);
      constexpr auto DIM = decltype(rank)::value;
      const auto accessor = store_.read_accessor<T, DIM, true>();
      std::size_t strides[DIM] = {};
      bytes_ = reinterpret_cast<const char*>(accessor.ptr(store_.shape<DIM>(), strides));
      for (std::size_t d = 0; d < DIM; ++d) strides_[d] = static_cast<std::ptrdiff_t>(strides[d] * sizeof(T));
    });
  }

  /// Calls `change` with elements of a fresh copy, which goes back to the device.
  template <typename Function>
  void change_copy([[maybe_unused]] const std::vector<Change>& changes, [[maybe_unused]] Function&& change) {
#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
    DeviceCopy copy{device_, store_, box_};
    with_type(element_, [&](auto zero) {
      using T = decltype(zero);
      for (const auto& [point, number] : changes) {
        char* address = copy.data();
        for (std::size_t d = 0; d < point.size(); ++d) address += (point[d] - box_.low[d]) * copy.stride(d);
        change(*reinterpret_cast<T*>(address), value_of<T>(number));
      }
    });
    copy.write_back();
#endif
  }

  template <typename Reduction, std::int32_t DIM>
  void reduce_by(const std::vector<Change>& changes) {
    if (device_ != nullptr) {
      return change_copy(changes, [](auto& element, auto value) {
        if constexpr (std::is_same_v<decltype(value), typename Reduction::RHS>) {
          Reduction::template fold<true>(element, value);
        }
      });
    }
    const auto accessor = store_.reduce_accessor<Reduction, true, DIM, true>();
    for (const auto& change : changes) {
      accessor.reduce(point_of<DIM>(change.point), value_of<typename Reduction::RHS>(change.number));
    }
  }

  legate::PhysicalStore store_;
  Element element_;
  Box box_;
  cl_command_queue device_{};
#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
  std::optional<DeviceCopy> copy_{};
#endif
  const char* bytes_{};
  std::array<std::ptrdiff_t, LEGATE_MAX_DIM> strides_{};
};

class Leaf : public legate::LegateTask<Leaf> {
 public:
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}}.with_variant_options(
      legate::VariantOptions{}.with_has_allocations(true));

  static void cpu_variant(legate::TaskContext context) { run(context, nullptr); }
#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
  static void opencl_variant(legate::TaskContext context) { run(context, legate::opencl::queue(context)); }
#endif

 private:
  static void run(const legate::TaskContext& context, cl_command_queue device) {
    const auto statement = context.scalar(0).value<std::uint64_t>();
    const auto& task = std::get<Task>(running_program()->statements.at(statement));
    Access access{context, task, device};
    // Some instances are slower than others, so that what is not ordered comes in many orders.
    auto turns = mixed(statement, static_cast<std::uint64_t>(context.get_task_index()[0])) % 256;
    for (turns = turns < 32 ? turns * 4 : 0; turns > 0; --turns) std::this_thread::yield();
    const auto exception = exception_of(task, access, context.get_task_index());
    if (exception && task.throwing->early()) throw legate::TaskException{exception->index, exception->message};
    try {
      follow(task.recipe, access);
    } catch (const std::exception& error) {
      leaf_complaints().add("statement " + std::to_string(statement) + ", leaf: " + error.what());
    }
    if (exception) throw legate::TaskException{exception->index, exception->message};
  }

  struct Access {
    Access(const legate::TaskContext& context, const Task& task, cl_command_queue device) : task_{task} {
      for (const auto& store : context.inputs()) inputs_.emplace_back(store, device);
      for (const auto& store : context.outputs()) outputs_.emplace_back(store, device, !store.is_unbound_store());
      for (const auto& store : context.reductions()) reductions_.emplace_back(store, device);
    }
    Element input_element(std::uint32_t input) const { return inputs_.at(input).element(); }
    Box input_box(std::uint32_t input) const { return inputs_.at(input).box(); }
    Box output_box(std::uint32_t output) const { return outputs_.at(output).box(); }
    Box reduction_box(std::uint32_t reduction) const { return reductions_.at(reduction).box(); }
    std::optional<Coordinates> choose(const Term& term, const Coordinates& p, std::uint64_t hash) const {
      return chosen(term.pattern, p, input_box(term.input), hash);
    }
    Number read(std::uint32_t input, const Coordinates& p) {
      auto& elements = inputs_.at(input);
      if (!elements.box().contains(p)) {
        throw std::out_of_range{"input " + std::to_string(input) + " is needed at " + text_of(p) + ", has " +
                                text_of(elements.box().low) + ".." + text_of(elements.box().high)};
      }
      return elements.read(p);
    }
    void write(const Result& result, const std::vector<Change>& changes) {
      if (!changes.empty()) outputs_.at(result.index).write(changes, result.seed % 4 == 0);
    }
    void reduce(const Result& result, const std::vector<Change>& changes) {
      if (!changes.empty()) reductions_.at(result.index).reduce(result.op, changes);
    }
    void grow(const Result& result, const std::vector<Change>& changes, const Coordinates& extents) {
      outputs_.at(result.index).bind(changes, extents);
    }

   private:
    const Task& task_;
    std::vector<Elements> inputs_, outputs_, reductions_;
  };

  static std::optional<Thrown> exception_of(const Task& task, const Access& access, const legate::DomainPoint& index) {
    if (!task.throwing) return std::nullopt;
    Coordinates point;
    for (int d = 0; d < index.dim; ++d) point.push_back(index[static_cast<unsigned>(d)]);
    const bool throws =
        task.manual ? task.throwing->picks(point) : access.input_box(task.throwing->input).contains(task.throwing->at);
    return throws ? std::optional<Thrown>{thrown_at(task, point)} : std::nullopt;
  }
};

}  // namespace random_program
