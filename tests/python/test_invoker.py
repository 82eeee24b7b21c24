# SPDX-License-Identifier: Apache-2.0
"""What knows the parameters of a task: used with launches and contexts of one's own."""

import inspect

import numpy as np
import pytest
from helpers import made, raises, same, zeros

from legate.core import AutoTask, PhysicalStore, Scalar, TaskContext, VariantCode, align
from legate.core import types as ty
from legate.core.task import ADD, InputStore, OutputStore, PyTask, ReductionStore, VariantInvoker, task
from legate.core.task._util import dynamic_docstring, validate_variant


def everything(
    ctx: TaskContext, a: InputStore, n: int, b: OutputStore, c: ReductionStore[ADD], d: InputStore, x: float = 2.5
) -> None: ...


class Recorder(AutoTask):
    """A launch that only writes down what is added to it."""

    def __init__(self):
        self.added = []

    def add_input(self, store, partition=None):
        self.added.append(("input", store))

    def add_output(self, store, partition=None):
        self.added.append(("output", store))

    def add_reduction(self, store, redop, partition=None):
        self.added.append(("reduction", store, redop))

    def add_scalar_arg(self, value, dtype=None):
        self.added.append(("scalar", value.value() if isinstance(value, Scalar) else value))

    def add_constraint(self, constraint):
        self.added.append(("constraint", constraint))


class Physical(PhysicalStore):
    def __init__(self, type_=ty.int64):
        self.mine = type_

    @property
    def type(self):
        return self.mine


class Value(Scalar):
    def __init__(self, value):
        self.content = value

    def value(self):
        return self.content


class Context(TaskContext):
    inputs = outputs = reductions = scalars = ()

    def __init__(self):
        pass


def test_names_by_kind():
    invoker = VariantInvoker(everything)
    assert invoker.inputs == ("a", "d")
    assert invoker.outputs == ("b",)
    assert invoker.reductions == ("c",)
    assert invoker.scalars == ("n", "x")
    assert invoker.signature == inspect.signature(everything, eval_str=True)


def test_signatures():
    invoker = VariantInvoker(everything)

    def equal(
        ctx: TaskContext, a: InputStore, n: int, b: OutputStore, c: ReductionStore[ADD], d: InputStore, x: float = 2.5
    ) -> None: ...
    def default(
        ctx: TaskContext, a: InputStore, n: int, b: OutputStore, c: ReductionStore[ADD], d: InputStore, x: float = 3
    ) -> None: ...
    def fewer(a: InputStore) -> None: ...

    assert invoker.valid_signature(equal)
    invoker.validate_signature(equal)
    for func in (default, fewer):
        assert not invoker.valid_signature(func)
        with raises(ValueError):
            invoker.validate_signature(func)


def test_functions_that_are_no_task():
    def untyped(x): ...
    def returns(x: InputStore) -> int: ...

    for func in (untyped, returns):
        with raises(TypeError):
            VariantInvoker(func)
    with raises(TypeError):
        VariantInvoker(everything, constraints=[None])
    with raises(ValueError):
        VariantInvoker(everything, constraints=align("a", "missing"))


def test_arguments_are_added_in_order_of_declaration():
    a, b, c, d = (zeros((1,)) for _ in range(4))
    expected = [("input", a), ("scalar", 7), ("output", b), ("reduction", c, ADD), ("input", d)]
    for args, kwargs, last in [
        ((a, 7, b, c, d), {}, 2.5),
        ((a, 7, b), {"x": 1.5, "d": d, "c": c}, 1.5),
        ((), {"x": 1.5, "d": d, "c": c, "b": b, "n": 7, "a": a}, 1.5),
    ]:
        recorder = Recorder()
        VariantInvoker(everything).prepare_call(recorder, args, kwargs)
        assert recorder.added == [*expected, ("scalar", last)]


def test_constraints_are_added():
    recorder = Recorder()

    def body(x: InputStore) -> None: ...

    decorated = task(body)
    store = zeros((2,))
    call = decorated.prepare_call(store)
    constraint = align(call.find_or_declare_partition(store), call.find_or_declare_partition(store))[0]
    VariantInvoker(body).prepare_call(recorder, (store,), {}, (constraint,))
    assert recorder.added == [("input", store), ("constraint", constraint)]


def test_wrong_arguments():
    invoker = VariantInvoker(everything)
    store = zeros((1,))
    for args, kwargs in [
        ((store, "seven", store, store, store), {}),
        ((store, 7, store, store, store), {"a": store}),
        ((store, 7), {}),
        ((5, 7, store, store, store), {}),
    ]:
        with pytest.raises(TypeError):
            invoker.prepare_call(Recorder(), args, kwargs)


def test_a_context_of_ones_own():
    seen = {}

    def body(ctx: TaskContext, a: InputStore, n: int, b: OutputStore) -> None:
        seen.update(locals())

    class Mine(Context):
        inputs, outputs, scalars = (Physical(),), (Physical(),), (Value(5),)

    context = Mine()
    VariantInvoker(body)(context, body)
    assert seen["ctx"] is context and seen["a"] is Mine.inputs[0] and seen["b"] is Mine.outputs[0] and seen["n"] == 5


@pytest.mark.parametrize("kind", ["inputs", "outputs", "reductions", "scalars"])
def test_wrong_counts_in_a_context(kind):
    def body(a: InputStore, b: OutputStore, c: ReductionStore[ADD], n: int) -> None: ...

    class Mine(Context):
        inputs, outputs, reductions, scalars = (Physical(),), (Physical(),), (Physical(),), (Value(1),)

    VariantInvoker(body)(Mine(), body)
    setattr(Mine, kind, getattr(Mine, kind) * 3)
    with raises(ValueError, "Wrong number of given arguments (3), expected 1"):
        VariantInvoker(body)(Mine(), body)


def test_optional_stores():
    seen = []

    def body(a: InputStore | None = None) -> None:
        seen.append(a)

    class Mine(Context):
        inputs = (Physical(ty.null_type),)

    VariantInvoker(body)(Mine(), body)
    assert seen == [None]


def test_an_invoker_is_used_again():
    def body(x: InputStore, y: OutputStore) -> None:
        np.asarray(y)[...] = np.asarray(x) + 1

    y = zeros((2,))
    PyTask(func=body, variants=(VariantCode.CPU,), invoker=VariantInvoker(body))(made([1, 2]), y)
    same(y, [2, 3])


def test_small_helpers():
    with raises(ValueError):
        validate_variant("CPU")

    @dynamic_docstring(name="value")
    def documented():
        """Says {name}."""

    assert documented.__doc__ == "Says value."
