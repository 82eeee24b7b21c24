# SPDX-License-Identifier: Apache-2.0
"""Making, indexing, viewing and rearranging arrays; a random program against NumPy."""

import copy
import pickle

import numpy as np
import pytest
from numpy_comparison import DTYPES, assert_same, numbers

import cupynumeric as cpn
from legate.core import get_legate_runtime

alone = pytest.mark.skipif(get_legate_runtime().node_count > 1, reason="memory of one process")


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (5,), (0,), (3, 4), (2, 0, 3), (300, 70)], ids=str)
def test_arrays_of_all_types_keep_their_elements(dtype, shape):
    plain = np.asarray(numbers(dtype, shape))
    array = cpn.array(plain)
    assert (array.shape, array.dtype, array.size, array.nbytes) == (plain.shape, plain.dtype, plain.size, plain.nbytes)
    assert_same(array, plain)
    assert_same(array.T, plain.T)
    if plain.size:
        assert_same(cpn.full(shape, plain.flat[0], dtype), np.full(shape, plain.flat[0]))
    assert str(array) == str(plain) and repr(array) == repr(plain)
    assert_same(pickle.loads(pickle.dumps(array)), plain)
    assert_same(copy.deepcopy(array), plain)


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d.kind != "b"], ids=str)
def test_arange(dtype):
    for arguments in [(100,), (3, 90), (2, 100, 7)]:
        assert_same(cpn.arange(*arguments, dtype=dtype), np.arange(*arguments, dtype=dtype))
    assert_same(cpn.arange(0, 1, 0.1), np.arange(0, 1, 0.1))
    assert_same(cpn.arange(5, -5, -3), np.arange(5, -5, -3))
    with pytest.raises(ZeroDivisionError):
        cpn.arange(0, 5, 0)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape, k", [((4, 4), 0), ((3, 70), 5), ((200, 150), -7), ((2, 3), 9)])
def test_eye(dtype, shape, k):
    assert_same(cpn.eye(*shape, k=k, dtype=dtype), np.eye(*shape, k=k, dtype=dtype))


def test_sources_are_copied():
    plain = np.arange(100000.0)
    array, sum_with = cpn.array(plain), cpn.zeros(100000)
    sum_with += plain
    plain[:] = -1
    assert_same(array, np.arange(100000.0))
    assert_same(sum_with, np.arange(100000.0))


@alone
def test_asarray_shares_the_memory_of_a_numpy_array():
    plain = np.arange(1000.0)
    array = cpn.asarray(plain)
    array += 1
    assert_same(array, np.arange(1.0, 1001.0))
    assert plain[0] == 1.0
    part = cpn.asarray(plain[::2])  # does not own its data: a copy
    plain[:] = 7
    assert float(part[0]) == 1.0


@pytest.mark.parametrize(
    "error, call",
    [
        (ValueError, lambda: cpn.zeros(-1)),
        (TypeError, lambda: cpn.zeros(2.5)),
        (IndexError, lambda: cpn.zeros((1,) * 7)),
        (IndexError, lambda: cpn.array(np.zeros((1,) * 7))),
        (TypeError, lambda: cpn.array(["text"])),
        (TypeError, lambda: cpn.zeros(3, dtype=object)),
        (ValueError, lambda: cpn.array([[1], [2, 3]])),
        (IndexError, lambda: cpn.ones(3)[3]),
        (IndexError, lambda: cpn.ones((2, 3))[0, 0, 0]),
        (IndexError, lambda: cpn.ones(3)[[5]]),
        (IndexError, lambda: cpn.ones(3)["x"]),
        (TypeError, lambda: cpn.ones(3)[cpn.ones(1)]),
        (NotImplementedError, lambda: cpn.ones(9)[::2]),
        (ValueError, lambda: cpn.ones(3).__setitem__(slice(None), [1, 2])),
        (ValueError, lambda: cpn.ones((2, 3)).__setitem__(0, np.ones((2, 3)))),
        (ValueError, lambda: cpn.broadcast_to(cpn.ones(3), (2, 3)).fill(0)),
        (ValueError, lambda: cpn.broadcast_to(cpn.ones(3), (2, 4))),
        (ValueError, lambda: cpn.ones(6).reshape(4, 2)),
        (ValueError, lambda: cpn.transpose(cpn.ones((2, 3)), (0, 0))),
        (NotImplementedError, lambda: cpn.ones(2).base),
        (TypeError, lambda: hash(cpn.ones(2))),
        (TypeError, lambda: float(cpn.ones(2))),
        (TypeError, lambda: len(cpn.array(1))),
        (ValueError, lambda: bool(cpn.ones(2))),
    ],
)
def test_mistakes(error, call):
    with pytest.raises(error):
        call()


