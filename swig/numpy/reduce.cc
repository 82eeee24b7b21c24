// SPDX-License-Identifier: Apache-2.0
// Sums, products, extremes and the like over some dimensions of an array.
#include "loop.h"
#include "numbers.h"
#include "reductions.h"
#include "tasks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace legatus::numpy {

namespace {

/// The type of sums and products: 64 bits for integers, else that of the elements.
template <typename T>
using SumType = std::conditional_t<std::is_unsigned_v<T> && !std::is_same_v<T, bool>, std::uint64_t,
                                   std::conditional_t<std::is_integral_v<T>, std::int64_t, T>>;

/// What sums and products are collected in: wider than their type where it is a narrow one.
template <typename T>
using WideType =
    std::conditional_t<std::is_same_v<T, Complex64>, Complex128, std::conditional_t<is_float_v<T>, double, SumType<T>>>;

// An operation has its `Result`, what is collected in an `Accumulator`, its `identity`, how to `take` an element, and
// how to `combine` two accumulators.

template <typename T>
struct Sum {
  using Result = SumType<T>;
  using Accumulator = WideType<T>;
  static constexpr Accumulator identity{};
  static Accumulator take(T value) { return static_cast<Accumulator>(value); }
  static Accumulator combine(Accumulator a, Accumulator b) {
    if constexpr (std::is_integral_v<Accumulator>) {
      return static_cast<Accumulator>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    } else {
      return a + b;
    }
  }
};

template <typename T>
struct Prod {
  using Result = SumType<T>;
  using Accumulator = WideType<T>;
  static constexpr Accumulator identity{1};
  static Accumulator take(T value) { return static_cast<Accumulator>(value); }
  static Accumulator combine(Accumulator a, Accumulator b) {
    if constexpr (std::is_integral_v<Accumulator>) {
      return wrapping_product(a, b);
    } else if constexpr (is_complex_v<Accumulator>) {
      return ComplexProduct::combine(a, b);
    } else {
      return a * b;
    }
  }
};

template <typename T>
struct Max {
  using Result = T;
  using Accumulator = Working<T>;
  static constexpr Accumulator identity = [] {
    if constexpr (is_float_v<T>)
      return detail::infinity<Accumulator>(true);
    else
      return std::numeric_limits<T>::lowest();
  }();
  static Accumulator take(T value) { return static_cast<Accumulator>(value); }
  static Accumulator combine(Accumulator a, Accumulator b) { return larger(a, b); }
};

template <typename T>
struct Min {
  using Result = T;
  using Accumulator = Working<T>;
  static constexpr Accumulator identity = [] {
    if constexpr (is_float_v<T>)
      return detail::infinity<Accumulator>(false);
    else
      return std::numeric_limits<T>::max();
  }();
  static Accumulator take(T value) { return static_cast<Accumulator>(value); }
  static Accumulator combine(Accumulator a, Accumulator b) { return smaller(a, b); }
};

template <typename T>
[[nodiscard]] bool is_nonzero(T value) {
  return static_cast<Working<T>>(value) != Working<T>{};
}

template <typename T>
struct All {
  using Result = bool;
  using Accumulator = bool;
  static constexpr bool identity = true;
  static bool take(T value) { return is_nonzero(value); }
  static bool combine(bool a, bool b) { return a && b; }
};

template <typename T>
struct Any {
  using Result = bool;
  using Accumulator = bool;
  static constexpr bool identity = false;
  static bool take(T value) { return is_nonzero(value); }
  static bool combine(bool a, bool b) { return a || b; }
};

template <typename T>
struct CountNonzero {
  using Result = std::int64_t;
  using Accumulator = std::int64_t;
  static constexpr std::int64_t identity = 0;
  static std::int64_t take(T value) { return is_nonzero(value) ? 1 : 0; }
  static std::int64_t combine(std::int64_t a, std::int64_t b) { return a + b; }
};

/// The loops of one operation on one type, with accumulators as bytes.
struct Fold {
  std::size_t accumulator_size{};
  /// Sets accumulators to the identity.
  void (*start)(char* accumulators, std::size_t count){};
  /// Takes one element into each of several accumulators.
  void (*columns)(char* accumulators, const char* in, std::ptrdiff_t stride, std::size_t count){};
  /// Takes several elements into one accumulator.
  void (*row)(char* accumulator, const char* in, std::ptrdiff_t stride, std::size_t count){};
  /// Combines results with accumulators.
  void (*finish)(char* out, std::ptrdiff_t stride, const char* accumulators, std::size_t count){};
};

template <typename Op, typename T>
struct FoldLoops {
  using Accumulator = typename Op::Accumulator;

  static void start(char* accumulators, std::size_t count) {
    std::fill_n(reinterpret_cast<Accumulator*>(accumulators), count, Op::identity);
  }

