# SPDX-License-Identifier: Apache-2.0
# Choices about the library itself; all of them end up in legate_defines.h, because users' code is compiled with them.
# Its template, include/legate_defines.h.in, is installed with what configure makes of it, so notes for us are here: a
# feature is 0 or 1, a limit is a number.
AC_DEFUN([LEGATUS_OPTIONS],
  [AC_ARG_ENABLE([debug],
     [AS_HELP_STRING([--enable-debug], [check LEGATE_ASSERT and other internal invariants at run time (slower)])],
     [], [enable_debug=no])
   AC_ARG_ENABLE([bounds-checks],
     [AS_HELP_STRING([--enable-bounds-checks], [accessors check every index (slower)])],
     [], [enable_bounds_checks=no])
   AC_ARG_WITH([max-dim],
     [AS_HELP_STRING([--with-max-dim=N], [most dimensions a store may have, 1 to 9 (default: 6)])],
     [], [with_max_dim=6])
   AS_CASE([$with_max_dim], [[[1-9]]], [],
     [AC_MSG_ERROR([--with-max-dim takes a number from 1 to 9, not "$with_max_dim"])])
   AC_SUBST([LEGATE_MAX_DIM], [$with_max_dim])
   # Processor ids of one process fit into a 64-bit mask.
   AC_SUBST([LEGATE_MAX_NUM_PROCS], [64])])

# LEGATUS_FEATURES
# What legate_defines.h says this build contains: 1 only for what code uses, which is less than what configure finds.
AC_DEFUN([LEGATUS_FEATURES],
  [LEGATUS_FEATURE([DEBUG], [test "x$enable_debug" = xyes])
   LEGATUS_FEATURE([BOUNDS_CHECKS], [test "x$enable_bounds_checks" = xyes])
   LEGATUS_FEATURE([MPI], [test "x$legatus_have_mpi" = xyes])
   LEGATUS_FEATURE([NETWORK], [test "x$legatus_have_mpi" = xyes])
   LEGATUS_FEATURE([OPENMP], [test -n "$OPENMP_CXXFLAGS"])
   LEGATUS_FEATURE([OPENCL], [test "x$legatus_have_opencl" = xyes])
   LEGATUS_FEATURE([CUDA], [test "x$legatus_have_cuda" = xyes])
   LEGATUS_FEATURE([NCCL], [test "x$legatus_have_nccl" = xyes])
   m4_foreach_w([feature], [UCX HDF5 HDF5_VFD_GDS], [LEGATUS_FEATURE(feature, [false])
   ])
   # As a C string literal: characters that would end it are dropped.
   AC_SUBST([LEGATE_CONFIGURE_OPTIONS], [$(echo "$ac_configure_args" | tr -d '"\\' | tr '\n' ' ')])])

AC_DEFUN([LEGATUS_FEATURE],
  [AS_IF([$2], [LEGATE_WITH_$1=1], [LEGATE_WITH_$1=0])
   AC_SUBST([LEGATE_WITH_$1])])
