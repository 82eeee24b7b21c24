// SPDX-License-Identifier: Apache-2.0
#include "runtime/copy_tasks.h"

#include "data/strided_copy.h"
#include "redop/registry.h"
#include "runtime/leaf_elements.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <optional>

namespace legate::detail {

namespace {

const ReductionOperator& operator_of(const Scalar& id) {
  return find_reduction_operator(GlobalRedopID{id.value<std::int32_t>()});
}

void copy(const Elements& target, const Elements& source) {
  const auto& domain = target.domain();
  std::array<std::uint64_t, LEGATE_MAX_DIM> extents{};
  for (std::int32_t d = 0; d < domain.dim; ++d) {
    const auto extent = domain.rect_data[d + domain.dim] - domain.rect_data[d] + 1;
    if (extent <= 0) {
      return;
    }
    extents[static_cast<std::size_t>(d)] = static_cast<std::uint64_t>(extent);
  }
  strided_copy(target.first(), target.strides(), source.first(), source.strides(), extents.data(),
               static_cast<std::size_t>(domain.dim), target.element_size());
}

void fold(const Elements& target, const Elements& source, const ReductionOperator& redop) {
  const auto size = target.element_size();
  const bool contiguous = target.step() == size && source.step() == size;
  for_each_row(target.domain(), [&](const Coordinates& start, std::size_t length) {
    auto* to = target.find(start.data());
    const auto* from = source.find(start.data());
    if (contiguous) {
      redop.fold(to, from, length);
      return;
    }
    for (std::size_t i = 0; i < length; ++i) {
      redop.fold(to + i * target.step(), from + i * source.step(), 1);
    }
  });
}

/// One side of an indirect copy: its element for each point, either the one there or the one that `indirection` names.
class Side {
 public:
  Side(const Elements& elements, const std::optional<Elements>& indirection)
      : elements_{elements}, indirection_{indirection ? &*indirection : nullptr} {}

  void begin_row(const Coordinates& start) {
    const auto& walked = indirection_ == nullptr ? elements_ : *indirection_;
    position_ = walked.find(start.data());
    step_ = walked.step();
  }
  /// The element of the `i`-th point of the row; null if the instance does not see it.
  [[nodiscard]] std::byte* at(std::size_t i) const {
    auto* place = position_ + i * step_;
    return indirection_ == nullptr ? place : elements_.find(reinterpret_cast<const coord_t*>(place));  // NOLINT
  }

