# SPDX-License-Identifier: Apache-2.0
"""Functions that work element by element, with NumPy's types and casting rules."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from legate.core import Scalar

from . import _launch
from ._assignment import as_array, separated
from ._library import checked_dtype, has_operation, scalar_of
from ._ndarray import ndarray
from ._resolution import PROMOTES_BY_DTYPE, Kind, resolve

_PYTHON_NUMBERS = (int, float, complex)


def _kind_of(operand: Any, others: Sequence[Any]) -> Kind:
    """What decides about the types: a dtype, or the class of a Python number."""
    if isinstance(operand, ndarray) or (PROMOTES_BY_DTYPE and isinstance(operand, np.generic)):
        return operand.dtype
    if isinstance(operand, (bool, np.bool_)):
        return np.dtype(bool)
    if PROMOTES_BY_DTYPE:
        return next(kind for kind in _PYTHON_NUMBERS if isinstance(operand, kind))
    # The dtype in which the number does not change that of the arrays beside it.
    arrays = [other.dtype for other in others if isinstance(other, ndarray)]
    return np.result_type(operand, *(np.empty(1, dtype) for dtype in arrays)) if arrays else np.result_type(operand)


def result_shape(operands: Sequence[Any]) -> tuple[int, ...]:
    """
    The shape that arrays have together.

    Raises
    ------
    ValueError
        If they cannot be broadcast to one shape.
    """
    shape: tuple[int, ...] | None = None
    for operand in operands:
        if not isinstance(operand, ndarray) or operand._shape == shape:
            continue
        shape = operand._shape if shape is None else np.broadcast_shapes(shape, operand._shape)
    return () if shape is None else shape


class ufunc:
    """
    A function of one or two arrays, element by element.

    Parameters
    ----------
    name
        NumPy's name of it, and that of the operation.
    """

    def __init__(self, name: str) -> None:
        self._numpy: np.ufunc = getattr(np, name)
        self.__name__ = name
        self.__doc__ = f"Element by element; see `numpy.{name}`."
        self.nin = self._numpy.nin
        self.nout = self._numpy.nout
        self.nargs = self.nin + self.nout
        self._resolved: dict[Any, tuple[str, tuple[np.dtype, ...]]] = {}

    def __repr__(self) -> str:
        return f"<ufunc {self.__name__}>"

    @property
    def types(self) -> list[str]:
        """The loops of NumPy's function."""
        return self._numpy.types

    def __call__(
        self,
        *arguments: Any,
        out: Any = None,
        where: Any = True,
        casting: str = "same_kind",
        order: str = "K",
        dtype: Any = None,
    ) -> Any:
        """
        Applies the function.

        Parameters
        ----------
        arguments
            Arrays, sequences or numbers, which are broadcast to one shape; after them optionally `out`.
        out
            The array that takes the results: of this module or of NumPy, or a tuple of one.
        where
            Only True.
        casting
            How results may be cast to `out`, and operands to `dtype`.
        dtype
            The type of the result.

        Raises
        ------
        TypeError
            For the wrong number of arguments, types that the function does not take, or a cast that is not allowed.
        ValueError
            For shapes that do not fit, or `out` being read-only.
        """
        if len(arguments) != self.nin:
            arguments, out = self._split(arguments, out)
        if where is not True:
            raise NotImplementedError(f"{self.__name__}: the argument where is not supported")
        if isinstance(out, tuple):
            (out,) = out
        operands = [
            x if isinstance(x, (ndarray, int, float, complex, np.generic)) else as_array(x) for x in arguments
        ]
        if not isinstance(out, ndarray) and out is not None:
            return self._into_numpy(operands, out, casting, dtype)
        return self._apply(operands, out, casting, None if dtype is None else checked_dtype(dtype))

    def _split(self, arguments: tuple[Any, ...], out: Any) -> tuple[tuple[Any, ...], Any]:
        if len(arguments) == self.nargs and out is None:
            return arguments[: self.nin], arguments[self.nin]
        raise TypeError(
            f"{self.__name__}() takes from {self.nin} to {self.nargs} positional arguments, "
            f"but {len(arguments)} were given"
        )

    def _into_numpy(self, operands: list[Any], out: np.ndarray, casting: str, dtype: Any) -> np.ndarray:
        result = self(*operands, casting=casting, dtype=dtype)
        if result.shape != out.shape:
            raise ValueError(f"{self.__name__}: out has shape {out.shape}, the result {result.shape}")
        np.copyto(out, result.__array__(), casting=casting)
        return out

    def _types(self, operands: Sequence[Any], dtype: np.dtype | None, casting: str) -> tuple[str, tuple[np.dtype, ...]]:
        """The operation to launch and the dtypes of inputs and output."""
        kinds = tuple([_kind_of(operand, operands) for operand in operands])
        key = (kinds, dtype, casting)
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = self._resolve(kinds, dtype, casting)
        return found

    def _resolve(
        self, kinds: tuple[Kind, ...], dtype: np.dtype | None, casting: str
    ) -> tuple[str, tuple[np.dtype, ...]]:
        if self.__name__ in ("subtract", "negative") and all(kind == np.dtype(bool) for kind in kinds):
            raise TypeError(f"{self.__name__} of booleans is not defined; use logical_xor or logical_not")
        resolved = resolve(self._numpy, kinds, dtype, casting)
        computed = resolved[0]
        if has_operation(self.__name__, computed):
            return self.__name__, resolved
        if computed.kind in "biu" and self.__name__ in ("floor", "ceil", "trunc", "rint"):
            return "copy", resolved
        if computed.kind in "biu" and self.__name__ in ("isnan", "isinf", "isfinite", "signbit"):
            return self.__name__, (np.dtype(np.float64), resolved[-1])  # classes of numbers survive the conversion
        raise NotImplementedError(f"{self.__name__} of {', '.join(str(kind) for kind in kinds)}")

    def _apply(self, operands: list[Any], out: ndarray | None, casting: str, dtype: np.dtype | None) -> ndarray:
        operation, types = self._types(operands, dtype, casting)
        if operation == "power":
            operation, operands, types = _checked_power(operands, types)
        elif operation in _COMPARISONS_OF_NUMBERS and types[0].kind in "iu":
            if types[0] != types[1]:
                return self._compare_mixed(operands, types, out, casting)
            decided = _decided_comparison(operation, operands, types[0])
            if decided is not None:
                operation, operands = "not_equal", decided
        shape = result_shape(operands)
        result_type = types[-1]
        target = self._target(shape, result_type, out, casting)
        inputs = [_operand(x, types[i], shape, target) for i, x in enumerate(operands)]
        _launch.elementwise(operation, types[0], target, inputs)
        if out is None or target is out:
            return target
        out[...] = target
        return out

    def _compare_mixed(
        self, operands: list[Any], types: tuple[np.dtype, ...], out: ndarray | None, casting: str
    ) -> ndarray:
        """Compares numbers of a signed and an unsigned type of 64 bits, which no type holds both."""
        signed = 0 if types[0].kind == "i" else 1
        negative = as_array(operands[signed]) < 0
        unsigned = list(operands)
        unsigned[signed] = as_array(operands[signed]).astype(np.uint64)
        if_negative = _COMPARISONS_OF_NUMBERS[self.__name__](*((-1, 0) if signed == 0 else (0, -1)))
        result = where(negative, if_negative, self(*unsigned))
        return result if out is None else UFUNCS["logical_or"](result, False, out=out, casting=casting)

    def _target(self, shape: tuple[int, ...], dtype: np.dtype, out: ndarray | None, casting: str) -> ndarray:
        """Where results go first: `out` itself, unless they must be converted."""
        if out is None:
            return ndarray._new(shape, dtype)
        if not out._writeable:
            raise ValueError(f"{self.__name__}: output array is read-only: it is not writeable")
        if out.shape != shape:
            raise ValueError(
                f"{self.__name__}: non-broadcastable output operand with shape {out.shape} doesn't match the "
                f"broadcast shape {shape}"
            )
        if out.dtype == dtype:
            return out
        if not np.can_cast(dtype, out.dtype, casting):
            raise TypeError(
                f"Cannot cast ufunc '{self.__name__}' output from {dtype!r} to {out.dtype!r} "
                f"with casting rule {casting!r}"
            )
        return ndarray._new(shape, dtype)

    def reduce(
        self,
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = None,
        where: Any = None,
    ) -> ndarray:
        """
        Combines the elements along an axis, a tuple of axes, or all (`axis` None).

        Raises
        ------
        NotImplementedError
            For functions that are no reductions: there are add, multiply, maximum, minimum, logical_and, logical_or.
        """
        from ._reductions import reduce_by

        name = _REDUCTIONS.get(self.__name__)
        if name is None:
            raise NotImplementedError(f"{self.__name__}.reduce")
        return reduce_by(name, array, axis, dtype, out, keepdims, initial, where)

    def _missing(self, method: str) -> Any:
        raise NotImplementedError(f"{self.__name__}.{method}")

    def outer(self, *arguments: Any, **keywords: Any) -> Any:
        """Not available: NotImplementedError."""
        self._missing("outer")

    def accumulate(self, *arguments: Any, **keywords: Any) -> Any:
        """Not available: NotImplementedError."""
        self._missing("accumulate")

    def reduceat(self, *arguments: Any, **keywords: Any) -> Any:
        """Not available: NotImplementedError."""
        self._missing("reduceat")

    def at(self, *arguments: Any, **keywords: Any) -> Any:
        """Not available: NotImplementedError."""
        self._missing("at")


