# SPDX-License-Identifier: Apache-2.0
"""Functions element by element: every function and type against NumPy's, in all the ways in which elements may lie."""

import operator

import numpy as np
import pytest
from numpy_comparison import DTYPES, assert_same, numbers, tolerance

import cupynumeric as cpn
from cupynumeric._ufunc import UFUNCS

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 3.5, np.nan, np.inf, -np.inf, 1e-30, -1e30]
#: Functions without a kernel for these types, where NumPy has one.
MISSING = {"sign": "c", "maximum": "c", "minimum": "c", "fmax": "c", "fmin": "c", "nextafter": "f2"}
MISSING.update(dict.fromkeys(["exp2", "expm1", "log1p", "log2", "rint"], "c"))


def expected_of(function, *arguments):
    """NumPy's result, or None where it refuses the types."""
    try:
        return function(*arguments)
    except TypeError:
        return None


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", sorted(name for name, function in UFUNCS.items() if function.nin == 1))
def test_functions_of_one_array(name, dtype):
    plain = numbers(dtype, (5, 7))
    expected = expected_of(getattr(np, name), plain)
    if expected is None:
        with pytest.raises(TypeError):
            getattr(cpn, name)(cpn.array(plain))
    elif dtype.kind in MISSING.get(name, "") or (name == "reciprocal" and dtype.kind in "iu"):
        pytest.skip("not supported, or undefined for 0")
    else:
        assert_same(getattr(cpn, name)(cpn.array(plain)), expected, rtol=tolerance(expected.dtype), atol=1e-7)


@pytest.mark.parametrize("name", sorted(name for name, function in UFUNCS.items() if function.nin == 1))
def test_special_values(name):
    plain = np.array(SPECIAL)
    expected = expected_of(getattr(np, name), plain)
    if expected is None:
        return
    got = np.array(getattr(cpn, name)(cpn.array(plain)))
    np.testing.assert_allclose(got, expected, rtol=1e-13)
    np.testing.assert_array_equal(np.signbit(got[got == 0]), np.signbit(expected[expected == 0]))


def exponents(name, plain):
    """Right operands: exponents and distances must not be negative, nor large."""
    if name in ("power", "left_shift", "right_shift") and plain.dtype.kind in "iu":
        return np.abs(plain) % 5
    return plain


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", sorted(name for name, function in UFUNCS.items() if function.nin == 2))
def test_functions_of_two_arrays(name, dtype):
    left, right = numbers(dtype, (6, 9), seed=1), exponents(name, numbers(dtype, (6, 9), seed=2))
    expected = expected_of(getattr(np, name), left, right)
    missing = MISSING.get(name, "")
    if expected is None:
        with pytest.raises(TypeError):
            getattr(cpn, name)(cpn.array(left), cpn.array(right))
    elif dtype.kind == missing or expected.dtype.str[1:] == missing:
        with pytest.raises(NotImplementedError):
            getattr(cpn, name)(cpn.array(left), cpn.array(right))
    else:
        rtol = 10 * tolerance(expected.dtype)
        assert_same(getattr(cpn, name)(cpn.array(left), cpn.array(right)), expected, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("name", sorted(name for name, function in UFUNCS.items() if function.nin == 2))
def test_special_values_of_two_operands(name):
    left, right = (x.ravel() for x in np.meshgrid(SPECIAL, SPECIAL))
    expected = expected_of(getattr(np, name), left, right)
    if expected is not None:
        np.testing.assert_allclose(np.array(getattr(cpn, name)(cpn.array(left), cpn.array(right))), expected, rtol=1e-13)


@pytest.mark.parametrize("right", DTYPES, ids=str)
@pytest.mark.parametrize("left", DTYPES, ids=str)
def test_types_are_promoted_and_converted(left, right):
    a, b = numbers(left, 8, seed=3), numbers(right, 8, seed=4)
    for function in ("add", "less_equal"):
        assert_same(getattr(cpn, function)(cpn.array(a), cpn.array(b)), getattr(np, function)(a, b), rtol=1e-3)
    assert_same(cpn.array(np.abs(a)).astype(right), np.abs(a).astype(right))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("number", [True, 3, 2.5, 1j, np.float32(1.5), np.int16(2)], ids=repr)
def test_numbers_beside_arrays(dtype, number):
    plain = numbers(dtype, 10)
    for left, right in ((plain, number), (number, plain)):
        expected = np.multiply(left, right)
        got = cpn.multiply(*(cpn.array(x) if x is plain else x for x in (left, right)))
        assert_same(got, expected, rtol=tolerance(expected.dtype))


def views(array):
    """One shape in many ways: (6, 8) of a larger or smaller array."""
    return {
        "as it is": lambda a: a[:6, :8],
        "transposed": lambda a: a.T[:6, :8],
        "inside": lambda a: a[2:8, 1:9],
        "a repeated row": lambda a: type(a).__getitem__(a, 3)[:8][None, :],
        "a repeated column": lambda a: a[:6, 4][:, None],
        "an element": lambda a: a[1, 2],
    }[array]


NAMES = ["as it is", "transposed", "inside", "a repeated row", "a repeated column", "an element"]


@pytest.mark.parametrize("left", NAMES)
@pytest.mark.parametrize("right", NAMES)
def test_operands_lie_in_all_ways(left, right):
    plain = numbers("f8", (10, 10), seed=5)
    array = cpn.array(plain)
    a, b = views(left), views(right)
    assert_same(a(array) + b(array), a(plain) + b(plain))
    assert_same(cpn.where(a(array) > b(array), a(array), b(array)), np.maximum(a(plain), b(plain)))
    assert_same(cpn.arctan2(a(array), b(array)), np.arctan2(a(plain), b(plain)), rtol=1e-14)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1, 1), (2, 1, 3, 1, 2)], ids=str)
