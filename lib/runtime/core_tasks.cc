// SPDX-License-Identifier: Apache-2.0
#include "runtime/core_tasks.h"

#include "runtime/leaf_elements.h"

#include <legate/data/inline_allocation.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace legate::detail {

namespace {

template <typename T>
void fill_run(std::byte* target, const void* value, std::size_t count) {
  T element;
  std::memcpy(&element, value, sizeof(T));
  std::fill_n(reinterpret_cast<T*>(target), count, element);  // NOLINT
}

/// Writes `count` copies of the element one after another.
void fill_contiguous(std::byte* target, const void* value, std::size_t size, std::size_t count) {
  switch (size) {
    case 1:
      std::memset(target, static_cast<const unsigned char*>(value)[0], count);
      return;
    case 2:
      fill_run<std::uint16_t>(target, value, count);
      return;
    case 4:
      fill_run<std::uint32_t>(target, value, count);
      return;
    case 8:
      fill_run<std::uint64_t>(target, value, count);
      return;
    default:
      break;
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(target + i * size, value, size);
  }
}

struct Dimension {
  std::size_t stride;
  std::size_t extent;
};

void fill_dimensions(std::byte* target, const void* value, std::size_t size, const std::vector<Dimension>& dimensions,
                     std::size_t d) {
  if (d == dimensions.size()) {
    std::memcpy(target, value, size);
    return;
  }
  if (d + 1 == dimensions.size() && dimensions[d].stride == size) {
    fill_contiguous(target, value, size, dimensions[d].extent);
    return;
  }
  for (std::size_t i = 0; i < dimensions[d].extent; ++i) {
    fill_dimensions(target + i * dimensions[d].stride, value, size, dimensions, d + 1);
  }
}

void fill(const Elements& target, const void* value) {
  const auto& domain = target.domain();
  // Repeated dimensions are written once; neighbours that lie one after another become one long dimension.
  std::vector<Dimension> dimensions;
  for (std::int32_t d = 0; d < domain.dim; ++d) {
    const auto extent = domain.rect_data[d + domain.dim] - domain.rect_data[d] + 1;
    if (extent <= 0) {
      return;
    }
    const auto stride = target.strides()[d];
    if (stride != 0 && extent != 1) {
      dimensions.push_back(Dimension{stride, static_cast<std::size_t>(extent)});
    }
  }
  std::sort(dimensions.begin(), dimensions.end(),
            [](const Dimension& a, const Dimension& b) { return a.stride > b.stride; });
  for (std::size_t d = dimensions.size(); d-- > 1;) {
    if (dimensions[d - 1].stride == dimensions[d].stride * dimensions[d].extent) {
      dimensions[d - 1] = Dimension{dimensions[d].stride, dimensions[d - 1].extent * dimensions[d].extent};
      dimensions.erase(dimensions.begin() + static_cast<std::ptrdiff_t>(d));
    }
  }
  if (target.element_size() > 0) {
    fill_dimensions(target.first(), value, target.element_size(), dimensions, 0);
  }
}

/// What a fill writes; the task keeps it.
class FillValue {
 public:
  explicit FillValue(const TaskContext& context)
      : scalar_{context.num_scalars() > 0 ? std::optional<Scalar>{context.scalar(0)} : std::nullopt},
        value_{scalar_ ? scalar_->ptr() : context.input(0).get_inline_allocation().ptr} {}

  [[nodiscard]] const void* get() const { return value_; }

 private:
  std::optional<Scalar> scalar_;
  const void* value_;
};

void fill_on_device(const TaskContext& context) {
  const auto target = context.output(0);
  if (has_scalar_storage(target)) {
    FillTask::cpu_variant(context);
    return;
  }
  engine::fill_elements(device_worker(context), device_elements(target), device_box(target), target.type().size(),
                        FillValue{context}.get());
}

}  // namespace

void FillTask::opencl_variant(TaskContext context) { fill_on_device(context); }
void FillTask::gpu_variant(TaskContext context) { fill_on_device(context); }

void FillTask::cpu_variant(TaskContext context) { fill(Elements{context.output(0)}, FillValue{context}.get()); }

void FillTask::omp_variant(TaskContext context) {
  const Elements target{context.output(0)};
  const FillValue value{context};
  for_each_share(target, [&](std::int32_t dimension, coord_t index, coord_t count) {
    fill(count == 1 ? target : target.share(dimension, index, count), value.get());
  });
}

}  // namespace legate::detail
