# SPDX-License-Identifier: Apache-2.0
"""Arrays beside NumPy, in tasks, and through other interfaces."""

import inspect

import numpy as np
import pytest
from numpy_comparison import assert_same

import cupynumeric as cpn
from legate.core import LogicalStore, align, broadcast, get_legate_runtime
from legate.core.task import ADD, InputStore, OutputStore, ReductionStore, task

N = 100003


@task(constraints=(align("x", "y"),))
def scale(x: InputStore, y: OutputStore, factor: float) -> None:
    np.asarray(y)[...] = factor * np.asarray(x)


@task(constraints=(broadcast("total"),))
def add_all(x: InputStore, total: ReductionStore[ADD]) -> None:
    np.asarray(total)[...] += np.asarray(x).sum()


def test_tasks_and_operations_take_turns():
    x, y = cpn.arange(float(N)), cpn.zeros(N)
    expected = np.arange(float(N))
    for _ in range(10):
        scale(x, y, 0.5)
        x += y
        expected = expected + 0.5 * expected
    assert_same(x, expected)
    total = cpn.full(1, 5.0)
    add_all(cpn.ones(N), total)
    assert_same(total, [5.0 + N], dtype=False)


@pytest.mark.parametrize("view", [lambda a: a[10:-10], lambda a: a[:, 3:9], lambda a: a.T[2:], lambda a: a[5], lambda a: a[:, None, 1]])
def test_tasks_see_views(view):
    source, target = np.arange(12000.0).reshape(300, 40), np.zeros((300, 40))
    array, result = cpn.array(source), cpn.array(target)
    scale(view(array), view(result), 2.0)
    view(target)[...] = 2.0 * view(source)
    assert_same(result, target)


def test_the_data_interface_shares_the_store():
    class Wrapped:
        def __init__(self, array):
            self.__legate_data_interface__ = array.__legate_data_interface__

    array = cpn.arange(5)
    (store,) = array.__legate_data_interface__["data"].values()
    assert isinstance(store, LogicalStore)
    assert next(iter(array.__legate_data_interface__["data"].values())) is store
    same = cpn.asarray(Wrapped(array))
    same[0] = 9
    assert int(array[0]) == 9


def test_functions_of_numpy_call_those_of_the_module():
    plain = np.arange(1.0, 7.0).reshape(2, 3)
    array = cpn.array(plain)
    for call in (
        lambda a: np.add(a, 1),
        lambda a: np.sum(a, axis=1),
        lambda a: np.concatenate([a, a]),
        lambda a: np.linalg.norm(a),
        lambda a: np.maximum.reduce(a),
        lambda a: np.matmul(a, a.T),
        lambda a: np.full(3, 2.0) * a,
        lambda a: np.where(a > 2, a, 0),
    ):
        result = call(array)
        assert type(result) is cpn.ndarray
        assert_same(result, call(plain), rtol=1e-14)
    out = np.zeros((2, 3))
    assert np.multiply(array, 2.0, out=out) is out
    assert_same(out, 2.0 * plain)
    for call in (np.add.outer, np.interp):
        with pytest.raises(NotImplementedError):
            call(array, *([array] * (2 if call is np.interp else 1)))


def test_dlpack_and_buffers():
    array = cpn.arange(6.0)
    assert_same(np.from_dlpack(array), np.arange(6.0))
    assert_same(cpn.from_dlpack(np.arange(4.0)), np.arange(4.0))
    assert array.__dlpack_device__() == (1, 0)
    assert bytes(array.data) == np.arange(6.0).tobytes()


def test_elements_keep_their_values_and_rows_do_not():
    array = cpn.arange(12).reshape(3, 4)
    element, row = array[1, 2], array[1]
    array[1] = -1
    assert int(element) == 6 and row.tolist() == [-1] * 4


def test_temporaries_may_be_dropped_at_once():
    array = cpn.zeros(N)
    for i in range(200):
        array = array + cpn.full(N, float(i))
    assert_same(array, np.full(N, float(sum(range(200)))))
    get_legate_runtime().issue_execution_fence(block=True)


def test_a_star_import_has_all_public_names():
    names = {name for name, value in vars(cpn).items() if not name.startswith("_") and not inspect.ismodule(value)}
    assert set(cpn.__all__) == (names | {"linalg", "random"}) - {"annotations"}


def test_everything_public_is_described():
    for owner in (cpn, cpn.ndarray, cpn.linalg, cpn.random):
        for name in dir(owner):
            if not name.startswith("_") and callable(getattr(owner, name)):
                assert (getattr(owner, name).__doc__ or "").strip(), f"{owner.__name__}.{name}"
