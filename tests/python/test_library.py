# SPDX-License-Identifier: Apache-2.0
"""Libraries, configurations of tasks, options, and tasks with bodies for contexts."""

import itertools

import numpy as np
import pytest
from helpers import made, raises, runtime, same, wait, zeros

from legate.core import (
    Library,
    ResourceConfig,
    Runtime,
    TaskConfig,
    TaskContext,
    TaskInfo,
    VariantCode,
    VariantOptions,
    get_legate_runtime,
)
from legate.core import types as ty
from legate.core.task import InputStore, OutputStore, PyTask, task

_numbers = itertools.count()


def new_library(**config) -> Library:
    library, created = runtime.find_or_create_library(f"test_library.{next(_numbers)}", ResourceConfig(**config))
    assert created
    return library


# --- libraries ---


def test_there_is_one_runtime():
    assert get_legate_runtime() is runtime and isinstance(runtime, Runtime)
    for cls in (Runtime, Library):
        with raises(ValueError, "objects must not be constructed directly"):
            cls()


def test_libraries_are_found_by_name():
    library = runtime.create_library("test_library.named")
    assert library.name == "test_library.named"
    assert runtime.find_library("test_library.named") == library
    assert runtime.find_or_create_library("test_library.named") == (library, False)
    with raises(ValueError, "already exists"):
        runtime.create_library("test_library.named")
    with raises(ValueError, "does not exist"):
        runtime.find_library("test_library.unnamed")


def test_the_core_library():
    assert runtime.core_library.name == "legate.core"
    assert runtime.find_library("legate.core") == runtime.core_library
    assert runtime.core_library != new_library()


def test_numbers_of_tasks():
    library = new_library(max_tasks=10, max_dyn_tasks=3)
    assert [library.get_task_id(n) - library.get_task_id(0) for n in range(10)] == list(range(10))
    drawn = [library.get_new_task_id() for _ in range(3)]
    assert len(set(drawn)) == 3
    with raises(OverflowError, "ran out of IDs"):
        library.get_new_task_id()


def test_numbers_of_operators():
    library = new_library(max_reduction_ops=2)
    assert library.get_reduction_op_id(1) - library.get_reduction_op_id(0) == 1
    with raises(IndexError):
        library.get_reduction_op_id(2)


def test_resources():
    config = ResourceConfig()
    numbers = (
        config.max_tasks,
        config.max_dyn_tasks,
        config.max_reduction_ops,
        config.max_projections,
        config.max_shardings,
    )
    assert numbers == (1024, 0, 0, 0, 0)
    config.max_tasks = 5
    assert config.max_tasks == 5
    assert ResourceConfig(max_dyn_tasks=3).max_dyn_tasks == 3


def test_options_of_a_library():
    library, _ = runtime.find_or_create_library(
        "test_library.options", default_options={VariantCode.CPU: VariantOptions(may_throw_exception=True)}
    )

    def fails() -> None:
        raise KeyError("by default")

    with raises(KeyError, "by default"):
        PyTask(func=fails, variants=(VariantCode.CPU,), options=TaskConfig(0), library=library)()


def test_tunables_have_a_fixed_size():
    with raises(ValueError):
        new_library().get_tunable(0, ty.string_type)


# --- tasks by hand ---


def test_a_task_of_a_context():
    library = new_library()

    def body(ctx: TaskContext) -> None:
        for out in ctx.outputs:
            np.asarray(out)[...] = np.asarray(ctx.inputs[0]) * ctx.scalars[0].value()

    info = TaskInfo.from_variants(3, "doubler", [(VariantCode.CPU, body)])
    assert info.name == "doubler" and info.has_variant(VariantCode.CPU) and not info.has_variant(VariantCode.GPU)
    assert str(info) == "TaskInfo(name: doubler, variants: CPU)"
    assert library.register_task(info) == library.get_task_id(3)
    outputs = [zeros((4,)) for _ in range(3)]
    call = runtime.create_auto_task(library, 3)
    call.add_input(made([1, 2, 3, 4]))
    for out in outputs:
        call.add_output(out)
    call.add_scalar_arg(10, ty.int64)
    call.execute()
    for out in outputs:
        same(out, [10, 20, 30, 40])


def test_what_is_no_task():
    def body(ctx) -> None: ...

    with raises(ValueError, "Variants must not be empty"):
        TaskInfo.from_variants(0, "name", [])
    with raises(TypeError):
        TaskInfo.from_variants(0, "name", [(VariantCode.CPU, 5)])
    with raises(ValueError, "is not a valid VariantCode"):
        TaskInfo.from_variants(0, "name", [(77, body)])
    with raises(RuntimeError):
        TaskInfo.from_variants(0, "name", [(VariantCode.CPU, body), (VariantCode.CPU, body)])
    with raises(ValueError, "objects must not be constructed directly"):
        TaskInfo()
    info = TaskInfo.from_variants(0, "name", [(VariantCode.CPU, body)])
    info.add_variant(VariantCode.OMP, body)
    assert str(info) == "TaskInfo(name: name, variants: CPU, OMP)"
    with raises(RuntimeError):
        info.add_variant(VariantCode.OMP, body)


