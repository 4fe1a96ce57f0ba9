"""The operations of keras.ops that a Keras 3 file may hold as nodes of its graph.

Most have the same name and arguments in `kport.ops`; the table has the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .. import ops
from ..errors import LayerError, UnknownLayerError
from ..ops.networks import with_channels_last
from ..registry import CUSTOM
from ..tree import map_structure


def operation_of(class_name: str) -> Callable[..., Any] | None:
    """The function for Keras's operation class ("ExpandDims"), None if there is none; the user's own comes first."""
    if class_name in CUSTOM:
        return CUSTOM[class_name]
    if class_name in OPERATIONS:
        return OPERATIONS[class_name]
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", class_name).lower()
    function = getattr(ops, name, None)
    return function if callable(function) else None


def find_operation(class_name: str, layer: str) -> Callable[..., Any]:
    """As operation_of; UnknownLayerError if there is none."""
    function = operation_of(class_name)
    if function is None:
        raise UnknownLayerError(
            f"expected an operation of keras.ops that kport.ops has. Received: {class_name!r}. Write it with kport.ops into a "
            f"file, @kport.register(name={class_name!r}) above `def`, and pass --custom FILE (API: custom=)",
            layer,
        )
    return function


def _getitem(x: Any, key: Any) -> Any:
    return ops.getitem(x, tuple(key) if isinstance(key, list) else key)


def _pool(function: Callable[..., Any]) -> Callable[..., Any]:
    def pool(inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None) -> Any:
        return with_channels_last(inputs, data_format, lambda x: function(x, pool_size, strides, padding))

    return pool


def _adaptive_pool(function: Callable[..., Any]) -> Callable[..., Any]:
    def pool(inputs: Any, output_size: Any, data_format: str | None = None) -> Any:
        return with_channels_last(inputs, data_format, lambda x: function(x, output_size))

    return pool


def _quantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """Keras 3.15 keeps `method` in the node's configuration, but computes by "linear" whatever it says."""
    return ops.quantile(x, q, axis, keepdims=keepdims)


def _conv(
    inputs: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None, dilation_rate: Any = 1
) -> Any:
    def convolve(x: Any) -> Any:
        groups = x.shape[-1] // kernel.shape[-2]
        return ops.conv(x, kernel, strides=strides, padding=padding, dilations=dilation_rate, groups=groups)

    return with_channels_last(inputs, data_format, convolve)


def _conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    def convolve(x: Any) -> Any:
        return ops.conv_transpose(
            x, kernel, strides=strides, padding=padding, output_padding=output_padding, dilations=dilation_rate
        )

    return with_channels_last(inputs, data_format, convolve)


def _batch_norm(
    x: Any, mean: Any, variance: Any, offset: Any = None, scale: Any = None, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """A node has its tensors first, unlike the function."""
    return ops.batch_normalization(x, mean, variance, axis, offset, scale, epsilon)


def _merge_cosine(x1: Any, x2: Any, axes: Any = -1) -> Any:
    """Keras 1's Merge(mode="cos"): Σ x1·x2 / max(√(Σ x1² · Σ x2²), 1e-7) of (batch, K), as (batch, 1, 1)."""
    if x1.ndim != 2 or x2.ndim != 2:
        raise LayerError(f"expected two inputs (batch, features). Received: shapes {x1.shape} and {x2.shape}")

    def product(a: Any, b: Any) -> Any:
        return ops.sum(ops.multiply(a, b), axis=1, keepdims=True)

    size = ops.sqrt(ops.multiply(product(x1, x1), product(x2, x2)))
    return ops.expand_dims(ops.divide(product(x1, x2), ops.maximum(size, 1e-7)), 1)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "AdaptiveAveragePool": _adaptive_pool(ops.adaptive_average_pool),
    "AdaptiveMaxPool": _adaptive_pool(ops.adaptive_max_pool),
    "AllClose": ops.allclose,
    "AveragePool": _pool(ops.average_pool),
    "BatchNorm": _batch_norm,
    "CDist": ops.cdist,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Einsum": lambda *operands, subscripts: ops.einsum(subscripts, *operands),
    "GetItem": _getitem,
    "IsIn": ops.isin,
    "LayerNorm": ops.layer_normalization,
    "MaxPool": _pool(ops.max_pool),
    "MergeCosine": _merge_cosine,
    "Quantile": _quantile,
    "RMSNorm": ops.rms_normalization,
    "SearchSorted": ops.searchsorted,
    "StopGradients": lambda variables: map_structure(ops.stop_gradient, variables),
}