_REDUCTIONS = {
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "logical_and": "all",
    "logical_or": "any",
}


def _operand(value: Any, dtype: np.dtype, shape: tuple[int, ...], target: ndarray) -> ndarray | Scalar:
    """An argument as the kernel needs it: of its type, of the result's shape, and not half-way the result itself."""
    if not isinstance(value, ndarray):
        return scalar_of(value, dtype)
    value = separated(value, target) if value.dtype == dtype else value.astype(dtype)
    return value if value._shape == shape else value._stretched(shape)


def _checked_power(operands: list[Any], types: tuple[np.dtype, ...]) -> tuple[str, list[Any], tuple[np.dtype, ...]]:
    """Powers of integers have no negative exponents; some floating-point ones have shorter names."""
    base, exponent = operands
    if types[1].kind == "i":
        negative = (exponent < 0) if not isinstance(exponent, ndarray) else bool((exponent < 0).any())
        if negative:
            raise ValueError("Integers to negative integer powers are not allowed.")
    elif not isinstance(exponent, ndarray) and types[1].kind in "fc":
        name = {2: "square", 0.5: "sqrt", 1: "copy", -1: "reciprocal"}.get(exponent)
        if name is not None and isinstance(base, ndarray):
            return name, [base], (types[0], types[-1])
    return "power", operands, types


