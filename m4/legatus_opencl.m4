# SPDX-License-Identifier: Apache-2.0
# OpenCL, for device variants on any vendor's hardware, and on CPUs by PoCL. StarPU must have been built with it, too.
AC_DEFUN([LEGATUS_OPENCL],
  [LEGATUS_WITH([opencl], [OpenCL, for OpenCL variants])
   legatus_have_opencl=no
   AS_IF([test "x$with_opencl" != xno],
     [LEGATUS_FIND_MODULE([opencl], [OpenCL], [ocl-icd-opencl-dev])
      PKG_CHECK_MODULES([OPENCL], [OpenCL], [LEGATUS_STARPU_HAS_OPENCL], [:])
      LEGATUS_ADD_RUN_PATH([opencl], [OPENCL])
      # The headers want to be told which version a program is written for.
      OPENCL_CFLAGS="$OPENCL_CFLAGS -DCL_TARGET_OPENCL_VERSION=120"])
   AS_IF([test "x$legatus_have_opencl" = xyes], [],
     [OPENCL_CFLAGS= OPENCL_LIBS=
      LEGATUS_REQUESTED([opencl], [ocl-icd-opencl-dev and a StarPU with OpenCL are needed])])
   AM_CONDITIONAL([HAVE_OPENCL], [test "x$legatus_have_opencl" = xyes])
   LEGATUS_SUMMARY_FOUND([OpenCL], [opencl], [$legatus_have_opencl],
     [OpenCL $($PKG_CONFIG --modversion OpenCL 2>/dev/null), OpenCL variants],
     [install ocl-icd-opencl-dev and a StarPU with OpenCL])])

AC_DEFUN([LEGATUS_STARPU_HAS_OPENCL],
  [AC_MSG_CHECKING([whether StarPU was built with OpenCL])
   legatus_cppflags_before=$CPPFLAGS
   CPPFLAGS="$CPPFLAGS $STARPU_CFLAGS $OPENCL_CFLAGS"
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <starpu.h>
#ifndef STARPU_USE_OPENCL
#error without
#endif
#include <starpu_opencl.h>]], [[cl_context context; starpu_opencl_get_context(0, &context);]])],
     [legatus_have_opencl=yes])
   CPPFLAGS=$legatus_cppflags_before
   AC_MSG_RESULT([$legatus_have_opencl])])