SHAPES = [(24,), (2, 12), (4, 6), (2, 3, 4), (1, 24, 1), (2, 2, 3, 2), (24, 1)]


@pytest.mark.parametrize("after", SHAPES, ids=str)
@pytest.mark.parametrize("before", SHAPES, ids=str)
def test_reshape(before, after):
    plain = np.arange(24).reshape(before)
    assert_same(cpn.arange(24).reshape(before).reshape(after), plain.reshape(after))
    assert_same(cpn.array(plain).T.reshape(after), plain.T.reshape(after))


@pytest.mark.parametrize("before, after", [((60000,), (300, 200)), ((300, 200), (60000,)), ((300, 200), (150, 400))])
def test_reshape_of_what_is_split(before, after):
    array, plain = cpn.arange(60000).reshape(before), np.arange(60000).reshape(before)
    array *= 3
    assert_same(array.reshape(after), 3 * plain.reshape(after))
    assert_same(array[1:].reshape(-1), 3 * plain[1:].reshape(-1))
    part = (slice(1, -1), slice(2, None))[: len(after)]
    assert_same(array.reshape(after)[part], 3 * plain.reshape(after)[part])


def test_masks():
    plain = numbers("f8", (50, 60))
    array = cpn.array(plain)
    for target, module in ((array, cpn), (plain, np)):
        target[target > 3] = 0
        target[target < -3] += 1
        target[module.array([True, False] * 25)] = 5
        target[:, [1, 3]] = 7
    assert_same(array, plain)
    assert_same(array[array > 1], plain[plain > 1])


def test_tile_and_diag():
    plain = np.arange(12).reshape(3, 4)
    for reps in (3, (2, 1), (2, 3), (2, 1, 3), (5, 0), (1, 1)):
        assert_same(cpn.tile(cpn.array(plain), reps), np.tile(plain, reps))
    for k in (-2, 0, 1, 7):
        assert_same(cpn.diag(cpn.array(plain[0]), k), np.diag(plain[0], k))
        assert_same(cpn.diag(cpn.array(plain), k), np.diag(plain, k))


