"""What names in a Lambda's code mean: functions of keras.backend, keras.ops, TensorFlow and NumPy, in `kport.ops`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ... import ops
from ...activations import get as activation
from ...layers.tensorflow_functions import FUNCTIONS as TENSORFLOW
from ...ops.shapes import normalize_axis

MODULES = (
    "K",
    "keras",
    "backend",
    "tf",
    "tensorflow",
    "np",
    "numpy",
    "ops",
    "nn",
    "math",
    "layers",
    "activations",
    "F",
    "linalg",
    "image",
)
"""Names that mean a module wherever they stand; what comes after them is looked up below."""


def _reshape(x: Any, shape: Any, name: Any = None) -> Any:
    return ops.reshape(x, shape)


def _batch_flatten(x: Any) -> Any:
    return ops.reshape(x, (ops.shape(x)[0], -1))


def _dot(x: Any, y: Any) -> Any:
    """K.dot: over the last axis of x and the last but one of y."""
    return ops.matmul(x, y) if y.ndim == 2 else ops.dot(x, y)


def _l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, dim: Any = None, **_: Any) -> Any:
    return TENSORFLOW["math.l2_normalize"](x, axis=dim if axis is None else axis, epsilon=epsilon)


def _concatenate(tensors: Any = None, axis: int = -1, values: Any = None, **_: Any) -> Any:
    return ops.concatenate(list(values if tensors is None else tensors), axis)


def _squeeze(x: Any, axis: Any = None, **_: Any) -> Any:
    return ops.squeeze(x, axis)


def _reverse(x: Any, axes: Any = None, axis: Any = None, **_: Any) -> Any:
    return ops.flip(x, axes if axis is None else axis)


def _repeat_elements(x: Any, rep: int, axis: int) -> Any:
    return ops.repeat(x, rep, normalize_axis(axis, x.ndim))


def _repeat(x: Any, n: int) -> Any:
    """K.repeat: (batch, K) → (batch, n, K)"""
    return ops.repeat(ops.expand_dims(x, 1), n, 1)


def _permute(x: Any, pattern: Any = None, axes: Any = None, perm: Any = None, **_: Any) -> Any:
    return ops.transpose(x, next((p for p in (pattern, axes, perm) if p is not None), None))


def _leaky(x: Any, alpha: float = 0.0, max_value: Any = None, threshold: float = 0.0, **_: Any) -> Any:
    y = ops.leaky_relu(x, alpha) if alpha else ops.relu(x)
    return y if max_value is None else ops.minimum(y, max_value)


def _reducer(function: Callable[..., Any]) -> Callable[..., Any]:
    def reduce(x: Any, axis: Any = None, keepdims: bool = False, keep_dims: bool = False, **_: Any) -> Any:
        return function(x, axis=axis, keepdims=bool(keepdims or keep_dims))

    return reduce


def _unary(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, **_: math_of(function, x)


def math_of(function: Callable[..., Any], x: Any) -> Any:
    """The function of a tensor or of a number."""
    return function(x) if hasattr(x, "shape") else float(function(x))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        name: _reducer(getattr(ops, name))
        for name in ("all", "any", "max", "mean", "min", "prod", "std", "sum", "var", "logsumexp")
    },
    **{
        name: _unary(getattr(ops, name))
        for name in [
            "abs",
            "absolute",
            "ceil",
            "cos",
            "cosh",
            "erf",
            "exp",
            "expm1",
            "floor",
            "log",
            "log1p",
            "negative",
            "ones_like",
            "reciprocal",
            "round",
            "rsqrt",
            "sign",
            "sin",
            "sinh",
            "softplus",
            "softsign",
            "sqrt",
            "square",
            "tan",
            "tanh",
            "zeros_like",
            "isnan",
            "selu",
            "silu",
            "mish",
            "relu6",
            "hard_silu",
        ]
        if hasattr(ops, name)
    },
    **{
        name: getattr(ops, name)
        for name in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "maximum",
            "minimum",
            "power",
            "equal",
            "not_equal",
            "greater",
            "greater_equal",
            "less",
            "less_equal",
            "logical_and",
            "logical_or",
            "where",
            "matmul",
            "expand_dims",
            "stack",
            "tile",
            "cumsum",
            "argmax",
            "argmin",
            "gather_nd",
            "einsum",
            "roll",
            "flip",
            "split",
            "moveaxis",
            "swapaxes",
            "clip",
        ]
        if hasattr(ops, name)
    },
    "abs": _unary(ops.absolute),
    "batch_flatten": _batch_flatten,
    "cast": lambda x, dtype, **_: ops.cast(x, getattr(dtype, "dtype", dtype)),
    "concat": _concatenate,
    "concatenate": _concatenate,
    "div": ops.divide,
    "dot": _dot,
    "elu": lambda x, alpha=1.0: ops.elu(x, alpha),
    "flatten": lambda x: ops.reshape(x, (-1,)),
    "gather": lambda reference, indices, axis=0, **_: ops.take(reference, indices, axis=axis),
    "gelu": lambda x, approximate=False: ops.gelu(x, approximate),
    "hard_sigmoid": lambda x: activation("hard_sigmoid_keras2")(x),
    "identity": lambda x, **_: x,
    "int_shape": lambda x: tuple(x.shape),
    "l2_normalize": _l2_normalize,
    "leaky_relu": lambda x, alpha=0.2, **_: ops.leaky_relu(x, alpha),
    "log_softmax": lambda x, axis=-1, **_: ops.log_softmax(x, axis),
    "mod": ops.mod,
    "multiply": ops.multiply,
    "ndim": lambda x: x.ndim,
    "one_hot": lambda indices, num_classes=None, depth=None, **_: ops.one_hot(indices, num_classes or depth),
    "permute_dimensions": _permute,
    "pow": ops.power,
    "reduce_max": _reducer(ops.max),
    "reduce_mean": _reducer(ops.mean),
    "reduce_min": _reducer(ops.min),
    "reduce_prod": _reducer(ops.prod),
    "reduce_sum": _reducer(ops.sum),
    "relu": _leaky,
    "repeat": _repeat,
    "repeat_elements": _repeat_elements,
    "reshape": _reshape,
    "reverse": _reverse,
    "shape": lambda x, **_: ops.shape(x),
    "sigmoid": _unary(ops.sigmoid),
    "softmax": lambda x, axis=-1, **_: ops.softmax(x, axis),
    "space_to_depth": lambda input=None, block_size=None, x=None, **_: _space_to_depth(x if input is None else input, block_size),
    "squared_difference": lambda x, y, **_: ops.square(ops.subtract(x, y)),
    "squeeze": _squeeze,
    "stop_gradient": lambda x, **_: x,
    "subtract": ops.subtract,
    "swish": _unary(ops.silu),
    "transpose": _permute,
    "truediv": ops.divide,
    "float": float,
    "int": int,
    "len": len,
    "list": list,
    "tuple": tuple,
}
"""By the last part of the name; arguments as there."""

CONSTANTS: dict[str, Any] = {
    "pi": math.pi,
    "e": math.e,
    "newaxis": None,
    "float16": "float16",
    "float32": "float32",
    "float64": "float64",
    "int32": "int32",
    "int64": "int64",
    "bool": "bool",
    "True": True,
    "False": False,
    "None": None,
}


def _space_to_depth(x: Any, block: int) -> Any:
    """(batch, H, W, C) → (batch, H / block, W / block, block² · C), rows of a block before its columns."""
    batch, height, width, channels = ops.shape(x)
    x = ops.reshape(x, (batch, height // block, block, width // block, block, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (batch, height // block, width // block, block * block * channels))