  static void columns(char* accumulators, const char* in, std::ptrdiff_t stride, std::size_t count) {
    auto* target = reinterpret_cast<Accumulator*>(accumulators);
    if (stride == sizeof(T)) {
      const auto* elements = reinterpret_cast<const T*>(in);
#pragma GCC ivdep
      for (std::size_t i = 0; i < count; ++i) target[i] = Op::combine(target[i], Op::take(elements[i]));
    } else {
      for (std::size_t i = 0; i < count; ++i, in += stride) {
        target[i] = Op::combine(target[i], Op::take(*reinterpret_cast<const T*>(in)));
      }
    }
  }

  static void row(char* accumulator, const char* in, std::ptrdiff_t stride, std::size_t count) {
    auto& target = *reinterpret_cast<Accumulator*>(accumulator);
    target =
        Op::combine(target, stride == sizeof(T) ? halves<true>(in, stride, count) : halves<false>(in, stride, count));
  }

  static void finish(char* out, std::ptrdiff_t stride, const char* accumulators, std::size_t count) {
    using Result = typename Op::Result;
    const auto* source = reinterpret_cast<const Accumulator*>(accumulators);
    for (std::size_t i = 0; i < count; ++i, out += stride) {
      auto& result = *reinterpret_cast<Result*>(out);
      // Widened before they are combined, so that a sum of few pieces is rounded once.
      const auto old = static_cast<Accumulator>(static_cast<Working<Result>>(result));
      const auto both = Op::combine(old, source[i]);
      if constexpr (std::is_same_v<Result, Half>) {
        result = Half{both};
      } else {
        result = static_cast<Result>(both);
      }
    }
  }

 private:
  static constexpr std::size_t LANES = 8;
  static constexpr std::size_t LONGEST_RUN = 256;

  // Pairwise summation (N. Higham, SIAM J. Sci. Comput. 14(4), 1993): errors grow with the logarithm of the count.
  template <bool CONTIGUOUS>
  static Accumulator halves(const char* in, std::ptrdiff_t stride, std::size_t count) {
    if (count <= LONGEST_RUN) return run<CONTIGUOUS>(in, stride, count);
    const std::size_t half = count / 2 / LANES * LANES;
    return Op::combine(halves<CONTIGUOUS>(in, stride, half),
                       halves<CONTIGUOUS>(in + static_cast<std::ptrdiff_t>(half) * stride, stride, count - half));
  }

  // Several sums side by side, which do not wait for each other.
  template <bool CONTIGUOUS>
  static Accumulator run(const char* in, std::ptrdiff_t stride, std::size_t count) {
    const auto element = [&](std::size_t i) {
      if constexpr (CONTIGUOUS) {
        return Op::take(reinterpret_cast<const T*>(in)[i]);
      } else {
        return Op::take(*reinterpret_cast<const T*>(in + static_cast<std::ptrdiff_t>(i) * stride));
      }
    };
    auto total = Op::identity;
    std::size_t i = 0;
    if (count >= LANES) {
      Accumulator lane[LANES];
      for (std::size_t l = 0; l < LANES; ++l) lane[l] = element(l);
      for (i = LANES; i + LANES <= count; i += LANES) {
        for (std::size_t l = 0; l < LANES; ++l) lane[l] = Op::combine(lane[l], element(i + l));
      }
      for (std::size_t width = LANES / 2; width > 0; width /= 2) {
        for (std::size_t l = 0; l < width; ++l) lane[l] = Op::combine(lane[l], lane[l + width]);
      }
      total = lane[0];
    }
    for (; i < count; ++i) total = Op::combine(total, element(i));
    return total;
  }
};

template <template <typename> class Op, typename T>
Fold fold_of() {
  using Loops = FoldLoops<Op<T>, T>;
  return {sizeof(typename Op<T>::Accumulator), Loops::start, Loops::columns, Loops::row, Loops::finish};
}

struct FoldTable {
  std::array<std::array<Fold, NUM_CODES>, static_cast<std::size_t>(Reduction::COUNT)> folds{};

