# SPDX-License-Identifier: Apache-2.0
# The C++ compiler: language level, optimisation, warnings, sanitizers.

# LEGATUS_PROG_CXX
# Must stand before anything else that wants a compiler. The default is a tuned build, because figures matter here: -O3 for
# the library, examples and benchmarks, -O1 for the tests (most of the compile time). CXXFLAGS of the user replace all of that.
AC_DEFUN([LEGATUS_PROG_CXX],
  [AS_IF([test "${CXXFLAGS+set}" = set],
     [LIBRARY_OPTIMIZATION= TEST_OPTIMIZATION=],
     [LIBRARY_OPTIMIZATION=-O3 TEST_OPTIMIZATION=-O1])
   : ${CXXFLAGS=-g1}
   AC_PROG_CXX
   AC_LANG([C++])
   AC_SUBST([LIBRARY_OPTIMIZATION])
   AC_SUBST([TEST_OPTIMIZATION])])

# LEGATUS_CXX17
# C++17, and nothing above it: the public headers promise that level.
AC_DEFUN([LEGATUS_CXX17],
  [AC_MSG_CHECKING([for the flag that selects C++17])
   legatus_flags_before=$CXXFLAGS
   CXXFLAGS="$CXXFLAGS -std=c++17"
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <optional>
#include <string_view>]], [[if constexpr (sizeof(int) > 1) { std::optional<std::string_view> word{"x"}; return word->size() == 0; }]])],
     [CXX17_FLAGS=-std=c++17
      AC_MSG_RESULT([$CXX17_FLAGS])],
     [AC_MSG_RESULT([none])
      AC_MSG_ERROR([$CXX does not compile C++17])])
   CXXFLAGS=$legatus_flags_before
   AC_SUBST([CXX17_FLAGS])])

# LEGATUS_APPEND_FLAG(flag, VARIABLE)
# Appends FLAG when the compiler takes it without complaint.
AC_DEFUN([LEGATUS_APPEND_FLAG],
  [AS_VAR_PUSHDEF([cached], [legatus_cv_flag_$1])
   AC_CACHE_CHECK([whether $CXX accepts $1], [cached],
     [legatus_flags_before=$CXXFLAGS
      CXXFLAGS="$CXXFLAGS -Werror $1"
      AC_COMPILE_IFELSE([AC_LANG_PROGRAM], [AS_VAR_SET([cached], [yes])], [AS_VAR_SET([cached], [no])])
      CXXFLAGS=$legatus_flags_before])
   AS_VAR_IF([cached], [yes], [AS_VAR_APPEND([$2], [" $1"])])
   AS_VAR_POPDEF([cached])])

# LEGATUS_WARNINGS
AC_DEFUN([LEGATUS_WARNINGS],
  [AC_ARG_ENABLE([werror],
     [AS_HELP_STRING([--enable-werror], [warnings in our own code stop the build])], [], [enable_werror=no])
   WARNING_FLAGS=
   m4_foreach_w([flag], [-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion],
     [LEGATUS_APPEND_FLAG(flag, [WARNING_FLAGS])])
   AS_IF([test "x$enable_werror" = xyes], [WARNING_FLAGS="$WARNING_FLAGS -Werror"])
   AC_SUBST([WARNING_FLAGS])
   # Calls inside the library need not go through its symbol table: nobody replaces single functions of it at load time.
   LIBRARY_FLAGS=
   LEGATUS_APPEND_FLAG([-fno-semantic-interposition], [LIBRARY_FLAGS])
   AC_SUBST([LIBRARY_FLAGS])])

# LEGATUS_SANITIZER
# --enable-sanitizer=address (with undefined behaviour) or =thread, for library, tests and examples alike.
AC_DEFUN([LEGATUS_SANITIZER],
  [AC_ARG_ENABLE([sanitizer],
     [AS_HELP_STRING([--enable-sanitizer=address|thread],
       [instrument everything we build: address (and undefined behaviour), or thread])],
     [], [enable_sanitizer=no])
   AS_CASE([$enable_sanitizer],
     [no], [SANITIZER_FLAGS=],
     [address], [SANITIZER_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined"],
     [thread], [SANITIZER_FLAGS="-fsanitize=thread"],
     [AC_MSG_ERROR([--enable-sanitizer takes address or thread, not "$enable_sanitizer"])])
   AS_IF([test -n "$SANITIZER_FLAGS"],
     [AC_MSG_CHECKING([whether $CXX builds programs with $SANITIZER_FLAGS])
      legatus_flags_before=$CXXFLAGS
      CXXFLAGS="$CXXFLAGS $SANITIZER_FLAGS"
      AC_LINK_IFELSE([AC_LANG_PROGRAM], [AC_MSG_RESULT([yes])],
        [AC_MSG_RESULT([no])
         AC_MSG_ERROR([the sanitizer's library is missing])])
      CXXFLAGS=$legatus_flags_before
      SANITIZER_FLAGS="$SANITIZER_FLAGS -g -fno-omit-frame-pointer"
      # GCC takes what the sanitizers insert for uses of uninitialised variables, in the standard library's headers too.
      LEGATUS_APPEND_FLAG([-Wno-maybe-uninitialized], [SANITIZER_FLAGS])
      # Readable stacks, and a compile time that stays bearable.
      AS_IF([test -n "$LIBRARY_OPTIMIZATION"], [LIBRARY_OPTIMIZATION=-O1])])
   SANITIZER=$enable_sanitizer
   AC_SUBST([SANITIZER])
   AC_SUBST([SANITIZER_FLAGS])])
