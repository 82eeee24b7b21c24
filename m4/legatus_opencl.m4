# SPDX-License-Identifier: Apache-2.0
# OpenCL, for device variants on any vendor's hardware (and on CPUs by PoCL). Found and reported; no code uses it yet.
AC_DEFUN([LEGATUS_OPENCL],
  [LEGATUS_PKG_DEPENDENCY([opencl], [OPENCL], [OpenCL], [OpenCL variants], [OpenCL], [ocl-icd-opencl-dev],
     [unused])
   AS_IF([test "x$legatus_have_opencl" = xyes],
     [AC_DEFINE([LEGATUS_FOUND_OPENCL], [1], [OpenCL was found; nothing uses it yet])])])
