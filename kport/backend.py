"""`keras.backend`: what Keras 3 has of it, and the functions that Keras 2's code knows as K, by `kport.ops`.

They compute on arrays, on TensorFlow's tensors, and record themselves on symbolic values, as the operations do.
"""

from __future__ import annotations

import builtins
from collections import Counter
from typing import Any

import numpy as np

from . import ops, random
from .config import backend as backend
from .layers.data_format import in_channels_last, standardize
from .ops.backend import tf
from .ops.promotion import is_float, is_integer, result_dtype
from .ops.promotion import standardize_dtype as standardize_dtype
from .ops.shapes import CHANNELS_FIRST
from .ops.variable import Variable
from .settings import epsilon as epsilon
from .settings import floatx as floatx
from .settings import image_data_format as image_data_format
from .settings import set_epsilon as set_epsilon
from .settings import set_floatx as set_floatx
from .settings import set_image_data_format as set_image_data_format
from .utils.graphs import is_keras_tensor as is_keras_tensor
from .utils.session import clear_session as clear_session

_SAME = (
    "abs", "all", "any", "arange", "cast", "clip", "cos", "elu", "equal", "exp", "greater", "greater_equal", "less",
    "less_equal", "log", "logsumexp", "max", "maximum", "mean", "min", "minimum", "not_equal", "one_hot", "ones_like",
    "prod", "reshape", "round", "shape", "sigmoid", "sign", "sin", "softmax", "softplus", "softsign", "square",
    "squeeze", "stack", "std", "sum", "tanh", "transpose", "var", "zeros_like", "stop_gradient", "binary_crossentropy",
    "categorical_crossentropy", "sparse_categorical_crossentropy",
)  # fmt: skip
"""Functions that are operations by the same name. What differs from it in Keras 2 is written out below."""

_RENAMED = {"pow": "power", "permute_dimensions": "transpose", "reverse": "flip", "map_fn": "map"}

globals().update({name: getattr(ops, operation) for name, operation in (_RENAMED | {n: n for n in _SAME}).items()})

_counts: Counter[str] = Counter()


def get_uid(prefix: str = "") -> int:
    """1, 2, ...: how often this prefix was asked for."""
    _counts[prefix] += 1
    return _counts[prefix]


def is_float_dtype(dtype: Any) -> bool:
    """Whether a dtype is one of floats."""
    return is_float(standardize_dtype(dtype))


def is_int_dtype(dtype: Any) -> bool:
    """Whether a dtype is one of integers."""
    return is_integer(standardize_dtype(dtype))


def result_type(*dtypes: Any) -> str:
    """The dtype that an operation on these gives; floatx for none."""
    return result_dtype(*map(standardize_dtype, dtypes)) if dtypes else floatx()


# what has a value


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Variable:
    """A weight with this value."""
    return Variable(value, dtype=standardize_dtype(dtype), name=name, constraint=constraint)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """An array; a single number is repeated for `shape`."""
    array = np.asarray(value, dtype=standardize_dtype(dtype))
    return array if shape is None else np.broadcast_to(array, shape) if array.ndim == 0 else array.reshape(shape)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A weight of zeros."""
    return variable(np.zeros(shape), dtype, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A weight of ones."""
    return variable(np.ones(shape), dtype, name)


def eye(size: int, dtype: Any = None, name: str | None = None) -> Variable:
    """A weight with ones on its diagonal and zeros elsewhere."""
    return variable(np.eye(size), dtype, name)


def get_value(x: Any) -> Any:
    """The value as an array."""
    return x if isinstance(x, (int, float)) else np.asarray(x)


eval = get_value


def set_value(x: Any, value: Any) -> None:
    """Changes a weight."""
    x.assign(np.asarray(value))


def batch_get_value(tensors: Any) -> list[Any]:
    """The values of several weights."""
    return [get_value(x) for x in tensors]


def batch_set_value(tuples: Any) -> None:
    """Changes several weights: (weight, value) for each."""
    for x, value in tuples:
        set_value(x, value)


def update(x: Any, new_x: Any) -> Any:
    """Changes a weight and returns it."""
    return x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Adds to a weight and returns it."""
    return x.assign_add(increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtracts from a weight and returns it."""
    return x.assign_sub(decrement)


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """x ← momentum · x + (1 - momentum) · value"""
    return x.assign_sub(ops.multiply(ops.subtract(x, value), 1 - momentum))


# what a tensor is


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The shape, with None for unknown sizes."""
    return tuple(x.shape)


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(x.shape)


def dtype(x: Any) -> str:
    """The dtype's name."""
    return standardize_dtype(x.dtype)


def count_params(x: Any) -> int:
    """How many numbers a weight has."""
    return int(np.prod(x.shape))