_COMPARISONS_OF_NUMBERS = {
    "equal": operator.eq, "not_equal": operator.ne, "less": operator.lt, "less_equal": operator.le,
    "greater": operator.gt, "greater_equal": operator.ge,
}  # fmt: skip


def _decided_comparison(name: str, operands: list[Any], dtype: np.dtype) -> list[Any] | None:
    """Operands whose inequality is the answer for all elements, if a number is beyond what the type holds."""
    limits = np.iinfo(dtype)
    beyond = [isinstance(x, int) and not limits.min <= x <= limits.max for x in operands]
    if not any(beyond):
        return None
    answer = _COMPARISONS_OF_NUMBERS[name](*[x if is_beyond else 0 for x, is_beyond in zip(operands, beyond)])
    array = next((x for x in operands if isinstance(x, ndarray)), 0)
    from ._creation import zeros

    return [zeros(array.shape, dtype) if isinstance(array, ndarray) else 0, int(answer)]


_NAMES = """
    absolute negative positive square conjugate sign invert logical_not reciprocal isnan isinf isfinite signbit floor
    ceil trunc rint sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh
    arcsinh arccosh arctanh deg2rad rad2deg fabs
    add subtract multiply divide floor_divide remainder fmod power float_power maximum minimum fmax fmin arctan2 hypot
    copysign nextafter logaddexp logaddexp2 gcd lcm bitwise_and bitwise_or bitwise_xor left_shift right_shift
    logical_and logical_or logical_xor equal not_equal less less_equal greater greater_equal
""".split()

#: NumPy's functions whose operation has another name here.
_SAME_AS = {"positive": "copy", "fabs": "absolute", "float_power": "power"}


class _RenamedUfunc(ufunc):
    """A function that another one's operation computes."""

    def _resolve(
        self, kinds: tuple[Kind, ...], dtype: np.dtype | None, casting: str
    ) -> tuple[str, tuple[np.dtype, ...]]:
        return _SAME_AS[self.__name__], resolve(self._numpy, kinds, dtype, casting)


UFUNCS = {name: (_RenamedUfunc if name in _SAME_AS else ufunc)(name) for name in _NAMES}
globals().update(UFUNCS)
#: NumPy's second names.
ALIASES = {
    "abs": "absolute",
    "conj": "conjugate",
    "true_divide": "divide",
    "mod": "remainder",
    "bitwise_not": "invert",
    "degrees": "rad2deg",
    "radians": "deg2rad",
}
globals().update({alias: UFUNCS[name] for alias, name in ALIASES.items()})


def part(array: ndarray, name: str) -> ndarray:
    """A new array with the real or imaginary parts."""
    if array.dtype.kind != "c":
        if name == "real":
            return array.copy()
        from ._creation import zeros

        return zeros(array.shape, array.dtype)
    result = ndarray._new(array.shape, np.dtype(f"f{array.itemsize // 2}"))
    _launch.elementwise(name, array.dtype, result, (array,))
    return result


