# SPDX-License-Identifier: Apache-2.0
# <cuda/std/mdspan> of CUDA's CCCL headers: the type that the span accessors return. They are plain C++ headers and need no
# GPU. Without them a small mdspan of ours takes their place. The choice made here is that of our own compiles, so that the
# tests and examples cover it; nothing of it is installed, because users' programs choose for themselves (see
# include/legate/utilities/compiler.h) and the library serves both.
AC_DEFUN([LEGATUS_CCCL],
  [LEGATUS_WITH([cccl], [CUDA's CCCL headers: build library, tests and examples with their mdspan instead of ours])
   CCCL_CPPFLAGS=-DLEGATE_USE_CCCL=0
   legatus_have_cccl=no
   legatus_cccl_found=
   AS_CASE([$with_cccl],
     [no], [legatus_places=],
     # CUDA 13 keeps CCCL in a folder of its own; the first place is what the compiler finds by itself.
     [auto|yes], [legatus_places=". ${CUDA_PREFIX:+$CUDA_PREFIX/include/cccl $CUDA_PREFIX/include} /usr/local/cuda/include/cccl"],
     [legatus_places="$with_cccl/include/cccl $with_cccl/include $with_cccl"])
   for legatus_place in $legatus_places; do
     AS_IF([test "$legatus_have_cccl" = no && { test "$legatus_place" = . || test -f "$legatus_place/cuda/std/mdspan"; }],
       [LEGATUS_CCCL_TRY])
   done
   AS_IF([test "x$legatus_have_cccl" = xno], [LEGATUS_REQUESTED([cccl], [<cuda/std/mdspan> must compile])])
   AC_SUBST([CCCL_CPPFLAGS])
   LEGATUS_SUMMARY_FOUND([CCCL], [cccl], [$legatus_have_cccl],
     [our own compiles use its mdspan ($legatus_cccl_found)],
     [our own compiles use our mdspan; for CCCL's install a CUDA toolkit])])

AC_DEFUN([LEGATUS_CCCL_TRY],
  [AS_IF([test "$legatus_place" = .], [legatus_flags=], [legatus_flags="-isystem $legatus_place"])
   AC_MSG_CHECKING([for a usable <cuda/std/mdspan>${legatus_flags:+ in $legatus_place}])
   legatus_cppflags_before=$CPPFLAGS
   legatus_flags_before=$CXXFLAGS
   CPPFLAGS="$CPPFLAGS $legatus_flags"
   CXXFLAGS="$CXXFLAGS $CXX17_FLAGS"
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <cuda/std/complex>
#include <cuda/std/mdspan>
using Extents = ::cuda::std::dextents<long long, 2>;]],
     [[double values[4]{}; ::cuda::std::mdspan<double, Extents, ::cuda::std::layout_stride> view; (void)view; (void)values;]])],
     [legatus_have_cccl=yes
      CCCL_CPPFLAGS="-DLEGATE_USE_CCCL=1${legatus_flags:+ $legatus_flags}"
      legatus_cccl_found=${legatus_flags:+$legatus_place}
      : ${legatus_cccl_found:=found by the compiler}])
   CPPFLAGS=$legatus_cppflags_before
   CXXFLAGS=$legatus_flags_before
   AC_MSG_RESULT([$legatus_have_cccl])])
