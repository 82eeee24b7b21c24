// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/utilities/macros.h>

// What the compiler is and how to talk to it: exactly one of the LEGATE_<compiler> macros is 1, the others are 0.
// LEGATE_NVCC is 1 in both passes of a CUDA compile, whatever the host compiler.

#if defined(__NVCC__)
#define LEGATE_NVCC 1
#else
#define LEGATE_NVCC 0
#endif

#if !LEGATE_NVCC && defined(__NVCOMPILER)
#define LEGATE_NVHPC 1
#else
#define LEGATE_NVHPC 0
#endif

#if !LEGATE_NVCC && !LEGATE_NVHPC && defined(__EDG__)
#define LEGATE_EDG 1
#else
#define LEGATE_EDG 0
#endif

#if !LEGATE_NVCC && !LEGATE_NVHPC && !LEGATE_EDG && defined(__clang__)
#define LEGATE_CLANG 1
#else
#define LEGATE_CLANG 0
#endif

#if !LEGATE_NVCC && !LEGATE_NVHPC && !LEGATE_EDG && !LEGATE_CLANG && defined(__GNUC__)
#define LEGATE_GCC 1
#else
#define LEGATE_GCC 0
#endif

#if !LEGATE_NVCC && !LEGATE_NVHPC && !LEGATE_EDG && !LEGATE_CLANG && !LEGATE_GCC && defined(_MSC_VER)
#define LEGATE_MSVC 1
#else
#define LEGATE_MSVC 0
#endif

#if defined(__APPLE__)
#define LEGATE_MACOS 1
#else
#define LEGATE_MACOS 0
#endif

#if defined(__linux__)
#define LEGATE_LINUX 1
#else
#define LEGATE_LINUX 0
#endif

#if LEGATE_MACOS
#define LEGATE_SHARED_LIBRARY_PREFIX "lib"
#define LEGATE_SHARED_LIBRARY_SUFFIX ".dylib"
#else
#define LEGATE_SHARED_LIBRARY_PREFIX "lib"
#define LEGATE_SHARED_LIBRARY_SUFFIX ".so"
#endif

// --- CUDA ---

#if defined(__CUDACC__)
#define LEGATE_HOST __host__
#define LEGATE_DEVICE __device__
#define LEGATE_KERNEL __global__
#else
#define LEGATE_HOST
#define LEGATE_DEVICE
#define LEGATE_KERNEL
#endif
#define LEGATE_HOST_DEVICE LEGATE_HOST LEGATE_DEVICE

// 1 while the code is compiled for a GPU, 0 while it is compiled for the host.
#if defined(__CUDA_ARCH__)
#define LEGATE_DEVICE_COMPILE 1
#else
#define LEGATE_DEVICE_COMPILE 0
#endif

// --- mdspan, span and complex ---

// They are those of NVIDIA's CUDA C++ core libraries (CCCL: plain C++ headers, no GPU needed) or small ones of ours,
// under the same names. Each program decides for itself, whichever of them Legatus was built with: what the library
// exports neither takes nor returns these types, they occur in templates only, and the two kinds have different mangled
// names. CCCL's are taken wherever the compiler finds them, because the names can exist once only, and a program that
// includes CCCL's headers itself can find them. -DLEGATE_USE_CCCL=0 or =1 overrides that; the sources of a program that
// hand such types to each other have to agree.
#if !defined(LEGATE_USE_CCCL)
#if defined(_CCCL_VERSION) || defined(CCCL_VERSION)
#define LEGATE_USE_CCCL 1
#elif defined(__has_include)
#if __has_include(<cuda/std/complex>) && __has_include(<cuda/std/mdspan>)
#define LEGATE_USE_CCCL 1
#endif
#endif
#elif LEGATE_DEFINED(LEGATE_USE_CCCL) && defined(__has_include)
#if !__has_include(<cuda/std/complex>) || !__has_include(<cuda/std/mdspan>)
#error "LEGATE_USE_CCCL=1, but <cuda/std/mdspan> is not found: its folder has to be given with -isystem"
#endif
#endif

// --- Visibility ---

#if LEGATE_MSVC
#define LEGATE_EXPORT
#else
#define LEGATE_EXPORT __attribute__((visibility("default")))
#endif
#define LEGATE_PYTHON_EXPORT LEGATE_EXPORT

// --- Sanitizers ---

