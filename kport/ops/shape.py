"""Operations that move elements and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType
from ..ir.types import Dimension
from .backend import is_tensorflow, tf
from .op import Op, as_array, fail
from .promotion import promote
from .shapes import normalize_axis, permute


class Dim(Op):
    """The size of one dimension. x: (...) → () int32"""

    axis: int
    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        normalize_axis(self.axis, x.rank)
        return TensorType("int32", ())

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x.shape[self.axis], np.int32)

    def tensorflow(self, x: Any) -> Any:
        return tf.shape(x)[self.axis]


def shape(x: Any) -> tuple[Any, ...]:
    """The shape: an int where it is known, a scalar tensor where it is not."""
    if isinstance(x, Symbolic) or is_tensorflow(x):
        known = x.shape if isinstance(x, Symbolic) else x.shape.as_list()
        return tuple(Dim(axis=i)(x) if d is None else int(d) for i, d in enumerate(known))
    return tuple(as_array(x).shape)


class Reshape(Op):
    """The same elements in the same order with another shape.

    `shape` is the static part: a size, or -1 for at most one dimension that is inferred. With a second input,
    `sizes` (rank,) int32, that input gives the shape and `shape` has None where nothing is known.
    """

    shape: tuple[Dimension, ...]

    def infer(self, x: TensorType, sizes: TensorType | None = None) -> TensorType:
        known = [d for d in self.shape if d is not None and d != -1]
        product = int(np.prod(known)) if known else 1
        if self.shape.count(-1) > 1:
            raise fail(self, "at most one -1", shape=self.shape)
        complete = None not in self.shape
        if x.size is not None and complete:
            if -1 in self.shape:
                if product == 0 or x.size % product:
                    raise fail(self, f"{x.size} elements to be a multiple of {product}", x=x)
                return x.with_shape(tuple(x.size // product if d == -1 else d for d in self.shape))
            if product != x.size:
                raise fail(self, f"{product} elements", x=x)
        return x.with_shape(tuple(None if d == -1 else d for d in self.shape))

    def numpy(self, x: np.ndarray, sizes: np.ndarray | None = None) -> np.ndarray:
        return x.reshape(tuple(self.shape if sizes is None else sizes.tolist()))

    def tensorflow(self, x: Any, sizes: Any = None) -> Any:
        return tf.reshape(x, self.shape if sizes is None else sizes)


def reshape(x: Any, shape: Sequence[Any]) -> Any:
    """`x` with another shape; sizes are ints, -1 (inferred, at most once) or scalar tensors as from `ops.shape`."""
    sizes = list(shape)
    dynamic = [i for i, d in enumerate(sizes) if not isinstance(d, (int, np.integer))]
    if len(dynamic) == 1 and -1 not in sizes:
        sizes[dynamic[0]] = -1  # the only unknown size follows from the others
        dynamic = []
    if not dynamic:
        return Reshape(shape=tuple(int(d) for d in sizes))(x)
    static = tuple(None if i in dynamic else int(d) for i, d in enumerate(sizes))
    return Reshape(shape=static)(x, stack_sizes(sizes))


def stack_sizes(sizes: Sequence[Any]) -> Any:
    """A shape as one int32 tensor, from ints and scalar tensors."""
    return concatenate([reshape(np.asarray(s, np.int32) if isinstance(s, (int, np.integer)) else s, (1,)) for s in sizes], axis=0)


class Transpose(Op):
    """y[i_p0, i_p1, ...] = x[i_0, i_1, ...]: output axis k is input axis permutation[k]."""

    permutation: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        if sorted(self.permutation) != list(range(x.rank)):
            raise fail(self, f"a permutation of {x.rank} axes", permutation=self.permutation)
        return x.with_shape(permute(x.shape, self.permutation))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return x.transpose(self.permutation)

    def tensorflow(self, x: Any) -> Any:
        return tf.transpose(x, self.permutation)


def transpose(x: Any, permutation: Sequence[int] | None = None) -> Any:
    """Reorders axes; by default reverses them."""
    rank = len(x.shape)
    order = tuple(normalize_axis(p, rank) for p in permutation) if permutation is not None else tuple(reversed(range(rank)))
    return x if order == tuple(range(rank)) else Transpose(permutation=order)(x)


class Concatenate(Op):
    """The inputs, one after another along `axis`."""

    axis: int

    def infer(self, *xs: TensorType) -> TensorType:
        first = xs[0]
        axis = normalize_axis(self.axis, first.rank)
        shape: list[Dimension] = list(first.shape)
        for x in xs:
            if x.rank != first.rank:
                raise fail(self, "inputs of one rank", shapes=[t.shape for t in xs])
        for i in range(first.rank):
            sizes = [x.shape[i] for x in xs]
            if i == axis:
                shape[i] = None if None in sizes else sum(s for s in sizes if s is not None)
                continue
            known = {s for s in sizes if s is not None}
            if len(known) > 1:
                raise fail(self, f"inputs that differ in axis {axis} only", shapes=[t.shape for t in xs])
            shape[i] = known.pop() if known else None
        return first.with_shape(tuple(shape))

    def numpy(self, *xs: np.ndarray) -> np.ndarray:
        return np.concatenate(xs, axis=self.axis)

    def tensorflow(self, *xs: Any) -> Any:
        return tf.concat(xs, axis=self.axis)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return Concatenate(axis=permutation.index(self.axis)), permutation


def concatenate(xs: Sequence[Any], axis: int = -1) -> Any:
    """Joins tensors along an existing axis."""
    xs = promote(*xs)
    return Concatenate(axis=normalize_axis(axis, len(xs[0].shape)))(*xs)


class Pad(Op):
    """Adds `padding[axis] = (before, after)` elements, by `mode`.

    constant: of `value`; reflect: mirrored without the edge; symmetric: mirrored with it; edge: the edge repeated.
    """

    padding: tuple[tuple[int, int], ...]
    mode: str = "constant"
    value: float = 0.0

    def infer(self, x: TensorType) -> TensorType:
        if len(self.padding) != x.rank:
            raise fail(self, f"padding for {x.rank} axes", padding=self.padding)
        return x.with_shape(
            tuple(None if d is None else d + before + after for d, (before, after) in zip(x.shape, self.padding, strict=True))
        )

    def numpy(self, x: np.ndarray) -> np.ndarray:
        if self.mode == "constant":
            return np.pad(x, self.padding, constant_values=self.value)
        return np.pad(x, self.padding, mode=self.mode)  # type: ignore[call-overload]

    def tensorflow(self, x: Any) -> Any:
        if self.mode == "edge":
            for axis, (before, after) in enumerate(self.padding):
                size = tf.shape(x)[axis]
                x = tf.gather(x, tf.clip_by_value(tf.range(-before, size + after), 0, size - 1), axis=axis)
            return x
        return tf.pad(
            x, self.padding, self.mode.upper(), constant_values=tf.cast(self.value, x.dtype) if self.mode == "constant" else 0
        )

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return Pad(padding=permute(self.padding, permutation), mode=self.mode, value=self.value), permutation


def pad(x: Any, padding: Sequence[Sequence[int]], mode: str = "constant", value: float = 0.0) -> Any:
    """Pads every axis by (before, after)."""
    if mode not in ("constant", "reflect", "symmetric", "edge"):
        raise ShapeError(f"expected padding mode constant, reflect, symmetric or edge. Received: mode={mode!r}")
    pairs = tuple((int(before), int(after)) for before, after in padding)
    return Pad(padding=pairs, mode=mode, value=float(value))(x) if any(map(any, pairs)) else x


__all__ = ["Concatenate", "Dim", "Pad", "Reshape", "Transpose", "concatenate", "pad", "reshape", "shape", "transpose"]