 private:
  const Elements& elements_;
  const Elements* indirection_;
  std::byte* position_{};
  std::size_t step_{};
};

template <typename Move>
void move_elements(const Domain& points, Side target, Side source, const Move& move) {
  for_each_row(points, [&](const Coordinates& start, std::size_t length) {
    target.begin_row(start);
    source.begin_row(start);
    for (std::size_t i = 0; i < length; ++i) {
      auto* to = target.at(i);
      const auto* from = source.at(i);
      if (to != nullptr && from != nullptr) {
        move(to, from);
      }
    }
  });
}

template <std::size_t SIZE>
struct Assign {
  void operator()(std::byte* to, const std::byte* from) const { std::memcpy(to, from, SIZE); }
};

void assign_elements(const Domain& points, const Side& target, const Side& source, std::size_t size) {
  switch (size) {
    case 1:
      return move_elements(points, target, source, Assign<1>{});
    case 2:
      return move_elements(points, target, source, Assign<2>{});
    case 4:
      return move_elements(points, target, source, Assign<4>{});
    case 8:
      return move_elements(points, target, source, Assign<8>{});
    case 16:
      return move_elements(points, target, source, Assign<16>{});
    default:
      return move_elements(points, target, source,
                           [&](std::byte* to, const std::byte* from) { std::memcpy(to, from, size); });
  }
}

void copy_on_device(const TaskContext& context) {
  const auto target = context.output(0);
  if (has_scalar_storage(target)) {
    CopyTask::cpu_variant(context);
    return;
  }
  engine::copy_elements(device_worker(context), device_elements(target), device_elements(context.input(0)),
                        device_box(target), target.type().size());
}

void reduce_on_device(const TaskContext& context) {
  const auto target = context.reduction(0);
  engine::fold_elements(device_worker(context), device_elements(target), device_elements(context.input(0)),
                        device_box(target), operator_of(context.scalar(0)));
}

void gather_on_device(const TaskContext& context) {
  const auto source = context.input(0);
  const auto target = context.output(0);
  const auto box = device_box(target);
  const auto seen = source.domain();
  engine::GatherWalk walk;
  walk.element_size = target.type().size();
  walk.dims = box.dims;
  std::copy(box.extents.begin(), box.extents.end(), std::begin(walk.extents));
  walk.named = static_cast<std::uint32_t>(seen.dim);
  for (std::int32_t d = 0; d < seen.dim; ++d) {
    walk.lo[d] = seen.rect_data[d];                 // NOLINT
    walk.hi[d] = seen.rect_data[d + seen.dim] + 1;  // NOLINT
  }
  engine::gather_elements(device_worker(context), device_elements(target), device_elements(context.input(1)),
                          device_elements(source), walk);
}

}  // namespace

void CopyTask::cpu_variant(TaskContext context) { copy(Elements{context.output(0)}, Elements{context.input(0)}); }

void CopyTask::omp_variant(TaskContext context) {
  const Elements source{context.input(0)};
  const Elements target{context.output(0)};
  for_each_share(target, [&](std::int32_t dimension, coord_t index, coord_t count) {
    copy(count == 1 ? target : target.share(dimension, index, count),
         count == 1 ? source : source.share(dimension, index, count));
  });
}

void CopyTask::opencl_variant(TaskContext context) { copy_on_device(context); }
void CopyTask::gpu_variant(TaskContext context) { copy_on_device(context); }

void ReductionCopyTask::cpu_variant(TaskContext context) {
  fold(Elements{context.reduction(0)}, Elements{context.input(0)}, operator_of(context.scalar(0)));
}

void ReductionCopyTask::omp_variant(TaskContext context) {
  const Elements source{context.input(0)};
  const Elements target{context.reduction(0)};
  const auto& redop = operator_of(context.scalar(0));
  for_each_share(target, [&](std::int32_t dimension, coord_t index, coord_t count) {
    fold(count == 1 ? target : target.share(dimension, index, count),
         count == 1 ? source : source.share(dimension, index, count), redop);
  });
}

void ReductionCopyTask::opencl_variant(TaskContext context) { reduce_on_device(context); }
void ReductionCopyTask::gpu_variant(TaskContext context) { reduce_on_device(context); }

void GatherTask::cpu_variant(TaskContext context) {
  const Elements source{context.input(0)};
  const Elements target{context.output(0)};
  const std::optional<Elements> names{context.input(1)};
  assign_elements(names->domain(), Side{target, std::nullopt}, Side{source, names}, target.element_size());
}

void GatherTask::omp_variant(TaskContext context) {
  const Elements source{context.input(0)};
  const Elements target{context.output(0)};
  const Elements names{context.input(1)};
  for_each_share(names, [&](std::int32_t dimension, coord_t index, coord_t count) {
    const std::optional<Elements> share{count == 1 ? names : names.share(dimension, index, count)};
    assign_elements(share->domain(), Side{count == 1 ? target : target.share(dimension, index, count), std::nullopt},
                    Side{source, share}, target.element_size());
  });
}

void GatherTask::opencl_variant(TaskContext context) { gather_on_device(context); }
void GatherTask::gpu_variant(TaskContext context) { gather_on_device(context); }

// Several points may name one element of the target, so one thread visits them in their order.
void IndirectCopyTask::omp_variant(TaskContext context) { cpu_variant(context); }

void IndirectCopyTask::cpu_variant(TaskContext context) {
  const auto which = context.scalar(0).value<std::int32_t>();
  const bool reduces = context.num_reductions() > 0;
  const Elements source{context.input(0)};
  const Elements target{reduces ? context.reduction(0) : context.output(0)};
  std::uint32_t next = 1;
  const auto indirection = [&](Indirection side) {
    return (which & side) == 0 ? std::nullopt : std::optional<Elements>{context.input(next++)};
  };
  const auto target_indirection = indirection(TARGET);
  const auto source_indirection = indirection(SOURCE);
  const auto& points = target_indirection ? target_indirection->domain() : source_indirection->domain();
  const Side to{target, target_indirection};
  const Side from{source, source_indirection};
  if (reduces) {
    const auto& redop = operator_of(context.scalar(1));
    move_elements(points, to, from, [&](std::byte* lhs, const std::byte* rhs) { redop.fold(lhs, rhs, 1); });
  } else {
    assign_elements(points, to, from, target.element_size());
  }
}

}  // namespace legate::detail
