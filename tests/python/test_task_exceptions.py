# SPDX-License-Identifier: Apache-2.0
"""Exceptions of bodies, and when they reach the program."""

import pickle

import numpy as np
import pytest
from helpers import made, piece, raises, read, runtime, same, wait, zeros

from legate.core import ExceptionMode, Scope, TaskContext, VariantOptions
from legate.core import types as ty
from legate.core.task import InputStore, OutputStore, task

MAY_THROW = VariantOptions(may_throw_exception=True)


class Custom(Exception):
    pass


class Detailed(ValueError):
    """Has arguments of its own, and an attribute."""

    def __init__(self, code, extra):
        super().__init__(code, extra)
        self.extra = extra


class Unpicklable(Exception):
    """Needs an argument that it does not keep."""

    def __init__(self, first, second):
        super().__init__(first)


ERRORS = {
    "custom": Custom("custom text"),
    "value": ValueError("value text"),
    "index": IndexError("index text"),
    "bare": ZeroDivisionError(),
    "key": KeyError("key"),
    "several": RuntimeError("a", 2, [3]),
    "detailed": Detailed(7, {"k": 1}),
    "stop": StopIteration(5),
    "os": OSError(5, "gone"),
    "unicode": ValueError("schön \0 ☃"),
}


@task(options=MAY_THROW)
def fail(which: str) -> None:
    if which:
        raise ERRORS[which]


@pytest.mark.parametrize("which", ERRORS)
def test_the_call_raises_what_the_body_raised(which):
    expected = ERRORS[which]
    for call in (fail, lambda w: fail.prepare_call(w).execute(), lambda w: runtime.submit(fail.prepare_call(w))):
        with pytest.raises(type(expected)) as caught:
            call(which)
        assert type(caught.value) is type(expected)
        assert caught.value.args == expected.args
        assert getattr(caught.value, "extra", None) == getattr(expected, "extra", None)
        assert caught.value is not expected


def test_nothing_is_raised_where_nothing_fails():
    fail("")


def test_the_traceback_travels_as_text():
    with pytest.raises(Custom) as caught:
        fail("custom")
    assert any("raise ERRORS[which]" in note for note in caught.value.__notes__)


def test_any_exception_may_come_of_a_declared_one():
    @task
    def undeclared(text: str) -> None:
        raise RuntimeError(text)

    call = undeclared.prepare_call("number 4")
    assert call.exception_types == ()
    call.throws_exception(RuntimeError)
    call.throws_exception(IndexError)
    call.throws_exception(RuntimeError)
    assert call.exception_types == (RuntimeError, IndexError)
    with raises(RuntimeError, "number 4"):
        runtime.submit(call)
    call = undeclared.prepare_call("number 5")
    call.throws_exception(KeyError)
    with raises(RuntimeError, "number 5"):
        call.execute()


def test_an_exception_with_a_cause():
    @task(options=MAY_THROW)
    def body() -> None:
        try:
            {}["inner"]
        except KeyError as inner:
            raise ValueError("outer") from inner

    with raises(ValueError, "outer"):
        body()


def test_an_exception_that_cannot_be_pickled_is_told_as_text():
    @task(options=MAY_THROW)
    def body() -> None:
        raise Unpicklable("the first", "the second")

    with raises(RuntimeError, "the first"):
        body()


def test_long_messages():
    @task(options=MAY_THROW)
    def body(size: int) -> None:
        raise ValueError("x" * size)

    for size in (100, 1000, 3000):
        with pytest.raises(ValueError) as caught:
            body(size)
        assert caught.value.args == ("x" * size,)


def test_a_broken_argument_of_the_exception_is_pickled_by_value():
    values = np.arange(5)

    @task(options=MAY_THROW)
    def body() -> None:
        raise Detailed(1, pickle.dumps(values))

    with pytest.raises(Detailed) as caught:
        body()
    np.testing.assert_array_equal(pickle.loads(caught.value.extra), values)


