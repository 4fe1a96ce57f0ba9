"""TensorFlow's functions that make, sort, gather and multiply whole arrays, written in `kport.ops`.

Keys are public names; arguments have TensorFlow's names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..errors import UnknownLayerError


def static(x: Any) -> Any:
    """A constant tensor as Python numbers."""
    return x.tolist() if isinstance(x, (np.ndarray, np.generic)) else x


def array(x: Any) -> Any:
    """A constant, which files have as nested lists of numbers, as an array."""
    return np.asarray(x, "float32") if isinstance(x, (list, tuple)) and np.asarray(x).dtype.kind == "f" else x


def _sizes(shape: Any) -> list[Any]:
    """A shape as a list of numbers or scalar tensors."""
    shape = static(shape)
    return list(shape) if isinstance(shape, (list, tuple)) else ops.unstack(shape, axis=0)


def _filled(value: float) -> Callable[..., Any]:
    return lambda shape, dtype="float32", name=None, **_: ops.full(_sizes(shape), value, static(dtype))


def _range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: Any = None) -> Any:
    first, last = (0, start) if limit is None else (start, limit)
    return ops.arange(static(first), static(last), static(delta), dtype)


def _gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: int = 0, name: Any = None
) -> Any:
    """The first `batch_dims` axes of both are the same; with them `indices` is as deep as they are, or one axis more."""
    if not batch_dims:
        return ops.take(params, indices, axis=int(axis or 0))
    axis = batch_dims if axis is None else int(axis)
    if axis != batch_dims or len(indices.shape) != batch_dims + 1:
        raise UnknownLayerError(
            "expected tf.gather of one axis of indices along the first axis after the batch's. "
            f"Received: batch_dims={batch_dims}, axis={axis}, indices of rank {len(indices.shape)}"
        )
    return ops.gather_nd(params, ops.expand_dims(indices, -1), batch_dims)


def _norm(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: Any = None, name: Any = None, keep_dims: Any = None
) -> Any:
    return ops.norm(tensor, None if ord in ("euclidean", 2) else ord, static(axis), bool(keepdims or keep_dims))


def _euclidean_norm(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    return ops.sqrt(ops.sum(ops.square(input_tensor), axis=static(axis), keepdims=bool(keepdims)))


def _clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: Any = None) -> Any:
    """t · clip_norm / max(|t|, clip_norm)"""
    norm = ops.sqrt(ops.sum(ops.square(t), axis=static(axes), keepdims=True))
    return ops.divide(ops.multiply(t, clip_norm), ops.maximum(norm, clip_norm))


def _sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: Any = None) -> Any:
    ascending = ops.sort(values, int(axis))
    return ascending if direction == "ASCENDING" else ops.flip(ascending, int(axis))


def _argsort(values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: Any = None) -> Any:
    return ops.argsort(values if direction == "ASCENDING" else ops.negative(values), int(axis))


def _band_part(input: Any, num_lower: int, num_upper: int, name: Any = None) -> Any:
    """What is at most so far below and above the diagonal; any distance if it is negative."""
    lower, upper = int(static(num_lower)), int(static(num_upper))
    kept = input if lower < 0 else ops.triu(input, -lower)
    return kept if upper < 0 else ops.tril(kept, upper)


def _sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool", name: Any = None) -> Any:
    if maxlen is None:
        raise UnknownLayerError("expected tf.sequence_mask with maxlen. Received: maxlen=None")
    places = ops.arange(static(maxlen))
    return ops.cast(ops.less(ops.cast(places, "int64"), ops.expand_dims(ops.cast(lengths, "int64"), -1)), static(dtype))


def _cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: Any = None) -> Any:
    if exclusive:
        raise UnknownLayerError("expected tf.math.cumprod with exclusive=False. Received: exclusive=True")
    product = ops.cumprod(ops.flip(x, int(axis)) if reverse else x, int(axis))
    return ops.flip(product, int(axis)) if reverse else product


def _count_nonzero(input: Any = None, axis: Any = None, keepdims: Any = None, dtype: Any = "int64", **_: Any) -> Any:
    return ops.sum(ops.cast(ops.not_equal(input, 0), static(dtype)), axis=static(axis), keepdims=bool(keepdims))


def _window(value: Any) -> Any:
    """[1, h, w, 1] or a number or pair as Keras has it."""
    value = static(value)
    return tuple(value[1:-1]) if isinstance(value, (list, tuple)) and len(value) == 4 else 1 if value is None else value


def _conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = 1,
    padding: str = "VALID",
    use_cudnn_on_gpu: bool = True,
    data_format: Any = "NHWC",
    dilations: Any = None,
    name: Any = None,
    filters: Any = None,
) -> Any:
    if data_format not in ("NHWC", None) or not isinstance(padding, str):
        raise UnknownLayerError(f"expected tf.nn.conv2d in NHWC with named padding. Received: {data_format=}, {padding=}")
    kernel = np.asarray(filter if filters is None else filters, "float32")
    return ops.conv(input, kernel, strides=_window(strides), padding=padding.lower(), dilations=_window(dilations))


ARRAYS: dict[str, Callable[..., Any]] = {
    "argsort": _argsort,
    "clip_by_norm": _clip_by_norm,
    "einsum": lambda equation, *inputs, name=None, **_: ops.einsum(equation, *(array(x) for x in inputs)),
    "eye": lambda num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None: ops.eye(
        num_rows, num_columns, dtype=static(dtype)
    ),
    "fill": lambda dims, value, name=None, **_: ops.full(_sizes(dims), static(value)),
    "gather": _gather,
    "gather_nd": lambda params, indices, name=None, batch_dims=0, **_: ops.gather_nd(params, indices, int(batch_dims)),
    "linalg.band_part": _band_part,
    "linalg.inv": lambda input, adjoint=False, name=None: ops.inv(input),
    "linalg.matrix_transpose": lambda a, name=None, conjugate=False: ops.swapaxes(a, -1, -2),
    "math.atan2": lambda y, x, name=None: ops.arctan2(y, x),
    "math.count_nonzero": _count_nonzero,
    "math.cumprod": _cumprod,
    "math.divide_no_nan": lambda x, y, name=None: ops.divide_no_nan(x, y),
    "math.reduce_euclidean_norm": _euclidean_norm,
    "math.scalar_mul": lambda scalar, x, name=None: ops.multiply(scalar, x),
    **dict.fromkeys(("math.top_k", "nn.top_k"), lambda input, k=1, sorted=True, **_: ops.top_k(input, int(k), sorted)),
    "nn.conv2d": _conv2d,
    "nn.crelu": lambda features, axis=-1, name=None: ops.concatenate(
        [ops.relu(features), ops.relu(ops.negative(features))], int(axis)
    ),
    "nn.depth_to_space": lambda input, block_size, data_format="NHWC", name=None: ops.depth_to_space(input, int(block_size)),
    "nn.dropout": lambda x, *_, **__: x,
    "nn.embedding_lookup": lambda params, ids, *_, **__: ops.take(array(params), ids, axis=0),
    "nn.space_to_depth": lambda input, block_size, data_format="NHWC", name=None: ops.space_to_depth(input, int(block_size)),
    **dict.fromkeys(("norm", "linalg.norm"), _norm),
    "ones": _filled(1),
    "range": _range,
    "rank": lambda input, name=None: np.asarray(len(input.shape), "int32"),
    "roll": lambda input, shift, axis, name=None: ops.roll(input, static(shift), static(axis)),
    "sequence_mask": _sequence_mask,
    "size": lambda input, out_type="int32", name=None: ops.cast(ops.size(input), static(out_type) or "int32"),
    "sort": _sort,
    "tensordot": lambda a, b, axes, name=None: ops.tensordot(array(a), array(b), static(axes)),
    "zeros": _filled(0),
}
"""By public name."""
