"""Roots, trigonometry, rounding, error functions."""

import math

import numpy as np

from kport import ops
from tests.data import Exactly, Floats, Ints
from tests.ops.case import OpCase
from tests.ops.oracle import keras

ABOVE_ONE = Floats((2, 3), 1.05, 4.0)
POSITIVE = Floats((2, 3), 0.1, 3.0)
TINY = Exactly([1e-8, -3e-6, 1e-4, -0.2, 0.0, 5.0])
WIDE = Floats((2, 3), -5.0, 5.0)

CASES = [
    *(
        OpCase(cls, getattr(ops, name), [x], expected_tf=keras(name))
        for cls, name, x in [
            ("Floor", "floor", WIDE),
            ("Ceil", "ceil", WIDE),
            ("Round", "round", Exactly([0.5, 1.5, -0.5, -2.5, 2.4999, 7.6])),
            ("Round", "round", Ints((2, 3))),
            ("Sign", "sign", Exactly([-2.5, 0, 3])),
            ("Sign", "sign", Ints((2, 3), 3, -3)),
            ("Rsqrt", "rsqrt", POSITIVE),
            ("Reciprocal", "reciprocal", POSITIVE),
            ("Log1p", "log1p", TINY),
            ("Expm1", "expm1", TINY),
            ("Sin", "sin", WIDE),
            ("Cos", "cos", WIDE),
            ("Tan", "tan", Floats((2, 3), -1.2, 1.2)),
            ("Asin", "arcsin", Floats((2, 3), -0.95, 0.95)),
            ("Acos", "arccos", Floats((2, 3), -0.95, 0.95)),
            ("Atan", "arctan", WIDE),
            ("Sinh", "sinh", WIDE),
            ("Cosh", "cosh", WIDE),
            ("Asinh", "arcsinh", WIDE),
            ("Acosh", "arccosh", ABOVE_ONE),
            ("Atanh", "arctanh", Floats((2, 3), -0.95, 0.95)),
            ("Erf", "erf", WIDE),
            ("Log", "log2", POSITIVE),
            ("Log", "log10", POSITIVE),
            ("Sin", "sin", Ints((2, 3))),
        ]
    ),
    *(
        OpCase(cls, getattr(ops, name), [x], kernel, source="NumPy, at the ends of the range")
        for cls, name, x, kernel in [
            ("Asin", "asin", Exactly([-0.99999, 0, 0.99999]), np.arcsin),
            ("Acos", "acos", Exactly([-0.99999, 0, 0.99999]), np.arccos),
            ("Sinh", "sinh", Exactly([-1e-6, 0, 20]), np.sinh),
            ("Asinh", "asinh", Exactly([-1e4, -1e-6, 0, 1e4]), np.arcsinh),
            ("Expm1", "expm1", Exactly([-np.inf, -100, 50]), np.expm1),
            ("Log1p", "log1p", Exactly([1e10, 1e30, np.inf]), np.log1p),
            ("Erf", "erf", Exactly([-9.0, -4, -1e-3, 0, 1e-8, 4, 9]), lambda x: np.vectorize(math.erf)(x).astype("float32")),
        ]
    ),
    OpCase("Erf", ops.erf, [Floats((7,), -3, 3, dtype="float64")], np.vectorize(math.erf), rtol=1e-5, source="the C library"),
    OpCase("Atan2", ops.atan2, [Exactly([1.0, -1, -1, 1, 0, 0, 2]), Exactly([1.0, 1, -1, -1, -1, 1, 0])], np.arctan2),
    OpCase("Atan2", ops.atan2, [(3, 4), (4,)], expected_tf=keras("arctan2")),
    OpCase("DivideNoNan", ops.divide_no_nan, [(3, 4), Exactly([1.0, 0, -2, 0])], expected_tf=keras("divide_no_nan")),
    OpCase("DivideNoNan", ops.divide_no_nan, [Ints((2, 3)), Exactly([0, 2, 4], "int32")], expected_tf=keras("divide_no_nan")),
    OpCase("Round", lambda x: ops.round(x, 2), [WIDE], expected_tf=keras("round", 2)),
    OpCase("Round", lambda x: ops.round(x, -1), [Ints((2, 3), 99)], lambda x: np.round(x, -1)),
    OpCase("Floor", ops.trunc, [WIDE], np.trunc),
]
