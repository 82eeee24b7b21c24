// SPDX-License-Identifier: Apache-2.0
// The functions of the mathematical library.
#include "kernels.h"

#include <cmath>

namespace legatus::numpy {

namespace {

#define LEGATUS_NUMPY_FUNCTION(name)  \
  struct Function_##name {            \
    template <typename... T>          \
    static auto apply(T... operand) { \
      using std::name;                \
      return name(operand...);        \
    }                                 \
  };
LEGATUS_NUMPY_FUNCTION(sqrt)
LEGATUS_NUMPY_FUNCTION(cbrt)
LEGATUS_NUMPY_FUNCTION(exp)
LEGATUS_NUMPY_FUNCTION(exp2)
LEGATUS_NUMPY_FUNCTION(expm1)
LEGATUS_NUMPY_FUNCTION(log)
LEGATUS_NUMPY_FUNCTION(log2)
LEGATUS_NUMPY_FUNCTION(log10)
LEGATUS_NUMPY_FUNCTION(log1p)
LEGATUS_NUMPY_FUNCTION(sin)
LEGATUS_NUMPY_FUNCTION(cos)
LEGATUS_NUMPY_FUNCTION(tan)
LEGATUS_NUMPY_FUNCTION(asin)
LEGATUS_NUMPY_FUNCTION(acos)
LEGATUS_NUMPY_FUNCTION(atan)
LEGATUS_NUMPY_FUNCTION(sinh)
LEGATUS_NUMPY_FUNCTION(cosh)
LEGATUS_NUMPY_FUNCTION(tanh)
LEGATUS_NUMPY_FUNCTION(asinh)
LEGATUS_NUMPY_FUNCTION(acosh)
LEGATUS_NUMPY_FUNCTION(atanh)
LEGATUS_NUMPY_FUNCTION(floor)
LEGATUS_NUMPY_FUNCTION(ceil)
LEGATUS_NUMPY_FUNCTION(trunc)
LEGATUS_NUMPY_FUNCTION(nearbyint)
LEGATUS_NUMPY_FUNCTION(atan2)
LEGATUS_NUMPY_FUNCTION(hypot)
LEGATUS_NUMPY_FUNCTION(copysign)
LEGATUS_NUMPY_FUNCTION(nextafter)
#undef LEGATUS_NUMPY_FUNCTION

/// What one degree is in radians.
constexpr double DEGREE = 3.14159265358979323846 / 180.0;

struct Deg2rad {
  template <typename T>
  static T apply(T a) {
    return a * static_cast<T>(DEGREE);
  }
};
struct Rad2deg {
  template <typename T>
  static T apply(T a) {
    return a * static_cast<T>(1.0 / DEGREE);
  }
};

}  // namespace

void add_mathematics(KernelTable& table) {
  using FloatsAndComplexes = Joined<Floats, Complexes>;
  add_unary_of<Function_sqrt>(table, Operation::SQRT, FloatsAndComplexes{});
  add_unary_of<Function_cbrt>(table, Operation::CBRT, Floats{});
  add_unary_of<Function_exp>(table, Operation::EXP, FloatsAndComplexes{});
  add_unary_of<Function_exp2>(table, Operation::EXP2, Floats{});
  add_unary_of<Function_expm1>(table, Operation::EXPM1, Floats{});
  add_unary_of<Function_log>(table, Operation::LOG, FloatsAndComplexes{});
  add_unary_of<Function_log2>(table, Operation::LOG2, Floats{});
  add_unary_of<Function_log10>(table, Operation::LOG10, FloatsAndComplexes{});
  add_unary_of<Function_log1p>(table, Operation::LOG1P, Floats{});
  add_unary_of<Function_sin>(table, Operation::SIN, FloatsAndComplexes{});
  add_unary_of<Function_cos>(table, Operation::COS, FloatsAndComplexes{});
  add_unary_of<Function_tan>(table, Operation::TAN, FloatsAndComplexes{});
  add_unary_of<Function_asin>(table, Operation::ARCSIN, FloatsAndComplexes{});
  add_unary_of<Function_acos>(table, Operation::ARCCOS, FloatsAndComplexes{});
  add_unary_of<Function_atan>(table, Operation::ARCTAN, FloatsAndComplexes{});
  add_unary_of<Function_sinh>(table, Operation::SINH, FloatsAndComplexes{});
  add_unary_of<Function_cosh>(table, Operation::COSH, FloatsAndComplexes{});
  add_unary_of<Function_tanh>(table, Operation::TANH, FloatsAndComplexes{});
  add_unary_of<Function_asinh>(table, Operation::ARCSINH, FloatsAndComplexes{});
  add_unary_of<Function_acosh>(table, Operation::ARCCOSH, FloatsAndComplexes{});
  add_unary_of<Function_atanh>(table, Operation::ARCTANH, FloatsAndComplexes{});
  add_unary_of<Function_floor>(table, Operation::FLOOR, Floats{});
  add_unary_of<Function_ceil>(table, Operation::CEIL, Floats{});
  add_unary_of<Function_trunc>(table, Operation::TRUNC, Floats{});
  add_unary_of<Function_nearbyint>(table, Operation::RINT, Floats{});  // ties to even
  add_unary_of<Deg2rad>(table, Operation::DEG2RAD, Floats{});
  add_unary_of<Rad2deg>(table, Operation::RAD2DEG, Floats{});
  add_binary_strided<Function_atan2>(table, Operation::ARCTAN2, Floats{});
  add_binary_strided<Function_hypot>(table, Operation::HYPOT, Floats{});
  add_binary_strided<Function_copysign>(table, Operation::COPYSIGN, Floats{});
  // The neighbour of a half in single precision is no half.
  add_binary_strided<Function_nextafter>(table, Operation::NEXTAFTER, Types<float, double>{});
}

}  // namespace legatus::numpy