# --- modes ---


def test_deferred_exceptions_are_raised_by_the_end_of_the_scope():
    reached = []
    with raises(ValueError, "value text"):
        with Scope(exception_mode=ExceptionMode.DEFERRED):
            fail("")
            fail("value")
            reached.append("after the first")
            fail("index")
            reached.append("after the second")
    assert reached == ["after the first", "after the second"]
    assert Scope.exception_mode() is ExceptionMode.IMMEDIATE


def test_ignored_exceptions_are_never_raised():
    with Scope(exception_mode=ExceptionMode.IGNORED):
        assert Scope.exception_mode() is ExceptionMode.IGNORED
        fail("value")
        fail("custom")
    wait()


def test_an_inner_scope_keeps_its_mode():
    with raises(Custom, "custom text"):
        with Scope(exception_mode=ExceptionMode.DEFERRED):
            with Scope(exception_mode=ExceptionMode.IGNORED):
                fail("value")
            with Scope(exception_mode=ExceptionMode.IMMEDIATE):
                fail("")
            fail("custom")


def test_an_immediate_scope_inside_a_deferred_one_raises_at_once():
    with Scope(exception_mode=ExceptionMode.DEFERRED):
        with raises(IndexError, "index text"):
            with Scope(exception_mode=ExceptionMode.IMMEDIATE):
                fail("index")
        fail("")


def test_leaving_a_scope_with_an_exception_of_ones_own():
    with raises(KeyError, "own"):
        with Scope(exception_mode=ExceptionMode.DEFERRED):
            raise KeyError("own")
    fail("")


# --- stores ---


def test_stores_of_a_failed_task_can_be_used_again():
    store = zeros((4,))

    @task(options=MAY_THROW)
    def half(out: OutputStore) -> None:
        np.asarray(out)[:1] = 5
        raise Custom("half way")

    with raises(Custom, "half way"):
        half(store)
    store.fill(8)

    @task
    def increment(x: InputStore, y: OutputStore) -> None:
        np.asarray(y)[...] = np.asarray(x) + 1

    increment(store, store)
    same(store, [9] * 4)


def test_unbound_outputs_of_a_failed_task_are_empty():
    @task(options=VariantOptions(may_throw_exception=True, has_allocations=True))
    def body(out: OutputStore) -> None:
        raise Custom("before binding")

    store = runtime.create_store(ty.int64)
    with raises(Custom, "before binding"):
        body(store)
    assert store.extents == (0,)


def test_of_several_points_one_exception_arrives():
    @task(options=MAY_THROW)
    def body(out: OutputStore) -> None:
        raise Detailed(np.asarray(out).size, piece(out)[0].start)

    store = zeros((1000,))
    with pytest.raises(Detailed):
        body(store)
    store.fill(1)
    same(store, np.ones(1000))


def test_one_point_of_many_fails():
    store = made(np.arange(1000))

    @task(options=MAY_THROW)
    def body(x: InputStore, y: OutputStore) -> None:
        if 999 in np.asarray(x):
            raise Custom("the last one")

    with raises(Custom, "the last one"):
        body(store, zeros((1000,)))
    same(store, np.arange(1000))


def test_a_loop_of_failures():
    for round_ in range(50):
        which = list(ERRORS)[round_ % len(ERRORS)]
        with pytest.raises(type(ERRORS[which])):
            fail(which)


def test_the_context_knows_that_exceptions_may_be_raised():
    @task(options=MAY_THROW)
    def body(ctx: TaskContext) -> None:
        raise Custom(ctx.can_raise_exception())

    with pytest.raises(Custom) as caught:
        body()
    assert caught.value.args == (True,)


def test_conversions_inside_the_body_raise_there():
    @task(options=MAY_THROW)
    def body(x: InputStore) -> None:
        np.asarray(x).reshape(7, 7)

    with raises(ValueError, "reshape"):
        body(made([1, 2, 3]))
    assert read(made([1])).tolist() == [1]
