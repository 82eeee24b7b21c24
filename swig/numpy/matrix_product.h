// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "element.h"
#include "numbers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace legatus::numpy {

/// A matrix in memory. Strides are bytes.
struct Matrix {
  const char* data;
  std::size_t rows;
  std::size_t columns;
  std::ptrdiff_t row_stride;
  std::ptrdiff_t column_stride;

  [[nodiscard]] const char* at(std::size_t row, std::size_t column) const {
    return data + static_cast<std::ptrdiff_t>(row) * row_stride + static_cast<std::ptrdiff_t>(column) * column_stride;
  }
  [[nodiscard]] Matrix transposed() const { return {data, columns, rows, column_stride, row_stride}; }
};

/// result += left * right by BLAS. False, with nothing done, if the library was built without BLAS, the type is none of
/// its types, or the elements do not lie as it needs them.
template <typename T>
[[nodiscard]] bool multiply_by_blas(const Matrix& left, const Matrix& right, const Matrix& result);
template <>
[[nodiscard]] bool multiply_by_blas<float>(const Matrix& left, const Matrix& right, const Matrix& result);
template <>
[[nodiscard]] bool multiply_by_blas<double>(const Matrix& left, const Matrix& right, const Matrix& result);
template <>
[[nodiscard]] bool multiply_by_blas<Complex64>(const Matrix& left, const Matrix& right, const Matrix& result);
template <>
[[nodiscard]] bool multiply_by_blas<Complex128>(const Matrix& left, const Matrix& right, const Matrix& result);

/// result += left * right, the elements of the result being written.
template <typename T>
class MatrixProduct {
 public:
  MatrixProduct(const Matrix& left, const Matrix& right, const Matrix& result)
      : left_{left}, right_{right}, result_{result} {}

  void run() {
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double> || is_complex_v<T>) {
      if (result_.rows * result_.columns > 1 && multiply_by_blas<T>(left_, right_, result_)) return;
    }
    if (result_.rows == 1 && result_.columns == 1) {
      add_(0, 0, dot_(0, 0, 0, left_.columns));
      return;
    }
    for (std::size_t row = 0; row < result_.rows; ++row) row_(row);
  }

 private:
  /// What products are summed in: more than single precision for numbers of at most that.
  using Sum =
      std::conditional_t<std::is_same_v<T, Complex64>, Complex128, std::conditional_t<is_float_v<T>, double, T>>;
  static constexpr std::size_t COLUMNS = 256;
  static constexpr std::size_t LONGEST_RUN = 128;

  static void multiply_add_(Sum& sum, Sum a, Sum b) {
    if constexpr (std::is_same_v<T, bool>) {
      sum = sum || (a && b);
    } else if constexpr (std::is_integral_v<T>) {
      sum = static_cast<T>(static_cast<Wrapping<T>>(sum) + static_cast<Wrapping<T>>(wrapping_product(a, b)));
    } else if constexpr (is_complex_v<T>) {
      sum += complex_product(a, b);
    } else {
      sum += a * b;
    }
  }
  [[nodiscard]] static Sum element_(const char* address) { return static_cast<Sum>(load<T>(address)); }

  void add_(std::size_t row, std::size_t column, Sum sum) {
    // Results are the one matrix that is written.
    auto& target = *reinterpret_cast<T*>(const_cast<char*>(result_.at(row, column)));
    if constexpr (std::is_same_v<T, bool>) {
      target = target || sum;
    } else if constexpr (std::is_integral_v<T>) {
      target = static_cast<T>(static_cast<Wrapping<T>>(target) + static_cast<Wrapping<T>>(sum));
    } else {
      target = static_cast<T>(static_cast<Sum>(static_cast<Working<T>>(target)) + sum);
    }
  }

  /// The sum over [first, last) by halves, so that errors grow with the logarithm of the length.
  Sum dot_(std::size_t row, std::size_t column, std::size_t first, std::size_t last) const {
    if (last - first > LONGEST_RUN) {
      const auto middle = first + (last - first) / 2;
      if constexpr (std::is_same_v<T, bool>) {
        return dot_(row, column, first, middle) || dot_(row, column, middle, last);
      } else {
        return static_cast<Sum>(dot_(row, column, first, middle) + dot_(row, column, middle, last));
      }
    }
    constexpr std::size_t LANES = 4;
    Sum lane[LANES]{};
    const char* a = left_.at(row, first);
    const char* b = right_.at(first, column);
    const auto step = [&](Sum& sum) {
      multiply_add_(sum, element_(a), element_(b));
      a += left_.column_stride;
      b += right_.row_stride;
    };
    auto i = first;
    for (; i + LANES <= last; i += LANES) {
      for (auto& sum : lane) step(sum);
    }
    for (; i < last; ++i) step(lane[0]);
    if constexpr (std::is_same_v<T, bool>) {
      return lane[0] || lane[1] || lane[2] || lane[3];
    } else {
      return static_cast<Sum>((lane[0] + lane[1]) + (lane[2] + lane[3]));
    }
  }

  /// One row of the result, some columns at a time so that their sums stay near.
  void row_(std::size_t row) {
    for (std::size_t first = 0; first < result_.columns; first += COLUMNS) {
      const auto count = std::min(COLUMNS, result_.columns - first);
      Sum sums[COLUMNS]{};
      for (std::size_t k = 0; k < left_.columns; ++k) {
        const Sum factor = element_(left_.at(row, k));
        const char* b = right_.at(k, first);
        for (std::size_t j = 0; j < count; ++j, b += right_.column_stride) multiply_add_(sums[j], factor, element_(b));
      }
      for (std::size_t j = 0; j < count; ++j) add_(row, first + j, sums[j]);
    }
  }

  Matrix left_;
  Matrix right_;
  Matrix result_;
};

}  // namespace legatus::numpy
