# SPDX-License-Identifier: Apache-2.0
"""Values as arguments of tasks: which are accepted, how they travel, and what bodies receive."""

import enum
import fractions
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from helpers import PRIMITIVE_DTYPES, raises, same, wait, zeros

from legate.core import Scalar, TaskContext
from legate.core import types as ty
from legate.core.task import OutputStore, task


class Color(enum.Enum):
    RED = 1


class Thing:
    """A class of the user's, with an equality."""

    def __init__(self, *content):
        self.content = content

    def __eq__(self, other):
        return type(other) is Thing and self.content == other.content


class Text(str):
    pass


def passed(value, annotation):
    """What a body receives for a value, and the type of the scalar that carried it. For one process."""
    received = []

    def body(ctx: TaskContext, value) -> None:
        received.append((value, ctx.scalars[0].type))

    body.__annotations__["value"] = annotation
    task(body)(value)
    wait()
    assert len(received) == 1
    return received[0]


NATIVE = [
    (True, bool, ty.bool_),
    (False, bool, ty.bool_),
    (0, int, ty.uint8),
    (255, int, ty.uint8),
    (256, int, ty.uint16),
    (2**16, int, ty.uint32),
    (2**32, int, ty.uint64),
    (2**64 - 1, int, ty.uint64),
    (-1, int, ty.int8),
    (-128, int, ty.int8),
    (-129, int, ty.int16),
    (-(2**15) - 1, int, ty.int32),
    (-(2**63), int, ty.int64),
    (1.5, float, ty.float64),
    (float("inf"), float, ty.float64),
    (5e-324, float, ty.float64),
    (1 - 2j, complex, ty.complex128),
    ("", str, ty.string_type),
    ("plain", str, ty.string_type),
    ("täxt\0☃", str, ty.string_type),
    (b"", bytes, ty.binary_type(0)),
    (b"\0bytes\0", bytes, ty.binary_type(7)),
    (None, type(None), ty.null_type),
    (True, int, ty.bool_),
    ([1, 2, 3], list, ty.array_type(ty.uint8, 3)),
    ((1.5, 2.5), tuple, ty.array_type(ty.float64, 2)),
    ([True, False], list, ty.array_type(ty.bool_, 2)),
    ((-1,), tuple, ty.array_type(ty.int8, 1)),
    ([1j] * 20, list, ty.array_type(ty.complex128, 20)),
]


@pytest.mark.one_process
@pytest.mark.parametrize(("value", "annotation", "carrier"), NATIVE, ids=repr)
def test_values_that_have_a_type(value, annotation, carrier):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        received, type_ = passed(value, annotation)
    assert received == value and type_ == carrier
    if annotation is type(value):
        assert type(received) is type(value)


PICKLED = [
    (2**64, int),
    (-(2**63) - 1, int),
    (Text("text"), str),
    ((), tuple),
    ([], list),
    ([1, 300], list),
    ((1, "a"), tuple),
    ([1, 2.5, 3], list),
    (["a", "b"], list),
    ([None, None], list),
    ([b"ab", b"cd"], list),
    ([1] * 12 + [300], list),
    ([[1, 2], [3, 4]], list),
    (((1, 2), [3, 4]), tuple),
    ({"key": [1, {"deep": None}]}, dict),
    ({1, 2}, set),
    (bytearray(b"ab"), bytearray),
    (fractions.Fraction(1, 3), fractions.Fraction),
    (Color.RED, Color),
    (Thing(1, [2]), Thing),
    (np.dtype("f4"), np.dtype),
    (range(5), range),
    (ty.int32, ty.Type),
    (b"__legate_pickled_arg__ is only text", bytes),
    ("\udc80", str),
]


@pytest.mark.one_process
@pytest.mark.parametrize(("value", "annotation"), PICKLED, ids=repr)
def test_other_values_are_pickled_with_a_warning(value, annotation):
    with pytest.warns(UserWarning) as caught:
        received, _ = passed(value, annotation)
    text = f"Argument type: {type(value)} not natively supported by type inference, falling back to pickling"
    assert any(text in str(warning.message) for warning in caught)
    assert received == value and type(received) is type(value)


