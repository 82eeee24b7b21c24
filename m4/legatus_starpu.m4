# SPDX-License-Identifier: Apache-2.0
# StarPU 1.4 or 1.3, required. Sets STARPU_CFLAGS, STARPU_LIBS, STARPU_MODULE and, in config.h, what this StarPU can do.
# Probes, not version numbers, decide: distributions patch, and development versions move.
AC_DEFUN([LEGATUS_STARPU],
  [LEGATUS_WITH([starpu], [StarPU 1.3 or 1.4, the task engine; required])
   AS_IF([test "x$with_starpu" = xno], [AC_MSG_ERROR([there is no Legatus without StarPU])])
   LEGATUS_FIND_MODULE([starpu], [starpu-1.4 starpu-1.3], [StarPU])
   AS_IF([test -z "$legatus_module"], [legatus_module=starpu-1.3])
   PKG_CHECK_MODULES([STARPU], [$legatus_module], [],
     [AC_MSG_ERROR([StarPU 1.3 or 1.4 was not found by pkg-config. On Debian and Ubuntu: apt-get install libstarpu-dev;
elsewhere build it and give --with-starpu=PREFIX.])])
   LEGATUS_ADD_RUN_PATH([starpu], [STARPU])
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
   LEGATUS_STARPU_PROBES
   CPPFLAGS=$legatus_cppflags_before
   LIBS=$legatus_libs_before
   LEGATUS_SUMMARY([StarPU],
     [$legatus_module $($PKG_CONFIG --modversion "$legatus_module"), at most $legatus_cv_starpu_maxcpus CPU workers])])

# How this StarPU was built: Debian's drives 4 CPU workers and no more, which is worth knowing before measuring.
AC_DEFUN([LEGATUS_STARPU_LIMITS],
  [AC_CACHE_CHECK([how many CPU workers this StarPU was built for], [legatus_cv_starpu_maxcpus],
     [AC_COMPUTE_INT([legatus_cv_starpu_maxcpus], [STARPU_MAXCPUS], [[#include <starpu.h>]],
       [legatus_cv_starpu_maxcpus=unknown])])])

AC_DEFUN([LEGATUS_STARPU_PROBES],
  [AC_CHECK_MEMBERS([struct starpu_data_interface_ops.pointer_is_inside,
                     struct starpu_data_interface_ops.to_pointer,
                     struct starpu_data_interface_ops.peek_data,
                     struct starpu_data_interface_ops.pack_meta,
                     struct starpu_data_interface_ops.cache_data_on_node,
                     struct starpu_sched_policy.pop_every_task,
                     struct starpu_sched_policy.prefetches,
                     struct starpu_task.workerids,
                     struct starpu_task.handles_sequential_consistency],
     [], [], [[#include <starpu.h>
#include <starpu_scheduler.h>]])
   AC_CHECK_DECLS([starpu_data_peek, starpu_ndim_data_register, starpu_worker_relax_on, starpu_worker_set_going_to_sleep_callback,
                   starpu_data_partition_not_automatic, starpu_task_ft_create_retry],
     [], [], [[#include <starpu.h>
#include <starpu_scheduler.h>]])
   # 1.4 counts memory nodes with int, 1.3 with unsigned, and a method of the wrong type does not convert.
   AC_CACHE_CHECK([whether StarPU's register_data_handle method takes an int], [legatus_cv_starpu_signed_nodes],
     [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <starpu.h>
static void method(starpu_data_handle_t, int, void*) {}]],
        [[struct starpu_data_interface_ops ops{}; ops.register_data_handle = method;]])],
        [legatus_cv_starpu_signed_nodes=yes], [legatus_cv_starpu_signed_nodes=no])])
   AS_IF([test "x$legatus_cv_starpu_signed_nodes" = xyes],
     [AC_DEFINE([LEGATUS_STARPU_SIGNED_NODES], [1], [StarPU's data interface methods take memory nodes as int])])])
