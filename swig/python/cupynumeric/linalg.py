# SPDX-License-Identifier: Apache-2.0
"""Linear algebra. All functions but `norm` gather their operands and leave the work to NumPy's LAPACK."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ._assignment import as_array
from ._creation import array
from ._gathered import gathering
from ._ndarray import ndarray, number_of_axis
from ._products import matmul
from ._protocol import to_numpy
from ._reductions import amax, amin, normalized_axes
from ._reductions import sum as sum_of
from ._ufunc import UFUNCS

__all__ = ["LinAlgError", "cholesky", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq", "matrix_power"]
__all__ += ["matrix_rank", "norm", "pinv", "qr", "slogdet", "solve", "svd", "tssvd"]

LinAlgError = np.linalg.LinAlgError

det = gathering(np.linalg.det)
slogdet = gathering(np.linalg.slogdet)
inv = gathering(np.linalg.inv)
pinv = gathering(np.linalg.pinv)
eigvals = gathering(np.linalg.eigvals)
eigvalsh = gathering(np.linalg.eigvalsh)
lstsq = gathering(np.linalg.lstsq)
matrix_rank = gathering(np.linalg.matrix_rank)


def _parts(result: Any) -> tuple[ndarray, ...]:
    return tuple(array(part) for part in result)


def eig(a: Any) -> tuple[ndarray, ...]:
    """Eigenvalues and eigenvectors; see `numpy.linalg.eig`."""
    return _parts(np.linalg.eig(to_numpy(a)))


def eigh(a: Any, UPLO: str = "L") -> tuple[ndarray, ...]:
    """Eigenvalues and eigenvectors of a Hermitian matrix; see `numpy.linalg.eigh`."""
    return _parts(np.linalg.eigh(to_numpy(a), UPLO))


def solve(a: Any, b: Any, out: Any = None) -> ndarray:
    """
    The solution x of ``a @ x = b``; `b` is a vector or a matrix of several, or batches of matrices.

    Raises
    ------
    LinAlgError
        If a matrix is singular or not square.
    ValueError
        If the lengths differ.
    """
    return gathering(np.linalg.solve)(a, b, out=out)


def cholesky(a: Any, upper: bool = False) -> ndarray:
    """
    The lower (or upper) triangular factor of a Hermitian, positive definite matrix.

    Raises
    ------
    LinAlgError
        If it is not positive definite.
    ValueError
        If it is not square.
    """
    plain = np.asarray(to_numpy(a))
    if plain.ndim < 2 or plain.shape[-1] != plain.shape[-2]:
        raise ValueError(f"cholesky: the matrix must be square, not of shape {plain.shape}")
    factor = np.linalg.cholesky(plain)
    return array(np.swapaxes(factor.conj(), -1, -2) if upper else factor)


def qr(a: Any) -> tuple[ndarray, ...]:
    """The reduced factors of a matrix: orthonormal columns and an upper triangle."""
    return _parts(np.linalg.qr(to_numpy(a)))


def svd(a: Any, full_matrices: bool = True) -> tuple[ndarray, ...]:
    """The singular value decomposition: u, s and vh."""
    return _parts(np.linalg.svd(to_numpy(a), full_matrices=full_matrices))


def tssvd(a: Any) -> tuple[ndarray, ...]:
    """The reduced singular value decomposition of a tall matrix: u, s and vh."""
    return svd(a, full_matrices=False)


def matrix_power(a: Any, n: int) -> ndarray:
    """A square matrix multiplied with itself `n` times; its inverse for negative `n`."""
    a = as_array(a)
    if n <= 0:
        return gathering(np.linalg.matrix_power)(a, n)
    result = a
    for bit in bin(n)[3:]:
        result = matmul(result, result)
        if bit == "1":
            result = matmul(result, a)
    return result if n > 1 else a.copy()


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> ndarray:
    """
    The norm of a vector or matrix, or of each vector or matrix along one or two axes.

    Parameters
    ----------
    ord
        None for the square root of the sum of squares. Of vectors any number, inf or -inf; of matrices 1, -1, inf,
        -inf or "fro".
    axis
        An axis for vectors, two for matrices, None for all of `x`.

    Raises
    ------
    NotImplementedError
        For other norms of matrices.
    ValueError
        For `ord` or `axis` without meaning.
    """
    x = as_array(x)
    if x.dtype.kind in "biu":
        x = x.astype(np.float64)
    if axis is None and ord is None:
        return _root_of_squares(x, tuple(range(x.ndim)), keepdims)
    axes = tuple(range(x.ndim)) if axis is None else axis
    axes = axes if isinstance(axes, (tuple, list)) else (axes,)
    if len(axes) == 1:
        return _vector_norm(x, ord, number_of_axis(axes[0], x.ndim), keepdims)
    if len(axes) == 2:
        normalized_axes(tuple(axes), x.ndim)
        return _matrix_norm(x, ord, number_of_axis(axes[0], x.ndim), number_of_axis(axes[1], x.ndim), keepdims)
    raise ValueError(f"Improper number of dimensions to norm: {len(axes)}")


def _root_of_squares(x: ndarray, axes: tuple[int, ...], keepdims: bool) -> ndarray:
    magnitude = UFUNCS["absolute"](x) if x.dtype.kind == "c" else x
    return UFUNCS["sqrt"](sum_of(UFUNCS["square"](magnitude), axes, keepdims=keepdims))


def _vector_norm(x: ndarray, ord: Any, axis: int, keepdims: bool) -> ndarray:
    if ord is None or ord == 2:
        return _root_of_squares(x, (axis,), keepdims)
    magnitude = UFUNCS["absolute"](x)
    if ord in (math.inf, -math.inf):
        return (amax if ord > 0 else amin)(magnitude, axis, keepdims=keepdims)
    if ord == 0:
        return sum_of((x != 0).astype(magnitude.dtype), axis, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order {ord!r} for vectors")
    if ord == 1:
        return sum_of(magnitude, axis, keepdims=keepdims)
    return sum_of(magnitude**ord, axis, keepdims=keepdims) ** (1.0 / ord)


def _matrix_norm(x: ndarray, ord: Any, row_axis: int, column_axis: int, keepdims: bool) -> ndarray:
    if ord in (None, "fro", "f"):
        return _root_of_squares(x, tuple(sorted((row_axis, column_axis))), keepdims)
    if ord not in (1, -1, math.inf, -math.inf):
        raise NotImplementedError(f"norm: order {ord!r} of matrices is not supported")
    summed, compared = (row_axis, column_axis) if abs(ord) == 1 else (column_axis, row_axis)
    sums = sum_of(UFUNCS["absolute"](x), summed, keepdims=True)
    result = (amax if ord > 0 else amin)(sums, compared, keepdims=True)
    if keepdims:
        return result
    for axis in sorted((row_axis, column_axis), reverse=True):
        result = result._projected(axis, 0)
    return result