@pytest.mark.one_process
@pytest.mark.parametrize("values", [[200, 100], [40_000, 50_000], [2**31, 2**31], [2**32, 1 + 2**32], [-100, -100], [2**63, 2**63]])
def test_arithmetic_with_elements_of_lists_does_not_wrap(values):
    for kind in (list, tuple):
        (left, right), _ = passed(kind(values), kind)
        assert (int(left + right), int(left - right - 1)) == (sum(values), values[0] - values[1] - 1)


@pytest.mark.one_process
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint64, np.float32, np.float64, np.complex64])
def test_numpy_scalars_in_lists_keep_their_type(kind):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        received, _ = passed([kind(1), kind(2)], list)
    assert received == [1, 2] and [type(number) for number in received] == [kind, kind]


@pytest.mark.one_process
def test_numpy_scalars():
    for dtype in PRIMITIVE_DTYPES:
        value = dtype.type(1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            received, _ = passed(value, dtype.type)
        assert received == value and type(received) is dtype.type
    received, type_ = passed(np.float64(2.5), float)
    assert (received, type(received), type_) == (2.5, float, ty.float64)


@pytest.mark.one_process
@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3), (2, 1, 4)], ids=str)
def test_arrays(dtype, shape):
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    received, _ = passed(values, np.ndarray)
    assert type(received) is np.ndarray and received.dtype == dtype
    np.testing.assert_array_equal(received, values, strict=True)
    assert not received.flags.writeable


@pytest.mark.one_process
def test_arrays_that_lie_otherwise_arrive_in_c_order():
    base = np.arange(24).reshape(4, 6)
    for values in (base[::2, ::-1], np.asfortranarray(base), base.T, np.broadcast_to(base[0], (3, 6))):
        received, _ = passed(values, np.ndarray)
        np.testing.assert_array_equal(received, values, strict=True)
        assert received.flags.c_contiguous


@pytest.mark.one_process
def test_an_array_without_dimensions_arrives_with_one():
    received, _ = passed(np.array(5.5), np.ndarray)
    np.testing.assert_array_equal(received, np.array([5.5]), strict=True)


@pytest.mark.one_process
@pytest.mark.parametrize(
    "values",
    [
        np.empty((0,)),
        np.empty((2, 0), np.int32),
        np.array(["ab", "c"]),
        np.arange(3, dtype=">i4"),
        np.array(["2020-01-01"], "M8[D]"),
    ],
    ids=lambda values: f"{values.dtype}{values.shape}",
)
@pytest.mark.filterwarnings("ignore:Argument type")
def test_arrays_without_a_type_are_pickled(values):
    received, _ = passed(values, np.ndarray)
    np.testing.assert_array_equal(received, values, strict=True)
    assert not received.flags.writeable


@pytest.mark.one_process
def test_an_array_outlives_the_body():
    received, _ = passed(np.arange(1000), np.ndarray)
    for _ in range(10):
        passed(np.zeros(1000, int), np.ndarray)
    np.testing.assert_array_equal(received, np.arange(1000))


@pytest.mark.one_process
@pytest.mark.filterwarnings("ignore:Argument type")
def test_bodies_get_copies():
    original = {"list": [1, 2]}

    @task
    def change(value: dict) -> None:
        value["list"].append(3)

    change(original)
    wait()
    assert original == {"list": [1, 2]}
    array = np.arange(5)
    received, _ = passed(array, np.ndarray)
    array[:] = 0
    np.testing.assert_array_equal(received, np.arange(5))


def test_the_value_at_the_call_counts():
    @task
    def write(out: OutputStore, values: np.ndarray) -> None:
        np.asarray(out)[...] = values.sum()

    out, values = zeros((1,)), np.arange(10)
    write(out, values)
    values[:] = 0
    same(out, [45])


@pytest.mark.one_process
@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (dict[str, int], {"a": 1}),
        (tuple[int, ...], (1, 2)),
        (list[float], [1.5]),
        (int | None, 4),
        (dict[str, int] | None, {"a": 1}),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:Argument type")
def test_generic_and_optional_annotations(annotation, value):
    received, _ = passed(value, annotation)
    assert received == value


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (float, 2),
        (int, 2.0),
        (int, np.int64(2)),
        (int, "2"),
        (str, b"text"),
        (int | None, None),
        (int, None),
        (tuple, [1]),
        (np.ndarray, [1]),
        (int, Scalar(2, ty.int64)),
        (Scalar, 2),
        (Scalar, None),
    ],
    ids=repr,
)
def test_values_of_another_type_are_refused(annotation, value):
    def body(x) -> None: ...

    body.__annotations__["x"] = annotation
    decorated = task(body)
    for call in (decorated, decorated.prepare_call):
        with pytest.raises(TypeError) as caught:
            call(value)
        assert "expected a value of type" in str(caught.value)
        assert f"for parameter x, but got {type(value)}" in str(caught.value)


