"""Arithmetic, limits, choice and casting."""

import numpy as np

from kport import ops
from tests.data import Bools, Exactly, Floats, Ints
from tests.ops.case import OpCase
from tests.ops.oracle import keras

POSITIVE = Floats((2, 3), 0.1, 3.0)
SIGNED = Exactly([[-7, 7, -7, 7, 6], [3, -3, -3, 3, 3]], "int32")

CASES = [
    *(
        OpCase(cls, getattr(ops, name), [Floats((2, 1, 3), -2, 2), Floats((4, 3), 0.5, 2)], expected_tf=keras(name))
        for cls, name in [
            ("Add", "add"),
            ("Subtract", "subtract"),
            ("Multiply", "multiply"),
            ("Divide", "divide"),
            ("Maximum", "maximum"),
            ("Minimum", "minimum"),
            ("FloorDivide", "floor_divide"),
            ("Mod", "mod"),
        ]
    ),
    OpCase("Power", ops.power, [POSITIVE, (2, 3)], expected_tf=keras("power")),
    OpCase("Power", lambda x: ops.power(x, 3), [Ints((2, 3), 9, -9)], lambda x: x**3, source="NumPy"),
    *(
        OpCase(cls, getattr(ops, name), [Exactly([-7, 7, -7, 7, 6], "int32"), Exactly([3, -3, -3, 3, 3], "int32")], kernel)
        for cls, name, kernel in [
            ("FloorDivide", "floor_divide", np.floor_divide),
            ("Mod", "mod", np.mod),
            ("Divide", "divide", lambda a, b: (a / b).astype("float32")),
        ]
    ),
    OpCase("FloorDivide", ops.floor_divide, [Exactly([1.0, -7.5, 7.5]), Exactly([0.1, 2, -2])], lambda a, b: np.floor(a / b)),
    *(
        OpCase(cls, getattr(ops, name), [(2, 3)], expected_tf=keras(name))
        for cls, name in [
            ("Negative", "negative"),
            ("Absolute", "absolute"),
            ("Exp", "exp"),
            ("Square", "square"),
            ("Tanh", "tanh"),
        ]
    ),
    *(OpCase(cls, getattr(ops, name), [POSITIVE], expected_tf=keras(name)) for cls, name in [("Log", "log"), ("Sqrt", "sqrt")]),
    OpCase("Exp", ops.exp, [Ints((2, 3))], expected_tf=keras("exp"), source="Keras: integers become float32"),
    OpCase("Cast", lambda x: ops.cast(x, "int32"), [Floats((2, 3), -3, 3)], lambda x: x.astype("int32")),
    OpCase("Cast", lambda x: ops.cast(x, "bool"), [Exactly([0.0, -0.5, 2])], lambda x: x != 0),
    OpCase("Cast", lambda x: ops.cast(x, "float16"), [(2, 3)], lambda x: x.astype("float16")),
    OpCase("Where", ops.where, [Bools((2, 1, 3)), (4, 3), (2, 4, 3)], expected_tf=keras("where")),
    OpCase("Where", ops.where, [Bools((2, 3)), (), Ints((3,))], lambda c, a, b: np.where(c, a, b.astype("float32"))),
    OpCase("Clip", lambda x: ops.clip(x, -0.5, 0.25), [(2, 3)], expected_tf=keras("clip", -0.5, 0.25)),
    OpCase("Clip", lambda x: ops.clip(x, 2, 5), [Ints((2, 5))], lambda x: np.clip(x, 2, 5)),
    OpCase("Clip", lambda x: ops.clip(x, None, 0.25), [(2, 3)], lambda x: np.minimum(x, np.float32(0.25))),
    OpCase("Clip", lambda x: ops.clip(x, 0.25, None), [(2, 3)], lambda x: np.maximum(x, np.float32(0.25))),
    OpCase("Minimum", ops.clip, [(2, 3), (3,), Floats((3,), 1, 2)], expected_tf=keras("clip")),
    OpCase(
        "Cast",
        lambda x: ops.saturate_cast(x, "uint8"),
        [Exactly([-3.5, 0, 260.2, 1e10])],
        expected_tf=keras("saturate_cast", "uint8"),
    ),
    OpCase(
        "Cast",
        lambda x: ops.saturate_cast(x, "int8"),
        [Exactly([-300, 5, 300], "int32")],
        expected_tf=keras("saturate_cast", "int8"),
    ),
    OpCase(
        "Cast",
        lambda x: ops.saturate_cast(x, "int32"),
        [Exactly([-3e9, 3.7, 3e9, 1e20])],
        lambda x: np.array([-(2**31), 3, 2**31 - 128, 2**31 - 128], "int32"),
        source="the greatest float32 that is an int32 is 2³¹ - 128; Keras 3.15 itself overflows here",
    ),
    OpCase("Cast", lambda x: ops.saturate_cast(x, "float32"), [Exactly([-300, 5], "int32")], lambda x: x.astype("float32")),
    OpCase("Add", lambda x: 1 + x * 2.5 - x / 3, [(2, 3)], lambda x: 1 + x * 2.5 - x / 3, source="NumPy's own operators"),
    OpCase("Power", lambda x: (2**x) @ abs(-x), [(3, 3)], lambda x: (2**x) @ abs(-x)),
    OpCase("FloorDivide", lambda x: x // 3 + x % 3 - 7 // (x + 1), [Ints((2, 3))], lambda x: x // 3 + x % 3 - 7 // (x + 1)),
    OpCase("StopGradient", ops.stop_gradient, [(2, 3)], lambda x: x),
    OpCase("Clip", lambda x: ops.clip(x, -5, 300), [Exactly([0, 9, 255], "uint8")], lambda x: x),
]
