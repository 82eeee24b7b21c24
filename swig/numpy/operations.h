// SPDX-License-Identifier: Apache-2.0
// The operations of the library by name. Python asks for the names and gets the numbers from their order.
#pragma once

#include <cstdint>

// Element by element. The type of an operation is that of its inputs, where they have one type.
#define LEGATUS_NUMPY_OPERATIONS(X)                                                                                   \
  /* of one operand */                                                                                                \
  X(COPY, copy)                                                                                                       \
  X(NEGATIVE, negative)                                                                                               \
  X(ABSOLUTE, absolute)                                                                                               \
  X(SQUARE, square) X(CONJUGATE, conjugate) X(SIGN, sign) X(INVERT, invert) X(LOGICAL_NOT, logical_not)               \
      X(RECIPROCAL, reciprocal) X(REAL, real) X(IMAG, imag) X(ISNAN, isnan) X(ISINF, isinf) X(ISFINITE, isfinite)     \
          X(SIGNBIT, signbit) X(FLOOR, floor) X(CEIL, ceil) X(TRUNC, trunc) X(RINT, rint) X(SQRT, sqrt) X(CBRT, cbrt) \
              X(EXP, exp) X(EXP2, exp2) X(EXPM1, expm1) X(LOG, log) X(LOG2, log2) X(LOG10, log10) X(LOG1P, log1p)     \
                  X(SIN, sin) X(COS, cos) X(TAN, tan) X(ARCSIN, arcsin) X(ARCCOS, arccos) X(ARCTAN, arctan)           \
                      X(SINH, sinh) X(COSH, cosh) X(TANH, tanh) X(ARCSINH, arcsinh) X(ARCCOSH, arccosh)               \
                          X(ARCTANH, arctanh) X(DEG2RAD, deg2rad) X(RAD2DEG, rad2deg)                                 \
                              X(BEST_INDEX, best_index) /* of two operands */                                         \
      X(ADD, add) X(SUBTRACT, subtract) X(MULTIPLY, multiply) X(DIVIDE, divide) X(FLOOR_DIVIDE, floor_divide)         \
          X(REMAINDER, remainder) X(FMOD, fmod) X(POWER, power) X(MAXIMUM, maximum) X(MINIMUM, minimum) X(FMAX, fmax) \
              X(FMIN, fmin) X(ARCTAN2, arctan2) X(HYPOT, hypot) X(COPYSIGN, copysign) X(NEXTAFTER, nextafter)         \
                  X(LOGADDEXP, logaddexp) X(LOGADDEXP2, logaddexp2) X(GCD, gcd) X(LCM, lcm)                           \
                      X(BITWISE_AND, bitwise_and) X(BITWISE_OR, bitwise_or) X(BITWISE_XOR, bitwise_xor)               \
                          X(LEFT_SHIFT, left_shift) X(RIGHT_SHIFT, right_shift) X(LOGICAL_AND, logical_and)           \
                              X(LOGICAL_OR, logical_or) X(LOGICAL_XOR, logical_xor) X(EQUAL, equal)                   \
                                  X(NOT_EQUAL, not_equal) X(LESS, less) X(LESS_EQUAL, less_equal) X(GREATER, greater) \
                                      X(GREATER_EQUAL, greater_equal) /* of three operands */                         \
      X(WHERE, where)

// Over one or more dimensions. The type is that of the input.
#define LEGATUS_NUMPY_REDUCTIONS(X) \
  X(SUM, sum) X(PROD, prod) X(MAX, max) X(MIN, min) X(ALL, all) X(ANY, any) X(COUNT_NONZERO, count_nonzero)

#define LEGATUS_NUMPY_TASKS(X)                                                                          \
  X(ELEMENTWISE, elementwise)                                                                           \
  X(CONVERT, convert)                                                                                   \
  X(REDUCE, reduce)                                                                                     \
  X(ARG_REDUCE, arg_reduce) X(CONTRACT, contract) X(CONTRACT_WHOLE, contract_whole) X(LITERAL, literal) \
      X(ARANGE, arange) X(EYE, eye) X(RANDOM, random)

#define LEGATUS_NUMPY_DISTRIBUTIONS(X) X(UNIFORM, uniform) X(NORMAL, normal) X(INTEGERS, integers)

namespace legatus::numpy {

#define LEGATUS_NUMPY_ENUMERATOR(UPPER, lower) UPPER,
enum class Operation : std::int32_t { LEGATUS_NUMPY_OPERATIONS(LEGATUS_NUMPY_ENUMERATOR) COUNT };
enum class Reduction : std::int32_t { LEGATUS_NUMPY_REDUCTIONS(LEGATUS_NUMPY_ENUMERATOR) COUNT };
enum class TaskNumber : std::int32_t { LEGATUS_NUMPY_TASKS(LEGATUS_NUMPY_ENUMERATOR) COUNT };
enum class Distribution : std::int32_t { LEGATUS_NUMPY_DISTRIBUTIONS(LEGATUS_NUMPY_ENUMERATOR) COUNT };
#undef LEGATUS_NUMPY_ENUMERATOR

}  // namespace legatus::numpy
