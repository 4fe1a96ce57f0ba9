"""The CoreML interpreter's elementwise operations, activations and reductions against TensorFlow, SciPy and plain formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.special

from tests.converters.mil_case import Case, check, floats, integers, truths

X, Y = floats(2, 3, 4), floats(3, 1, seed=1)
POSITIVE = floats(2, 3, 4, low=0.1, high=3)
WHOLE, DIVISOR = integers(2, 3, 4), integers(3, 1, seed=1, low=1)
IMAGE = floats(2, 3, 4, 5)
PER_CHANNEL = np.array([0.1, -0.5, 2.0], np.float32)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return scipy.special.expit(x)


def _column(values: np.ndarray) -> np.ndarray:
    return values[:, None, None]


BINARY = [
    Case(op, {"x": x, "y": y}, function)
    for op, function in {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "floor_div": lambda x, y: x // y,
        "mod": lambda x, y: x - y * np.floor(x / y),
        "maximum": lambda x, y: np.where(x > y, x, y),
        "minimum": lambda x, y: np.where(x > y, y, x),
        "equal": lambda x, y: x == y,
        "not_equal": lambda x, y: x != y,
        "greater": lambda x, y: x > y,
        "greater_equal": lambda x, y: x >= y,
        "less": lambda x, y: x < y,
        "less_equal": lambda x, y: x <= y,
    }.items()
    for x, y in ((X, np.float32([[0.5], [-0.75], [1.5]])), (WHOLE, DIVISOR))
] + [
    Case("real_div", {"x": X, "y": Y}, lambda x, y: x / y),
    Case("real_div", {"x": WHOLE * 6, "y": integers(1, low=1, high=4)}, lambda x, y: x / y),
    Case("pow", {"x": POSITIVE, "y": Y}, lambda x, y: np.exp(y * np.log(x))),
    Case("pow", {"x": WHOLE, "y": integers(1, low=0, high=4)}, lambda x, y: x**y),
    Case("logical_and", {"x": truths(2, 3), "y": truths(3, seed=1)}, lambda x, y: x & y),
    Case("logical_or", {"x": truths(2, 3), "y": truths(3, seed=1)}, lambda x, y: x | y),
    Case("logical_xor", {"x": truths(2, 3), "y": truths(3, seed=1)}, lambda x, y: x ^ y),
    Case("select", {"cond": truths(2, 3, 1), "a": X, "b": Y}, lambda cond, a, b: np.where(cond, a, b)),
]
UNARY = [
    Case("logical_not", {"x": truths(2, 3)}, lambda x: ~x),
    Case("abs", {"x": X}, np.abs),
    Case("abs", {"x": WHOLE}, np.abs),
    Case("acos", {"x": X / 2}, lambda x: np.pi / 2 - np.arcsin(x)),
    Case("asin", {"x": X / 2}, lambda x: np.arctan2(x, np.sqrt(1 - x.astype(float) ** 2)), rtol=1e-4),
    Case("atan", {"x": X}, lambda x: np.arctan2(x, 1)),
    Case("atanh", {"x": X / 2.2}, lambda x: 0.5 * np.log((1 + x.astype(float)) / (1 - x))),
    Case("ceil", {"x": X}, lambda x: -(-x // 1)),
    Case("floor", {"x": X}, lambda x: x // 1),
    Case("round", {"x": np.float32([-1.5, -0.5, 0.4, 0.5, 1.5, 2.5])}, np.float32([-2, 0, 0, 0, 2, 2])),
    Case("clip", {"x": X}, lambda x: np.sort([x, x * 0 - 0.5, x * 0 + 1], axis=0)[1], {"alpha": -0.5, "beta": 1.0}),
    Case("cos", {"x": X}, lambda x: np.sin(x + np.pi / 2)),
    Case("sin", {"x": X}, lambda x: np.imag(np.exp(1j * x))),
    Case("tan", {"x": X / 2}, lambda x: np.sin(x) / np.cos(x)),
    Case("cosh", {"x": X}, lambda x: (np.exp(x) + np.exp(-x)) / 2),
    Case("sinh", {"x": X}, lambda x: (np.exp(x) - np.exp(-x)) / 2),
    Case("tanh", {"x": X}, lambda x: 2 * _sigmoid(2 * x) - 1),
    Case("erf", {"x": floats(200, low=-7, high=7)}, scipy.special.erf),
    Case("exp", {"x": X}, lambda x: np.e**x),
    Case("exp2", {"x": X}, lambda x: 2.0**x),
    Case("exp2", {"x": integers(5, low=0)}, lambda x: 2**x),
    Case("inverse", {"x": POSITIVE}, lambda x: 1 / (x + 1e-4), single=True),
    Case("inverse", {"x": POSITIVE}, lambda x: 1 / (x + 0.5), {"epsilon": 0.5}),
    Case("log", {"x": POSITIVE}, scipy.special.xlog1py(1, POSITIVE - 1), rtol=1e-4),
    Case("log", {"x": POSITIVE}, lambda x: scipy.special.xlog1py(1, x), {"epsilon": 1.0}, ios=17),
    Case("rsqrt", {"x": POSITIVE}, lambda x: x**-0.5),
    Case("rsqrt", {"x": POSITIVE}, lambda x: (x + 0.25) ** -0.5, {"epsilon": 0.25}),
    Case("sign", {"x": X}, lambda x: x / np.abs(x)),
    Case("sign", {"x": WHOLE}, lambda x: (x > 0) * 1 - (x < 0)),
    Case("sqrt", {"x": POSITIVE}, lambda x: x**0.5),
    Case("square", {"x": X}, lambda x: x * x),
    Case("square", {"x": WHOLE}, lambda x: x * x),
    Case("threshold", {"x": X}, lambda x: np.where(x < 0.3, np.float32(0.3), x), {"alpha": 0.3}),
    Case("cast", {"x": X}, lambda x: x.astype(np.int32), {"dtype": "int32"}),
    Case("cast", {"x": WHOLE}, lambda x: x != 0, {"dtype": "bool"}),
    Case("cast", {"x": WHOLE}, lambda x: x.astype(np.float32), {"dtype": "fp32"}),
    Case("cast", {"x": X}, lambda x: x.astype(np.float16).astype(np.float32), {"dtype": "fp16"}, ios=16),
    Case("cast", {"x": WHOLE}, lambda x: x, {"dtype": "int8"}, ios=17),
    Case("identity", {"x": X}, lambda x: x, unknown=True),
]
ACTIVATIONS = [
    Case("relu", {"x": X}, lambda x: np.where(x > 0, x, 0)),
    Case("relu6", {"x": X * 5}, lambda x: np.where(x > 6, 6, np.where(x > 0, x, 0))),
    Case("sigmoid", {"x": X * 20}, _sigmoid),
    Case("silu", {"x": X}, lambda x: x / (1 + np.exp(-x))),
    Case("softplus", {"x": X * 20}, lambda x: np.log1p(np.exp(x.astype(float)))),
    Case("softsign", {"x": X}, lambda x: np.where(x < 0, x / (1 - x), x / (1 + x))),
    Case("gelu", {"x": X}, lambda x: x * scipy.special.ndtr(x), {"mode": "EXACT"}),
    Case("gelu", {"x": X}, lambda x: x * scipy.special.ndtr(x)),
    Case("gelu", {"x": X}, lambda x: x * _sigmoid(1.702 * x), {"mode": "SIGMOID_APPROXIMATION"}),
    Case(
        "gelu",
        {"x": X},
        lambda x: x * _sigmoid(2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)),
        {"mode": "TANH_APPROXIMATION"},
    ),
    Case("softmax", {"x": X * 30}, lambda x: scipy.special.softmax(x, -1)),
    Case("softmax", {"x": X}, lambda x: scipy.special.softmax(x, 1), {"axis": 1}),
    Case("clamped_relu", {"x": X}, lambda x: np.minimum(1, np.where(x < 0, 0.1 * x, x)), {"alpha": 0.1, "beta": 1.0}),
    Case("elu", {"x": X}, lambda x: np.where(x > 0, x, 0.7 * (np.exp(x) - 1)), {"alpha": 0.7}),
    Case("leaky_relu", {"x": X}, lambda x: np.where(x < 0, 0.2 * x, x), {"alpha": 0.2}),
    Case("linear_activation", {"x": X}, lambda x: x * 0.3 + 0.5, {"alpha": 0.3, "beta": 0.5}),
    Case("prelu", {"x": IMAGE}, lambda x: np.where(x < 0, _column(PER_CHANNEL) * x, x), {"alpha": PER_CHANNEL}),
    Case("scaled_tanh", {"x": X}, lambda x: 1.5 * np.tanh(0.7 * x), {"alpha": 1.5, "beta": 0.7}),
    Case("sigmoid_hard", {"x": X * 3}, lambda x: np.interp(0.2 * x + 0.5, [0, 1], [0, 1]), {"alpha": 0.2, "beta": 0.5}),
    Case(
        "softplus_parametric",
        {"x": IMAGE},
        lambda x: _column(PER_CHANNEL) * np.log1p(np.exp(_column(PER_CHANNEL[::-1]) * x)),
        {"alpha": PER_CHANNEL, "beta": PER_CHANNEL[::-1].copy()},
    ),
    Case("thresholded_relu", {"x": X}, lambda x: x * (x >= 0.5), {"alpha": 0.5}),
]
REDUCTIONS = [
    Case(f"reduce_{name}", {"x": POSITIVE}, lambda x, f=function, axes=axes: f(x, tuple(axes or range(3))), constants)
    for name, function in {
        "l1_norm": lambda x, a: np.sum(np.abs(x), a),
        "l2_norm": lambda x, a: np.sqrt(np.sum(x * x, a)),
        "log_sum": lambda x, a: np.log(np.sum(x, a)),
        "log_sum_exp": scipy.special.logsumexp,
        "max": np.max,
        "mean": np.mean,
        "min": np.min,
        "prod": np.prod,
        "sum": np.sum,
        "sum_square": lambda x, a: np.sum(x * x, a),
    }.items()
    for axes, constants in (([-1, 0], {"axes": [-1, 0]}), ([1], {"axes": [1], "keep_dims": False}))
] + [
    Case("reduce_sum", {"x": WHOLE}, lambda x: x.sum((0, 1), keepdims=True), {"axes": [0, 1], "keep_dims": True}),
    Case("reduce_max", {"x": X}, lambda x: x.max(keepdims=True), {"keep_dims": True}),
    Case(
        "reduce_log_sum_exp",
        {"x": X * 40},
        lambda x: scipy.special.logsumexp(x, 2, keepdims=True),
        {"axes": [2], "keep_dims": True},
    ),
    Case("reduce_argmax", {"x": X}, lambda x: x.argmax(-1)),
    Case("reduce_argmax", {"x": WHOLE}, lambda x: x.argmax(0), {"axis": 0, "keep_dims": False}),
    Case("reduce_argmin", {"x": X}, lambda x: x.argmin(1), {"axis": 1}),
    Case(
        "reduce_argmin",
        {"x": X},
        lambda x: x.argmin(1)[:, None],
        {"axis": 1, "keep_dims": True, "output_dtype": "uint16"},
        ios=17,
    ),
]
CASES = BINARY + UNARY + ACTIVATIONS + REDUCTIONS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_single_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage")


HALVES = [case for case in CASES if not case.single and any(np.asarray(a).dtype == np.float32 for a in case.inputs.values())]


@pytest.mark.parametrize("case", HALVES, ids=lambda case: case.id)
def test_half_precision(case: Case, tmp_path: Path) -> None:
    """The inputs are those of single precision, rounded: where an integer of them is asked for, they are rounded before."""
    rounded = {k: v.astype(np.float16).astype(np.float32) if v.dtype == np.float32 else v for k, v in case.inputs.items()}
    if callable(case.expected):
        case = Case(case.op, rounded, case.expected, case.constants, case.ios)
    check(case, tmp_path / "m.mlpackage", half=True)