def cast_to_floatx(x: Any) -> Any:
    """x in floatx; what isn't a tensor becomes an array."""
    return ops.cast(x, floatx()) if hasattr(x, "shape") else np.asarray(x, dtype=floatx())


def is_sparse(tensor: Any) -> bool:
    """False: there are dense tensors only."""
    return False


def to_dense(tensor: Any) -> Any:
    """The tensor itself."""
    return tensor


def name_scope(name: str) -> Any:
    """TensorFlow's block of names."""
    return tf.name_scope(name)


# what computes otherwise than the operation of the name


def gather(reference: Any, indices: Any) -> Any:
    """The rows of these numbers."""
    return ops.take(reference, indices, axis=0)


def argmax(x: Any, axis: int = -1) -> Any:
    """The place of the greatest along the axis."""
    return ops.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """The place of the least along the axis."""
    return ops.argmin(x, axis)


def concatenate(tensors: Any, axis: int = -1) -> Any:
    """The tensors one after the other."""
    return ops.concatenate(tensors, axis)


def cumsum(x: Any, axis: int = 0) -> Any:
    """Sums up to each element."""
    return ops.cumsum(x, axis)


def cumprod(x: Any, axis: int = 0) -> Any:
    """Products up to each element."""
    return ops.cumprod(x, axis)


def expand_dims(x: Any, axis: int = -1) -> Any:
    """With one axis of size 1 more."""
    return ops.expand_dims(x, axis)


def hard_sigmoid(x: Any) -> Any:
    """0.2 · x + 0.5, cut off at 0 and 1: Keras 2's slope. (Keras 3's is 1 / 6.)"""
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


def sqrt(x: Any) -> Any:
    """The root; 0 for what is below 0."""
    return ops.sqrt(ops.maximum(x, 0))


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether each target is among the k classes with the highest prediction."""
    return ops.in_top_k(targets, predictions, k)


def dot(x: Any, y: Any) -> Any:
    """The product over the last axis of x and the one before the last of y."""
    return ops.tensordot(x, y, axes=([ndim(x) - 1], [builtins.max(ndim(y) - 2, 0)]))


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """The product of each sample of x with that of y over an axis of each, by default the last and the one before it.

    (batch, *a, K), (batch, K, *b) → (batch, *a, *b), or (batch, 1) if nothing else is left.
    """
    if axes is None:
        axes = (ndim(x) - 1, ndim(y) - 1 if ndim(y) == 2 else ndim(y) - 2)
    first, second = ((axes, axes) if isinstance(axes, int) else tuple(axes))  # fmt: skip
    letters = iter("bcdefghijklmn")
    first, second = first % ndim(x), second % ndim(y)
    a = ["a" if i == 0 else "z" if i == first else next(letters) for i in range(ndim(x))]
    b = ["a" if i == 0 else "z" if i == second else next(letters) for i in range(ndim(y))]
    kept = ["a", *(s for s in (*a, *b) if s not in "az")]
    product = ops.einsum(f"{''.join(a)},{''.join(b)}->{''.join(kept)}", x, y)
    return ops.expand_dims(product, -1) if len(kept) == 1 else product


def flatten(x: Any) -> Any:
    """All numbers in one axis."""
    return ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """Each sample's numbers in one axis."""
    return ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))


