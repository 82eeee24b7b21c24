# SPDX-License-Identifier: Apache-2.0
# <cuda/std/mdspan> of CUDA's CCCL headers: the type that the span accessors return. They are plain C++ headers and need no
# GPU. Without them a small mdspan of ours takes their place. CCCL_CPPFLAGS and CCCL_INCLUDEDIR also go to users, by
# legatus.pc and the CMake package, because the public headers include them.
AC_DEFUN([LEGATUS_CCCL],
  [LEGATUS_WITH([cccl], [CUDA's CCCL headers, their mdspan instead of ours])
   CCCL_CPPFLAGS=
   CCCL_INCLUDEDIR=
   legatus_have_cccl=no
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
   AC_SUBST([CCCL_INCLUDEDIR])
   LEGATUS_SUMMARY_FOUND([CCCL], [cccl], [$legatus_have_cccl],
     [span accessors return its mdspan (${CCCL_INCLUDEDIR:-found by the compiler})],
     [span accessors return our own mdspan; for CCCL's install a CUDA toolkit])])

AC_DEFUN([LEGATUS_CCCL_TRY],
  [AS_IF([test "$legatus_place" = .], [legatus_flags=], [legatus_flags="-isystem $legatus_place"])
   AC_MSG_CHECKING([for a usable <cuda/std/mdspan>${legatus_flags:+ in $legatus_place}])
   legatus_cppflags_before=$CPPFLAGS
   legatus_flags_before=$CXXFLAGS
   CPPFLAGS="$CPPFLAGS $legatus_flags"
   CXXFLAGS="$CXXFLAGS $CXX17_FLAGS"
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <cuda/std/mdspan>
using Extents = ::cuda::std::dextents<long long, 2>;]],
     [[double values[4]{}; ::cuda::std::mdspan<double, Extents, ::cuda::std::layout_stride> view; (void)view; (void)values;]])],
     [legatus_have_cccl=yes
      CCCL_CPPFLAGS=$legatus_flags
      AS_IF([test -n "$legatus_flags"], [CCCL_INCLUDEDIR=$legatus_place])])
   CPPFLAGS=$legatus_cppflags_before
   CXXFLAGS=$legatus_flags_before
   AC_MSG_RESULT([$legatus_have_cccl])])
