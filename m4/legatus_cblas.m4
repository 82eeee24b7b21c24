# SPDX-License-Identifier: Apache-2.0
# CBLAS (OpenBLAS first): the leaves of examples/matmul. The library itself does not use it.
AC_DEFUN([LEGATUS_CBLAS],
  [LEGATUS_PKG_DEPENDENCY([cblas], [CBLAS], [CBLAS], [the example and benchmark matmul], [openblas cblas], [libopenblas-dev])])
