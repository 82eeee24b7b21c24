// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <legate/utilities/macros.h>

#if LEGATE_DEFINED(LEGATE_USE_CCCL)
#include <cuda/std/complex>
#else
#include <legate/type/detail/complex_own.h>

namespace cuda::std {
using ::legate::detail::OwnComplex;
template <typename T>
using complex = OwnComplex<T>;

using ::legate::detail::abs;
using ::legate::detail::arg;
using ::legate::detail::conj;
using ::legate::detail::cos;
using ::legate::detail::cosh;
using ::legate::detail::exp;
using ::legate::detail::imag;
using ::legate::detail::log;
using ::legate::detail::log10;
using ::legate::detail::norm;
using ::legate::detail::polar;
using ::legate::detail::pow;
using ::legate::detail::proj;
using ::legate::detail::real;
using ::legate::detail::sin;
using ::legate::detail::sinh;
using ::legate::detail::sqrt;
using ::legate::detail::tan;
using ::legate::detail::tanh;
}  // namespace cuda::std
#endif

namespace legate {

/// A complex number: real part, then imaginary part, as in std::complex; usable on devices.
template <typename T>
using Complex = ::cuda::std::complex<T>;

}  // namespace legate
