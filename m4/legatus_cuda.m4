# SPDX-License-Identifier: Apache-2.0
# CUDA toolkit, for GPU variants. Found and reported; no code uses it yet, but CUDA_PREFIX tells where to look for CCCL.
AC_DEFUN([LEGATUS_CUDA],
  [LEGATUS_WITH([cuda], [CUDA toolkit, for GPU variants], [(not used yet: only looked for, also for CCCL)])
   legatus_have_cuda=no
   CUDA_PREFIX=
   AS_IF([test "x$with_cuda" != xno],
     [AS_CASE([$with_cuda],
        [auto|yes], [AC_PATH_PROG([NVCC], [nvcc], [], [$PATH:/usr/local/cuda/bin])],
        [AC_PATH_PROG([NVCC], [nvcc], [], [$with_cuda/bin])])
      AS_IF([test -n "$NVCC"],
        [CUDA_PREFIX=$(cd "$(dirname "$NVCC")/.." && pwd)
         AS_IF([test -f "$CUDA_PREFIX/include/cuda_runtime.h" || test -f /usr/include/cuda_runtime.h], [legatus_have_cuda=yes])])])
   AS_IF([test "x$legatus_have_cuda" = xyes],
     [AC_DEFINE([LEGATUS_FOUND_CUDA], [1], [A CUDA toolkit was found; nothing uses it yet])],
     [LEGATUS_REQUESTED([cuda], [nvcc and cuda_runtime.h are needed])])
   AC_SUBST([CUDA_PREFIX])
   LEGATUS_SUMMARY_FOUND([CUDA], [cuda], [$legatus_have_cuda], [$NVCC, not used yet], [install a CUDA toolkit])])
