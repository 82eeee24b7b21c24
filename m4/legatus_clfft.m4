# SPDX-License-Identifier: Apache-2.0
# clFFT, Fourier transforms on OpenCL devices: the leaves of examples/fft there. The library itself does not use it.
AC_DEFUN([LEGATUS_CLFFT],
  [LEGATUS_PKG_DEPENDENCY([clfft], [CLFFT], [clFFT], [the example fft on OpenCL devices], [clFFT], [libclfft-dev], [], [opencl])])
