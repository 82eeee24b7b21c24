// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where mdspan and its relatives come from: CCCL under LEGATE_USE_CCCL (see legate/utilities/compiler.h), else our own.
// Either way they are reached as legate::detail::mdspan etc. and as ::cuda::std::mdspan etc.

#include <legate_defines.h>

#if LEGATE_DEFINED(LEGATE_USE_CCCL)

#include <cuda/std/array>
#include <cuda/std/mdspan>
#include <cuda/std/span>

namespace legate::detail {

using ::cuda::std::default_accessor;
using ::cuda::std::dextents;
using ::cuda::std::extents;
using ::cuda::std::layout_left;
using ::cuda::std::layout_right;
using ::cuda::std::layout_stride;
using ::cuda::std::mdspan;

}  // namespace legate::detail

#else

#include <legate/utilities/detail/mdspan_own.h>
#include <legate/utilities/span.h>

#include <array>
#include <cstddef>

namespace legate::detail {

using own::default_accessor;
using own::dextents;
using own::extents;
using own::layout_left;
using own::layout_right;
using own::layout_stride;
using own::mdspan;

}  // namespace legate::detail

namespace cuda::std {

using legate::dynamic_extent;
using legate::detail::own::default_accessor;
using legate::detail::own::dextents;
using legate::detail::own::extents;
using legate::detail::own::layout_left;
using legate::detail::own::layout_right;
using legate::detail::own::layout_stride;
using legate::detail::own::mdspan;

using ::std::array;

template <typename T, ::std::size_t N = legate::dynamic_extent>
using span = legate::Span<T, N>;

}  // namespace cuda::std

#endif
