# SPDX-License-Identifier: Apache-2.0
"""Random numbers: the generator's published test vectors, independence of the split, distributions."""

import functools

import numpy as np
import pytest

import cupynumeric as cpn
from legate.core import ParallelPolicy, Scope


def philox(counter, key):
    """Philox4x32-10, written down again from the publication, with whole numbers."""
    a, b, c, d = counter
    for i in range(10):
        k0, k1 = (key[0] + i * 0x9E3779B9) % 2**32, (key[1] + i * 0xBB67AE85) % 2**32
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ k0, q % 2**32, (p >> 32) ^ d ^ k1, p % 2**32
    return a, b, c, d


@functools.cache
def words(seed, call, count):
    """The random bits of the first elements, 64 each."""
    result = []
    for block in range((count + 1) // 2):
        a, b, c, d = philox((block, 0, call % 2**32, call >> 32), (seed % 2**32, seed >> 32))
        result += [b << 32 | a, d << 32 | c]
    return result[:count]


def test_the_reference_itself_gives_the_published_numbers():
    assert philox((0, 0, 0, 0), (0, 0)) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    ones = 2**32 - 1
    assert philox((ones,) * 4, (ones,) * 2) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)


@pytest.mark.parametrize("seed", [0, 7, 2**63 + 12345])
def test_elements_are_those_of_philox(seed):
    generator = cpn.random.default_rng(seed)
    bits = np.array(generator.integers(0, 2**64, size=(7, 5), dtype=np.uint64))
    assert bits.ravel().tolist() == words(seed, 0, 35)
    doubles = np.array(generator.random(11))
    assert doubles.tolist() == [(word >> 11) * 2.0**-53 for word in words(seed, 1, 11)]
    small = np.array(generator.integers(-5, 5, size=9))
    assert small.tolist() == [-5 + (word * 10 >> 64) for word in words(seed, 2, 9)]


@pytest.mark.parametrize("factor", [1, 2, 7])
def test_numbers_do_not_depend_on_the_split(factor):
    policy = ParallelPolicy(overdecompose_factor=factor)
    with Scope(parallel_policy=policy):
        drawn = np.array(cpn.random.default_rng(3).integers(0, 2**64, size=(300, 333), dtype=np.uint64))
    expected = words(3, 0, 333 * 300)
    assert drawn.ravel().tolist() == expected


def test_seeds_start_anew():
    cpn.random.seed(42)
    first = np.array(cpn.random.rand(100))
    second = np.array(cpn.random.rand(100))
    cpn.random.seed(42)
    assert np.array_equal(first, cpn.random.rand(100)) and not np.array_equal(first, second)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_uniform_numbers(dtype):
    drawn = np.array(cpn.random.uniform(-2.0, 3.0, 100000, dtype=dtype)).astype(float)
    assert -2.0 <= drawn.min() and drawn.max() <= 3.0
    counts, _ = np.histogram(drawn, bins=20, range=(-2.0, 3.0))
    assert np.all(np.abs(counts - 5000) < 500)  # 7 standard deviations


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_unit_interval_without_its_end(dtype):
    drawn = np.array(cpn.random.default_rng(1).random(200000, dtype=dtype))
    assert drawn.dtype == np.dtype(dtype) and drawn.min() >= 0.0 and drawn.max() < 1.0


def test_normal_numbers():
    drawn = np.array(cpn.random.default_rng(2).normal(10.0, 2.0, 200000))
    z = (drawn - 10.0) / 2.0
    # Moments of the standard normal distribution: 0, 1, 0, 3; the bounds are some standard deviations of their means.
    for power, moment, bound in ((1, 0.0, 0.015), (2, 1.0, 0.02), (3, 0.0, 0.06), (4, 3.0, 0.15)):
        assert abs((z**power).mean() - moment) < bound
    assert abs(np.mean(np.abs(z) < 1.0) - 0.6827) < 0.006


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u4", "u8"])
def test_integers_of_all_types(dtype):
    drawn = np.array(cpn.random.randint(1, 100, size=20000, dtype=dtype))
    assert drawn.dtype == np.dtype(dtype) and set(drawn.tolist()) == set(range(1, 100))


@pytest.mark.parametrize(
    "error, call",
    [
        (ValueError, lambda: cpn.random.randint(5, 5, 3)),
        (ValueError, lambda: cpn.random.randint(0, 300, 3, dtype="i1")),
        (NotImplementedError, lambda: cpn.random.randint(0.5, 3, 3)),
        (NotImplementedError, lambda: cpn.random.randint(0, 3, 3, dtype="f8")),
        (TypeError, lambda: cpn.random.randint(0, 3, [3])),
        (TypeError, lambda: cpn.random.uniform(dtype="i4")),
    ],
)
def test_mistakes(error, call):
    with pytest.raises(error):
        call()