@pytest.mark.one_process
@pytest.mark.parametrize("dtype", PRIMITIVE_DTYPES, ids=str)
def test_scalars_keep_their_type(dtype):
    type_ = ty.Type.from_numpy_dtype(dtype)
    value = dtype.type(1).item()
    received, carrier = passed(Scalar(value, type_), Scalar)
    assert isinstance(received, Scalar) and received.type == type_ == carrier
    assert received.value() == value


@pytest.mark.parametrize("dtype", ["float16", "float32", "complex64"])
def test_integers_fill_arrays_of_inexact_types(dtype):
    @task
    def fill(out: OutputStore, value: int) -> None:
        np.asarray(out)[...] = value

    out = zeros((4,), dtype)
    fill(out, 7)
    same(out, np.full(4, 7, dtype))


@pytest.mark.filterwarnings("ignore:Argument type")
def test_what_cannot_be_pickled():
    @task
    def body(x: object) -> None: ...

    with pytest.raises((pickle.PicklingError, AttributeError)):
        body(lambda: None)
    with raises(TypeError):
        body(open(__file__))


@pytest.mark.filterwarnings("ignore:Argument type")
def test_what_cannot_be_pickled_is_named():
    @task
    def body(stores: list[OutputStore]) -> None: ...

    with pytest.raises(TypeError) as caught:
        body([zeros((3,))])
    assert "Task Argument: 'stores'" in caught.value.__notes__


@pytest.mark.parametrize("by", ["call", "prepare_call"])
def test_the_warning_is_about_the_line_of_the_call(by):
    @task
    def body(x: dict) -> None: ...

    with pytest.warns(UserWarning, match="falling back to pickling") as caught:
        body({}) if by == "call" else body.prepare_call({})
    assert caught[0].filename == __file__


@pytest.mark.one_process
@pytest.mark.filterwarnings("ignore:Argument type")
@pytest.mark.parametrize("value", [1, "text", None, [1, 2], {"a": 1}], ids=repr)
def test_anything(value):
    received, _ = passed(value, Any)
    assert received == value and type(received) is type(value)


def test_a_refused_none_is_told_what_takes_it():
    @task
    def body(x: str | None = "text") -> None: ...

    with raises(TypeError, "annotate it as object"):
        body(None)


def test_a_warning_may_be_an_error():
    @task
    def body(x: dict) -> None: ...

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with raises(UserWarning, "falling back to pickling"):
            body({})


@pytest.mark.one_process
@pytest.mark.filterwarnings("ignore:Argument type")
def test_large_values():
    for value in (b"x" * 2_000_000, list(range(5)) * 10_000, {"array": np.arange(100_000)}):
        received, _ = passed(value, type(value))
        if isinstance(value, dict):
            np.testing.assert_array_equal(received["array"], value["array"])
        else:
            assert received == value


@pytest.mark.one_process
@pytest.mark.filterwarnings("ignore:Argument type")
def test_defaults_travel_like_arguments():
    received = []

    @task
    def body(
        a: dict = {"x": 1}, b: Thing = Thing(2), c: np.ndarray = np.arange(3), d: Scalar = Scalar(4, ty.int16)
    ) -> None:
        received.append((a, b, c.tolist(), d.value()))

    body()
    wait()
    assert received == [({"x": 1}, Thing(2), [0, 1, 2], 4)]


def test_each_point_gets_the_value():
    @task
    def write(out: OutputStore, value: tuple) -> None:
        np.asarray(out)[...] = sum(value)

    out = zeros((1000,))
    write(out, (1, 2, 3))
    same(out, np.full(1000, 6))


@pytest.mark.one_process
@pytest.mark.filterwarnings("ignore:Argument type")
def test_an_array_that_looks_pickled():
    values = np.frombuffer(b"__legate_pickled_arg__ and more", np.uint8)
    received, _ = passed(values, np.ndarray)
    np.testing.assert_array_equal(received, values, strict=True)
