# SPDX-License-Identifier: Apache-2.0
"""Launches that the runtime splits, made by hand."""

import numpy as np
import pytest
from helpers import made, raises, read, runtime, same, wait, zeros

from legate.core import (
    AutoTask,
    LogicalStore,
    Scalar,
    TaskConfig,
    Variable,
    VariantCode,
    VariantOptions,
    align,
    broadcast,
)
from legate.core import types as ty
from legate.core.task import ADD, InputStore, OutputStore, PyTask, ReductionStore, VariantInvoker, task


@task
def axpy(x: InputStore, y: InputStore, out: OutputStore, a: float) -> None:
    np.asarray(out)[...] = a * np.asarray(x) + np.asarray(y)


@task
def total(x: InputStore, out: ReductionStore[ADD]) -> None:
    np.asarray(out)[...] += np.asarray(x).sum()


@task
def copy(x: InputStore, out: OutputStore) -> None:
    np.asarray(out)[...] = np.asarray(x)


def launch(t) -> AutoTask:
    return runtime.create_auto_task(t.library, t.task_id)


def test_arguments_in_order():
    x, y, out = made(np.arange(100.0)), made(np.ones(100)), zeros((100,), float)
    call = launch(axpy)
    variables = [call.add_input(x), call.add_input(y), call.add_output(out)]
    assert all(isinstance(variable, Variable) for variable in variables)
    call.add_scalar_arg(2.5, ty.float64)
    call.add_constraint(align(*variables))
    call.execute()
    same(out, 2.5 * np.arange(100) + 1)


def test_a_reduction():
    out = made([5])
    call = launch(total)
    call.add_input(made(np.arange(1000)))
    call.add_reduction(out, ADD)
    call.execute()
    same(out, [5 + 999 * 500])


def test_constraints_by_stores():
    x, out = made(np.arange(50)), zeros((50,))
    call = launch(copy)
    call.add_input(x)
    call.add_output(out)
    call.add_alignment(x, out)
    call.execute()
    same(out, np.arange(50))


@pytest.mark.parametrize("axes", [None, 0, (0,), [0, 1], (), iter([1])], ids=str)
def test_broadcast_by_store(axes):
    @task
    def whole(x: InputStore, out: OutputStore) -> None:
        np.asarray(out)[...] = np.asarray(x).shape[0]

    x, out = made(np.zeros((30, 20))), zeros((1,))
    call = launch(whole)
    call.add_input(x)
    call.add_output(out)
    call.add_broadcast(x, axes)
    call.add_broadcast(x, 0)
    call.execute()
    same(out, [30])


def test_axes_that_are_none():
    x = made(np.zeros((3, 2)))
    call = launch(copy)
    call.add_input(x)
    with raises(ValueError, "axes must be an integer or an iterable"):
        call.add_broadcast(x, 1.5)


def test_a_declared_partition_is_of_one_store():
    x, out = made(np.arange(200)), zeros((200,))
    call = launch(copy)
    variable = call.declare_partition()
    assert str(call.add_input(x, variable)) == str(variable)
    with raises(ValueError):
        call.add_output(out, variable)
    call.add_constraint(align(variable, call.add_output(out)))
    call.execute()
    same(out, np.arange(200))


def test_the_same_store_has_the_same_variable():
    x = made(np.arange(10))
    call = launch(copy)
    first = call.add_input(x)
    assert str(call.find_or_declare_partition(x)) == str(first)
    assert str(call.add_output(x)) == str(first)
    call.execute()
    same(x, np.arange(10))


@pytest.mark.parametrize("store", [None, 5, np.zeros(3), "store"], ids=repr)
def test_what_is_no_store(store):
    call = launch(axpy)
    for add in (call.add_input, call.add_output, lambda s: call.add_reduction(s, ADD), call.find_or_declare_partition):
        with raises(TypeError, "has incorrect type"):
            add(store)


def test_what_is_no_partition():
    call = launch(copy)
    for add in (call.add_input, call.add_output, lambda s, p: call.add_reduction(s, ADD, p)):
        with raises(ValueError, "Invalid partition symbol"):
            add(zeros((1,)), "partition")


def test_what_is_no_constraint():
    call = launch(copy)
    variable = call.add_input(zeros((4,)))
    for constraints in (1, "text", [1], [*broadcast(variable), None]):
        with pytest.raises(TypeError):
            call.add_constraint(constraints)


def test_unbound_inputs():
    call = launch(copy)
    with raises(ValueError):
        call.add_input(runtime.create_store(ty.int64))
    with raises(ValueError):
        call.add_reduction(runtime.create_store(ty.int64), ADD)


def test_wrong_counts_are_refused_again_and_again():
    for _ in range(10):
        call = launch(axpy)
        call.add_input(zeros((3,)))
        with raises(IndexError, "Expected Nargs(2) input arguments"):
            call.execute()
    call = launch(axpy)
    with raises(IndexError):
        runtime.submit(call)
    call = launch(copy)
    call.add_input(made([1]))
    call.add_output(zeros((1,)))
    call.add_scalar_arg(1)
    with raises(IndexError, "scalar"):
        call.execute()
    out = zeros((1,))
    copy(made([4]), out)
    same(out, [4])


def used(t, *stores):
    call = launch(t)
    call.add_input(stores[0])
    call.add_output(stores[1])
    call.execute()
    return call


