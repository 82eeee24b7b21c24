# SPDX-License-Identifier: Apache-2.0
# libpng: pictures of examples/edge_detection (which reads PPM without it). The library itself does not use it.
AC_DEFUN([LEGATUS_LIBPNG],
  [LEGATUS_PKG_DEPENDENCY([libpng], [LIBPNG], [libpng], [PNG pictures in the example edge_detection], [libpng libpng16], [libpng-dev])])