class RandomProgram:
    """Makes the same random steps on arrays of both modules."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.pairs = []

    def choose(self, *options):
        return options[self.random.integers(len(options))]

    def new(self):
        shape = tuple(int(n) for n in self.random.integers(1, 9, self.random.integers(1, 4)))
        plain = self.random.integers(-9, 10, shape)
        if self.random.integers(2):
            plain = plain.astype(float)
        self.pairs.append((cpn.array(plain), plain.copy()))

    def index(self, shape):
        """An index that makes a view with at least one dimension."""
        key = []
        for i, extent in enumerate(shape):
            start = int(self.random.integers(extent))
            whole = slice(start, int(self.random.integers(start + 1, extent + 1)))
            can_drop = sum(isinstance(k, slice) for k in key) + len(shape) - i > 1
            key.append(self.choose(whole, whole, slice(None), start - extent if can_drop else whole))
        if len(shape) < 4 and self.random.integers(4) == 0:
            key.insert(int(self.random.integers(len(key) + 1)), None)
        return tuple(key)

    def pair(self):
        array, plain = self.pairs[self.random.integers(len(self.pairs))]
        if self.random.integers(2):
            key = self.index(plain.shape)
            array, plain = array[key], plain[key]
        if self.random.integers(4) == 0:
            array, plain = array.T, plain.T
        return array, plain

    def operand_for(self, shape):
        """Something that can be broadcast to a shape: often a view of the same arrays."""
        for _ in range(20):
            array, plain = self.pair()
            try:
                if np.broadcast_shapes(plain.shape, shape) == shape:
                    return array, plain
            except ValueError:
                pass
        number = int(self.random.integers(-3, 4))
        return number, number

    def step(self):
        array, plain = self.pair()
        other, plain_other = self.operand_for(plain.shape)
        name = self.choose("add", "subtract", "multiply", "maximum", "minimum")
        kind = self.random.integers(7)
        if kind == 0:
            self.pairs.append((getattr(cpn, name)(array, other), getattr(np, name)(plain, plain_other)))
        elif kind == 1:
            array[...] = other
            plain[...] = plain_other
        elif kind == 2 and np.result_type(plain, plain_other) == plain.dtype:
            getattr(cpn, name)(array, other, out=array)
            getattr(np, name)(plain, plain_other, out=plain)
        elif kind == 3:
            axis = int(self.random.integers(plain.ndim))
            reduce = self.choose("sum", "max", "min")
            if plain.ndim > 1:
                self.pairs.append((getattr(array, reduce)(axis=axis), getattr(plain, reduce)(axis=axis)))
        elif kind == 4:
            self.pairs.append((cpn.where(array > other, array, other), np.where(plain > plain_other, plain, plain_other)))
        elif kind == 5:
            self.pairs.append((array.reshape(-1).copy(), plain.reshape(-1).copy()))
        else:
            self.pairs.append((array % 7, plain % 7))
        if len(self.pairs) > 6:
            self.pairs.pop(0)

    def run(self, steps):
        for _ in range(3):
            self.new()
        for _ in range(steps):
            if self.random.integers(10) == 0:
                self.new()
            self.step()
            array, plain = self.pairs[-1]
            if self.random.integers(3) == 0:
                assert_same(array, plain)
        for array, plain in self.pairs:
            assert_same(array, plain)


@pytest.mark.parametrize("seed", range(40))
def test_random_programs(seed):
    with np.errstate(all="ignore"):
        RandomProgram(seed).run(60)


def test_the_flag_writeable_can_be_cleared():
    array = cpn.zeros(5)
    view = array[1:]
    array.flags.writeable = False
    assert not array.flags["WRITEABLE"] and array.copy().flags.writeable
    with pytest.raises(ValueError, match="not writeable"):
        array[0] = 1
    with pytest.raises(ValueError, match="not writeable"):
        array += 1
    assert not array[2:].flags.writeable
    view[0] = 3  # made before: NumPy lets it
    assert_same(array, np.array([0.0, 3, 0, 0, 0]))
    array.flags.writeable = True
    array[0] = 1
    assert_same(array, np.array([1.0, 3, 0, 0, 0]))
    with pytest.raises(ValueError, match="WRITEABLE"):
        cpn.broadcast_to(array, (2, 5)).flags.writeable = True
    with pytest.raises(AttributeError):
        array.flags.owndata = False


def test_extents_may_be_arrays_without_dimensions():
    assert cpn.zeros(cpn.arange(5)[3]).shape == (3,) and cpn.ones((cpn.arange(5)[2], 2)).shape == (2, 2)


@pytest.mark.parametrize("decimals", [0, 1, 3, -1])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "u2"])
def test_round(dtype, decimals):
    plain = np.array([0.5, 1.5, 2.25, 15, 25, 123.4565]).astype(dtype)
    array = cpn.array(plain)
    for result in (cpn.round(array, decimals), array.round(decimals), np.round(array, decimals)):
        assert type(result) is cpn.ndarray
        assert_same(result, np.round(plain, decimals), rtol=1e-6)
    out = cpn.zeros(plain.shape, plain.dtype)
    assert cpn.round(array, decimals, out=out) is out
    assert_same(out, np.round(plain, decimals), rtol=1e-6)


def test_what_only_numpy_has_is_told():
    with pytest.raises(AttributeError, match="numpy.interp takes numpy.asarray"):
        cpn.interp
    with pytest.raises(AttributeError, match="no attribute 'nothing'$"):
        cpn.nothing
    with pytest.raises(NotImplementedError, match="numpy.asarray"):
        np.interp(cpn.zeros(3), cpn.zeros(3), cpn.zeros(3))
