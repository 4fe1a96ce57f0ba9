"""Operations that give each element the number of a bucket, and count them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import cast
from .elementwise import multiply
from .gathering import one_hot
from .hashing import concatenate_fingerprints, farmhash64, siphash64
from .logic import greater_equal
from .op import Elementwise, Op, fail
from .promotion import dtype_of, is_float, is_integer
from .reduce import max, sum
from .shape import expand_dims
from .shapes import broadcast
from .text import as_text

_CROSSING_KEY = 0xDECAFCAFFE
"""The first hash of a crossing. Source: `tf.sparse.cross_hashed`."""


class StringHash(Elementwise):
    """y = hash(UTF-8 of x) mod `buckets`. x: (...) string → (...) int64

    FarmHash's Fingerprint64 without a key, SipHash-2-4 with one.
    Source: `tf.strings.to_hash_bucket_fast` and `to_hash_bucket_strong`.
    """

    buckets: int
    key: tuple[int, int] | None = None
    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != "string":
            raise fail(self, "text", x=x)
        return x.with_dtype("int64")

    def numpy(self, x: np.ndarray) -> np.ndarray:
        key = self.key
        hash_of: Callable[[bytes], int] = farmhash64 if key is None else lambda data: siphash64(data, key)
        texts = [as_text(s) for s in x.ravel()]
        bucket = {s: hash_of(s.encode()) % self.buckets for s in set(texts)}
        return np.array([bucket[s] for s in texts], np.int64).reshape(x.shape)

    def tensorflow(self, x: Any) -> Any:
        if self.key is None:
            return tf.strings.to_hash_bucket_fast(x, self.buckets)
        return tf.strings.to_hash_bucket_strong(x, self.buckets, list(self.key))


class CrossHash(Elementwise):
    """y = hash of the elements of all inputs together, mod `buckets`. (...) integers or string, each → (...) int64

    Source: `tf.sparse.cross_hashed`; integers stand for themselves, text for its FarmHash.
    """

    buckets: int
    differentiable = False

    def infer(self, *xs: TensorType) -> TensorType:
        if any(x.dtype != "string" and not is_integer(x.dtype) for x in xs):
            raise fail(self, "integers or text", dtypes=[x.dtype for x in xs])
        return TensorType("int64", broadcast(*(x.shape for x in xs)))

    def numpy(self, *xs: np.ndarray) -> np.ndarray:
        columns = [
            [int(v) for v in x.ravel()] if x.dtype.kind in "iu" else [farmhash64(as_text(v).encode()) for v in x.ravel()]
            for x in np.broadcast_arrays(*xs)
        ]
        result = []
        for row in zip(*columns, strict=True):
            value = _CROSSING_KEY
            for fingerprint in row:
                value = concatenate_fingerprints(value, fingerprint)
            result.append(value % self.buckets)
        return np.array(result, np.int64).reshape(np.broadcast_shapes(*(x.shape for x in xs)))

    def tensorflow(self, *xs: Any) -> Any:
        shape = tf.shape(xs[0])
        columns = [tf.reshape(x if x.dtype == tf.string else tf.cast(x, "int64"), (-1, 1)) for x in xs]
        y = tf.reshape(tf.sparse.to_dense(tf.sparse.cross_hashed(columns, self.buckets)), shape)
        return tf.ensure_shape(y, xs[0].shape)


class Bucketize(Elementwise):
    """y = the number of boundaries that are ≤ x; `boundaries` rise. x: (...) numbers → (...) int32

    Boundaries are float32. Source: `keras.ops.digitize`, `tf.raw_ops.Bucketize`.
    """

    boundaries: tuple[float, ...]
    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype("int32")

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.searchsorted(np.asarray(self.boundaries, np.float32), x, side="right").astype(np.int32)

    def tensorflow(self, x: Any) -> Any:
        return tf.raw_ops.Bucketize(input=x, boundaries=list(self.boundaries))

    def decompose(self, x: Any) -> Any:
        boundaries = np.asarray(self.boundaries, np.float32)
        return sum(cast(greater_equal(cast(expand_dims(x, -1), "float32"), boundaries), "int32"), -1)


class CountIndices(Op):
    """y[..., k] = how often (with `binary`: whether) k is among x[..., :]; numbers outside of [0, size) count nothing.

    x: (..., T) integers, weights: (..., T) or None (each occurrence counts its weight) → (..., size) of `dtype`.
    """

    size: int
    binary: bool = False
    dtype: str = "float32"
    differentiable = False

    def infer(self, x: TensorType, weights: TensorType | None = None) -> TensorType:
        if x.rank < 1 or not is_integer(x.dtype):
            raise fail(self, "integers of rank 1 at least", x=x)
        return TensorType(self.dtype, (*x.shape[:-1], self.size))

    def numpy(self, x: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        rows = x.reshape(-1, x.shape[-1])
        valid = (rows >= 0) & (rows < self.size)
        row, _ = np.nonzero(valid)
        given = None if weights is None else weights.reshape(rows.shape)[valid]
        counts = np.bincount(row * self.size + rows[valid], given, minlength=len(rows) * self.size)
        result = counts > 0 if self.binary else counts
        return result.reshape(*x.shape[:-1], self.size).astype(self.dtype)

    def tensorflow(self, x: Any, weights: Any = None) -> Any:
        rows = tf.reshape(x, (-1, tf.shape(x)[-1]))
        given = None if weights is None else tf.reshape(weights, tf.shape(rows))
        if x.dtype not in (tf.int32, tf.int64):
            rows = tf.cast(rows, "int32")
        counts = tf.math.bincount(rows, given, minlength=self.size, maxlength=self.size, axis=-1, binary_output=self.binary)
        counts = tf.reshape(counts, tf.concat([tf.shape(x)[:-1], [self.size]], 0))
        return tf.cast(tf.ensure_shape(counts, (*x.shape[:-1], self.size)), self.dtype)

    def decompose(self, x: Any, weights: Any = None) -> Any:
        if self.binary:
            return max(one_hot(x, self.size, dtype=self.dtype), -2)
        hits = one_hot(x, self.size, dtype=self.dtype if weights is None else dtype_of(weights))
        hits = hits if weights is None else multiply(hits, expand_dims(weights, -1))
        return cast(sum(hits, -2), self.dtype)


def string_hash(x: Any, buckets: int, key: Sequence[int] | None = None) -> Any:
    """The bucket of each text: FarmHash, or SipHash with the two numbers of `key`."""
    return StringHash(buckets=int(buckets), key=None if key is None else (int(key[0]), int(key[1])))(x)


def cross_hash(xs: Sequence[Any], buckets: int) -> Any:
    """The bucket of each combination of the elements of `xs`, all of one shape."""
    return CrossHash(buckets=int(buckets))(*(x if dtype_of(x) == "string" else cast(x, "int64") for x in xs))


def bucketize(x: Any, boundaries: Iterable[float]) -> Any:
    """The number of rising `boundaries` that are at most x."""
    dtype = dtype_of(x) or "float32"
    if dtype not in ("int32", "int64", "float32", "float64"):
        x = cast(x, "float32" if is_float(dtype) else "int64" if dtype == "uint32" else "int32")
    return Bucketize(boundaries=tuple(float(b) for b in boundaries))(x)


def count_indices(x: Any, size: int, weights: Any = None, *, binary: bool = False, dtype: str = "float32") -> Any:
    """How often (or whether) each of the numbers below `size` is in the last axis of x."""
    op = CountIndices(size=int(size), binary=binary, dtype=dtype)
    return op(x) if weights is None else op(x, weights)


__all__ = [
    "Bucketize",
    "CountIndices",
    "CrossHash",
    "StringHash",
    "bucketize",
    "count_indices",
    "cross_hash",
    "string_hash",
]
