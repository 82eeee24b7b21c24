# SPDX-License-Identifier: Apache-2.0
"""Products and Einstein sums against NumPy, with and without BLAS."""

import numpy as np
import pytest
from numpy_comparison import DTYPES, assert_same, numbers, tolerance

import cupynumeric as cpn

SHAPES = [
    ((7,), (7,)),
    ((5, 7), (7,)),
    ((5,), (5, 7)),
    ((5, 7), (7, 4)),
    ((1, 7), (7, 1)),
    ((5, 1), (1, 4)),
    ((300, 70), (70, 200)),
    ((70, 300), (300, 20)),
    ((3, 5, 7), (7,)),
    ((3, 5, 7), (7, 4)),
    ((2, 0), (0, 3)),
    ((0, 3), (3, 4)),
    ((40000,), (40000,)),
]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_dot(dtype, shapes):
    a, b = (numbers(dtype, shape, seed) for seed, shape in enumerate(shapes))
    rtol = 20 * tolerance(dtype)
    atol = rtol * 16 * max(shapes[0]) ** 0.5
    if dtype == np.float16:  # NumPy rounds after every step
        expected = np.dot(a.astype("f4"), b.astype("f4")).astype("f2")
    else:
        expected = np.dot(a, b)
    assert_same(cpn.dot(cpn.array(a), cpn.array(b)), expected, rtol=rtol, atol=atol)
    if a.ndim == b.ndim == 2:
        assert_same(cpn.dot(cpn.array(b).T, cpn.array(a).T), expected.T, rtol=rtol, atol=atol)


@pytest.mark.parametrize(
    "left, right",
    [
        ((3, 5, 7), (3, 7, 4)),
        ((3, 5, 7), (7, 4)),
        ((5, 7), (3, 7, 4)),
        ((1, 5, 7), (3, 7, 4)),
        ((2, 1, 5, 7), (3, 7, 4)),
        ((1, 1, 5, 7), (1, 7, 4)),
        ((7,), (3, 7, 4)),
        ((3, 5, 7), (7,)),
    ],
)
def test_matmul_of_batches(left, right):
    a, b = numbers("f8", left, 1), numbers("f8", right, 2)
    assert_same(cpn.array(a) @ cpn.array(b), a @ b, rtol=1e-13, atol=1e-13)


def test_operands_that_are_views():
    plain = numbers("f8", (40, 50))
    a = cpn.array(plain)
    assert_same(a[1:, 2:] @ a[:, 2:].T, plain[1:, 2:] @ plain[:, 2:].T, rtol=1e-13, atol=1e-12)
    assert_same(a.T @ a, plain.T @ plain, rtol=1e-13, atol=1e-12)
    assert_same(a[:, 3] @ a[:, 4], plain[:, 3] @ plain[:, 4], rtol=1e-13)
    wide, plain_wide = cpn.broadcast_to(a[0], (6, 50)), np.broadcast_to(plain[0], (6, 50))
    assert_same(wide @ a.T, plain_wide @ plain.T, rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize(
    "expression, shapes",
    [
        ("ij,jk->ik", [(4, 5), (5, 6)]),
        ("ij,jk", [(4, 5), (5, 6)]),
        ("ij,kj->ki", [(4, 5), (6, 5)]),
        ("kac,kbc->kab", [(3, 4, 5), (3, 6, 5)]),
        ("ij,ij->", [(4, 5), (4, 5)]),
        ("ij,ij->j", [(4, 5), (4, 5)]),
        ("i,j->ji", [(4,), (5,)]),
        ("ij,k->ik", [(4, 5), (6,)]),
        ("abc,cd->bda", [(2, 3, 4), (4, 5)]),
        ("ij->ji", [(4, 5)]),
        ("ij->", [(4, 5)]),
        ("ii->i", [(4, 4)]),
        ("ii", [(4, 4)]),
        ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]),
        ("ii,ij->j", [(4, 4), (4, 5)]),
    ],
)
def test_einsum(expression, shapes):
    plain = [numbers("f8", shape, seed) for seed, shape in enumerate(shapes)]
    got = cpn.einsum(expression, *map(cpn.array, plain))
    assert_same(got, np.einsum(expression, *plain), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(
    "call",
    [
        lambda: cpn.dot(cpn.ones((2, 3)), cpn.ones((2, 3))),
        lambda: cpn.ones(2) @ cpn.ones(3),
        lambda: cpn.ones((2, 2)) @ 3,
        lambda: cpn.einsum("ij,jk->ik", cpn.ones((2, 3)), cpn.ones((2, 3))),
        lambda: cpn.einsum("ij,jk->iz", cpn.ones((2, 2)), cpn.ones((2, 2))),
        lambda: cpn.einsum("ij->ij", cpn.ones(2)),
        lambda: cpn.dot(cpn.ones((2, 2)), cpn.ones((2, 2)), out=cpn.ones(2)),
    ],
)
def test_shapes_that_do_not_fit(call):
    with pytest.raises(ValueError):
        call()


def test_results_go_where_they_are_wanted():
    a, b = numbers("f8", (4, 5)), numbers("f8", (5, 6))
    out = cpn.zeros((6, 4))
    assert cpn.dot(cpn.array(b).T, cpn.array(a).T, out=out) is out
    assert_same(out.T, a @ b, rtol=1e-13, atol=1e-13)
    square = cpn.array(a[:, :4])
    square @= square
    assert_same(square, a[:, :4] @ a[:, :4], rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("ord", [None, 1, 2, 3, 0, np.inf, -np.inf])
def test_norms_of_vectors(ord):
    plain = numbers("f8", (6, 7))
    for axis in (0, 1):
        got = cpn.linalg.norm(cpn.array(plain), ord=ord, axis=axis)
        assert_same(got, np.linalg.norm(plain, ord=ord, axis=axis), rtol=1e-13)
    complex_one = numbers("c8", 9)
    assert_same(cpn.linalg.norm(cpn.array(complex_one), ord), np.linalg.norm(complex_one, ord), rtol=1e-5)


@pytest.mark.parametrize("ord", [None, "fro", 1, -1, np.inf, -np.inf])
@pytest.mark.parametrize("keepdims", [False, True])
def test_norms_of_matrices(ord, keepdims):
    plain = numbers("f8", (6, 7))
    got = cpn.linalg.norm(cpn.array(plain), ord=ord, axis=(0, 1), keepdims=keepdims)
    assert_same(got, np.linalg.norm(plain, ord=ord, axis=(0, 1), keepdims=keepdims), rtol=1e-13)
