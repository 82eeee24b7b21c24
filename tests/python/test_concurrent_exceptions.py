# SPDX-License-Identifier: Apache-2.0
"""Points of concurrent launches that raise, and what becomes of those that wait for them."""

from __future__ import annotations

import time

import numpy as np
import pytest
from helpers import made, piece, raises, read, runtime, same, wait, zeros

from legate.core import ExceptionMode, Scope, TaskContext, VariantOptions
from legate.core import types as ty
from legate.core.task import InputStore, OutputStore, task

MAY_THROW = VariantOptions(concurrent=True, may_throw_exception=True)


class Custom(Exception):
    """Has an argument that is no text."""


class Broken(Exception):
    """Can neither be pickled nor be told as text."""

    def __reduce__(self):
        raise TypeError("not this one")

    def __str__(self):
        raise TypeError("nor this")


class Fatal(Exception):
    """Ends the attempt to pickle it."""

    def __reduce__(self):
        raise SystemExit(3)


@task(options=MAY_THROW)
def first_raises(ctx: TaskContext, out: OutputStore, who: int) -> None:
    np.asarray(out)[...] = 1
    if ctx.task_index[0] == who:
        raise Custom({"point": who})
    ctx.concurrent_task_barrier()
    np.asarray(out)[...] = 2


@task(options=MAY_THROW)
def raises_instead(ctx: TaskContext, out: OutputStore, who: int, late: bool) -> None:
    if ctx.task_index[0] == who:
        if late:
            time.sleep(0.01)
        raise Custom("the reason")
    try:
        ctx.concurrent_task_barrier()
    except RuntimeError as error:
        raise ValueError("a consequence") from error


@task(options=MAY_THROW)
def succeed(ctx: TaskContext, out: OutputStore) -> None:
    ctx.concurrent_task_barrier()
    np.asarray(out)[...] = 5
    ctx.concurrent_task_barrier()


def expect_usable():
    out = zeros((2,))
    succeed(out)
    same(out, [5, 5])


def test_the_exception_arrives_as_itself_and_releases_those_that_wait():
    for round_ in range(60):
        who = round_ % 2
        with pytest.raises(Custom) as caught:
            first_raises(zeros((2,)), who)
        assert caught.value.args == ({"point": who},)
        assert any("raise Custom" in note for note in caught.value.__notes__)
    expect_usable()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("who", [0, 1])
def test_what_follows_from_it_is_not_reported(who, late):
    for _ in range(10):
        with raises(Custom, "the reason"):
            raises_instead(zeros((2,)), who, late)
    expect_usable()


def test_a_point_may_survive_another_one():
    @task(options=MAY_THROW)
    def body(ctx: TaskContext, out: OutputStore) -> None:
        np.asarray(out)[...] = 0
        if ctx.task_index[0] == 1:
            raise Custom("gone")
        for _ in range(3):  # from then on always
            with raises(RuntimeError, "Another point of the launch has thrown an exception"):
                ctx.concurrent_task_barrier()
        np.asarray(out)[...] = 3

    out = zeros((2,))
    with raises(Custom, "gone"):
        body(out)
    assert read(out)[0] == 3
    expect_usable()


def test_a_point_that_was_released_leaves_nothing_behind_in_its_thread():
    @task(options=MAY_THROW)
    def body(ctx: TaskContext, out: OutputStore) -> None:
        if ctx.task_index[0] == 0:
            raise Custom("first")
        try:
            ctx.concurrent_task_barrier()
        except RuntimeError:
            raise Fatal from None

    for _ in range(10):
        with raises(Custom, "first"):
            body(zeros((2,)))
        expect_usable()


@pytest.mark.parametrize(("kind", "text"), [(Broken, "Broken: <its text cannot be made>"), (Fatal, "SystemExit: 3")])
def test_an_exception_that_cannot_be_told(kind, text):
    @task(options=MAY_THROW)
    def body(ctx: TaskContext, out: OutputStore) -> None:
        ctx.concurrent_task_barrier()
        raise kind

    with raises(RuntimeError, text):
        body(zeros((2,)))
    expect_usable()


def test_all_points_raise():
    @task(options=MAY_THROW)
    def body(ctx: TaskContext, out: OutputStore) -> None:
        ctx.concurrent_task_barrier()
        raise Custom(ctx.task_index[0])

    for _ in range(20):
        with pytest.raises(Custom) as caught:
            body(zeros((2,)))
        assert caught.value.args[0] in (0, 1)
    expect_usable()


def test_a_launch_that_was_told_to_may_raise():
    @task(options=VariantOptions(concurrent=True))
    def body(ctx: TaskContext, out: OutputStore) -> None:
        if ctx.task_index[0] == 1:
            raise KeyError(piece(out)[0].start)
        ctx.concurrent_task_barrier()

    call = body.prepare_call(zeros((2,)))
    call.throws_exception(KeyError)
    with raises(KeyError, "1"):
        call.execute()
    expect_usable()


def test_exceptions_that_wait_for_the_end_of_their_scope():
    outs = [zeros((2,)) for _ in range(20)]
    with pytest.raises(Custom) as caught, Scope(exception_mode=ExceptionMode.DEFERRED):
        for i, out in enumerate(outs):
            if i % 4 == 3:
                first_raises(out, i % 2)
            else:
                succeed(out)
    assert caught.value.args == ({"point": 1},)
    for i, out in enumerate(outs):
        if i % 4 != 3:
            same(out, [5, 5])
    with Scope(exception_mode=ExceptionMode.IGNORED):
        for who in (0, 1) * 10:
            first_raises(zeros((2,)), who)
    wait()
    expect_usable()


def test_unbound_outputs_of_points_that_were_released_are_empty():
    @task(options=VariantOptions(concurrent=True, may_throw_exception=True, has_allocations=True))
    def body(ctx: TaskContext, x: InputStore, out: OutputStore) -> None:
        if ctx.task_index[0] == 0:
            np.asarray(out.create_output_buffer((2,)))[...] = 4
            raise Custom("after binding")
        ctx.concurrent_task_barrier()

    found = runtime.create_store(ty.int64)
    with raises(Custom, "after binding"):
        body(made([1, 2]), found)
    assert found.extents == (0,)
    expect_usable()
