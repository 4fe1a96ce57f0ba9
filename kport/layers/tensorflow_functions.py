"""TensorFlow's functions that a tf.keras file may hold as nodes of its graph, written in `kport.ops`.

Keys are public names ("tf.math.add", what TFOpLambda stores) and kernel names ("tf.raw_ops.Transpose", what
TensorFlowOpLayer stores; attributes of the kernel come as keyword arguments). Arguments have TensorFlow's names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..errors import UnknownLayerError
from ..registry import CUSTOM
from .tensorflow_arrays import ARRAYS, array
from .tensorflow_arrays import static as _static

Function = Callable[..., Any]


def find_function(name: str, layer: str) -> Function:
    """The function of TensorFlow's public or kernel name; the user's own of that name comes first."""
    short = name.removeprefix("tf.")
    for key in (name, short):
        if key in CUSTOM:
            return CUSTOM[key]
    short = short.removeprefix("compat.v1.")
    if short in FUNCTIONS:
        return FUNCTIONS[short]
    raise UnknownLayerError(
        f"expected a function of TensorFlow that kport knows. Received: {name!r}. Write it with kport.ops into a file, "
        f"@kport.register(name={short!r}) above `def`, and pass --custom FILE (API: custom=)",
        layer,
    )


def _unary(function: Function) -> Function:
    """TensorFlow calls the argument x, input or features."""

    def call(x: Any = None, name: Any = None, *, input: Any = None, features: Any = None, **_: Any) -> Any:
        return function(next(v for v in (x, input, features) if v is not None))

    return call


def _binary(function: Function) -> Function:
    return lambda x, y, name=None, **_: function(array(x), array(y))


def _reduction(function: Function) -> Function:
    def reduce(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None, **old: Any) -> Any:
        axis = old.get("reduction_indices", axis)
        return function(input_tensor, axis=_static(axis), keepdims=bool(old.get("keep_dims") or keepdims))

    return reduce


def _raw_reduction(function: Function) -> Function:
    return lambda input, axis, keep_dims=False, **_: function(input, axis=_static(axis), keepdims=bool(keep_dims))


def _getitem(tensor: Any, slice_spec: Any, var: Any = None) -> Any:
    spec = slice_spec if isinstance(slice_spec, (list, tuple)) else [slice_spec]
    return ops.getitem(tensor, tuple(_key(part) for part in spec))


def _key(part: Any) -> Any:
    if isinstance(part, dict) and "start" in part:
        return slice(*(_static(part.get(k)) for k in ("start", "stop", "step")))
    return _static(part)


def _strided_slice(
    input: Any,
    begin: Any,
    end: Any,
    strides: Any,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    **_: Any,
) -> Any:
    """x[begin:end:strides], where bit i of a mask says what part i is."""
    key: list[Any] = []
    for i, (b, e, s) in enumerate(zip(_static(begin), _static(end), _static(strides), strict=True)):
        bit = 1 << i
        if int(ellipsis_mask) & bit:
            key.append(Ellipsis)
        elif int(new_axis_mask) & bit:
            key.append(None)
        elif int(shrink_axis_mask) & bit:
            key.append(b)
        else:
            key.append(slice(None if int(begin_mask) & bit else b, None if int(end_mask) & bit else e, s))
    return ops.getitem(input, tuple(key))


def _concat(values: Any, axis: Any = 0, name: Any = None) -> Any:
    return ops.concatenate(list(values), int(axis))


def _raw_concat(*parts: Any, N: Any = None, Tidx: Any = None, T: Any = None) -> Any:
    *values, axis = parts
    return ops.concatenate(values, int(_static(axis)))


def _matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    **_: Any,
) -> Any:
    a, b = array(a), array(b)
    a = ops.swapaxes(a, -1, -2) if transpose_a or adjoint_a else a
    b = ops.swapaxes(b, -1, -2) if transpose_b or adjoint_b else b
    return ops.matmul(a, b)


def _raw_matmul(a: Any, b: Any, adj_x: bool = False, adj_y: bool = False, **kwargs: Any) -> Any:
    return _matmul(a, b, adjoint_a=adj_x, adjoint_b=adj_y, **kwargs)


def _l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: Any = None, dim: Any = None) -> Any:
    """x / √max(Σx², epsilon)"""
    axis = _static(dim if axis is None else axis)
    total = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(total, epsilon)))


def _pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: Any = None, **_: Any) -> Any:
    return ops.pad(tensor, _static(paddings), mode.lower(), _static(constant_values))


def _split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: Any = None) -> Any:
    sizes = _static(num_or_size_splits)
    if isinstance(sizes, (list, tuple)):
        sizes = [int(i) for i in np.cumsum(sizes)[:-1]]
    return ops.split(value, sizes, int(axis))


def _transpose(a: Any, perm: Any = None, conjugate: bool = False, name: Any = None, **_: Any) -> Any:
    return ops.transpose(a, _static(perm))


def _raw_squeeze(input: Any, squeeze_dims: Any = None, **_: Any) -> Any:
    return ops.squeeze(input, axis=_static(squeeze_dims) or None)


def _one_hot(
    indices: Any, depth: int, on_value: Any = None, off_value: Any = None, axis: Any = None, dtype: Any = None, name: Any = None
) -> Any:
    y = ops.one_hot(indices, int(depth), axis=-1 if axis is None else int(axis), dtype=dtype or "float32")
    on, off = 1.0 if on_value is None else on_value, 0.0 if off_value is None else off_value
    return y if (on, off) == (1.0, 0.0) else ops.add(ops.multiply(y, on - off), off)


def _resize(
    images: Any,
    size: Any,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: Any = None,
    **_: Any,
) -> Any:
    return ops.resize(images, _static(size), method, antialias, pad_to_aspect_ratio=preserve_aspect_ratio)


def _pool(function: Function) -> Function:
    def pool(
        input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NHWC", name: Any = None, value: Any = None
    ) -> Any:
        x = value if input is None else input
        if data_format != "NHWC":
            raise UnknownLayerError(f"expected data_format='NHWC'. Received: data_format={data_format!r}")
        window, steps = (list(s[1:-1]) if isinstance(s, list) and len(s) == x.ndim else s for s in (ksize, strides))
        return function(x, window, steps, padding.lower())

    return pool


def _cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: Any = None) -> Any:
    axis = int(axis)
    turned = ops.flip(x, axis) if reverse else x
    total = ops.cumsum(turned, axis)
    total = ops.subtract(total, turned) if exclusive else total
    return ops.flip(total, axis) if reverse else total


_UNARY: dict[str, tuple[Function, tuple[str, ...]]] = {
    "Abs": (ops.absolute, ("math.abs", "abs")),
    "Acos": (ops.acos, ("math.acos", "acos")),
    "Asin": (ops.asin, ("math.asin", "asin")),
    "Atan": (ops.atan, ("math.atan", "atan")),
    "Ceil": (ops.ceil, ("math.ceil",)),
    "Cos": (ops.cos, ("math.cos", "cos")),
    "Elu": (ops.elu, ("nn.elu",)),
    "Erf": (ops.erf, ("math.erf",)),
    "Exp": (ops.exp, ("math.exp", "exp")),
    "Expm1": (ops.expm1, ("math.expm1",)),
    "Floor": (ops.floor, ("math.floor", "floor")),
    "Identity": (lambda x: x, ("identity", "stop_gradient")),
    "IsNan": (ops.isnan, ("math.is_nan",)),
    "Log": (ops.log, ("math.log",)),
    "Log1p": (ops.log1p, ("math.log1p",)),
    "LogicalNot": (ops.logical_not, ("math.logical_not", "logical_not")),
    "Neg": (ops.negative, ("math.negative", "negative", "neg")),
    "OnesLike": (ops.ones_like, ("ones_like",)),
    "Reciprocal": (ops.reciprocal, ("math.reciprocal",)),
    "Relu": (ops.relu, ("nn.relu",)),
    "Relu6": (ops.relu6, ("nn.relu6",)),
    "Round": (ops.round, ("math.round", "round")),
    "Rsqrt": (ops.rsqrt, ("math.rsqrt",)),
    "Selu": (ops.selu, ("nn.selu",)),
    "Sigmoid": (ops.sigmoid, ("math.sigmoid", "sigmoid", "nn.sigmoid")),
    "Sign": (ops.sign, ("math.sign", "sign")),
    "Sin": (ops.sin, ("math.sin", "sin")),
    "Softplus": (ops.softplus, ("math.softplus", "nn.softplus")),
    "Softsign": (ops.softsign, ("math.softsign", "nn.softsign")),
    "Sqrt": (ops.sqrt, ("math.sqrt", "sqrt")),
    "Square": (ops.square, ("math.square", "square")),
    "StopGradient": (lambda x: x, ()),
    "Tan": (ops.tan, ("math.tan", "tan")),
    "Tanh": (ops.tanh, ("math.tanh", "tanh", "nn.tanh")),
    "ZerosLike": (ops.zeros_like, ("zeros_like",)),
    "Shape": (lambda x: ops.stack([ops.cast(d, "int32") for d in ops.shape(x)]), ("shape",)),
}
"""Of one tensor: kernel name, function, public names."""

_BINARY: dict[str, tuple[Function, tuple[str, ...]]] = {
    "Add": (ops.add, ("math.add", "add", "__operators__.add")),
    "AddV2": (ops.add, ()),
    "BiasAdd": (ops.add, ()),
    "Div": (ops.divide, ()),
    "Equal": (ops.equal, ("math.equal", "equal")),
    "FloorDiv": (ops.floor_divide, ("math.floordiv", "floordiv", "floor_div")),
    "FloorMod": (ops.mod, ("math.floormod", "math.mod")),
    "Greater": (ops.greater, ("math.greater", "greater")),
    "GreaterEqual": (ops.greater_equal, ("math.greater_equal", "greater_equal")),
    "Less": (ops.less, ("math.less", "less")),
    "LessEqual": (ops.less_equal, ("math.less_equal", "less_equal")),
    "LogicalAnd": (ops.logical_and, ("math.logical_and", "logical_and")),
    "LogicalOr": (ops.logical_or, ("math.logical_or", "logical_or")),
    "Maximum": (ops.maximum, ("math.maximum", "maximum")),
    "Minimum": (ops.minimum, ("math.minimum", "minimum")),
    "Mul": (ops.multiply, ("math.multiply", "multiply")),
    "NotEqual": (ops.not_equal, ("math.not_equal", "not_equal")),
    "Pow": (ops.power, ("math.pow", "pow")),
    "RealDiv": (ops.divide, ("math.divide", "divide", "math.truediv", "truediv", "realdiv")),
    "SquaredDifference": (lambda x, y: ops.square(ops.subtract(x, y)), ("math.squared_difference",)),
    "Sub": (ops.subtract, ("math.subtract", "subtract")),
}

_REDUCTIONS: dict[str, tuple[Function, tuple[str, ...]]] = {
    "All": (ops.all, ("math.reduce_all", "reduce_all")),
    "Any": (ops.any, ("math.reduce_any", "reduce_any")),
    "Max": (ops.max, ("math.reduce_max", "reduce_max")),
    "Mean": (ops.mean, ("math.reduce_mean", "reduce_mean")),
    "Min": (ops.min, ("math.reduce_min", "reduce_min")),
    "Prod": (ops.prod, ("math.reduce_prod", "reduce_prod")),
    "Sum": (ops.sum, ("math.reduce_sum", "reduce_sum")),
    "": (ops.std, ("math.reduce_std",)),
    "LogSumExp": (ops.logsumexp, ("math.reduce_logsumexp", "reduce_logsumexp")),
    "Var": (ops.var, ("math.reduce_variance",)),
}


def _arg_reduction(function: Function) -> Function:
    def reduce(input: Any, axis: Any = None, output_type: Any = None, name: Any = None, dimension: Any = None) -> Any:
        indices = function(input, axis=int(next((a for a in (axis, dimension) if a is not None), 0)))
        return ops.cast(indices, _static(output_type) or "int64")

    return reduce


FUNCTIONS: dict[str, Function] = {
    **ARRAYS,
    **dict.fromkeys(("argmax", "math.argmax"), _arg_reduction(ops.argmax)),
    **dict.fromkeys(("argmin", "math.argmin"), _arg_reduction(ops.argmin)),
    "__operators__.getitem": _getitem,
    "broadcast_to": lambda input, shape, name=None: ops.broadcast_to(input, _static(shape)),
    "cast": lambda x, dtype, name=None: ops.cast(x, dtype),
    "clip_by_value": lambda t, clip_value_min, clip_value_max, name=None: ops.clip(t, clip_value_min, clip_value_max),
    "concat": _concat,
    "convert_to_tensor": lambda value, dtype=None, **_: value if dtype is None else ops.cast(value, dtype),
    "expand_dims": lambda input, axis=None, name=None, dim=None: ops.expand_dims(input, int(dim if axis is None else axis)),
    "image.resize": _resize,
    "linalg.l2_normalize": _l2_normalize,
    "linalg.matmul": _matmul,
    "math.add_n": lambda inputs, name=None: _sum(inputs),
    "math.cumsum": _cumsum,
    "math.l2_normalize": _l2_normalize,
    "matmul": _matmul,
    "nn.avg_pool": _pool(ops.average_pool),
    "nn.avg_pool2d": _pool(ops.average_pool),
    "nn.bias_add": lambda value, bias, data_format=None, name=None: ops.add(value, bias),
    "nn.gelu": lambda features, approximate=False, name=None: ops.gelu(features, approximate),
    "nn.l2_normalize": _l2_normalize,
    "nn.leaky_relu": lambda features, alpha=0.2, name=None: ops.leaky_relu(features, alpha),
    "nn.log_softmax": lambda logits, axis=-1, name=None, **_: ops.log_softmax(logits, -1 if axis is None else axis),
    "nn.max_pool": _pool(ops.max_pool),
    "nn.max_pool2d": _pool(ops.max_pool),
    "nn.silu": lambda features, beta=1.0: ops.multiply(features, ops.sigmoid(ops.multiply(features, beta))),
    "nn.softmax": lambda logits, axis=-1, name=None, **_: ops.softmax(logits, -1 if axis is None else axis),
    "nn.swish": lambda features, beta=1.0: ops.multiply(features, ops.sigmoid(ops.multiply(features, beta))),
    "one_hot": _one_hot,
    "pad": _pad,
    "repeat": lambda input, repeats, axis=None, name=None: ops.repeat(input, repeats, axis),
    "reshape": lambda tensor, shape, name=None: ops.reshape(tensor, _static(shape)),
    "reverse": lambda tensor, axis, name=None: ops.flip(tensor, _static(axis)),
    "slice": lambda input_, begin, size, name=None: _slice(input_, begin, size),
    "split": _split,
    "squeeze": lambda input, axis=None, name=None, squeeze_dims=None: ops.squeeze(
        input, axis=_static(squeeze_dims if axis is None else axis)
    ),
    "stack": lambda values, axis=0, name=None: ops.stack(list(values), axis),
    "tile": lambda input, multiples, name=None: ops.tile(input, _static(multiples)),
    "transpose": _transpose,
    "unstack": lambda value, num=None, axis=0, name=None: ops.unstack(value, num, axis),
    "where": lambda condition, x=None, y=None, name=None: ops.where(condition, x, y),
    "raw_ops.ArgMax": lambda input, dimension, **_: ops.argmax(input, axis=int(dimension)),
    "raw_ops.BatchMatMul": _raw_matmul,
    "raw_ops.BatchMatMulV2": _raw_matmul,
    "raw_ops.Cast": lambda x, DstT=None, **_: ops.cast(x, _dtype(DstT)),
    "raw_ops.ClipByValue": lambda t, low, high, **_: ops.clip(t, low, high),
    "raw_ops.ConcatV2": _raw_concat,
    "raw_ops.ExpandDims": lambda input, axis, **_: ops.expand_dims(input, int(_static(axis))),
    "raw_ops.GatherV2": lambda params, indices, axis, **_: ops.take(params, indices, axis=int(axis)),
    "raw_ops.LeakyRelu": lambda features, alpha=0.2, **_: ops.leaky_relu(features, float(alpha)),
    "raw_ops.LogSoftmax": lambda logits, **_: ops.log_softmax(logits),
    "raw_ops.MatMul": _matmul,
    "raw_ops.MirrorPad": lambda input, paddings, mode="REFLECT", **_: _pad(input, paddings, mode),
    "raw_ops.Pack": lambda *values, axis=0, **_: ops.stack(list(values), int(axis)),
    "raw_ops.Pad": lambda input, paddings, **_: _pad(input, paddings),
    "raw_ops.PadV2": lambda input, paddings, value, **_: _pad(input, paddings, constant_values=value),
    "raw_ops.Reshape": lambda tensor, shape, **_: ops.reshape(tensor, _static(shape)),
    "raw_ops.ReverseV2": lambda tensor, axis, **_: ops.flip(tensor, _static(axis)),
    "raw_ops.Select": lambda condition, x, y, **_: ops.where(condition, x, y),
    "raw_ops.SelectV2": lambda condition, x, y, **_: ops.where(condition, x, y),
    "raw_ops.Slice": lambda input, begin, size, **_: _slice(input, begin, size),
    "raw_ops.Softmax": lambda logits, **_: ops.softmax(logits),
    "raw_ops.Squeeze": _raw_squeeze,
    "raw_ops.StridedSlice": _strided_slice,
    "raw_ops.Tile": lambda input, multiples, **_: ops.tile(input, _static(multiples)),
    "raw_ops.Transpose": lambda x, perm, **_: ops.transpose(x, _static(perm)),
}


def _sum(parts: Any) -> Any:
    total, *rest = parts
    for part in rest:
        total = ops.add(total, part)
    return total


def _slice(x: Any, begin: Any, size: Any) -> Any:
    pairs = zip(_static(begin), _static(size), strict=True)
    return ops.getitem(x, tuple(slice(b, None if s == -1 else b + s) for b, s in pairs))


_DTYPES = {"DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16", "DT_BFLOAT16": "bfloat16", "DT_BOOL": "bool"}


def _dtype(name: Any) -> str:
    """float32 for DT_FLOAT, int32 for DT_INT32."""
    return _DTYPES.get(name, str(name).removeprefix("DT_").lower())


for _kernel, (_function, _names) in _UNARY.items():
    FUNCTIONS.update(dict.fromkeys((f"raw_ops.{_kernel}", *_names), _unary(_function)))
for _kernel, (_function, _names) in _BINARY.items():
    FUNCTIONS.update(dict.fromkeys((f"raw_ops.{_kernel}", *_names), _binary(_function)))
for _kernel, (_function, _names) in _REDUCTIONS.items():
    FUNCTIONS.update(dict.fromkeys(_names, _reduction(_function)))
    FUNCTIONS[f"raw_ops.{_kernel}"] = _raw_reduction(_function)
