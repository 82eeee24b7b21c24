# SPDX-License-Identifier: Apache-2.0
"""Reductions over axes, against NumPy and against exact sums."""

import math
from fractions import Fraction

import numpy as np
import pytest
from numpy_comparison import DTYPES, assert_same, numbers, tolerance

import cupynumeric as cpn

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
AXES = [None, 0, 1, 2, -1, (0, 2), (1, 2), (0, 1, 2), ()]


@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "all", "any"])
def test_over_axes(name, dtype, axis):
    plain = numbers(dtype, (3, 5, 4))
    array = cpn.array(plain)
    if name in ("max", "min") and dtype.kind == "c":
        with pytest.raises(NotImplementedError):
            getattr(cpn, name)(array, axis=axis)
        return
    expected = getattr(np, name)(plain, axis=axis)
    rtol = 100 * tolerance(expected.dtype)
    assert_same(getattr(cpn, name)(array, axis=axis), expected, rtol=rtol, atol=rtol)
    assert_same(getattr(array.transpose((2, 0, 1)), name)(axis=0), getattr(plain.transpose((2, 0, 1)), name)(axis=0),
                rtol=rtol, atol=rtol)  # fmt: skip


@pytest.mark.parametrize("shape", [(70000,), (3, 30000), (30000, 3), (7, 90, 80), (40, 50, 60)], ids=str)
@pytest.mark.parametrize("name", ["sum", "max", "min", "argmax", "argmin", "count_nonzero"])
def test_large_arrays(name, shape):
    plain = np.random.default_rng(1).integers(-1000, 1000, shape)
    array = cpn.array(plain)
    for axis in [None, *range(len(shape))]:
        assert_same(getattr(cpn, name)(array, axis=axis), getattr(np, name)(plain, axis=axis))
        assert_same(getattr(cpn, name)(array.T, axis=axis), getattr(np, name)(plain.T, axis=axis))
        if len(shape) > 1:
            part, plain_part = array[1:, 2:], plain[1:, 2:]
            assert_same(getattr(cpn, name)(part, axis=axis), getattr(np, name)(plain_part, axis=axis))


def exact_sums(columns):
    """The sums of columns of multiples of 2**-53 in the unit interval, in integers of half the length that these take."""
    units = np.ldexp(columns.astype(np.float64), 53)
    assert np.all(units == np.trunc(units)) and np.all(units <= 2.0**53)
    high, low = np.divmod(units.astype(np.int64), 2**27)
    return [Fraction(int(h) * 2**27 + int(l), 2**53) for h, l in zip(high.sum(axis=0), low.sum(axis=0))]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("shape, axis", [((300000,), None), ((300000,), 0), ((1000, 300), 0), ((300, 1000), 1)])
def test_sums_are_at_least_as_exact_as_those_of_numpy(dtype, shape, axis):
    if dtype == "f2" and len(shape) == 1:
        shape = (30000,)  # whose sum is a number in half precision
    plain = np.random.default_rng(2).uniform(0.0, 1.0, shape).astype(dtype)
    columns = plain.reshape(-1, 1) if plain.ndim == 1 else np.moveaxis(plain, axis, 0)
    exact = exact_sums(columns)
    got = np.array(cpn.sum(cpn.array(plain), axis=axis)).reshape(-1)
    numpys = np.asarray(np.sum(plain, axis=axis)).reshape(-1)

    def error(values):
        return max(abs(Fraction(float(v)) - e) for v, e in zip(values, exact, strict=True))

    last_place = Fraction(float(np.spacing(np.max(numpys))))
    assert error(got) <= max(error(numpys), 2 * last_place)


def test_one_tenth_a_million_times():
    assert abs(float(cpn.full(1000000, 0.1, dtype="f4").sum()) - 100000.0) < 0.01
    assert float(cpn.ones(4096, dtype="f2").sum()) == 4096.0


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_a_nan_is_largest_and_smallest(dtype):
    plain = numbers(dtype, (6, 5))
    plain[2, 3] = plain[4, 3] = np.nan
    for name in ("max", "min", "argmax", "argmin"):
        for axis in (None, 0, 1):
            assert_same(getattr(cpn, name)(cpn.array(plain), axis=axis), getattr(np, name)(plain, axis=axis))


@pytest.mark.parametrize(
    "plain",
    [
        np.full(5, -np.inf),
        np.full(5, np.inf),
        np.full((2, 3), np.nan),
        np.ones(4, bool),
        np.zeros(4, bool),
        np.full(3, -(2**63)),
        np.full(3, 2**63 - 1),
        np.array([0.0, -0.0]),
        np.array([2**64 - 1, 0], dtype="u8"),
    ],
)
def test_extreme_elements(plain):
    for name in ("max", "min", "argmax", "argmin"):
        assert_same(getattr(cpn, name)(cpn.array(plain)), getattr(np, name)(plain))


def test_reductions_into_their_input():
    plain = numbers("f8", (4, 6))
    array = cpn.array(plain)
    cpn.sum(array, axis=0, out=array[0])
    plain[0] = plain.sum(axis=0)
    assert_same(array, plain, rtol=1e-15)


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min"])
def test_initial_where_keepdims(name):
    plain = numbers("i4", (4, 6))
    array, mask = cpn.array(plain), plain > 2
    for axis in (None, 0, 1):
        for keepdims in (False, True):
            assert_same(
                getattr(cpn, name)(array, axis=axis, keepdims=keepdims, initial=5, where=cpn.array(mask)),
                getattr(np, name)(plain, axis=axis, keepdims=keepdims, initial=5, where=mask),
            )


def test_nothing():
    empty = cpn.zeros((0, 3))
    assert float(empty.sum()) == 0.0 and float(empty.prod()) == 1.0
    assert_same(empty.sum(axis=0), np.zeros(3))
    assert_same(empty.max(axis=1), np.zeros(0))
    for call in (empty.max, lambda: empty.min(axis=0), empty.argmax):
        with pytest.raises(ValueError):
            call()


@pytest.mark.parametrize("axis", [3, -4, (0, 0), (0, 5)])
def test_axes_that_do_not_exist(axis):
    with pytest.raises((ValueError, IndexError)):
        cpn.ones((2, 3, 4)).sum(axis=axis)


def test_means_and_variances():
    plain = numbers("f8", (30, 40))
    array = cpn.array(plain)
    for axis in (None, 0, 1):
        assert_same(array.mean(axis=axis), plain.mean(axis=axis), rtol=1e-14, atol=1e-15)
        assert_same(cpn.var(array, axis=axis), plain.var(axis=axis), rtol=1e-13)
        assert_same(cpn.std(array, axis=axis, ddof=1), plain.std(axis=axis, ddof=1), rtol=1e-13)
    assert math.isnan(float(cpn.array([1.0, np.nan]).mean()))


def test_allclose():
    a = cpn.array([1.0, np.inf, np.nan])
    assert not cpn.allclose(a, a) and cpn.allclose(a, a, equal_nan=True)
    assert cpn.allclose(a[:2], [1.0 + 1e-9, np.inf]) and not cpn.allclose(a[:2], [1.0, -np.inf])
    assert not cpn.allclose([1.0], [np.inf])
