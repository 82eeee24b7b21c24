# SPDX-License-Identifier: Apache-2.0
# What the macro files of the dependencies have in common.

# LEGATUS_WITH(option, what, [what happens to it, in brackets])
# Declares --with-OPTION[=PREFIX] and --without-OPTION. Afterwards $with_OPTION is auto, yes, no or a prefix.
AC_DEFUN([LEGATUS_WITH],
  [AC_ARG_WITH([$1],
    [AS_HELP_STRING([--with-$1@<:@=PREFIX@:>@], [$2 ]m4_default([$3], [(default: used when found)]))],
    [], [with_$1=auto])])

# LEGATUS_WITH_UNUSED(option, what, what it will be for)
# The same for something that is looked for and reported, and that no code uses yet.
AC_DEFUN([LEGATUS_WITH_UNUSED],
  [LEGATUS_WITH([$1], [$2, for $3], [(not used yet: only looked for and reported)])])

# LEGATUS_SEARCH_PREFIX(prefix)
# Lets pkg-config look below PREFIX first. "auto" and "yes" mean the system's own places.
AC_DEFUN([LEGATUS_SEARCH_PREFIX],
  [AS_CASE([$1], [auto|yes], [],
    [for legatus_directory in "$1"/lib/*/pkgconfig "$1"/share/pkgconfig "$1"/lib64/pkgconfig "$1"/lib/pkgconfig; do
       AS_IF([test -d "$legatus_directory"],
         [PKG_CONFIG_PATH="$legatus_directory${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"])
     done
     export PKG_CONFIG_PATH])])

# LEGATUS_FIND_MODULE(option, modules in order of preference, what to install)
# Sets legatus_module to the first pkg-config module that exists, or to nothing. An explicit prefix must contain it: what
# the system has instead may be another version.
AC_DEFUN([LEGATUS_FIND_MODULE],
  [LEGATUS_SEARCH_PREFIX([$with_$1])
   legatus_module=
   for legatus_candidate in $2; do
     legatus_place=$($PKG_CONFIG --variable=pcfiledir "$legatus_candidate" 2>/dev/null)
     AS_IF([test -n "$legatus_module" || test -z "$legatus_place"], [continue])
     AS_CASE([$with_$1], [auto|yes], [legatus_module=$legatus_candidate],
       [AS_CASE([$legatus_place], ["$with_$1"/*], [legatus_module=$legatus_candidate])])
   done
   AS_CASE([$with_$1], [auto|yes], [],
     [AS_IF([test -z "$legatus_module"],
       [AC_MSG_ERROR([--with-$1=$with_$1 was given, but pkg-config finds none of "$2" below it ($3)])])])])

# LEGATUS_REQUESTED(option, what to install)
# To be called when something was not found: an error if the user asked for it, a line of the summary otherwise.
AC_DEFUN([LEGATUS_REQUESTED],
  [AS_CASE([$with_$1], [auto|no], [],
    [AC_MSG_ERROR([--with-$1=$with_$1 was given, but it was not found there ($2)])])])

# LEGATUS_SUMMARY(label, text)
# Adds a line to the summary at the end.
AC_DEFUN([LEGATUS_SUMMARY],
  [AS_VAR_APPEND([legatus_summary], ["$(printf '  %-12s %s' '$1' "$2")
"])])

# LEGATUS_SUMMARY_FOUND(label, option, yes|no, what was found and what it is for, what turns it on)
AC_DEFUN([LEGATUS_SUMMARY_FOUND],
  [AS_IF([test "x$3" = xyes], [LEGATUS_SUMMARY([$1], [yes: $4])],
         [test "x$with_$2" = xno], [LEGATUS_SUMMARY([$1], [off, by --without-$2])],
         [LEGATUS_SUMMARY([$1], [no; $5, or give --with-$2=PREFIX])])])

# LEGATUS_PKG_DEPENDENCY(option, VARIABLE, label, what it is for, modules in order of preference, what to install, [unused],
#   [option of another dependency without which it is of no use])
# An optional dependency that pkg-config knows. Sets VARIABLE_CFLAGS, VARIABLE_LIBS, $legatus_have_OPTION and the
# Automake conditional HAVE_VARIABLE.
AC_DEFUN([LEGATUS_PKG_DEPENDENCY],
  [m4_ifblank([$7], [LEGATUS_WITH([$1], [$3, for $4])], [LEGATUS_WITH_UNUSED([$1], [$3], [$4])])
   legatus_have_$1=no
   AS_IF([test "x$with_$1" != xno m4_ifnblank([$8], [&& test "x$legatus_have_$8" = xyes])],
     [LEGATUS_FIND_MODULE([$1], [$5], [$6])
      # Without a module the check still runs: $2_CFLAGS and $2_LIBS from the environment count as found.
      AS_IF([test -z "$legatus_module"], [legatus_module=$(set -- $5; echo "$[]1")])
      PKG_CHECK_MODULES([$2], [$legatus_module], [legatus_have_$1=yes], [legatus_have_$1=no])
      LEGATUS_ADD_RUN_PATH([$1], [$2])])
   AS_IF([test "x$legatus_have_$1" = xno], [LEGATUS_REQUESTED([$1], [$6[]m4_ifnblank([$8], [ and --with-$8])])])
   AM_CONDITIONAL([HAVE_$2], [test "x$legatus_have_$1" = xyes])
   AS_IF([m4_ifblank([$8], [false], [test "x$with_$1" != xno && test "x$legatus_have_$8" = xno])],
     [LEGATUS_SUMMARY([$3], [no; of no use without --with-$8])],
     [LEGATUS_SUMMARY_FOUND([$3], [$1], [$legatus_have_$1],
       [$legatus_module $($PKG_CONFIG --modversion "$legatus_module" 2>/dev/null), m4_ifblank([$7], [$4], [not used yet])], [install $6])])])

# LEGATUS_ADD_RUN_PATH(option, VARIABLE)
# A library found below an explicit prefix must be found there at run time as well.
AC_DEFUN([LEGATUS_ADD_RUN_PATH],
  [AS_CASE([$with_$1], [auto|yes|no|/usr], [],
    [legatus_libdir=$($PKG_CONFIG --variable=libdir "$legatus_module")
     AS_IF([test -n "$legatus_libdir"], [$2_LIBS="$$2_LIBS -Wl,-rpath,$legatus_libdir"])])])