def test_a_launch_is_submitted_once():
    store = zeros((3,))
    call = used(copy, store, store)
    attempts = [
        call.execute,
        lambda: runtime.submit(call),
        lambda: call.add_input(store),
        lambda: call.add_output(store),
        lambda: call.add_reduction(store, ADD),
        lambda: call.add_scalar_arg(1),
        lambda: call.add_broadcast(store),
        lambda: call.add_alignment(store, store),
        call.declare_partition,
        lambda: call.find_or_declare_partition(store),
        lambda: call.throws_exception(ValueError),
        lambda: call.set_concurrent(True),
        lambda: call.set_side_effect(True),
        lambda: call.add_communicator("cpu"),
        call.add_cpu_communicator,
        call.provenance,
    ]
    for attempt in attempts:
        with pytest.raises(RuntimeError):
            attempt()
    same(store, [0] * 3)


def test_variables_of_a_submitted_launch():
    store = zeros((3,))
    call = launch(copy)
    variable = call.add_input(store)
    call.add_output(store)
    constraint = broadcast(variable)[0]
    call.execute()
    assert isinstance(str(variable), str) and isinstance(str(constraint), str)
    with pytest.raises(RuntimeError):
        call.add_constraint(constraint)


def test_a_prepared_call_is_submitted_once():
    call = copy.prepare_call(made([1]), zeros((1,)))
    call.execute()
    with pytest.raises(RuntimeError):
        call.execute()


def test_only_launches_are_submitted():
    for operation in (None, 5, copy, zeros((1,))):
        with raises(TypeError, "Unknown type of operation"):
            runtime.submit(operation)


def test_tasks_that_there_are_not():
    library, _ = runtime.find_or_create_library("test_auto_task.empty")
    with raises(IndexError, "does not have task"):
        runtime.create_auto_task(library, 5)


@pytest.mark.one_process
@pytest.mark.parametrize(
    ("value", "dtype", "expected", "carrier"),
    [
        (5, None, 5, ty.uint8),
        (5, ty.int64, 5, ty.int64),
        (2.75, ty.int32, 2, ty.int32),
        (True, ty.bool_, True, ty.bool_),
        (1.5, ty.float32, 1.5, ty.float32),
        ("text", ty.string_type, "text", ty.string_type),
        (Scalar(3, ty.int16), None, 3, ty.int16),
        ((1, 2, 3), (ty.int64,), [1, 2, 3], ty.array_type(ty.int64, 3)),
        ([1, 2], ty.array_type(ty.float32, 2), [1.0, 2.0], ty.array_type(ty.float32, 2)),
        ((), (ty.int64,), None, ty.null_type),
        (b"abc", ty.binary_type(3), b"abc", ty.binary_type(3)),
    ],
    ids=str,
)
def test_scalars(value, dtype, expected, carrier):
    seen = []

    @task
    def body(value: Scalar) -> None:
        content = value.value()
        seen.append((content.tolist() if isinstance(content, np.ndarray) else content, value.type))

    call = launch(body)
    call.add_scalar_arg(value, dtype)
    call.execute()
    wait()
    assert seen[0][0] == expected and seen[0][1] == carrier


def test_scalars_that_are_none():
    call = launch(axpy)
    for dtype in ("int", 5, (ty.int64, ty.int64), [ty.int64], ("int",)):
        with raises(TypeError, "Unsupported type"):
            call.add_scalar_arg(1, dtype)
    with raises(TypeError, "has no len()"):
        call.add_scalar_arg(1, (ty.int64,))
    with raises(ValueError):
        call.add_scalar_arg((1, 2), ty.array_type(ty.int64, 3))
    with raises(OverflowError):
        call.add_scalar_arg(300, ty.int8)
    with raises(NotImplementedError):
        call.add_scalar_arg(object())


@pytest.mark.one_process
def test_a_task_with_side_effects_and_no_stores_runs_once():
    seen = []
    options = VariantOptions(has_side_effect=True)
    assert options.has_side_effect

    @task(options=options)
    def body() -> None:
        seen.append(1)

    body()
    call = launch(body)
    call.set_side_effect(True)
    call.execute()
    wait()
    assert seen == [1, 1]


def test_unknown_communicators():
    call = launch(copy)
    with raises(RuntimeError, "No factory available for communicator"):
        call.add_communicator("pigeons")


@pytest.mark.parametrize("shape", [(1, 0, 3), (0, 0, 0), (1024, 0), (0,)], ids=str)
def test_empty_stores(shape):
    x, out = zeros(shape), zeros(shape)
    call = launch(copy)
    call.add_input(x)
    call.add_output(out)
    call.add_alignment(x, out)
    call.execute()
    assert read(out).shape == shape


def test_exception_types():
    call = launch(copy)
    assert call.exception_types == ()
    call.throws_exception(ValueError)
    call.throws_exception(KeyError)
    call.throws_exception(ValueError)
    assert call.exception_types == (ValueError, KeyError)


def test_it_is_not_constructed():
    with raises(ValueError, "AutoTask objects must not be constructed directly"):
        AutoTask()


def test_handles():
    call = launch(copy)
    assert isinstance(call.raw_handle, int) and call.raw_handle != 0
    assert call.provenance() == ""


def test_the_last_store_of_an_argument_may_be_dropped():
    out = zeros((10,))
    call = launch(copy)
    call.add_input(made(np.arange(10)))
    call.add_output(out)
    call.execute()
    same(out, np.arange(10))


def test_a_task_registered_by_hand():
    library, _ = runtime.find_or_create_library("test_auto_task.by_hand")

    def body(out: OutputStore, n: int) -> None:
        np.asarray(out)[...] = n

    registered = PyTask(
        func=body,
        variants=(VariantCode.CPU,),
        options=TaskConfig(3),
        invoker=VariantInvoker(body),
        library=library,
    )
    assert registered.complete_registration() == 3
    out = zeros((2,))
    call = runtime.create_auto_task(library, 3)
    call.add_output(out)
    call.add_scalar_arg(9, ty.int32)
    call.execute()
    same(out, [9, 9])
    assert isinstance(out, LogicalStore)
