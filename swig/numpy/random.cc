// SPDX-License-Identifier: Apache-2.0
// Random numbers that depend on seed, call and position of the element, and on nothing else.
#include "element.h"
#include "loop.h"
#include "philox.h"
#include "tasks.h"

#include <cmath>

namespace legatus::numpy {

namespace {

__extension__ using Wide = unsigned __int128;

/// Random numbers by position. Two neighbours share a block of 128 bits.
class Generator {
 public:
  Generator(std::uint64_t seed, std::uint64_t call) : philox_{seed}, call_{call} {}

  /// The 64 random bits of a position.
  [[nodiscard]] std::uint64_t bits(std::uint64_t position) {
    select_(position);
    return words_[position & 1U];
  }
  /// A multiple of 2^-53 in [0, 1).
  [[nodiscard]] double uniform(std::uint64_t position) { return unit_(bits(position)); }
  /// A normally distributed number (Box and Muller, 1958).
  [[nodiscard]] double normal(std::uint64_t position) {
    select_(position);
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit_(words_[0])));  // of (0, 1], where there is a logarithm
    const double angle = 2.0 * 3.14159265358979323846 * unit_(words_[1]);
    return radius * ((position & 1U) == 0 ? std::cos(angle) : std::sin(angle));
  }
  /// One of the numbers 0, ..., count - 1 (all 2^64 of them if `count` is 0).
  [[nodiscard]] std::uint64_t below(std::uint64_t position, std::uint64_t count) {
    // The high half of the product is as even as 64 bits allow.
    return count == 0 ? bits(position) : static_cast<std::uint64_t>(Wide{bits(position)} * count >> 64U);
  }

 private:
  static double unit_(std::uint64_t bits) { return static_cast<double>(bits >> 11U) * 0x1p-53; }
  void select_(std::uint64_t position) {
    if (valid_ && position >> 1U == counter_) return;
    counter_ = position >> 1U;
    valid_ = true;
    const auto block = philox_(counter_, call_);
    words_[0] = static_cast<std::uint64_t>(block[1]) << 32U | block[0];
    words_[1] = static_cast<std::uint64_t>(block[3]) << 32U | block[2];
  }

  Philox philox_;
  std::uint64_t call_;
  std::uint64_t counter_{};
  bool valid_{};
  std::array<std::uint64_t, 2> words_{};
};

/// Calls `fill(address, position)` for every element of a box, where the position counts elements of the whole array in
/// C order.
template <typename Fill>
void for_each_position(const Operand& target, const Box& box, const std::int64_t* shape, Fill&& fill) {
  const int inner = box.dim - 1;
  Extents index{};
  while (true) {
    char* element = target.data;
    std::uint64_t position = 0;
    for (int d = 0; d < box.dim; ++d) {
      const auto i = static_cast<std::size_t>(d);
      element += static_cast<std::ptrdiff_t>(index[i]) * target.stride[i];
      position = position * static_cast<std::uint64_t>(shape[d]) + static_cast<std::uint64_t>(box.low[i]) + index[i];
    }
    const std::size_t count = box.dim == 0 ? 1 : box.extent[static_cast<std::size_t>(inner)];
    const std::ptrdiff_t step = box.dim == 0 ? 0 : target.stride[static_cast<std::size_t>(inner)];
    for (std::size_t i = 0; i < count; ++i, element += step) fill(element, position + i);
    int d = inner - 1;
    while (d >= 0 && ++index[static_cast<std::size_t>(d)] == box.extent[static_cast<std::size_t>(d)]) {
      index[static_cast<std::size_t>(d--)] = 0;
    }
    if (d < 0) return;
  }
}

struct Draw {
  Generator generator;
  Distribution distribution;
  const Operand& target;
  const Box& box;
  const std::int64_t* shape;
  legate::Scalar first;
  legate::Scalar second;

  template <legate::Type::Code CODE>
  void operator()() {
    using T = legate::type_of_t<CODE>;
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const auto low = first.value<std::uint64_t>();
      const auto count = second.value<std::uint64_t>();
      for_each_position(target, box, shape, [&](char* element, std::uint64_t position) {
        store<T>(element, low + generator.below(position, count));
      });
    } else if constexpr (is_float_v<T>) {
      // Low and high, or mean and deviation: in both cases an offset and a scale.
      const auto offset = first.value<double>();
      const auto scale = second.value<double>();
      for_each_position(target, box, shape, [&](char* element, std::uint64_t position) {
        const double number =
            distribution == Distribution::NORMAL ? generator.normal(position) : unit_(position, sizeof(T));
        store<T>(element, offset + scale * number);
      });
    }
  }

 private:
  // In fewer bits where the type has fewer, so that rounding never yields 1.
  double unit_(std::uint64_t position, std::size_t size) {
    if (size == sizeof(double)) return generator.uniform(position);
    const int kept = size == sizeof(float) ? 24 : 11;
    return std::ldexp(static_cast<double>(generator.bits(position) >> (64 - kept)), -kept);
  }
};

}  // namespace

const legate::TaskConfig Random::TASK_CONFIG = numbered_config(TaskNumber::RANDOM, output_signature(4));

// output = random numbers. Scalars: the distribution; seed and number of the call, as a pair; the two parameters, as a
// pair of 64-bit numbers; the shape of the whole array.
void Random::cpu_variant(legate::TaskContext context) {
  const auto output = context.output(0);
  const auto box = common_box({output});
  if (box.empty()) return;
  const auto source = context.scalar(1).value<std::array<std::uint64_t, 2>>();
  const auto parameters = context.scalar(2);
  const auto* words = static_cast<const std::uint64_t*>(parameters.ptr());
  const auto shape = context.scalar(3);
  const auto target = operand_of(output, box);
  Draw draw{Generator{source[0], source[1]},
            static_cast<Distribution>(PackedNumbers{context.scalar(0)}[0]),
            target,
            box,
            static_cast<const std::int64_t*>(shape.ptr()),
            legate::Scalar{legate::uint64(), words, true},
            legate::Scalar{legate::uint64(), words + 1, true}};
  legate::type_dispatch(output.code(), draw);
}

}  // namespace legatus::numpy
