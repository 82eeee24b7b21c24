# SPDX-License-Identifier: Apache-2.0
# For the scripts beside it, which source this file: programs on several ranks, reported like a GoogleTest program so that
# every case counts. A script names its suite, adds its cases and runs them:
#
#   suite=Traffic; . "$(dirname "$0")/ranks.sh"; need_ranks
#   add "stencil.2" moves_the_halo 2        # a function or command; it fails by its exit status
#   run_cases
#
# What a case writes goes to $work/output, and is shown if it fails. Environment: top_builddir.
# shellcheck shell=bash
build=${top_builddir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
# The thread of StarPU-MPI that copies messages into our memory asks for more all the time: with less of a memory,
# ThreadSanitizer has forgotten by the next access that it was Open MPI, which is not instrumented, that did it.
export TSAN_OPTIONS="${TSAN_OPTIONS:-}:history_size=7"
# Nothing outside this machine is needed, and more threads than processors are all right.
export OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_btl_tcp_if_include=lo

skip() { echo "$suite: skipped, $1"; exit 77; }

# Ends the script as skipped where programs cannot run on several ranks.
need_ranks() {
  grep -q '#define LEGATE_USE_NETWORK 1' "$build/include/legate_defines.h" || skip "this build has no MPI"
  command -v mpirun >/dev/null 2>&1 || skip "there is no mpirun"
  # Open MPI leaves memory behind, for modules that are gone when it is reported, so that no suppression fits.
  export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
}

# For scripts whose figures or ends a sanitizer changes.
need_no_sanitizer() { [ "${LEGATUS_SANITIZER:-no}" = no ] || skip "$1"; }

# The command on so many ranks, which talk over `vader` (shared memory) or `tcp`. More for mpirun may stand before the
# command, after which the time limit of 120 s is over.
on_ranks() { # ranks, transport, command...
  local ranks=$1 transport=$2
  shift 2
  env OMPI_MCA_btl="$transport,self" timeout --kill-after=5 120 mpirun --oversubscribe --bind-to none -n "$ranks" "$@"
}

# How often a text is in a file: ranks write side by side, so several may share a line.
occurrences() { # text, file
  grep -o -- "$1" "$2" | wc -l
}

labels=() commands=() failed=()
add() { # name of the case, command...
  labels+=("$suite.$1")
  shift
  commands+=("$(printf '%q ' "$@")")
}

run_cases() {
  local i begin milliseconds status
  echo "[==========] Running ${#labels[@]} tests from 1 test suite."
  for i in "${!labels[@]}"; do
    echo "[ RUN      ] ${labels[i]}"
    begin=$(date +%s%N)
    eval "${commands[i]}" >"$work/output" 2>&1
    status=$?
    milliseconds=$((($(date +%s%N) - begin) / 1000000))
    if [ $status = 0 ]; then
      echo "[       OK ] ${labels[i]} ($milliseconds ms)"
    else
      tail -n 60 "$work/output"
      echo "exit status $status"
      echo "[  FAILED  ] ${labels[i]} ($milliseconds ms)"
      failed+=("${labels[i]}")
    fi
  done
  echo "[==========] ${#labels[@]} tests from 1 test suite ran."
  echo "[  PASSED  ] $((${#labels[@]} - ${#failed[@]})) tests."
  [ ${#failed[@]} = 0 ]
}