  template <template <typename> class Op, typename... T>
  void add(Reduction reduction, Types<T...>) {
    ((folds[static_cast<std::size_t>(reduction)][static_cast<std::size_t>(code_of<T>())] = fold_of<Op, T>()), ...);
  }
  FoldTable() {
    add<Sum>(Reduction::SUM, AllTypes{});
    add<Prod>(Reduction::PROD, AllTypes{});
    add<Max>(Reduction::MAX, Joined<Bool, Reals>{});
    add<Min>(Reduction::MIN, Joined<Bool, Reals>{});
    add<All>(Reduction::ALL, AllTypes{});
    add<Any>(Reduction::ANY, AllTypes{});
    add<CountNonzero>(Reduction::COUNT_NONZERO, AllTypes{});
  }
};

const FoldTable& fold_table() {
  static const FoldTable TABLE;
  return TABLE;
}

/// One dimension of a loop: how many steps, and how far in the input and in the result.
struct Dimension {
  std::size_t extent;
  std::ptrdiff_t in;
  std::ptrdiff_t out;
};
using Dimensions = std::vector<Dimension>;

/// Brings dimensions into the order of the input in memory and joins those that follow each other.
Dimensions normalized(Dimensions dimensions) {
  std::stable_sort(dimensions.begin(), dimensions.end(),
                   [](const Dimension& a, const Dimension& b) { return std::abs(a.in) > std::abs(b.in); });
  Dimensions result;
  for (const auto& inner : dimensions) {
    const auto length = static_cast<std::ptrdiff_t>(inner.extent);
    if (!result.empty() && result.back().in == length * inner.in && result.back().out == length * inner.out) {
      result.back() = {result.back().extent * inner.extent, inner.in, inner.out};
    } else {
      result.push_back(inner);
    }
  }
  return result;
}

/// Calls `body(in, out)` for every index of the dimensions from number `first` on.
template <typename Body>
void for_each_index(const Dimensions& dimensions, std::size_t first, const char* in, char* out, const Body& body) {
  if (first == dimensions.size()) return body(in, out);
  const auto& dimension = dimensions[first];
  for (std::size_t i = 0; i < dimension.extent; ++i, in += dimension.in, out += dimension.out) {
    for_each_index(dimensions, first + 1, in, out, body);
  }
}

/// Reduces the dimensions along which the result does not move.
class ReductionLoop {
 public:
  ReductionLoop(const Fold& fold, const Box& box, const Operand& in, const Operand& out)
      : fold_{fold}, in_{in.data}, out_{out.data} {
    for (int d = 0; d < box.dim; ++d) {
      const auto i = static_cast<std::size_t>(d);
      if (box.extent[i] == 1) continue;
      auto& list = out.stride[i] == 0 ? reduced_ : kept_;
      list.push_back({box.extent[i], in.stride[i], out.stride[i]});
    }
    kept_ = normalized(std::move(kept_));
    reduced_ = normalized(std::move(reduced_));
  }

  void run() {
    const bool rows = kept_.empty() || (!reduced_.empty() && std::abs(reduced_.back().in) <= std::abs(kept_.back().in));
    rows ? by_rows_() : by_columns_();
  }

 private:
  static constexpr std::size_t COLUMNS = 512;
  static constexpr std::size_t LARGEST_ACCUMULATOR = sizeof(Complex128);

  // The elements that belong to one result lie side by side.
  void by_rows_() {
    if (reduced_.empty()) reduced_.push_back({1, 0, 0});
    const auto inner = reduced_.back();
    reduced_.pop_back();
    alignas(LARGEST_ACCUMULATOR) char accumulator[LARGEST_ACCUMULATOR];
    for_each_index(kept_, 0, in_, out_, [&](const char* in, char* out) {
      fold_.start(accumulator, 1);
      for_each_index(reduced_, 0, in, out,
                     [&](const char* row, char*) { fold_.row(accumulator, row, inner.in, inner.extent); });
      fold_.finish(out, 0, accumulator, 1);
    });
  }

  // Elements of neighbouring results lie side by side.
  void by_columns_() {
    const auto inner = kept_.back();
    kept_.pop_back();
    alignas(LARGEST_ACCUMULATOR) char accumulators[COLUMNS * LARGEST_ACCUMULATOR];
    for_each_index(kept_, 0, in_, out_, [&](const char* in, char* out) {
      for (std::size_t first = 0; first < inner.extent; first += COLUMNS) {
        const auto count = std::min(COLUMNS, inner.extent - first);
        const auto offset = static_cast<std::ptrdiff_t>(first);
        fold_.start(accumulators, count);
        for_each_index(reduced_, 0, in + offset * inner.in, out,
                       [&](const char* row, char*) { fold_.columns(accumulators, row, inner.in, count); });
        fold_.finish(out + offset * inner.out, inner.out, accumulators, count);
      }
    });
  }

  const Fold& fold_;
  const char* in_;
  char* out_;
  Dimensions kept_{};
  Dimensions reduced_{};
};

}  // namespace

bool has_reduction(Reduction reduction, int code) {
  return fold_table().folds[static_cast<std::size_t>(reduction)][static_cast<std::size_t>(code)].row != nullptr;
}

const legate::TaskConfig Reduce::TASK_CONFIG = numbered_config(TaskNumber::REDUCE, reduction_signature(1));

// reduction = reduction combined with the elements of input. The reduction is a view that repeats along the dimensions
// to be reduced. Scalars: the operation.
void Reduce::cpu_variant(legate::TaskContext context) {
  const auto input = context.input(0);
  const auto reduction = context.reduction(0);
  const auto box = common_box({input, reduction});
  if (box.empty()) return;
  const auto operation = static_cast<std::size_t>(PackedNumbers{context.scalar(0)}[0]);
  const auto& fold = fold_table().folds[operation][static_cast<std::size_t>(input.code<int>())];
  ReductionLoop{fold, box, operand_of(input, box), operand_of(reduction, box)}.run();
}

}  // namespace legatus::numpy
