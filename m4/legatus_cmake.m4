# SPDX-License-Identifier: Apache-2.0
# The CMake package finds its headers relative to itself; only an --includedir elsewhere needs the full path spelled out.
AC_DEFUN([LEGATUS_CMAKE_PACKAGE],
  [legate_cmake_includedir=$(
     test "x$prefix" = xNONE && prefix=$ac_default_prefix
     eval "echo \"$includedir\"")
   AC_SUBST([legate_cmake_includedir])])
