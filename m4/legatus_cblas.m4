# SPDX-License-Identifier: Apache-2.0
# CBLAS (OpenBLAS first): the leaves of examples/matmul and the matrix products of cupynumeric, which has loops of its own
# without it. The library liblegatus does not use it.
AC_DEFUN([LEGATUS_CBLAS],
  [LEGATUS_PKG_DEPENDENCY([cblas], [CBLAS], [CBLAS], [cupynumeric's matrix products, the example and benchmark matmul], [openblas cblas], [libopenblas-dev])])
