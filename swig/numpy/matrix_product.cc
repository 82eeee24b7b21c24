// SPDX-License-Identifier: Apache-2.0
#include "matrix_product.h"

#ifdef LEGATUS_NUMPY_WITH_CBLAS
#include <cblas.h>

#include <climits>
#include <optional>

// The tasks run side by side already, so BLAS need not start threads of its own. OpenBLAS offers this call; with
// another BLAS the symbol is null, and the environment says it (OMP_NUM_THREADS=1 or the like).
extern "C" void openblas_set_num_threads(int count) __attribute__((weak));
#endif

namespace legatus::numpy {

#ifdef LEGATUS_NUMPY_WITH_CBLAS

namespace {

void keep_to_one_thread() {
  static const bool ONCE = [] {
    if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(ONCE);
}

/// How BLAS is told about a matrix in row-major order.
struct BlasMatrix {
  CBLAS_TRANSPOSE transposition;
  int leading_dimension;
};

/// The matrix as one with contiguous rows, or contiguous columns; nullopt if it has neither.
template <typename T>
std::optional<BlasMatrix> blas_matrix(const Matrix& matrix) {
  const auto leading = [](std::ptrdiff_t stride, std::size_t length, std::size_t steps) -> std::optional<int> {
    constexpr std::ptrdiff_t SIZE = sizeof(T);
    const auto least = static_cast<std::ptrdiff_t>(std::max<std::size_t>(length, 1));
    // A matrix of a single row may come with any row stride; BLAS insists on one that is at least the width.
    const auto elements = steps <= 1 ? least : stride / SIZE;
    if (elements < least || elements > INT_MAX || (steps > 1 && stride % SIZE != 0)) return std::nullopt;
    return static_cast<int>(elements);
  };
  if (matrix.column_stride == sizeof(T) || matrix.columns == 1) {
    if (const auto found = leading(matrix.row_stride, matrix.columns, matrix.rows))
      return BlasMatrix{CblasNoTrans, *found};
  }
  if (matrix.row_stride == sizeof(T) || matrix.rows == 1) {
    if (const auto found = leading(matrix.column_stride, matrix.rows, matrix.columns))
      return BlasMatrix{CblasTrans, *found};
  }
  return std::nullopt;
}

template <typename T, typename Call>
bool multiply(const Matrix& left, const Matrix& right, const Matrix& result, const Call& call) {
  const auto c = blas_matrix<T>(result);
  if (!c) return false;
  if (c->transposition == CblasTrans) {  // the transposed product has contiguous rows
    return multiply<T>(right.transposed(), left.transposed(), result.transposed(), call);
  }
  const auto a = blas_matrix<T>(left);
  const auto b = blas_matrix<T>(right);
  if (!a || !b || std::max({left.rows, left.columns, right.columns}) > INT_MAX) return false;
  keep_to_one_thread();
  call(a->transposition, b->transposition, static_cast<int>(left.rows), static_cast<int>(right.columns),
       static_cast<int>(left.columns), reinterpret_cast<const T*>(left.data), a->leading_dimension,
       reinterpret_cast<const T*>(right.data), b->leading_dimension,
       reinterpret_cast<T*>(const_cast<char*>(result.data)), c->leading_dimension);
  return true;
}

}  // namespace

template <>
bool multiply_by_blas<float>(const Matrix& left, const Matrix& right, const Matrix& result) {
  return multiply<float>(
      left, right, result,
      [](auto ta, auto tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb, float* c, int ldc) {
        cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1.0F, a, lda, b, ldb, 1.0F, c, ldc);
      });
}
template <>
bool multiply_by_blas<double>(const Matrix& left, const Matrix& right, const Matrix& result) {
  return multiply<double>(
      left, right, result,
      [](auto ta, auto tb, int m, int n, int k, const double* a, int lda, const double* b, int ldb, double* c,
         int ldc) { cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1.0, a, lda, b, ldb, 1.0, c, ldc); });
}
template <>
bool multiply_by_blas<Complex64>(const Matrix& left, const Matrix& right, const Matrix& result) {
  return multiply<Complex64>(left, right, result,
                             [](auto ta, auto tb, int m, int n, int k, const Complex64* a, int lda, const Complex64* b,
                                int ldb, Complex64* c, int ldc) {
                               const Complex64 one{1.0F, 0.0F};
                               cblas_cgemm(CblasRowMajor, ta, tb, m, n, k, &one, a, lda, b, ldb, &one, c, ldc);
                             });
}
template <>
bool multiply_by_blas<Complex128>(const Matrix& left, const Matrix& right, const Matrix& result) {
  return multiply<Complex128>(left, right, result,
                              [](auto ta, auto tb, int m, int n, int k, const Complex128* a, int lda,
                                 const Complex128* b, int ldb, Complex128* c, int ldc) {
                                const Complex128 one{1.0, 0.0};
                                cblas_zgemm(CblasRowMajor, ta, tb, m, n, k, &one, a, lda, b, ldb, &one, c, ldc);
                              });
}

#else

template <>
bool multiply_by_blas<float>(const Matrix&, const Matrix&, const Matrix&) {
  return false;
}
template <>
bool multiply_by_blas<double>(const Matrix&, const Matrix&, const Matrix&) {
  return false;
}
template <>
bool multiply_by_blas<Complex64>(const Matrix&, const Matrix&, const Matrix&) {
  return false;
}
template <>
bool multiply_by_blas<Complex128>(const Matrix&, const Matrix&, const Matrix&) {
  return false;
}

#endif

}  // namespace legatus::numpy