def test_registering_twice():
    library = new_library(max_tasks=4)
    info = TaskInfo.from_variants(1, "first", [(VariantCode.CPU, lambda ctx: None)])
    library.register_task(info)
    with raises(RuntimeError, "has no variants"):
        library.register_task(info)
    with raises(ValueError, "already exists in library"):
        library.register_task(TaskInfo.from_variants(1, "second", [(VariantCode.CPU, lambda ctx: None)]))
    with raises(IndexError, "Maximum local ID is"):
        library.register_task(TaskInfo.from_variants(4, "third", [(VariantCode.CPU, lambda ctx: None)]))


@pytest.mark.one_process
def test_the_same_body_in_two_libraries():
    seen = []
    for name in "ab":
        library = new_library()
        library.register_task(
            TaskInfo.from_variants(0, name, [(VariantCode.CPU, lambda ctx, name=name: seen.append(name))])
        )
        runtime.create_auto_task(library, 0).execute()
    wait()
    assert sorted(seen) == ["a", "b"]


# --- options ---


FLAGS = ("concurrent", "has_allocations", "elide_device_ctx_sync", "has_side_effect", "may_throw_exception")


@pytest.mark.parametrize("flag", FLAGS)
def test_flags_of_variants(flag):
    options = VariantOptions(**{flag: True})
    assert [getattr(options, name) for name in FLAGS] == [name == flag for name in FLAGS]
    assert options == VariantOptions(**{flag: True}) and options != VariantOptions()
    setattr(options, flag, False)
    assert options == VariantOptions()


def test_communicators():
    options = VariantOptions()
    assert options.communicators == () and not options.concurrent
    options.communicators = ["cpu"]
    assert options.communicators == ("cpu",) and options.concurrent
    assert VariantOptions(communicators=("cpu", "nccl")).communicators == ("cpu", "nccl")
    assert VariantOptions(communicators=[]).concurrent
    options.communicators = []
    assert options.communicators == ()
    with raises(ValueError):
        options.communicators = ["a", "b", "c", "d"]
    assert VariantOptions(communicators=["cpu"]) != VariantOptions(concurrent=True)


def test_options_compare_with_options():
    assert VariantOptions().__eq__(5) is NotImplemented and VariantOptions() != 5


def test_configurations():
    options = VariantOptions(has_allocations=True)
    config = TaskConfig(5, options=options)
    assert config.task_id == 5 and config.variant_options == options
    config.variant_options.concurrent = True
    options.concurrent = True
    assert not config.variant_options.concurrent
    config.variant_options = options
    assert config.variant_options.concurrent
    config.variant_options = None
    assert config.variant_options is None and TaskConfig(5).variant_options is None


def test_codes_of_variants():
    assert list(VariantCode) == [VariantCode.CPU, VariantCode.GPU, VariantCode.OMP]
    assert list(map(int, VariantCode)) == [1, 2, 3]


# --- the runtime ---


def test_the_configuration_is_read_only():
    config = runtime.config()
    for name in (
        "auto_config show_progress_requested use_empty_task warmup_nccl enable_inline_task_launch "
        "single_controller_execution max_exception_size min_cpu_chunk min_gpu_chunk min_omp_chunk window_size "
        "field_reuse_frac field_reuse_freq consensus disable_mpi io_use_vfd_gds num_omp_threads profile profile_name "
        "provenance nsys experimental_copy_path"
    ).split():
        assert hasattr(config, name), name
    assert config.profile is False and isinstance(config.min_cpu_chunk, int)
    with pytest.raises(AttributeError):
        config.profile = True


def test_the_resources_of_the_run():
    resources = runtime.realm_config()
    assert resources.cpus >= 1 and resources.sysmem == 500 * 2**20
    assert {"util", "regmem", "gpus", "fbmem", "zcmem", "omps", "ompthreads", "numamem"} <= set(vars(resources))


def test_nodes():
    assert 0 <= runtime.node_id < runtime.node_count


def test_fences():
    store = zeros((3,))
    runtime.issue_execution_fence()
    runtime.issue_mapping_fence()
    store.fill(4)
    runtime.issue_execution_fence(block=True)
    same(store, [4] * 3)


def test_reduction_as_a_tree():
    @task
    def add(x: InputStore, out: OutputStore) -> None: ...

    with raises(RuntimeError):
        runtime.tree_reduce(add.library, add.task_id, zeros((2, 2)))
