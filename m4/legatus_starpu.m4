# SPDX-License-Identifier: Apache-2.0
# StarPU 1.4 or 1.3, required. Sets STARPU_CFLAGS, STARPU_LIBS and STARPU_MODULE. What differs between the two is few and told
# apart by the version in lib/engine/starpu_call.h.
AC_DEFUN([LEGATUS_STARPU],
  [LEGATUS_WITH([starpu], [StarPU 1.3 or 1.4, the task engine: required],
     [(default: what pkg-config finds)])
   AS_IF([test "x$with_starpu" = xno], [AC_MSG_ERROR([there is no Legatus without StarPU])])
   LEGATUS_FIND_MODULE([starpu], [starpu-1.4 starpu-1.3], [StarPU])
   AS_IF([test -z "$legatus_module"], [legatus_module=starpu-1.3])
   PKG_CHECK_MODULES([STARPU], [$legatus_module], [],
     [AC_MSG_ERROR([StarPU 1.3 or 1.4 was not found by pkg-config. On Debian and Ubuntu: apt-get install libstarpu-dev;
elsewhere build it and give --with-starpu=PREFIX.])])
   LEGATUS_ADD_RUN_PATH([starpu], [STARPU])
   # Its inline functions do not pass our warnings.
   STARPU_CFLAGS=$(echo " $STARPU_CFLAGS" | sed 's/ -I */ -isystem /g')
   STARPU_MODULE=$legatus_module
   AC_SUBST([STARPU_MODULE])

   legatus_cppflags_before=$CPPFLAGS
   legatus_libs_before=$LIBS
   CPPFLAGS="$CPPFLAGS $STARPU_CFLAGS"
   LIBS="$STARPU_LIBS $LIBS"
   AC_MSG_CHECKING([whether a program can be linked with StarPU])
   AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <starpu.h>]], [[return starpu_is_initialized();]])],
     [AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])
      AC_MSG_ERROR([pkg-config finds $legatus_module, but programs do not link with "$STARPU_LIBS" (see config.log)])])
   LEGATUS_STARPU_LIMITS
   CPPFLAGS=$legatus_cppflags_before
   LIBS=$legatus_libs_before
   LEGATUS_SUMMARY([StarPU],
     [$legatus_module $($PKG_CONFIG --modversion "$legatus_module"), at most $legatus_cv_starpu_maxcpus CPU workers])])

# How this StarPU was built: Debian's drives 4 CPU workers and no more, which is worth knowing before measuring.
AC_DEFUN([LEGATUS_STARPU_LIMITS],
  [AC_CACHE_CHECK([how many CPU workers this StarPU was built for], [legatus_cv_starpu_maxcpus],
     [AC_COMPUTE_INT([legatus_cv_starpu_maxcpus], [STARPU_MAXCPUS], [[#include <starpu.h>]],
       [legatus_cv_starpu_maxcpus=unknown])])])
