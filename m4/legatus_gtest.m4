# SPDX-License-Identifier: Apache-2.0
# GoogleTest, for `make check`.
AC_DEFUN([LEGATUS_GTEST],
  [LEGATUS_PKG_DEPENDENCY([gtest], [GTEST], [GoogleTest], [the unit tests of make check], [gtest_main], [libgtest-dev])])
