# SPDX-License-Identifier: Apache-2.0
# MPI and StarPU-MPI, for programs of several ranks. Found and reported; no code uses them yet.
AC_DEFUN([LEGATUS_MPI],
  [LEGATUS_WITH_UNUSED([mpi], [MPI and StarPU-MPI], [programs of several processes])
   legatus_have_mpi=no
   AS_IF([test "x$with_mpi" != xno],
     [AS_CASE([$with_mpi], [auto|yes], [AC_PATH_PROGS([MPICXX], [mpicxx mpic++])],
        [AC_PATH_PROGS([MPICXX], [mpicxx mpic++], [], [$with_mpi/bin])])
      AS_IF([test -n "$MPICXX"], [LEGATUS_MPI_COMPILES])
      legatus_starpumpi=$(echo "$STARPU_MODULE" | sed 's/^starpu/starpumpi/')
      AS_IF([test "x$legatus_have_mpi" = xyes],
        [PKG_CHECK_MODULES([STARPUMPI], [$legatus_starpumpi], [], [legatus_have_mpi=no])])])
   AS_IF([test "x$legatus_have_mpi" = xyes],
     [AC_DEFINE([LEGATUS_FOUND_MPI], [1], [MPI and StarPU-MPI were found; nothing uses them yet])],
     [LEGATUS_REQUESTED([mpi], [an mpicxx and StarPU-MPI beside StarPU are needed])])
   LEGATUS_SUMMARY_FOUND([MPI], [mpi], [$legatus_have_mpi], [$MPICXX and $legatus_starpumpi, not used yet],
     [install libopenmpi-dev and StarPU with MPI])])

# The wrapper is only asked; a program is built to see that the answer is right.
AC_DEFUN([LEGATUS_MPI_COMPILES],
  [AC_MSG_CHECKING([whether $MPICXX builds an MPI program])
   legatus_cxx_before=$CXX
   CXX=$MPICXX
   AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <mpi.h>]], [[return MPI_Init(nullptr, nullptr);]])], [legatus_have_mpi=yes])
   CXX=$legatus_cxx_before
   AC_MSG_RESULT([$legatus_have_mpi])])
