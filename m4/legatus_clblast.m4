# SPDX-License-Identifier: Apache-2.0
# CLBlast, BLAS on OpenCL devices: the leaves of examples/matmul there. The library itself does not use it.
AC_DEFUN([LEGATUS_CLBLAST],
  [LEGATUS_PKG_DEPENDENCY([clblast], [CLBLAST], [CLBlast], [the example matmul on OpenCL devices], [clblast], [libclblast-dev], [], [opencl])])