def real(val: Any) -> ndarray:
    """The real parts."""
    return as_array(val).real


def imag(val: Any) -> ndarray:
    """The imaginary parts."""
    return as_array(val).imag


def where(a: Any, x: Any = None, y: Any = None) -> Any:
    """
    The elements of `x` where `a` is true, those of `y` elsewhere; with one argument the indices where it is true.

    Raises
    ------
    ValueError
        If only one of `x` and `y` is given.
    """
    if (x is None) != (y is None):
        raise ValueError("where: either both or neither of x and y should be given")
    condition = as_array(a)
    if x is None:
        from ._gathered import nonzero

        return nonzero(condition)
    choices = [v if isinstance(v, (ndarray, int, float, complex, np.generic)) else as_array(v) for v in (x, y)]
    kinds = [_kind_of(v, choices) for v in choices]
    dtype = np.result_type(*[kind if isinstance(kind, np.dtype) else kind(0) for kind in kinds])
    shape = result_shape([condition, *choices])
    result = ndarray._new(shape, checked_dtype(dtype))
    operands = [_operand(condition, np.dtype(bool), shape, result)]
    operands += [_operand(v, result.dtype, shape, result) for v in choices]
    _launch.elementwise("where", result.dtype, result, operands)
    return result


def clip(a: Any, a_min: Any = None, a_max: Any = None, out: ndarray | None = None) -> ndarray:
    """The elements, but at least `a_min` and at most `a_max`."""
    result = as_array(a)
    if a_min is not None:
        result = UFUNCS["maximum"](result, a_min)
    if a_max is not None:
        result = UFUNCS["minimum"](result, a_max)
    if out is None:
        return result if result is not a else result.copy()
    return UFUNCS["positive"](result, out=out)


def round(a: Any, decimals: int = 0, out: ndarray | None = None) -> ndarray:
    """
    The elements rounded to so many decimals, halves to even; before the point if `decimals` is negative.

    Raises
    ------
    NotImplementedError
        For complex numbers.
    """
    a = as_array(a)
    whole = a.dtype.kind in "iu"
    if decimals == 0 or (whole and decimals > 0):
        result = a if whole else UFUNCS["rint"](a)
    else:
        up, down = (UFUNCS["multiply"], UFUNCS["divide"]) if decimals > 0 else (UFUNCS["divide"], UFUNCS["multiply"])
        factor = (np.dtype(float) if whole else a.dtype).type(10.0 ** abs(decimals))
        result = down(UFUNCS["rint"](up(a, factor)), factor)
    if out is None:
        return result.astype(a.dtype) if whole and result is not a else result.copy() if result is a else result
    return UFUNCS["positive"](result.astype(out.dtype), out=out)


def _operator_of(name: str, reflected: bool) -> Any:
    function = UFUNCS[name]

    def method(self: ndarray, other: Any) -> ndarray:
        if other is None or isinstance(other, (str, bytes)):
            raise TypeError(f"{name}: unsupported operand type {type(other).__name__!r}")
        return function(other, self) if reflected else function(self, other)

    return method


def _in_place_of(name: str) -> Any:
    function = UFUNCS[name]

    def method(self: ndarray, other: Any) -> ndarray:
        return function(self, other, out=self)

    return method


_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift",
}  # fmt: skip
_COMPARISONS = {
    "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
}  # fmt: skip


def _conjugate(self: ndarray) -> ndarray:
    """The complex conjugate of each element; a copy of a real array."""
    return UFUNCS["conjugate"](self)


def _round(self: ndarray, decimals: int | None = 0, out: ndarray | None = None) -> ndarray:
    """The elements rounded to so many decimals: see `round`."""
    return round(self, decimals or 0, out)


def _clip(self: ndarray, min: Any = None, max: Any = None, out: ndarray | None = None) -> ndarray:
    """The elements, but at least `min` and at most `max`."""
    return clip(self, min, max, out)


def _add_operators() -> None:
    for method, name in _OPERATORS.items():
        setattr(ndarray, f"__{method}__", _operator_of(name, False))
        setattr(ndarray, f"__r{method}__", _operator_of(name, True))
        setattr(ndarray, f"__i{method}__", _in_place_of(name))
    for method, name in _COMPARISONS.items():
        setattr(ndarray, f"__{method}__", _operator_of(name, False))
    for method, name in (("neg", "negative"), ("pos", "positive"), ("abs", "absolute"), ("invert", "invert")):
        setattr(ndarray, f"__{method}__", lambda self, function=UFUNCS[name]: function(self))
    ndarray.conj = ndarray.conjugate = _conjugate
    ndarray.clip = _clip
    ndarray.round = ndarray.__round__ = _round


_add_operators()
