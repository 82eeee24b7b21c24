# SPDX-License-Identifier: Apache-2.0
# CUDA, for GPU variants. StarPU must have been built with it, too (tools/build-starpu does that; Debian's package has none).
# CUDA_PREFIX, where the toolkit is, tells where to look for CCCL also where CUDA itself is of no use.
AC_DEFUN([LEGATUS_CUDA],
  [LEGATUS_WITH([cuda], [CUDA toolkit, for GPU variants])
   AC_ARG_VAR([NVCC], [CUDA compiler])
   AC_ARG_VAR([NVCCFLAGS], [CUDA compiler flags, such as -arch=sm_90 (default: -O3, for every GPU by way of PTX)])
   : ${NVCCFLAGS=-O3}
   legatus_have_cuda=no
   legatus_starpu_has_cuda=
   legatus_cuda_lacks="install a CUDA toolkit"
   CUDA_PREFIX=
   AS_IF([test "x$with_cuda" != xno],
     [AS_CASE([$with_cuda],
        [auto|yes], [AC_PATH_PROG([NVCC], [nvcc], [], [$PATH:/usr/local/cuda/bin])],
        [AC_PATH_PROG([NVCC], [nvcc], [], [$with_cuda/bin])])
      AS_IF([test -n "$NVCC"], [LEGATUS_CUDA_TRY])])
   AS_IF([test "x$legatus_have_cuda" = xyes], [],
     [CUDA_CFLAGS= CUDA_LIBS=
      LEGATUS_REQUESTED([cuda], [$legatus_cuda_lacks])])
   AC_SUBST([CUDA_PREFIX])
   AC_SUBST([CUDA_CFLAGS])
   AC_SUBST([CUDA_LIBS])
   AM_CONDITIONAL([HAVE_CUDA], [test "x$legatus_have_cuda" = xyes])
   AS_CASE([$legatus_have_cuda:$with_cuda:$legatus_starpu_has_cuda],
     [no:auto:no], [LEGATUS_SUMMARY([CUDA], [no; $legatus_cuda_lacks])],
     [LEGATUS_SUMMARY_FOUND([CUDA], [cuda], [$legatus_have_cuda], [$NVCC, GPU variants], [$legatus_cuda_lacks])])])

# The folders of the toolkit, and whether everything is there.
AC_DEFUN([LEGATUS_CUDA_TRY],
  [CUDA_PREFIX=$(cd "$(dirname "$(readlink -f "$NVCC")")/.." && pwd)
   CUDA_CFLAGS= CUDA_LIBS=
   AS_IF([test -f "$CUDA_PREFIX/include/cuda_runtime_api.h"], [CUDA_CFLAGS="-isystem $CUDA_PREFIX/include"])
   for legatus_directory in "$CUDA_PREFIX/lib64" "$CUDA_PREFIX/lib"; do
     AS_IF([test -z "$CUDA_LIBS" && test -f "$legatus_directory/libcudart.so"],
       [CUDA_LIBS="-L$legatus_directory -Wl,-rpath,$legatus_directory"])
   done
   # cuBLAS because StarPU is linked with it anyway; of cuFFT only the header: its library is loaded when it is used.
   CUDA_LIBS="$CUDA_LIBS -lcublas -lcudart"
   legatus_cppflags_before=$CPPFLAGS
   legatus_libs_before=$LIBS
   CPPFLAGS="$CPPFLAGS $STARPU_CFLAGS $CUDA_CFLAGS"
   LIBS="$CUDA_LIBS $STARPU_LIBS $LIBS"
   AC_MSG_CHECKING([whether StarPU was built with CUDA])
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <starpu_config.h>
#ifndef STARPU_USE_CUDA
#error without
#endif]], [])], [legatus_starpu_has_cuda=yes], [legatus_starpu_has_cuda=no])
   AC_MSG_RESULT([$legatus_starpu_has_cuda])
   AS_IF([test "x$legatus_starpu_has_cuda" = xyes],
     [AC_MSG_CHECKING([whether a program can be linked with CUDA])
      AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <cuda_runtime_api.h>
#include <cublas_v2.h>
#include <cufft.h>
#include <starpu.h>]],
          [[cublasHandle_t handle; return cublasCreate(&handle) + cudaStreamSynchronize(starpu_cuda_get_local_stream());]])],
        [legatus_have_cuda=yes], [legatus_cuda_lacks="programs do not link with the toolkit in $CUDA_PREFIX, see config.log"])
      AC_MSG_RESULT([$legatus_have_cuda])],
     [legatus_cuda_lacks="$NVCC is there, but the StarPU in use has no CUDA (tools/build-starpu makes one that has)"])
   CPPFLAGS=$legatus_cppflags_before
   LIBS=$legatus_libs_before])
