# SPDX-License-Identifier: Apache-2.0
# FFTW 3 in double precision: the leaves of examples/fft. The library itself does not use it.
AC_DEFUN([LEGATUS_FFTW],
  [LEGATUS_PKG_DEPENDENCY([fftw], [FFTW], [FFTW], [the example and benchmark fft], [fftw3], [libfftw3-dev])])
