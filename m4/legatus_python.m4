# SPDX-License-Identifier: Apache-2.0
# Python 3 with NumPy, for the Python package. Found and reported; no code uses it yet. $PYTHON chooses the interpreter.
AC_DEFUN([LEGATUS_PYTHON],
  [LEGATUS_WITH_UNUSED([python], [Python 3.9 or newer with NumPy], [a Python package])
   legatus_have_python=no
   legatus_numpy=
   AS_CASE([$with_python], [auto|yes|no], [], [: ${PYTHON="$with_python/bin/python3"}])
   AS_IF([test "x$with_python" = xno], [PYTHON=:], [AM_PATH_PYTHON([3.9], [], [:])])
   AS_IF([test "x$PYTHON" != x:],
     [AC_MSG_CHECKING([for NumPy])
      legatus_numpy=$($PYTHON -c 'import numpy; print(numpy.__version__)' 2>/dev/null)
      AC_MSG_RESULT([${legatus_numpy:-no}])
      AS_IF([test -n "$legatus_numpy"], [legatus_have_python=yes])])
   AS_IF([test "x$legatus_have_python" = xyes],
     [AC_DEFINE([LEGATUS_FOUND_PYTHON], [1], [Python and NumPy were found; nothing uses them yet])],
     [LEGATUS_REQUESTED([python], [Python 3.9 and NumPy are needed])])
   LEGATUS_SUMMARY_FOUND([Python], [python], [$legatus_have_python],
     [$PYTHON $PYTHON_VERSION with NumPy $legatus_numpy, not used yet], [install python3-dev and python3-numpy])])
