"""Random numbers from a seed, as Keras draws them on TensorFlow.

Where anything given is a TensorFlow tensor, or a TensorFlow function is being traced, TensorFlow draws; elsewhere NumPy
does, and uniform, normal and truncated numbers, whole numbers, dropout and shuffles are the same numbers as TensorFlow's.

Arguments of all: shape (sizes are ints or scalar tensors); dtype (float32 by default); seed: a whole number (the same numbers at
each call), a SeedGenerator (others at each call) or None (a generator that all share). Wrong ones are a UsageError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..errors import UnsupportedError, UsageError
from ..ir import Symbolic, Value
from ..ops.backend import is_tensorflow, is_traced_by_tensorflow, tf
from ..ops.promotion import dtype_of, is_float, is_integer, numpy_dtype
from ..ops.variable import Variable
from . import philox
from .seed_generator import draw_seed

FLOAT = "float32"
MODULUS = 2**31 - 2
"""TensorFlow's random functions take seeds below this."""
SECOND = 12
"""What the seed of the second of two draws is more than that of the first."""


def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: str | None = None, seed: Any = None) -> Any:
    """Normal numbers of this mean and standard deviation."""
    return _drawn("normal", shape, mean, stddev, dtype, seed, lambda mean, stddev: stddev)


def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: str | None = None, seed: Any = None) -> Any:
    """As `normal`; those more than two standard deviations from the mean are drawn again."""
    return _drawn("truncated_normal", shape, mean, stddev, dtype, seed, lambda mean, stddev: stddev)


def uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: str | None = None, seed: Any = None) -> Any:
    """Numbers in [minval, maxval)."""
    return _drawn("uniform", shape, minval, maxval, dtype, seed, lambda low, high: high - low)


def randint(shape: Any, minval: Any, maxval: Any, dtype: str = "int32", seed: Any = None) -> Any:
    """Whole numbers in [minval, maxval)."""
    if not is_integer(dtype):
        raise UsageError(f"expected an integer dtype of random.randint. Received: dtype={dtype!r}")
    drawn = dtype if dtype in ("int32", "int64") else "int64"

    def on_numpy(seed: Any, sizes: tuple[int, ...]) -> Any:
        if maxval <= minval:
            raise UsageError(f"expected minval below maxval of random.randint. Received: minval={minval}, maxval={maxval}")
        return philox.integers(seed, sizes, minval, maxval, drawn).astype(dtype)

    def on_tensorflow(seed: Any, sizes: Any) -> Any:
        low, high = (tf.cast(v, drawn) for v in (minval, maxval))
        return tf.cast(tf.random.stateless_uniform(sizes, seed, low, high, drawn), dtype)

    return _draw(on_numpy, on_tensorflow, shape, (minval, maxval), dtype, seed)


