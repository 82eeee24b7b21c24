# SPDX-License-Identifier: Apache-2.0
# OpenMP in the C++ compiler: the number of threads of OpenMP groups (--omps), and references of the benchmarks.
AC_DEFUN([LEGATUS_OPENMP],
  [AC_OPENMP
   AM_CONDITIONAL([HAVE_OPENMP], [test -n "$OPENMP_CXXFLAGS"])
   AS_IF([test -n "$OPENMP_CXXFLAGS"],
     [LEGATUS_SUMMARY([OpenMP], [yes: $OPENMP_CXXFLAGS])],
     [LEGATUS_SUMMARY([OpenMP], [no --omps; the compiler has none, or --disable-openmp])])])
