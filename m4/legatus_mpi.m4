# SPDX-License-Identifier: Apache-2.0
# MPI and StarPU-MPI, for programs of several processes. Sets MPI_CFLAGS and MPI_LIBS (with StarPU-MPI's).
# Without them a program works alone, and refuses to be one of several.
AC_DEFUN([LEGATUS_MPI],
  [LEGATUS_WITH([mpi], [MPI and StarPU-MPI, for programs of several processes])
   legatus_have_mpi=no
   AS_IF([test "x$with_mpi" != xno],
     [AS_CASE([$with_mpi], [auto|yes], [AC_PATH_PROGS([MPICXX], [mpicxx mpic++])],
        [AC_PATH_PROGS([MPICXX], [mpicxx mpic++], [], [$with_mpi/bin])])
      legatus_starpumpi=$(echo "$STARPU_MODULE" | sed 's/^starpu/starpumpi/')
      AS_IF([test -n "$MPICXX"],
        [PKG_CHECK_MODULES([STARPUMPI], [$legatus_starpumpi], [LEGATUS_MPI_FLAGS], [:])])])
   AS_IF([test "x$legatus_have_mpi" = xyes],
     [], [MPI_CFLAGS= MPI_LIBS=
      LEGATUS_REQUESTED([mpi], [an mpicxx and StarPU-MPI beside StarPU are needed])])
   AC_SUBST([MPI_CFLAGS])
   AC_SUBST([MPI_LIBS])
   AC_PATH_PROGS([MPIRUN], [mpirun mpiexec])
   AM_CONDITIONAL([HAVE_MPI], [test "x$legatus_have_mpi" = xyes])
   AM_CONDITIONAL([HAVE_MPIRUN], [test "x$legatus_have_mpi" = xyes && test -n "$MPIRUN"])
   LEGATUS_SUMMARY_FOUND([MPI], [mpi], [$legatus_have_mpi], [$MPICXX and $legatus_starpumpi, several processes],
     [install libopenmpi-dev and StarPU with MPI])])

# What the wrapper adds to a compiler's command line (Open MPI's and MPICH's are asked differently), and whether that is
# enough: the library itself is built with the ordinary compiler.
AC_DEFUN([LEGATUS_MPI_FLAGS],
  [AC_MSG_CHECKING([what $MPICXX adds])
   MPI_CFLAGS=$("$MPICXX" --showme:compile 2>/dev/null) && MPI_LIBS=$("$MPICXX" --showme:link 2>/dev/null) || {
     MPI_CFLAGS=$("$MPICXX" -compile-info 2>/dev/null | sed 's/^[[^ ]]* //')
     MPI_LIBS=$("$MPICXX" -link-info 2>/dev/null | sed 's/^[[^ ]]* //')
   }
   # Their headers do not pass our warnings.
   MPI_CFLAGS=$(echo " $MPI_CFLAGS $STARPUMPI_CFLAGS" | sed 's/ -I */ -isystem /g')
   MPI_LIBS="$STARPUMPI_LIBS $MPI_LIBS"
   AC_MSG_RESULT([$MPI_CFLAGS $MPI_LIBS])
   AC_MSG_CHECKING([whether programs link with StarPU-MPI])
   legatus_cppflags_before=$CPPFLAGS
   legatus_libs_before=$LIBS
   CPPFLAGS="$CPPFLAGS $STARPU_CFLAGS $MPI_CFLAGS"
   LIBS="$MPI_LIBS $STARPU_LIBS $LIBS"
   AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <mpi.h>
#include <starpu_mpi.h>]], [[return starpu_mpi_init_comm(nullptr, nullptr, 0, MPI_COMM_WORLD);]])],
     [legatus_have_mpi=yes])
   CPPFLAGS=$legatus_cppflags_before
   LIBS=$legatus_libs_before
   AC_MSG_RESULT([$legatus_have_mpi])])