#if defined(__SANITIZE_THREAD__)
#define LEGATE_HAS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LEGATE_HAS_TSAN 1
#endif
#endif
#ifndef LEGATE_HAS_TSAN
#define LEGATE_HAS_TSAN 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#define LEGATE_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEGATE_HAS_ASAN 1
#endif
#endif
#ifndef LEGATE_HAS_ASAN
#define LEGATE_HAS_ASAN 0
#endif

// --- Tools that read the headers ---

#if defined(DOXYGEN) || defined(__DOXYGEN__)
#define LEGATE_DOXYGEN 1
#else
#define LEGATE_DOXYGEN 0
#endif

// Cython creates its C++ variables with the default constructor and assigns to them later, so the handles that have
// no empty state get one for its sake.
#if defined(CYTHON_ABI) || defined(CYTHON_HEX_VERSION)
#define LEGATE_CYTHON 1
#define LEGATE_DEFAULT_WHEN_CYTHON default
#else
#define LEGATE_CYTHON 0
#define LEGATE_DEFAULT_WHEN_CYTHON delete
#endif

// --- Pragmas ---

#define LEGATE_PRAGMA(...) _Pragma(LEGATE_STRINGIZE_(__VA_ARGS__)) static_assert(true, "")

#if LEGATE_NVCC
#define LEGATE_PRAGMA_PUSH() _Pragma("nv_diagnostic push") static_assert(true, "")
#define LEGATE_PRAGMA_POP() _Pragma("nv_diagnostic pop") static_assert(true, "")
#define LEGATE_PRAGMA_EDG_IGNORE(...) LEGATE_PRAGMA(nv_diag_suppress __VA_ARGS__)
#elif LEGATE_NVHPC || LEGATE_EDG
#define LEGATE_PRAGMA_PUSH() _Pragma("diagnostic push") static_assert(true, "")
#define LEGATE_PRAGMA_POP() _Pragma("diagnostic pop") static_assert(true, "")
#define LEGATE_PRAGMA_EDG_IGNORE(...) LEGATE_PRAGMA(diag_suppress __VA_ARGS__)
#elif LEGATE_CLANG || LEGATE_GCC
#define LEGATE_PRAGMA_PUSH() _Pragma("GCC diagnostic push") static_assert(true, "")
#define LEGATE_PRAGMA_POP() _Pragma("GCC diagnostic pop") static_assert(true, "")
#define LEGATE_PRAGMA_EDG_IGNORE(...) static_assert(true, "")
#else
#define LEGATE_PRAGMA_PUSH() static_assert(true, "")
#define LEGATE_PRAGMA_POP() static_assert(true, "")
#define LEGATE_PRAGMA_EDG_IGNORE(...) static_assert(true, "")
#endif

// GNU: both gcc and clang; the other two: that compiler alone.
#if LEGATE_CLANG || LEGATE_GCC
#define LEGATE_PRAGMA_GNU_IGNORE(...) LEGATE_PRAGMA(GCC diagnostic ignored __VA_ARGS__)
#else
#define LEGATE_PRAGMA_GNU_IGNORE(...) static_assert(true, "")
#endif
#if LEGATE_GCC
#define LEGATE_PRAGMA_GCC_IGNORE(...) LEGATE_PRAGMA_GNU_IGNORE(__VA_ARGS__)
#else
#define LEGATE_PRAGMA_GCC_IGNORE(...) static_assert(true, "")
#endif
#if LEGATE_CLANG
#define LEGATE_PRAGMA_CLANG_IGNORE(...) LEGATE_PRAGMA_GNU_IGNORE(__VA_ARGS__)
#else
#define LEGATE_PRAGMA_CLANG_IGNORE(...) static_assert(true, "")
#endif

// Expands to nothing but a compiler warning with the message (a string literal), where the macro is used.
#if LEGATE_CLANG || LEGATE_GCC
#define LEGATE_DEPRECATED_MACRO(...) _Pragma(LEGATE_STRINGIZE_(GCC warning __VA_ARGS__))
#else
#define LEGATE_DEPRECATED_MACRO(...)
#endif

// For macros that end in a declaration: lets them be followed by a semicolon without a -Wpedantic warning.
#define LEGATE_WPEDANTIC_SEMICOLON_WORKAROUND() static_assert(true, "")

namespace legate {

/// The revision of the source tree this library was built from; "unknown" when the build could not tell.
LEGATE_EXPORT extern const char* const LEGATE_GIT_HASH;
/// Which execution engine the library runs on, under the name that existing programs know.
LEGATE_EXPORT extern const char* const LEGION_GIT_HASH;

}  // namespace legate
