# SPDX-License-Identifier: Apache-2.0
# Python 3.11 or newer with its headers and NumPy, and SWIG, for the Python package. $PYTHON chooses the interpreter, or
# --with-python, which takes one as well as the prefix of an installation. Sets PYTHON_CPPFLAGS, SWIG, the places
# $(pythondir) and $(pyexecdir), the ways PACKAGES_FROM_COMMANDS and LIBRARY_FROM_PACKAGES between folders of the
# installation, and the Automake conditional HAVE_PYTHON.
AC_DEFUN([LEGATUS_PYTHON],
  [LEGATUS_WITH([python], [Python 3.11 or newer with headers and NumPy, and SWIG, for the Python package])
   legatus_have_python=no
   legatus_python_lacks=
   AS_CASE([$with_python], [auto|yes|no], [],
     [AS_IF([test -f "$with_python"], [: ${PYTHON="$with_python"}], [: ${PYTHON="$with_python/bin/python3"}])
      AS_IF([! command -v "$PYTHON" >/dev/null 2>&1],
        [AC_MSG_ERROR([--with-python=$with_python: there is no interpreter $PYTHON])])])
   # Automake's macro would call it too old.
   AS_IF([test "x$with_python" != xno && test -n "$PYTHON" && ! command -v "$PYTHON" >/dev/null 2>&1],
     [AC_MSG_ERROR([PYTHON=$PYTHON: there is no such interpreter])])
   AS_IF([test "x$with_python" = xno], [PYTHON=:], [AM_PATH_PYTHON([3.11], [], [PYTHON=:])])
   AC_ARG_VAR([SWIG], [SWIG 4, which writes the Python extension])
   AS_IF([test "x$PYTHON" = x:], [legatus_python_lacks=" python3 (3.11 or newer)"],
     [LEGATUS_PYTHON_HEADERS
      LEGATUS_PYTHON_NUMPY
      AC_CHECK_PROGS([SWIG], [swig4.0 swig])
      AS_IF([test -z "$SWIG"], [AS_VAR_APPEND([legatus_python_lacks], [" swig"])])
      AS_IF([test -z "$legatus_python_lacks"], [legatus_have_python=yes])])
   AS_IF([test "x$legatus_have_python" = xno],
     [AS_CASE([$with_python], [auto|no], [],
       [AC_MSG_ERROR([--with-python=$with_python was given, but this is missing:$legatus_python_lacks])])])
   # The interpreter itself, where PYTHON is a script that looks for it.
   PYTHON_EXECUTABLE=$PYTHON
   AS_IF([test "x$PYTHON" != x:], [PYTHON_EXECUTABLE=$($PYTHON -c 'import sys; print(sys.executable)')])
   AC_SUBST([PYTHON_EXECUTABLE])
   AS_IF([test "x$legatus_have_python" = xyes],
     [LEGATUS_RELATIVE_PATH([PACKAGES_FROM_COMMANDS], [bindir], [pyexecdir])
      LEGATUS_RELATIVE_PATH([LIBRARY_FROM_PACKAGES], [pyexecdir], [libdir])])
   AC_SUBST([PYTHON_CPPFLAGS])
   AM_CONDITIONAL([HAVE_PYTHON], [test "x$legatus_have_python" = xyes])
   LEGATUS_SUMMARY_FOUND([Python], [python], [$legatus_have_python],
     [$PYTHON $PYTHON_VERSION with NumPy $legatus_numpy: the packages legate and cupynumeric, in $pyexecdir],
     [install$legatus_python_lacks])])

AC_DEFUN([LEGATUS_PYTHON_HEADERS],
  [AC_MSG_CHECKING([for Python.h])
   legatus_python_include=$($PYTHON -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)
   AS_IF([test -f "$legatus_python_include/Python.h"],
     [PYTHON_CPPFLAGS="-isystem $legatus_python_include"
      AC_MSG_RESULT([$legatus_python_include])],
     [AS_VAR_APPEND([legatus_python_lacks], [" python3-dev"])
      AC_MSG_RESULT([no])])])

AC_DEFUN([LEGATUS_PYTHON_NUMPY],
  [AC_MSG_CHECKING([for NumPy])
   legatus_numpy=$($PYTHON -c 'import numpy; print(numpy.__version__)' 2>/dev/null)
   AS_IF([test -z "$legatus_numpy"], [AS_VAR_APPEND([legatus_python_lacks], [" python3-numpy"])])
   AC_MSG_RESULT([${legatus_numpy:-no}])])

# LEGATUS_RELATIVE_PATH(variable, from, to)
# Substitutes the way from one of the folders of the installation, such as bindir, to another one, so that the tree may be
# moved as a whole.
AC_DEFUN([LEGATUS_RELATIVE_PATH],
  [$1=$(AS_IF([test "x$prefix" = xNONE], [prefix=$ac_default_prefix])
     AS_IF([test "x$exec_prefix" = xNONE], [exec_prefix=$prefix])
     # They refer to each other, through several steps.
     legatus_from=$$2 legatus_to=$$3
     for legatus_step in 1 2 3; do eval "legatus_from=\"$legatus_from\" legatus_to=\"$legatus_to\""; done
     "$PYTHON" -c 'import os.path, sys; print(os.path.relpath(sys.argv@<:@2@:>@, sys.argv@<:@1@:>@))' "$legatus_from" "$legatus_to")
   AC_SUBST([$1])])
