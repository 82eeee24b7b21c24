// SPDX-License-Identifier: Apache-2.0
#include "loop.h"

#include <algorithm>
#include <cstdlib>

namespace legatus::numpy {

bool Box::empty() const {
  return std::any_of(extent.begin(), extent.begin() + dim, [](std::size_t length) { return length == 0; });
}

Box common_box(const std::vector<legate::PhysicalStore>& stores) {
  Box box;
  box.dim = stores.front().dim();
  if (box.dim == 0) return box;
  auto common = stores.front().domain();
  for (std::size_t i = 1; i < stores.size(); ++i) common = common.intersection(stores[i].domain());
  for (int d = 0; d < box.dim; ++d) {
    const auto i = static_cast<std::size_t>(d);
    const auto high = common.rect_data[box.dim + d];
    box.low[i] = common.rect_data[d];
    box.extent[i] = high < box.low[i] ? 0 : static_cast<std::size_t>(high - box.low[i] + 1);
  }
  return box;
}

Operand operand_of(const legate::PhysicalStore& store, const Box& box) {
  const auto allocation = store.get_inline_allocation();
  const auto domain = store.domain();
  Operand operand{static_cast<char*>(allocation.ptr), {}};
  for (int d = 0; d < box.dim; ++d) {
    const auto i = static_cast<std::size_t>(d);
    operand.stride[i] = static_cast<std::ptrdiff_t>(allocation.strides[i]);
    operand.data += (box.low[i] - domain.rect_data[d]) * operand.stride[i];
  }
  return operand;
}

Operand operand_in_c_order(const void* data, const std::int64_t* shape, std::size_t element_size, const Box& box) {
  // The data are only read; operands are not told apart by that.
  Operand operand{const_cast<char*>(static_cast<const char*>(data)), {}};
  auto step = static_cast<std::ptrdiff_t>(element_size);
  for (int d = box.dim - 1; d >= 0; --d) {
    const auto i = static_cast<std::size_t>(d);
    operand.stride[i] = step;
    operand.data += box.low[i] * step;
    step *= static_cast<std::ptrdiff_t>(shape[d]);
  }
  return operand;
}

void Loop::move_(int from, int to) {
  extent_[static_cast<std::size_t>(to)] = extent_[static_cast<std::size_t>(from)];
  for (int i = 0; i < count_; ++i) {
    auto& stride = operands_[static_cast<std::size_t>(i)].stride;
    stride[static_cast<std::size_t>(to)] = stride[static_cast<std::size_t>(from)];
  }
}

void Loop::drop_single_() {
  int kept = 0;
  for (int d = 0; d < dim_; ++d) {
    if (extent_[static_cast<std::size_t>(d)] != 1) move_(d, kept++);
  }
  dim_ = kept;
}

// Insertion sort by the result's stride, largest first; stable, so that repeated dimensions keep their order.
void Loop::sort_() {
  const auto step = [this](int d) { return std::abs(operands_[0].stride[static_cast<std::size_t>(d)]); };
  for (int d = 1; d < dim_; ++d) {
    for (int e = d; e > 0 && step(e - 1) < step(e); --e) {
      const auto a = static_cast<std::size_t>(e - 1);
      const auto b = static_cast<std::size_t>(e);
      std::swap(extent_[a], extent_[b]);
      for (int i = 0; i < count_; ++i) {
        auto& stride = operands_[static_cast<std::size_t>(i)].stride;
        std::swap(stride[a], stride[b]);
      }
    }
  }
}

bool Loop::continues_(int outer, int inner) const {
  const auto length = static_cast<std::ptrdiff_t>(extent_[static_cast<std::size_t>(inner)]);
  for (int i = 0; i < count_; ++i) {
    const auto& stride = operands_[static_cast<std::size_t>(i)].stride;
    if (stride[static_cast<std::size_t>(outer)] != length * stride[static_cast<std::size_t>(inner)]) return false;
  }
  return true;
}

void Loop::merge_() {
  int last = 0;
  for (int d = 1; d < dim_; ++d) {
    if (continues_(last, d)) {
      const auto length = extent_[static_cast<std::size_t>(last)] * extent_[static_cast<std::size_t>(d)];
      move_(d, last);
      extent_[static_cast<std::size_t>(last)] = length;
    } else {
      move_(d, ++last);
    }
  }
  dim_ = last + 1;
}

void Loop::run(Kernel kernel) {
  for (int d = 0; d < dim_; ++d) {
    if (extent_[static_cast<std::size_t>(d)] == 0) return;
  }
  drop_single_();
  if (dim_ == 0) {
    dim_ = 1;
    extent_[0] = 1;
  }
  sort_();
  merge_();

  const auto inner = static_cast<std::size_t>(dim_ - 1);
  const auto operands = static_cast<std::size_t>(count_);
  std::array<char*, MAX_OPERANDS> pointers{};
  std::array<std::ptrdiff_t, MAX_OPERANDS> strides{};
  for (std::size_t i = 0; i < operands; ++i) {
    pointers[i] = operands_[i].data;
    strides[i] = operands_[i].stride[inner];
  }
  Extents index{};
  while (true) {
    kernel(pointers.data(), strides.data(), extent_[inner]);
    auto d = inner;
    while (d > 0 && ++index[d - 1] == extent_[d - 1]) {
      for (std::size_t i = 0; i < operands; ++i) {
        pointers[i] -= operands_[i].stride[d - 1] * static_cast<std::ptrdiff_t>(extent_[d - 1] - 1);
      }
      index[d - 1] = 0;
      --d;
    }
    if (d == 0) return;
    for (std::size_t i = 0; i < operands; ++i) pointers[i] += operands_[i].stride[d - 1];
  }
}

}  // namespace legatus::numpy
