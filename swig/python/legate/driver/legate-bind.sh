#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# legate-bind.sh [OPTION...] -- COMMAND [ARGUMENT...]: binds one process of a run to its share of a node, tells it its
# rank and executes the command in its place.
#
#   --launcher WHAT   who started this process: local (nobody, it is alone), mpirun, jsrun, aprun, srun, dask, or auto
#                     (whoever left variables that say so)
#   --cpus GROUPS     cores, one group per process on a node, separated by '/', in the form of numactl
#   --mems GROUPS     NUMA memories, likewise
#   --gpus GROUPS     GPUs, likewise, in the form of CUDA_VISIBLE_DEVICES
#   --nics GROUPS     network devices, likewise, names separated by ','
#   --debug           print the command that is executed
#   --help            print this text
#
# In the command, %%LEGATE_GLOBAL_RANK%% stands for the rank.
set -u

fail() { echo "Error: $*" >&2; exit 1; }
usage() { sed -n '3,14s/^# \{0,1\}//p' "$0"; }

launcher=auto debug=0
declare -A groups=()
while [ $# -gt 0 ]; do
  case $1 in
    --launcher | --cpus | --mems | --gpus | --nics)
      [ $# -ge 2 ] || fail "$1 expects a value"
      if [ "$1" = --launcher ]; then launcher=$2; else groups[${1#--}]=$2; fi
      shift 2 ;;
    --debug) debug=1; shift ;;
    --help) usage; exit 0 ;;
    --) shift; break ;;
    *) fail "Unexpected argument: $1 (see --help)" ;;
  esac
done
[ $# -gt 0 ] || fail "No command after --"

# --- who am I --------------------------------------------------------------------------------------------------------

# The variables of each launcher, the first that is set counts: MPICH's names the local rank in its own way.
case $launcher in
  local) local_variables=() global_variables=() ;;
  mpirun)
    local_variables=(OMPI_COMM_WORLD_LOCAL_RANK PMI_LOCAL_RANK MPI_LOCALRANKID MV2_COMM_WORLD_LOCAL_RANK)
    global_variables=(OMPI_COMM_WORLD_RANK PMI_RANK MV2_COMM_WORLD_RANK) ;;
  jsrun) local_variables=(OMPI_COMM_WORLD_LOCAL_RANK) global_variables=(OMPI_COMM_WORLD_RANK) ;;
  aprun) local_variables=(ALPS_APP_LOCAL_PE PMI_LOCAL_RANK) global_variables=(ALPS_APP_PE PMI_RANK) ;;
  srun) local_variables=(SLURM_LOCALID) global_variables=(SLURM_PROCID) ;;
  dask | auto)
    local_variables=(OMPI_COMM_WORLD_LOCAL_RANK PMI_LOCAL_RANK MPI_LOCALRANKID MV2_COMM_WORLD_LOCAL_RANK SLURM_LOCALID)
    global_variables=(OMPI_COMM_WORLD_RANK PMI_RANK MV2_COMM_WORLD_RANK SLURM_PROCID) ;;
  *) fail "Unknown launcher: $launcher" ;;
esac

first_of() { # variables...: the value of the first one that is set
  local name
  for name; do
    [ -n "${!name:-}" ] && { echo "${!name}"; return; }
  done
}

if [ "$launcher" = local ]; then
  local_rank=0 global_rank=0
else
  local_rank=$(first_of "${local_variables[@]}")
  global_rank=$(first_of "${global_variables[@]}")
  [ -n "$local_rank" ] || fail "Could not determine node-local rank"
  [ -n "$global_rank" ] || fail "Could not determine global rank"
fi
export LEGATE_LOCAL_RANK=$local_rank LEGATE_GLOBAL_RANK=$global_rank

# --- what is mine ----------------------------------------------------------------------------------------------------

select_group() { # CPU|GPU|MEM|NIC, all groups: sets $group
  local all
  IFS=/ read -r -a all <<<"$2"
  group=${all[$local_rank]:-}
  [ -n "$group" ] || fail "Incomplete $1 binding specification"
}

bind_network() { # device names
  local names name devices=() IFS=,
  read -r -a names <<<"$1"
  # UCX and GASNet want the port of an InfiniBand device, and there is one as a rule; other interfaces have none.
  for name in "${names[@]}"; do
    case $name in *:*) ;; *) [ -e "/sys/class/net/$name" ] || name=$name:1 ;; esac
    devices+=("$name")
  done
  export UCX_NET_DEVICES="${devices[*]}" NCCL_IB_HCA="$1" GASNET_NUM_QPS=${#devices[@]}
  IFS=+
  export GASNET_IBV_PORTS="${devices[*]}"
}

numactl=()
if [ -n "${groups[gpus]+set}" ]; then
  select_group GPU "${groups[gpus]}"
  export CUDA_VISIBLE_DEVICES=$group
fi
if [ -n "${groups[nics]+set}" ]; then
  select_group NIC "${groups[nics]}"
  bind_network "$group"
fi
if [ -n "${groups[cpus]+set}" ]; then
  select_group CPU "${groups[cpus]}"
  numactl+=(--physcpubind "$group")
fi
if [ -n "${groups[mems]+set}" ]; then
  select_group MEM "${groups[mems]}"
  numactl+=(--membind "$group")
fi
if [ ${#numactl[@]} -gt 0 ]; then
  command -v numactl >/dev/null 2>&1 || fail "Binding to cores or memories needs the program numactl"
  numactl=(numactl "${numactl[@]}")
fi

# --- go --------------------------------------------------------------------------------------------------------------

command=(${numactl[@]+"${numactl[@]}"} "${@//%%LEGATE_GLOBAL_RANK%%/$global_rank}")
if [ "$debug" = 1 ]; then
  echo "legate-bind.sh: rank $global_rank executes: ${command[*]}"
fi
exec "${command[@]}"