def categorical(logits: Any, num_samples: int, dtype: str = "int32", seed: Any = None) -> Any:
    """Classes drawn with probabilities softmax(logits): (batch, classes) → (batch, num_samples)."""
    if ops.ndim(logits) != 2:
        raise UsageError(f"expected logits (batch, classes) of random.categorical. Received: shape={tuple(logits.shape)}")

    def on_numpy(seed: Any, sizes: tuple[int, ...]) -> Any:
        scores = np.asarray(logits, np.float64)
        weights = np.cumsum(np.exp(scores - scores.max(axis=1, keepdims=True)), axis=1)
        points = philox.uniform(seed, sizes, "float64") * weights[:, -1:]
        rows = [np.searchsorted(w, p, side="right") for w, p in zip(weights, points, strict=True)]
        return np.reshape(rows, sizes).astype(dtype)

    def on_tensorflow(seed: Any, sizes: Any) -> Any:
        return tf.cast(tf.random.stateless_categorical(logits, num_samples, seed), dtype)

    return _draw(on_numpy, on_tensorflow, (ops.shape(logits)[0], num_samples), (logits,), dtype, seed)


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """inputs, of which the share `rate` becomes 0 and the rest grows by 1 / (1 - rate).

    noise_shape: the shape in which is decided what becomes 0; it broadcasts to that of `inputs`, None stands for its size.
    """
    if isinstance(rate, (int, float)):
        if not 0 <= rate <= 1:
            raise UsageError(f"expected a rate from 0 to 1 of random.dropout. Received: rate={rate}")
        if rate == 0:
            return inputs
        if rate == 1:
            return ops.zeros_like(inputs)
    sizes: Any = ops.shape(inputs)
    if noise_shape is not None:
        sizes = tuple(size if given is None else given for given, size in zip(noise_shape, sizes, strict=True))
    dtype = _float_dtype("dropout", dtype_of(inputs))

    def on_numpy(seed: Any, sizes: tuple[int, ...]) -> Any:
        x = np.asarray(inputs.value if isinstance(inputs, Variable) else inputs)
        kept = philox.uniform(seed, sizes, dtype) >= np.asarray(rate, x.dtype)
        return np.where(kept, x * np.asarray(1 / (1 - rate), x.dtype), np.zeros((), x.dtype))

    def on_tensorflow(seed: Any, sizes: Any) -> Any:
        return tf.nn.experimental.stateless_dropout(inputs, rate=rate, seed=seed, noise_shape=sizes)

    return _draw(on_numpy, on_tensorflow, sizes, (inputs, rate), dtype, seed, result_shape=ops.shape(inputs))


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """x with what lies along `axis` in another order."""

    def on_numpy(seed: Any, sizes: tuple[int, ...]) -> Any:
        return np.take(np.asarray(x), np.argsort(philox.uniform(seed, sizes, FLOAT), kind="stable"), axis)

    def on_tensorflow(seed: Any, sizes: Any) -> Any:
        return tf.gather(x, tf.argsort(tf.random.stateless_uniform(sizes, seed)), axis=axis)

    sizes = ops.shape(x)
    return _draw(on_numpy, on_tensorflow, (sizes[axis],), (x,), dtype_of(x) or FLOAT, seed, result_shape=sizes)


def gamma(shape: Any, alpha: Any, dtype: str | None = None, seed: Any = None) -> Any:
    """Numbers of the gamma distribution with the shape parameter `alpha` and scale 1."""
    dtype = _float_dtype("gamma", dtype)

    def on_numpy(seed: Any, sizes: tuple[int, ...]) -> Any:
        return _generator(seed).gamma(alpha, size=sizes).astype(numpy_dtype(dtype))

    def on_tensorflow(seed: Any, sizes: Any) -> Any:
        return _gamma(seed, sizes, alpha, dtype)

    return _draw(on_numpy, on_tensorflow, shape, (alpha,), dtype, seed)


def beta(shape: Any, alpha: Any, beta: Any, dtype: str | None = None, seed: Any = None) -> Any:
    """Numbers of the beta distribution: g(alpha) / (g(alpha) + g(beta)) for gamma numbers g."""
    dtype = _float_dtype("beta", dtype)

    def on_numpy(seed: Any, sizes: tuple[int, ...]) -> Any:
        return _generator(seed).beta(alpha, beta, size=sizes).astype(numpy_dtype(dtype))

    def on_tensorflow(seed: Any, sizes: Any) -> Any:
        # stateless_gamma compares parameters with the last axis only
        wide = [tf.broadcast_to(tf.cast(p, _wide(dtype)), sizes) for p in (alpha, beta)]
        first, second = _gamma(seed, sizes, wide[0], dtype), _gamma(seed + SECOND, sizes, wide[1], dtype)
        return first / (first + second)

    return _draw(on_numpy, on_tensorflow, shape, (alpha, beta), dtype, seed)


