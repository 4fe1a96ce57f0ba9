"""Comparison, logic, bits and what is not a number."""

import numpy as np

from kport import ops
from tests.data import Bools, Exactly, Ints
from tests.ops.case import OpCase
from tests.ops.oracle import keras

SPECIAL = Exactly([0.0, -1.5, np.nan, np.inf, -np.inf, 3e38])

CASES = [
    *(
        OpCase(cls, getattr(ops, name), [Ints((2, 1, 6), 3), Ints((5, 6), 3)], expected_tf=keras(name))
        for cls, name in [
            ("Equal", "equal"),
            ("NotEqual", "not_equal"),
            ("Less", "less"),
            ("LessEqual", "less_equal"),
            ("Greater", "greater"),
            ("GreaterEqual", "greater_equal"),
            ("BitwiseAnd", "bitwise_and"),
            ("BitwiseOr", "bitwise_or"),
            ("BitwiseXor", "bitwise_xor"),
            ("LeftShift", "left_shift"),
            ("RightShift", "right_shift"),
        ]
    ),
    OpCase("RightShift", ops.right_shift, [Exactly([-9, 9], "int32"), Exactly([1, 2], "int32")], np.right_shift),
    *(
        OpCase(cls, getattr(ops, name), [Bools((2, 4)), Bools((4,))], kernel)
        for cls, name, kernel in [
            ("LogicalAnd", "logical_and", np.logical_and),
            ("LogicalOr", "logical_or", np.logical_or),
            ("LogicalXor", "logical_xor", np.logical_xor),
        ]
    ),
    OpCase(
        "LogicalXor", ops.logical_xor, [Ints((2, 4), 3), Bools((4,))], np.logical_xor, source="NumPy: anything is cast to bool"
    ),
    OpCase("LogicalNot", ops.logical_not, [Bools((2, 3))], np.logical_not),
    OpCase("IsNan", ops.isnan, [SPECIAL], np.isnan),
    OpCase("IsInf", ops.isinf, [SPECIAL], np.isinf),
    OpCase("Less", ops.isfinite, [SPECIAL], np.isfinite),
    OpCase("Equal", ops.isposinf, [SPECIAL], np.isposinf),
    OpCase("Equal", ops.isneginf, [SPECIAL], np.isneginf),
    OpCase("BitwiseXor", ops.bitwise_not, [Ints((2, 3), 9, -9)], np.bitwise_not),
    OpCase("BitwiseXor", ops.bitwise_not, [Exactly([0, 7, 255], "uint8")], np.bitwise_not),
    OpCase(
        "LogicalAnd",
        lambda a, b: (a < b) & ~(b >= 0.5) | (a > 0.5) ^ (b <= 0),
        [(3, 4), (3, 4)],
        lambda a, b: (a < b) & ~(b >= 0.5) | (a > 0.5) ^ (b <= 0),
        source="NumPy's own operators",
    ),
]
