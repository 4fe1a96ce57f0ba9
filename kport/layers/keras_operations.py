"""The operations of keras.ops that a Keras 3 file may hold as nodes of its graph.

Most have the same name and arguments in `kport.ops`; the table has the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .. import ops
from ..errors import LayerError, UnknownLayerError
from ..registry import CUSTOM
from ..tree import map_structure


def find_operation(class_name: str, layer: str) -> Callable[..., Any]:
    """The function for Keras's operation class ("ExpandDims"); the user's own of that name comes first."""
    if class_name in CUSTOM:
        return CUSTOM[class_name]
    if class_name in OPERATIONS:
        return OPERATIONS[class_name]
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", class_name).lower()
    function = getattr(ops, name, None)
    if not callable(function):
        raise UnknownLayerError(
            f"expected an operation of keras.ops that kport.ops has. Received: {class_name!r}. Write it with kport.ops into a "
            f"file, @kport.register(name={class_name!r}) above `def`, and pass --custom FILE (API: custom=)",
            layer,
        )
    return function


def _getitem(x: Any, key: Any) -> Any:
    return ops.getitem(x, tuple(key) if isinstance(key, list) else key)


def _channels_first(data_format: str | None) -> bool:
    return data_format == "channels_first"


def _channels_last(x: Any, data_format: str | None, function: Callable[[Any], Any]) -> Any:
    """`function` of data with channels last, whatever their format is."""
    if not _channels_first(data_format):
        return function(x)
    rank = x.ndim
    y = function(ops.transpose(x, (0, *range(2, rank), 1)))
    return ops.transpose(y, (0, rank - 1, *range(1, rank - 1)))


def _pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    pairs = [pad_width] * x.ndim if pad_width and not isinstance(pad_width[0], (list, tuple)) else pad_width
    return ops.pad(x, pairs, mode, 0.0 if constant_values is None else constant_values)


def _pool(function: Callable[..., Any]) -> Callable[..., Any]:
    def pool(inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None) -> Any:
        return _channels_last(inputs, data_format, lambda x: function(x, pool_size, strides, padding))

    return pool


def _adaptive_pool(function: Callable[..., Any]) -> Callable[..., Any]:
    def pool(inputs: Any, output_size: Any, data_format: str | None = None) -> Any:
        return _channels_last(inputs, data_format, lambda x: function(x, output_size))

    return pool


def _average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    if weights is None:
        return ops.mean(x, axis=axis)
    return ops.divide(ops.sum(ops.multiply(x, weights), axis=axis), ops.sum(weights, axis=axis))


def _normalize(x: Any, axis: int = -1, order: int = 2, epsilon: float | None = None) -> Any:
    """x / max(‖x‖, epsilon)"""
    size = ops.norm(x, ord=order, axis=axis, keepdims=True)
    return ops.divide(x, ops.maximum(size, 1e-7 if epsilon is None else epsilon))


def _nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    x = ops.where(ops.isnan(x), ops.full_like(x, nan), x)
    limit = 3.4028234663852886e38
    x = ops.where(ops.isposinf(x), ops.full_like(x, limit if posinf is None else posinf), x)
    return ops.where(ops.isneginf(x), ops.full_like(x, -limit if neginf is None else neginf), x)


def _moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> tuple[Any, Any]:
    return ops.mean(x, axis=axes, keepdims=keepdims), ops.var(x, axis=axes, keepdims=keepdims)


def _merge_cosine(x1: Any, x2: Any, axes: Any = -1) -> Any:
    """Keras 1's Merge(mode="cos"): Σ x1·x2 / max(√(Σ x1² · Σ x2²), 1e-7) of (batch, K), as (batch, 1, 1)."""
    if x1.ndim != 2 or x2.ndim != 2:
        raise LayerError(f"expected two inputs (batch, features). Received: shapes {x1.shape} and {x2.shape}")

    def product(a: Any, b: Any) -> Any:
        return ops.sum(ops.multiply(a, b), axis=1, keepdims=True)

    size = ops.sqrt(ops.multiply(product(x1, x1), product(x2, x2)))
    return ops.expand_dims(ops.divide(product(x1, x2), ops.maximum(size, 1e-7)), 1)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "Abs": ops.absolute,
    "AdaptiveAveragePool": _adaptive_pool(ops.adaptive_average_pool),
    "AdaptiveMaxPool": _adaptive_pool(ops.adaptive_max_pool),
    "Amax": ops.max,
    "Amin": ops.min,
    "Average": _average,
    "AveragePool": _pool(ops.average_pool),
    "Conj": lambda x: x,
    "Conjugate": lambda x: x,
    "ConvertToTensor": lambda x, dtype=None, sparse=None, ragged=None: x if dtype is None else ops.cast(x, dtype),
    "Copy": lambda x: x,
    "Cbrt": lambda x: ops.multiply(ops.sign(x), ops.power(ops.absolute(x), 1 / 3)),
    "Deg2rad": lambda x: ops.multiply(x, 0.017453292519943295),
    "DivideNoNan": lambda x1, x2: ops.where(
        ops.equal(x2, 0), ops.zeros_like(x1), ops.divide(x1, ops.where(ops.equal(x2, 0), 1, x2))
    ),
    "EmptyLike": lambda x, dtype=None: ops.zeros_like(x, dtype),
    "Erfc": lambda x: ops.subtract(1.0, ops.erf(x)),
    "Exp2": lambda x: ops.power(2.0, x),
    "Fabs": ops.absolute,
    "Fliplr": lambda x: ops.flip(x, 1),
    "Flipud": lambda x: ops.flip(x, 0),
    "GetItem": _getitem,
    "Hypot": lambda x1, x2: ops.sqrt(ops.add(ops.square(x1), ops.square(x2))),
    "MergeCosine": _merge_cosine,
    "MaxPool": _pool(ops.max_pool),
    "Moments": _moments,
    "NanToNum": _nan_to_num,
    "Normalize": _normalize,
    "Pad": _pad,
    "Ptp": lambda x, axis=None, keepdims=False: ops.subtract(ops.max(x, axis, keepdims), ops.min(x, axis, keepdims)),
    "Rad2deg": lambda x: ops.multiply(x, 57.29577951308232),
    "Reshape": lambda x, newshape: ops.reshape(x, newshape),
    "SearchSorted": ops.searchsorted,
    "StopGradient": lambda variable: variable,
    "StopGradients": lambda variables: map_structure(lambda x: x, variables),
    "Transpose": lambda x, axes=None: ops.transpose(x, axes),
    "TrueDivide": ops.divide,
}