def binomial(shape: Any, counts: Any, probabilities: Any, dtype: str | None = None, seed: Any = None) -> Any:
    """How many of `counts` trials succeed, each with one of the `probabilities`."""
    dtype = _float_dtype("binomial", dtype)

    def on_numpy(seed: Any, sizes: tuple[int, ...]) -> Any:
        return _generator(seed).binomial(np.asarray(counts, np.int64), probabilities, sizes).astype(numpy_dtype(dtype))

    def on_tensorflow(seed: Any, sizes: Any) -> Any:
        drawn = tf.random.stateless_binomial(sizes, seed, counts, probabilities, _wide(dtype))
        return tf.cast(drawn, dtype)

    return _draw(on_numpy, on_tensorflow, shape, (counts, probabilities), dtype, seed)


def _drawn(name: str, shape: Any, first: Any, second: Any, dtype: str | None, seed: Any, scale: Callable[[Any, Any], Any]) -> Any:
    """Standard numbers · scale(first, second) + first, by the function of this name in `philox` or in `tf.random`."""
    dtype = _float_dtype(name, dtype)

    def on_numpy(seed: Any, sizes: tuple[int, ...]) -> Any:
        shift, other = (np.asarray(v, numpy_dtype(dtype)) for v in (first, second))
        return getattr(philox, name)(seed, sizes, dtype) * scale(shift, other) + shift

    def on_tensorflow(seed: Any, sizes: Any) -> Any:
        return getattr(tf.random, f"stateless_{name}")(sizes, seed, tf.cast(first, dtype), tf.cast(second, dtype), dtype)

    return _draw(on_numpy, on_tensorflow, shape, (first, second), dtype, seed)


def _draw(
    on_numpy: Callable[[Any, tuple[int, ...]], Any],
    on_tensorflow: Callable[[Any, Any], Any],
    shape: Any,
    values: tuple[Any, ...],
    dtype: str,
    seed: Any,
    result_shape: Any = None,
) -> Any:
    """Draws by one of the two functions (seed, shape) → numbers, whichever fits `shape` and `values`."""
    sizes = shape if is_tensorflow(shape) else tuple(shape)
    given = [*values, *(sizes if isinstance(sizes, tuple) else (sizes,))]
    if any(isinstance(v, Symbolic) for v in given):
        return _symbol(given, sizes if result_shape is None else result_shape, dtype)
    seed = draw_seed(seed)
    if is_traced_by_tensorflow() or any(v.is_in_tensorflow if isinstance(v, Variable) else is_tensorflow(v) for v in given):
        if isinstance(sizes, tuple) and any(map(is_tensorflow, sizes)):
            sizes = tf.stack([tf.cast(size, "int32") for size in sizes])
        return on_tensorflow(tf.cast(seed % MODULUS, "int32"), sizes)
    return np.asarray(on_numpy(np.asarray(seed) % MODULUS, tuple(int(size) for size in sizes)))


def _symbol(values: list[Any], sizes: Any, dtype: str) -> Any:
    """What stands for random numbers where only types count; a graph to convert can't hold them."""
    if all(v.graph.types_only for v in values if isinstance(v, Value)):
        return ops.zeros(sizes, dtype)
    raise UnsupportedError(
        "expected a model that computes the same at every call. Received: one that draws random numbers; "
        "draw them in `call` only if `training`, or take them as an input"
    )


def _float_dtype(name: str, dtype: str | None) -> str:
    """The dtype to draw; none of floats is a UsageError."""
    dtype = FLOAT if dtype is None else dtype if isinstance(dtype, str) else np.dtype(dtype).name
    if not is_float(dtype):
        raise UsageError(f"expected a float dtype of random.{name}. Received: dtype={dtype!r}")
    return dtype


def _wide(dtype: str) -> str:
    """The dtype in which TensorFlow draws what it can't draw in bfloat16."""
    return FLOAT if dtype == "bfloat16" else dtype


def _gamma(seed: Any, sizes: Any, alpha: Any, dtype: str) -> Any:
    return tf.cast(tf.random.stateless_gamma(sizes, seed, tf.cast(alpha, _wide(dtype)), dtype=_wide(dtype)), dtype)


def _generator(seed: Any) -> np.random.Generator:
    """NumPy's generator for distributions that are drawn by rejection."""
    return np.random.Generator(np.random.Philox(key=np.asarray(seed, np.uint64)))
