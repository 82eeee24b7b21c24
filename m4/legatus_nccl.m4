# SPDX-License-Identifier: Apache-2.0
# NCCL, for the communicators of GPU variants. It has no pkg-config module; it may come with the CUDA toolkit.
AC_DEFUN([LEGATUS_NCCL],
  [LEGATUS_WITH([nccl], [NCCL, for communicators between GPUs])
   legatus_have_nccl=no
   NCCL_CFLAGS= NCCL_LIBS=
   AS_IF([test "x$with_nccl" != xno && test "x$legatus_have_cuda" = xyes],
     [NCCL_LIBS=-lnccl
      AS_CASE([$with_nccl], [auto|yes], [],
        [NCCL_CFLAGS="-isystem $with_nccl/include"
         for legatus_directory in "$with_nccl/lib64" "$with_nccl/lib"; do
           AS_IF([test -f "$legatus_directory/libnccl.so"],
             [NCCL_LIBS="-L$legatus_directory -Wl,-rpath,$legatus_directory -lnccl"])
         done])
      AC_MSG_CHECKING([for NCCL])
      legatus_cppflags_before=$CPPFLAGS
      legatus_libs_before=$LIBS
      CPPFLAGS="$CPPFLAGS $NCCL_CFLAGS $CUDA_CFLAGS"
      LIBS="$NCCL_LIBS $CUDA_LIBS $LIBS"
      AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <nccl.h>]],
          [[ncclUniqueId id; return ncclGetUniqueId(&id);]])],
        [legatus_have_nccl=yes])
      CPPFLAGS=$legatus_cppflags_before
      LIBS=$legatus_libs_before
      AC_MSG_RESULT([$legatus_have_nccl])])
   AS_IF([test "x$legatus_have_nccl" = xyes], [],
     [NCCL_CFLAGS= NCCL_LIBS=
      LEGATUS_REQUESTED([nccl], [install NCCL; it needs --with-cuda])])
   AC_SUBST([NCCL_CFLAGS])
   AC_SUBST([NCCL_LIBS])
   AM_CONDITIONAL([HAVE_NCCL], [test "x$legatus_have_nccl" = xyes])
   AS_IF([test "x$with_nccl" != xno && test "x$legatus_have_cuda" = xno],
     [LEGATUS_SUMMARY([NCCL], [no; of no use without --with-cuda])],
     [LEGATUS_SUMMARY_FOUND([NCCL], [nccl], [$legatus_have_nccl], [communicators between GPUs], [install NCCL])])])