def repeat(x: Any, n: int) -> Any:
    """(batch, K) → (batch, n, K)"""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each element along the axis `rep` times."""
    return ops.repeat(x, rep, axis=axis)


def tile(x: Any, n: Any) -> Any:
    """x as often as `n` says along each axis."""
    return ops.tile(x, (n,) if isinstance(n, int) else n)


def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """x above the threshold, at most max_value; alpha · (x - threshold) below it."""
    above = x if max_value is None else ops.minimum(x, max_value)
    below = ops.multiply(alpha, ops.subtract(x, threshold))
    return ops.where(ops.greater_equal(x, threshold), above, below)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    """x / √(Σ x²) along the axis."""
    return ops.l2_normalize(x, axis=axis)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """The first where the condition holds, else the second; either may be a function without arguments."""
    if ndim(condition) == 0:
        chosen = [x if callable(x) else lambda x=x: x for x in (then_expression, else_expression)]
        return ops.cond(ops.cast(condition, "bool"), *chosen)
    then, other = (x() if callable(x) else x for x in (then_expression, else_expression))
    condition = ops.cast(condition, "bool")
    for _ in range(ndim(then) - ndim(condition)):
        condition = ops.expand_dims(condition, -1)
    return ops.where(condition, then, other)


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """x + bias along the channels."""
    if standardize(data_format) == CHANNELS_FIRST:
        bias = ops.reshape(bias, (*bias.shape, *[1] * (ndim(x) - 2)))
    return ops.add(x, bias)


def batch_normalization(x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3) -> Any:
    """gamma · (x - mean) / √(var + epsilon) + beta"""
    return ops.batch_normalization(x, mean, var, axis, offset=beta, scale=gamma, epsilon=epsilon)


def _pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: str | None, pool_mode: str) -> Any:
    pool = {"max": ops.max_pool, "avg": ops.average_pool}[pool_mode]
    return in_channels_last(lambda x: pool(x, pool_size, strides, padding), x, standardize(data_format))


def pool2d(
    x: Any, pool_size: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None, pool_mode: str = "max"
) -> Any:
    """The greatest ("max") or the mean ("avg") of each window."""
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: Any, pool_size: Any, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None, pool_mode: str = "max"
) -> Any:
    """`pool2d` for volumes."""
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def conv1d(x: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: Any = None, dilation_rate: Any = 1) -> Any:
    """A convolution over steps; "causal" padding is all before the first step."""
    if padding == "causal":
        x, padding = temporal_padding(x, (dilation_rate * (kernel.shape[0] - 1), 0)), "valid"
    return conv2d(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(x: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: Any = None, dilation_rate: Any = 1) -> Any:
    """A convolution, kernel (*window, C_in, C_out)."""
    return in_channels_last(
        lambda x: ops.conv(x, kernel, strides=strides, padding=padding, dilations=dilation_rate), x, standardize(data_format)
    )


conv3d = conv2d


def depthwise_conv2d(
    x: Any, depthwise_kernel: Any, strides: Any = 1, padding: str = "valid", data_format: Any = None, dilation_rate: Any = 1
) -> Any:
    """A convolution of each channel by itself."""
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, standardize(data_format), dilation_rate)


def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Any:
    """A convolution of each channel by itself, then one of 1 by 1."""
    form = standardize(data_format)
    return ops.separable_conv(x, depthwise_kernel, pointwise_kernel, strides, padding, form, dilation_rate)


def _padded(x: Any, padding: Any, data_format: str | None) -> Any:
    first = standardize(data_format) == CHANNELS_FIRST
    return ops.pad(x, [[0, 0], [0, 0], *padding] if first else [[0, 0], *padding, [0, 0]])


def temporal_padding(x: Any, padding: Any = (1, 1)) -> Any:
    """Zeros before and after the steps."""
    return ops.pad(x, [[0, 0], list(padding), [0, 0]])


def spatial_2d_padding(x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """Zeros around the rows and columns."""
    return _padded(x, padding, data_format)


def spatial_3d_padding(x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """Zeros around volumes."""
    return _padded(x, padding, data_format)


def resize_images(x: Any, height_factor: int, width_factor: int, data_format: str, interpolation: str = "nearest") -> Any:
    """Images larger by whole factors."""
    rows, columns = x.shape[2:4] if data_format == CHANNELS_FIRST else x.shape[1:3]
    size = (rows * height_factor, columns * width_factor)
    return ops.resize(x, size, interpolation=interpolation, data_format=data_format)


def resize_volumes(x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str) -> Any:
    """Volumes larger by whole factors, each element repeated."""
    first = 2 if data_format == CHANNELS_FIRST else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), first):
        x = ops.repeat(x, factor, axis=axis)
    return x


# what is drawn


def random_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Normally distributed numbers."""
    return random.normal(shape, mean, stddev, dtype=standardize_dtype(dtype), seed=seed)


def random_uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Evenly distributed numbers."""
    return random.uniform(shape, minval, maxval, dtype=standardize_dtype(dtype), seed=seed)


def truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Normally distributed numbers, none further than two deviations from the mean."""
    return random.truncated_normal(shape, mean, stddev, dtype=standardize_dtype(dtype), seed=seed)


def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """1 with probability p, else 0."""
    return ops.cast(ops.less(random.uniform(shape, seed=seed), p), standardize_dtype(dtype))


def random_normal_variable(
    shape: Any, mean: float, scale: float, dtype: Any = None, name: str | None = None, seed: Any = None
) -> Variable:
    """A weight with normally distributed numbers."""
    return variable(random.normal(shape, mean, scale, seed=seed), dtype, name)


def random_uniform_variable(
    shape: Any, low: float, high: float, dtype: Any = None, name: str | None = None, seed: Any = None
) -> Variable:
    """A weight with evenly distributed numbers."""
    return variable(random.uniform(shape, low, high, seed=seed), dtype, name)


def dropout(x: Any, level: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Each number is 0 with probability `level`, the others are divided by 1 - level."""
    return random.dropout(x, level, noise_shape=noise_shape, seed=seed)
