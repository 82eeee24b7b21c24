# SPDX-License-Identifier: Apache-2.0
"""Python functions as tasks: calls, and what bodies receive."""

import functools
import itertools
from typing import Optional, Union

import numpy as np
import pytest
from helpers import made, piece, raises, read, runtime, same, wait, zeros

from legate.core import PhysicalStore, Scalar, TaskContext, VariantCode, align, scale
from legate.core import types as ty
from legate.core.task import ADD, InputStore, OutputStore, PyTask, ReductionStore, task


def double(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = 2 * np.asarray(x)


# --- calls ---


@task(constraints=align("a", "b", "c"))
def combine(a: InputStore, b: InputStore, c: OutputStore, n: int, f: float, text: str, flag: bool) -> None:
    np.asarray(c)[...] = np.asarray(a) * n + np.asarray(b) * f + len(text) + (100 if flag else 0)


A, B = np.arange(5.0), np.arange(5.0)[::-1] ** 2
ARGUMENTS = {"n": 3, "f": 0.5, "text": "four", "flag": True}
COMBINED = A * 3 + B * 0.5 + 4 + 100


@pytest.mark.parametrize("positional", range(8))
def test_positional_and_keyword_arguments(positional):
    c = zeros((5,), float)
    values = {"a": made(A), "b": made(B), "c": c, **ARGUMENTS}
    names = list(values)
    by_name = {name: values[name] for name in reversed(names[positional:])}
    combine(*(values[name] for name in names[:positional]), **by_name)
    same(c, COMBINED)


@pytest.mark.parametrize("order", list(itertools.permutations("xyn")), ids="".join)
def test_keywords_in_any_order(order):
    @task(constraints=align("x", "y"))
    def body(x: InputStore, y: OutputStore, n: int) -> None:
        np.asarray(y)[...] = np.asarray(x) + n

    y = zeros((3,))
    values = {"x": made([1, 2, 3]), "y": y, "n": 7}
    body(**{name: values[name] for name in order})
    same(y, [8, 9, 10])


def test_arguments_that_do_not_fit():
    x, y = made([1]), zeros((1,))
    decorated = task(double)
    for call in (decorated, decorated.prepare_call):
        with raises(TypeError, "got an unexpected keyword argument"):
            call(x, y, z=1)
        with raises(TypeError, "got an unexpected keyword argument"):
            call(z=1, x=x, y=y)
        with raises(TypeError, "too many positional arguments"):
            call(x, y, 1, 2, 3)
        with raises(TypeError, "missing a required argument"):
            call(x)
        with raises(TypeError, "multiple values for argument 'x'"):
            call(x, y, x=x)


@pytest.mark.parametrize("arguments", [(), (1,) * 9])
def test_a_wrong_number_of_arguments_is_told_with_the_task(arguments):
    with raises(TypeError, "combine: "):
        combine(*arguments)


def test_a_prepared_call_takes_no_more_arguments():
    store = zeros((1,))
    y = zeros((1,))
    call = task(double).prepare_call(made([4]), y)
    attempts = {
        "inputs": lambda: call.add_input(store),
        "outputs": lambda: call.add_output(store),
        "reductions": lambda: call.add_reduction(store, ADD),
        "scalar arguments": lambda: call.add_scalar_arg(1),
    }
    for what, attempt in attempts.items():
        with raises(RuntimeError, f"Attempting to add {what} to a prepared Python task is illegal"):
            attempt()
    call.execute()
    same(y, [8])


def test_a_prepared_call_takes_constraints():
    y = zeros((6,))
    decorated = task(double)
    x = made(np.arange(6))
    call = decorated.prepare_call(x, y)
    call.add_constraint(align(call.find_or_declare_partition(x), call.find_or_declare_partition(y)))
    call.execute()
    same(y, 2 * np.arange(6))


def test_constraints_of_a_prepared_call_reach_the_points():
    @task
    def lengths(x: InputStore, y: InputStore, out: OutputStore) -> None:
        np.asarray(out)[...] = np.asarray(x).size == 3 * np.asarray(y).size

    x, y, out = made(np.arange(60)), made(np.arange(20)), zeros((20,), bool)
    call = lengths.prepare_call(x, y, out)
    part_x, part_y = call.find_or_declare_partition(x), call.find_or_declare_partition(y)
    call.add_constraint([scale((3,), part_y, part_x), *align(part_y, call.find_or_declare_partition(out))])
    call.execute()
    same(out, [True] * 20)


@pytest.mark.one_process
def test_a_task_without_arguments_runs_once_a_call():
    seen = []

    @task
    def nullary() -> None:
        seen.append(1)

    nullary()
    nullary.prepare_call().execute()
    wait()
    assert seen == [1, 1]


@pytest.mark.one_process
@pytest.mark.parametrize(
    ("inputs", "outputs", "values"),
    [
        (1, 0, ()),
        (2, 0, ()),
        (0, 1, ()),
        (0, 2, ()),
        (0, 0, (5,)),
        (0, 0, (5, 2.5, 1 - 2j, "täxt", True)),
        (2, 2, (-7, 0.25)),
    ],
)
def test_bodies_receive_stores_and_values_of_the_annotated_types(inputs, outputs, values):
    received = {}
    parameters = {f"in{i}": InputStore for i in range(inputs)} | {f"out{i}": OutputStore for i in range(outputs)}
    parameters |= {f"value{i}": type(value) for i, value in enumerate(values)}
    scope = {"received": received}
    exec(f"def body({', '.join(parameters)}) -> None:\n    received.update(locals())", scope)
    scope["body"].__annotations__.update(parameters)
    stores = [zeros((10,)) for _ in range(inputs + outputs)]
    task(scope["body"])(*stores, *values)
    wait()
    assert list(received) == list(parameters)
    for name, value in zip(list(parameters)[inputs + outputs :], values):
        assert type(received[name]) is type(value) and received[name] == value
        assert value is not True or received[name] is True
    for name in list(parameters)[: inputs + outputs]:
        assert type(received[name]) is PhysicalStore


def test_points_see_their_piece_of_the_store():
    @task
    def mark(out: OutputStore) -> None:
        array = np.asarray(out)
        rows, columns = np.mgrid[piece(out)]
        assert array.shape == rows.shape
        array[...] = 1000 * rows + columns

    out = zeros((37, 23))
    mark(out)
    rows, columns = np.mgrid[0:37, 0:23]
    same(out, 1000 * rows + columns)


def test_input_and_output_may_be_the_same_store():
    @task
    def increment(x: InputStore, y: OutputStore) -> None:
        np.asarray(y)[...] = np.asarray(x) + 1

    store = made(np.arange(100))
    for _ in range(10):
        increment(store, store)
    same(store, np.arange(100) + 10)


def test_defaults():
    evaluated = []

    def default(value):
        evaluated.append(value)
        return value

    @task
    def body(out: OutputStore, a: int = default(1), b: float = default(0.5), text: str = default("xy")) -> None:
        np.asarray(out)[...] = a + b + len(text)

    out = zeros((1,), float)
    for arguments, named, expected in [
        ((), {}, 3.5),
        ((10,), {}, 12.5),
        ((10, 2.0), {}, 14.0),
        ((10, 2.0, ""), {}, 12.0),
        ((), {"text": "xyz"}, 4.5),
        ((), {"b": 1.5, "a": 2}, 5.5),
        ((3,), {"text": "abc"}, 6.5),
    ]:
        body(out, *arguments, **named)
        same(out, [expected])
    assert evaluated == [1, 0.5, "xy"]


@pytest.mark.one_process
@pytest.mark.parametrize(
    "annotation",
    [
        InputStore | None,
        None | InputStore,
        Optional[InputStore],
        Union[InputStore, None],
        InputStore,
        OutputStore | None,
    ],
    ids=str,
)
@pytest.mark.parametrize("explicit", [True, False])
def test_optional_stores(annotation, explicit):
    seen = []

    def body(x=None) -> None:
        seen.append(x)

    body.__annotations__["x"] = annotation
    decorated = task(body)
    decorated(None) if explicit else decorated()
    wait()
    decorated(made([3]))
    wait()
    assert seen[0] is None and isinstance(seen[1], PhysicalStore)


@pytest.mark.one_process
def test_none_without_a_default_is_a_null_store():
    codes = []

    @task
    def body(x: InputStore) -> None:
        codes.append(x.type.code)

    body(None)
    wait()
    assert codes == [ty.TypeCode.NIL]


@pytest.mark.parametrize("annotation", [InputStore, OutputStore, ReductionStore[ADD]])
@pytest.mark.parametrize(
    "value",
    [
        np.zeros(3),
        [1, 2],
        5,
        "store",
        Scalar(5),
        pytest.param("partition", id="partition"),
        pytest.param("physical", id="physical"),
    ],
)
def test_what_is_no_store_is_refused(annotation, value):
    store = zeros((4,))
    if isinstance(value, str):
        value = {"partition": store.partition_by_tiling((2,)), "physical": store.get_physical_store()}.get(value, value)

    def body(x) -> None: ...

    body.__annotations__["x"] = annotation
    with pytest.raises(TypeError) as caught:
        task(body)(value)
    assert "Argument: 'x' expected one of" in str(caught.value) and f"got {type(value)}" in str(caught.value)


class Interface:
    """An object with a data interface of one's choice."""

    def __init__(self, interface):
        self.__legate_data_interface__ = interface


@pytest.mark.parametrize("version", [1, 2])
def test_objects_with_a_data_interface(version):
    y = zeros((3,))
    task(constraints=align("x", "y"))(double)(
        Interface({"version": version, "data": {"anything": made([1, 2, 3])}}),
        Interface({"version": 2, "data": {"y": y}}),
    )
    same(y, [2, 4, 6])


@pytest.mark.parametrize(
    ("interface", "kind", "text"),
    [
        ({"data": {"x": None}}, TypeError, "missing a version number"),
        ({"version": "2", "data": {"x": None}}, TypeError, "expected an integer, got"),
        ({"version": 0, "data": {"x": None}}, TypeError, "version 0 is below"),
        ({"version": -1, "data": {"x": None}}, TypeError, "version -1 is below"),
        ({"version": 3, "data": {"x": None}}, NotImplementedError, "Unsupported Legate data interface version 3"),
        ({"version": 2, "data": {}}, TypeError, "has no fields"),
        ({"version": 2, "data": {"x": None, "y": None}}, NotImplementedError, "more than one store are unsupported"),
    ],
)
def test_malformed_data_interfaces(interface, kind, text):
    with pytest.raises(kind) as caught:
        task(double)(Interface(interface), zeros((3,)))
    assert text in str(caught.value)
    assert "Task Argument: 'x'" in caught.value.__notes__


def test_an_unbound_store_is_no_input():
    for annotation in (InputStore, ReductionStore[ADD]):

        def body(x) -> None: ...

        body.__annotations__["x"] = annotation
        with raises(ValueError):
            task(body)(runtime.create_store(ty.int64))


def test_a_tile_of_a_store_is_an_argument():
    store = zeros((6, 6))
    tile = store.partition_by_tiling((2, 3)).get_child_store(1, 1)

    @task
    def fill(out: OutputStore) -> None:
        np.asarray(out)[...] = 5

    fill(tile)
    expected = np.zeros((6, 6))
    expected[2:4, 3:6] = 5
    same(store, expected)


def test_a_body_may_be_a_method():
    class Worker:
        def scale(self, x: InputStore, y: OutputStore) -> None:
            np.asarray(y)[...] = np.asarray(x) * 5

    y = zeros((2,))
    task(constraints=align("x", "y"))(Worker().scale)(made([1, 2]), y)
    same(y, [5, 10])


def test_a_wrapped_function_has_the_signature_of_the_original():
    @functools.wraps(double)
    def wrapper(*args, **kwargs):
        double(*args, **kwargs)

    y = zeros((2,))
    task(constraints=align("x", "y"))(wrapper)(made([1, 2]), y)
    same(y, [2, 4])


# --- the context ---


@pytest.mark.one_process
def test_the_context_of_a_single_task():
    seen = {}

    @task
    def body(ctx: TaskContext, x: InputStore, y: OutputStore, z: ReductionStore[ADD], n: int) -> None:
        seen["stores"] = (ctx.inputs[0] is x, ctx.outputs[0] is y, ctx.reductions[0] is z)
        seen["same"] = ctx.inputs is ctx.inputs and ctx.scalars is ctx.scalars
        seen["scalar"] = ctx.scalars[0].value()
        seen["kind"] = ctx.get_variant_kind()
        seen["single"] = (ctx.is_single_task(), ctx.task_index, ctx.launch_domain)
        seen["machine"] = ctx.machine == runtime.get_machine()
        seen["rest"] = (ctx.provenance, ctx.task_stream, ctx.can_raise_exception())
        seen["id"] = ctx.get_task_id()

    body(made([1]), zeros((1,)), zeros((1,)), 42)
    wait()
    assert seen["stores"] == (True, True, True)
    assert seen["same"]
    assert seen["scalar"] == 42
    assert seen["kind"] is VariantCode.CPU
    assert seen["single"] == (True, (0,), ((0,), (0,)))
    assert seen["machine"]
    assert seen["rest"] == ("", None, False)
    assert seen["id"] == body.library.get_task_id(body.task_id)


def test_the_context_is_not_passed_by_the_caller():
    @task
    def body(ctx: TaskContext, n: int) -> None: ...

    with raises(TypeError):
        body(1, 2)
    with raises(TypeError):
        body(ctx=1, n=2)
    body(n=2)


def test_the_context_of_a_point():
    @task
    def body(ctx: TaskContext, out: OutputStore) -> None:
        lo, hi = ctx.launch_domain
        points = np.prod([h - l + 1 for l, h in zip(lo, hi)])
        assert all(l <= i <= h for l, i, h in zip(lo, ctx.task_index, hi))
        np.asarray(out)[...] = points

    out = zeros((1000,))
    body(out)
    assert len(set(read(out))) == 1 and read(out)[0] >= 1


@pytest.mark.one_process
def test_a_context_ends_with_its_task():
    kept = []

    @task
    def body(ctx: TaskContext) -> None:
        kept.append(ctx)

    body()
    wait()
    with raises(RuntimeError):
        kept[0].get_task_id()


@pytest.mark.one_process
def test_the_context_class_may_be_derived():
    class Mine(TaskContext):
        def __init__(self):
            pass

        @property
        def inputs(self):
            return ()

    assert Mine().inputs == ()
    with raises(ValueError, "objects must not be constructed directly"):
        TaskContext()
