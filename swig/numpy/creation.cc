// SPDX-License-Identifier: Apache-2.0
// Tasks that make arrays from nothing but numbers.
#include "kernels.h"
#include "tasks.h"

#include <cstring>

namespace legatus::numpy {

namespace {

/// out[i] = start + i * step, computed in the type as NumPy does.
struct FillArange {
  template <legate::Type::Code CODE>
  void operator()(const legate::PhysicalStore& output, const Box& box, const void* start, const void* step) const {
    if constexpr (CODE == legate::Type::Code::COMPLEX64) {
      fill_<Complex64>(output, box, start, step);
    } else if constexpr (CODE == legate::Type::Code::COMPLEX128) {
      fill_<Complex128>(output, box, start, step);
    } else if constexpr (CODE != legate::Type::Code::BOOL) {
      fill_<legate::type_of_t<CODE>>(output, box, start, step);
    }
  }

 private:
  template <typename T>
  static auto nth_(Working<T> start, Working<T> step, legate::coord_t i) {
    if constexpr (std::is_integral_v<T>) {
      // Wraps around, like the sum of so many steps.
      return static_cast<T>(static_cast<std::uint64_t>(start) +
                            static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(step));
    } else if constexpr (is_complex_v<T>) {
      const auto times = static_cast<typename T::value_type>(i);
      return T{start.real() + times * step.real(), start.imag() + times * step.imag()};
    } else {
      return start + static_cast<Working<T>>(i) * step;
    }
  }
  template <typename T>
  static void fill_(const legate::PhysicalStore& output, const Box& box, const void* start, const void* step) {
    const auto first = load<T>(static_cast<const char*>(start));
    const auto distance = load<T>(static_cast<const char*>(step));
    const auto target = operand_of(output, box);
    char* element = target.data;
    for (std::size_t i = 0; i < box.extent[0]; ++i, element += target.stride[0]) {
      store<T>(element, nth_<T>(first, distance, box.low[0] + static_cast<legate::coord_t>(i)));
    }
  }
};

}  // namespace

const legate::TaskConfig Literal::TASK_CONFIG = numbered_config(TaskNumber::LITERAL, output_signature(2));
const legate::TaskConfig Arange::TASK_CONFIG = numbered_config(TaskNumber::ARANGE, output_signature(2));
const legate::TaskConfig Eye::TASK_CONFIG = numbered_config(TaskNumber::EYE, output_signature(2));

// output = elements that travel with the launch. Scalars: their bytes in C order; the shape of the whole array.
void Literal::cpu_variant(legate::TaskContext context) {
  const auto output = context.output(0);
  const auto elements = context.scalar(0);
  const auto shape = context.scalar(1);
  const auto box = common_box({output});
  if (box.empty()) return;
  Loop loop{box};
  loop.add(operand_of(output, box));
  loop.add(
      operand_in_c_order(elements.ptr(), static_cast<const std::int64_t*>(shape.ptr()), output.type().size(), box));
  loop.run(kernel_table().find(Operation::COPY, output.code<int>()));
}

// output[i] = start + i * step. Scalars: both, in the output's type.
void Arange::cpu_variant(legate::TaskContext context) {
  const auto output = context.output(0);
  const auto start = context.scalar(0);
  const auto step = context.scalar(1);
  const auto box = common_box({output});
  if (box.empty()) return;
  legate::type_dispatch(output.code(), FillArange{}, output, box, start.ptr(), step.ptr());
}

// output[i, j] = 1 where j - i = k, else 0. Scalars: 1 in the output's type; k.
void Eye::cpu_variant(legate::TaskContext context) {
  const auto output = context.output(0);
  const auto one = context.scalar(0);
  const auto offset = context.scalar(1).value<std::int64_t>();
  const auto box = common_box({output});
  if (box.empty()) return;
  const auto target = operand_of(output, box);
  const std::size_t size = output.type().size();
  for (std::size_t i = 0; i < box.extent[0]; ++i) {
    char* row = target.data + static_cast<std::ptrdiff_t>(i) * target.stride[0];
    for (std::size_t j = 0; j < box.extent[1]; ++j) {
      std::memset(row + static_cast<std::ptrdiff_t>(j) * target.stride[1], 0, size);
    }
    const auto column = box.low[0] + static_cast<legate::coord_t>(i) + offset - box.low[1];
    if (column >= 0 && column < static_cast<legate::coord_t>(box.extent[1])) {
      std::memcpy(row + column * target.stride[1], one.ptr(), size);
    }
  }
}

}  // namespace legatus::numpy
