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
}  // namespace cuda::std
#endif

namespace legate {

/// A complex number: real part, then imaginary part, as in std::complex; usable on devices.
template <typename T>
using Complex = ::cuda::std::complex<T>;

}  // namespace legate
