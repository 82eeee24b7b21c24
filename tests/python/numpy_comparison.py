# SPDX-License-Identifier: Apache-2.0
"""What the tests of cupynumeric share: inputs of all types, and the comparison with NumPy."""

import numpy as np

DTYPES = [np.dtype(c) for c in "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()]
#: How far apart results of one function may be, relative to them, by type of the result.
TOLERANCE = {"f2": 2e-3, "f4": 2e-6, "f8": 1e-13, "c8": 4e-6, "c16": 1e-13}


def numbers(dtype, shape, seed=0):
    """Random elements with all kinds of values that a type has, but small enough not to overflow when squared."""
    generator = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape) > 0
    if dtype.kind in "iu":
        return generator.integers(0 if dtype.kind == "u" else -11, 12, shape).astype(dtype)
    if dtype.kind == "f":
        return generator.uniform(-4, 4, shape).astype(dtype)
    return (generator.uniform(-4, 4, shape) + 1j * generator.uniform(-4, 4, shape)).astype(dtype)


def assert_same(got, expected, rtol=0.0, atol=0.0, dtype=True):
    """Shape, type and elements are those of NumPy's result; NaN equals NaN."""
    got, expected = np.array(got), np.asarray(expected)
    assert got.shape == expected.shape
    if dtype:
        assert got.dtype == expected.dtype
    if rtol or atol:
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)
    else:
        np.testing.assert_array_equal(got, expected)


def tolerance(dtype):
    """0 for exact types."""
    return TOLERANCE.get(np.dtype(dtype).str[1:], 0.0)
