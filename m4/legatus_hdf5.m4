# SPDX-License-Identifier: Apache-2.0
# HDF5, for stores in files. Found and reported; no code uses it yet.
AC_DEFUN([LEGATUS_HDF5],
  [LEGATUS_PKG_DEPENDENCY([hdf5], [HDF5], [HDF5], [stores in HDF5 files], [hdf5 hdf5-serial], [libhdf5-dev],
     [unused])
   AS_IF([test "x$legatus_have_hdf5" = xyes],
     [AC_DEFINE([LEGATUS_FOUND_HDF5], [1], [HDF5 was found; nothing uses it yet])])])
