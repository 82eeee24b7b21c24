# SPDX-License-Identifier: Apache-2.0
# hwloc, required because StarPU's headers include its; nothing of ours calls it.
AC_DEFUN([LEGATUS_HWLOC],
  [LEGATUS_WITH([hwloc], [hwloc, which StarPU's headers need: required],
     [(default: what pkg-config finds)])
   AS_IF([test "x$with_hwloc" = xno], [AC_MSG_ERROR([there is no Legatus without hwloc])])
   LEGATUS_FIND_MODULE([hwloc], [hwloc], [hwloc])
   AS_IF([test -z "$legatus_module"], [legatus_module=hwloc])
   PKG_CHECK_MODULES([HWLOC], [hwloc >= 1.11], [],
     [AC_MSG_ERROR([hwloc was not found by pkg-config. On Debian and Ubuntu: apt-get install libhwloc-dev;
elsewhere give --with-hwloc=PREFIX.])])
   LEGATUS_ADD_RUN_PATH([hwloc], [HWLOC])
   LEGATUS_SUMMARY([hwloc], [$($PKG_CONFIG --modversion hwloc)])])
