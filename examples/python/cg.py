#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Solves a sparse system with conjugate gradients: the stiffness matrix of a plate, from a Matrix Market file.

    legate --cpus 2 cg.py [--matrix FILE] [--tolerance T] [--check]

The matrix is kept by rows, each row padded to the longest one, so that a piece of the rows is a piece of every store.
The iteration never waits for a number: steps and dot products stay in stores, and only every tenth iteration looks at
the residual. Source: M. R. Hestenes and E. Stiefel, Methods of Conjugate Gradients for Solving Linear Systems, 1952.
"""

import argparse
import pathlib
import sys
import time

import numpy as np

from legate.core import align, broadcast, get_legate_runtime, types
from legate.core.task import ADD, InputStore, OutputStore, ReductionStore, task

runtime = get_legate_runtime()


def read_matrix_market(path):
    """The rows, columns and values of a symmetric matrix in coordinate format, both triangles, and its size."""
    with open(path) as file:
        header = file.readline().split()
        if header[:3] != ["%%MatrixMarket", "matrix", "coordinate"] or header[4] != "symmetric":
            sys.exit(f"{path}: expected a symmetric matrix in coordinate format, found {' '.join(header)}")
        entries = np.array([line.split() for line in file if not line.startswith("%")][1:], dtype=float)
    row, column, value = entries[:, 0].astype(int) - 1, entries[:, 1].astype(int) - 1, entries[:, 2]
    mirrored = row != column
    rows = np.concatenate([row, column[mirrored]])
    columns = np.concatenate([column, row[mirrored]])
    return rows, columns, np.concatenate([value, value[mirrored]]), int(rows.max()) + 1


def padded_rows(rows, columns, values, size):
    """Columns and values of each row, side by side; padded with zeros in column 0."""
    order = np.argsort(rows, kind="stable")
    rows, columns, values = rows[order], columns[order], values[order]
    counts = np.bincount(rows, minlength=size)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    shape = size, int(counts.max())
    where, what = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    where[rows, place], what[rows, place] = columns, values
    return where, what


def make_store(array):
    store = runtime.create_store(types.Type.from_numpy_dtype(array.dtype), shape=array.shape)
    np.asarray(store.get_physical_store())[...] = array
    return store


def scalar():
    """A number that tasks write: one element."""
    store = runtime.create_store(types.float64, shape=(1,))
    store.fill(0.0)
    return store


# Rows may be split, the entries of a row may not; and everybody sees all of the vector that is multiplied. The result
# comes with a second dimension, in which it only repeats, so that it can be aligned with the matrix.
@task(constraints=[align("values", "columns", "y"), broadcast("values", (1,)), broadcast("x")])
def multiply(columns: InputStore, values: InputStore, x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[:, 0] = (np.asarray(values) * np.asarray(x)[np.asarray(columns)]).sum(axis=1)


@task(constraints=[align("x", "y"), broadcast("result")])
def dot(x: InputStore, y: InputStore, result: ReductionStore[ADD]) -> None:
    np.asarray(result)[:] += np.dot(np.asarray(x), np.asarray(y))


@task(constraints=[align("x", "y", "out"), broadcast("over"), broadcast("under")])
def add_scaled(x: InputStore, y: InputStore, over: InputStore, under: InputStore, out: OutputStore, sign: int) -> None:
    """out = x + sign * (over / under) * y"""
    factor = sign * np.asarray(over)[0] / np.asarray(under)[0]
    np.asarray(out)[:] = np.asarray(x) + factor * np.asarray(y)


def product(x, y):
    result = scalar()
    dot(x, y, result)
    return result


def solve(columns, values, b, tolerance):
    """The solution of A x = b, and the number of iterations."""
    x, r, p = (make_store(array) for array in (np.zeros_like(b), b, b))
    q = make_store(np.zeros_like(b))
    rr = product(r, r)
    limit = tolerance**2 * float(np.dot(b, b))
    for iteration in range(1, 10 * len(b)):
        multiply(columns, values, p, q.promote(1, values.extents[1]))
        pq = product(p, q)
        add_scaled(x, p, rr, pq, x, 1)
        add_scaled(r, q, rr, pq, r, -1)
        previous, rr = rr, product(r, r)
        add_scaled(r, p, rr, previous, p, 1)
        if iteration % 10 == 0 and np.asarray(rr.get_physical_store())[0] <= limit:
            break
    return np.asarray(x.get_physical_store()), iteration


def main():
    data = pathlib.Path(__file__).resolve().parent.parent / "data" / "plate.mtx"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matrix", default=data)
    parser.add_argument("--tolerance", type=float, default=1e-10)
    parser.add_argument("--check", action="store_true", help="compare with a dense solver")
    arguments = parser.parse_args()

    rows, columns, values, size = read_matrix_market(arguments.matrix)
    expected = np.sin(np.arange(size))
    b = np.bincount(rows, weights=values * expected[columns], minlength=size)
    where, what = (make_store(array) for array in padded_rows(rows, columns, values, size))

    start = time.perf_counter()
    x, iterations = solve(where, what, b, arguments.tolerance)
    elapsed = time.perf_counter() - start
    error = np.abs(x - expected).max()
    print(f"{size} unknowns, {len(rows)} entries: {iterations} iterations, {1e3 * elapsed:.1f} ms, largest error {error:.1e}")
    if arguments.check:
        dense = np.zeros((size, size))
        np.add.at(dense, (rows, columns), values)
        reference = np.linalg.solve(dense, b)
        right = np.allclose(x, reference, rtol=0, atol=1e-6 * np.abs(reference).max())
        print("the result is right" if right else "THE RESULT IS WRONG")
        sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