def test_shapes(shape):
    plain = numbers("f4", shape)
    array = cpn.array(plain)
    assert_same(array + 1, plain + np.float32(1))
    assert_same(array * array, plain * plain)
    assert_same(cpn.where(array > 0, array, 0), np.where(plain > 0, plain, np.float32(0)))


@pytest.mark.parametrize("view", [lambda a: a, lambda a: a[::1, 1:], lambda a: a.T, lambda a: a[3], lambda a: a[:, 2]])
def test_results_go_into_views(view):
    plain = numbers("f8", (8, 8), seed=6)
    array = cpn.array(plain)
    cpn.multiply(view(array), 3.0, out=view(array))
    np.multiply(view(plain), 3.0, out=view(plain))
    assert_same(array, plain)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.__setitem__(Ellipsis, a.T),
        lambda a: a.__iadd__(a.T),
        lambda a: a.__imul__(a[0]),
        lambda a: a.__isub__(a[:, 1:2]),
        lambda a: a[1:].__iadd__(a[:-1]),
        lambda a: a[:-1].__iadd__(a[1:]),
        lambda a: a.__setitem__(slice(1, None), a[:-1]),
        lambda a: np.add(a, a.T, out=a),
        lambda a: np.subtract(a[1:, 1:], a[:-1, :-1], out=a[1:, :-1]),
    ],
)
def test_operands_that_overlap_the_result_are_read_first(change):
    plain = numbers("f8", (50, 50), seed=7)
    array = cpn.array(plain)
    change(array)
    change(plain)
    assert_same(array, plain)


def test_division_of_integers_by_zero_is_zero():
    for dtype in ("i1", "i8", "u4"):
        a, zero = cpn.array([5, 0, 7], dtype=dtype), cpn.zeros(3, dtype=dtype)
        for result in (a // zero, a % zero, cpn.fmod(a, zero), a // 0):
            assert_same(result, [0, 0, 0], dtype=False)
    lowest = cpn.array([-(2**63)])
    assert_same(lowest // -1, [-(2**63)])
    assert_same(lowest % -1, [0])


def test_signed_and_unsigned_numbers_are_compared_as_numbers():
    signed, unsigned = np.array([-1, 2**63 - 1, -(2**63), 5]), np.array([2**64 - 1, 2**63 - 1, 2**63, 4], dtype="u8")
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        compare = getattr(operator, name)
        expected = [compare(int(a), int(b)) for a, b in zip(signed, unsigned, strict=True)]
        assert_same(compare(cpn.array(signed), cpn.array(unsigned)), expected)
        expected = [compare(int(b), int(a)) for a, b in zip(signed, unsigned, strict=True)]
        assert_same(compare(cpn.array(unsigned), cpn.array(signed)), expected)


def test_integer_comparisons_beyond_the_type():
    a, plain = cpn.arange(3, dtype="u1"), np.arange(3, dtype="u1")
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        for number in (-1, 300, 2**70):
            assert_same(getattr(operator, name)(a, number), [getattr(operator, name)(int(x), number) for x in plain])


@pytest.mark.parametrize(
    "error, call",
    [
        (TypeError, lambda a: a - (a > 0) > (a > 0) - (a > 1)),
        (TypeError, lambda a: -(a > 0)),
        (ValueError, lambda a: cpn.array([1, 2]) ** -1),
        (ValueError, lambda a: cpn.array([1, 2]) ** cpn.array([1, -1])),
        (ValueError, lambda a: a + cpn.ones(3)),
        (ValueError, lambda a: cpn.add(a, 1, out=cpn.ones(3))),
        (TypeError, lambda a: cpn.add(a, 1.5, out=cpn.ones(4, dtype=int))),
        (TypeError, lambda a: cpn.add(a)),
        (TypeError, lambda a: cpn.bitwise_and(a, 1.5)),
        (NotImplementedError, lambda a: cpn.add(a, 1, where=a > 0)),
        (NotImplementedError, lambda a: divmod(a, 2)),
        (TypeError, lambda a: a < "text"),
    ],
)
def test_mistakes(error, call):
    with pytest.raises(error):
        call(cpn.ones(4))


def test_a_chosen_type():
    a, plain = cpn.arange(4), np.arange(4)
    assert_same(cpn.add(a, 1, dtype="f4"), np.add(plain, 1, dtype="f4"))
    assert_same(cpn.add(a, 1.5, dtype=int, casting="unsafe"), np.add(plain, 1.5, dtype=int, casting="unsafe"))
    with pytest.raises(TypeError):
        cpn.add(a, 1.5, dtype=int)
