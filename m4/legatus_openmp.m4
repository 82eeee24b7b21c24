# SPDX-License-Identifier: Apache-2.0
# OpenMP in the C++ compiler: references of the benchmarks. The library itself does not use it yet.
AC_DEFUN([LEGATUS_OPENMP],
  [AC_OPENMP
   AM_CONDITIONAL([HAVE_OPENMP], [test -n "$OPENMP_CXXFLAGS"])
   AS_IF([test -n "$OPENMP_CXXFLAGS"],
     [LEGATUS_SUMMARY([OpenMP], [yes: $OPENMP_CXXFLAGS, references of the benchmarks])],
     [LEGATUS_SUMMARY([OpenMP], [no; the compiler has none, or --disable-openmp])])])
