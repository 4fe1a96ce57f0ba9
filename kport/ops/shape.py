"""Operations that move elements and compute nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType, as_array
from ..ir.types import Dimension
from .backend import is_tensorflow, tf
from .casting import cast, promote
from .elementwise import multiply
from .op import Op, fail
from .shapes import normalize_axes, normalize_axis, permute, without_axes
from .variable import Variable


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
    return tuple(x.shape if isinstance(x, Variable) else as_array(x).shape)


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(x.shape if hasattr(x, "shape") else as_array(x).shape)


def size(x: Any) -> Any:
    """The number of elements: an int where it is known, a scalar tensor where it is not."""
    return size_product(shape(x))


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


def reshape(x: Any, newshape: Any) -> Any:
    """`x` with another shape; sizes are ints, -1 (inferred, at most once) or scalar tensors as from `ops.shape`."""
    sizes = [newshape] if isinstance(newshape, (int, np.integer)) else list(newshape)
    dynamic = [i for i, d in enumerate(sizes) if not isinstance(d, (int, np.integer))]
    if len(dynamic) == 1 and not any(d == -1 for i, d in enumerate(sizes) if i not in dynamic):
        sizes[dynamic[0]] = -1  # the only unknown size follows from the others
        dynamic = []
    if not dynamic:
        return Reshape(shape=tuple(int(d) for d in sizes))(x)
    static = tuple(None if i in dynamic else int(d) for i, d in enumerate(sizes))
    return Reshape(shape=static)(x, stack_sizes(sizes))


def stack_sizes(sizes: Sequence[Any]) -> Any:
    """A shape as one int32 tensor, from ints and scalar tensors."""
    parts = [np.asarray(s, np.int32) if isinstance(s, (int, np.integer)) else cast(s, "int32") for s in sizes]
    return concatenate([reshape(part, (1,)) for part in parts], axis=0)


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


def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """Reorders axes; by default reverses them."""
    rank = len(x.shape)
    order = tuple(normalize_axis(p, rank) for p in axes) if axes is not None else tuple(reversed(range(rank)))
    return x if order == tuple(range(rank)) else Transpose(permutation=order)(x)


class Concatenate(Op):
    """The inputs, one after another along `axis`."""

    axis: int

    def infer(self, *xs: TensorType) -> TensorType:
        first = xs[0]
        axis = normalize_axis(self.axis, first.rank)
        shape: list[Dimension] = list(first.shape)
        for x in xs:
            if x.rank != first.rank or x.dtype != first.dtype:
                raise fail(self, "inputs of one rank and dtype", inputs=", ".join(map(str, xs)))
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


def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Joins tensors along an existing axis."""
    if not len(xs):
        raise ShapeError("concatenate: expected at least one tensor. Received: xs=[]")
    xs = promote(*xs)
    return Concatenate(axis=normalize_axis(axis, len(xs[0].shape)))(*xs)


class ExpandDims(Op):
    """Axes of size 1 are put in, so that the output's `axes` are they."""

    axes: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        sizes = iter(x.shape)
        rank = x.rank + len(self.axes)
        if any(not 0 <= a < rank for a in self.axes):
            raise fail(self, f"axes below {rank}", x=x)
        return x.with_shape(tuple(1 if i in self.axes else next(sizes) for i in range(rank)))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.expand_dims(x, self.axes)

    def tensorflow(self, x: Any) -> Any:
        for axis in self.axes:
            x = tf.expand_dims(x, axis)
        return x

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        places = [i for i in range(len(permutation) + len(self.axes)) if i not in self.axes]
        order = list(range(len(permutation) + len(self.axes)))
        for place, source in zip(places, permutation, strict=True):
            order[place] = places[source]
        return self, tuple(order)


def expand_dims(x: Any, axis: int | Sequence[int]) -> Any:
    """`x` with new axes of size 1, which are `axis` in the output."""
    axes = [axis] if isinstance(axis, int) else list(axis)
    normal = normalize_axes(axes, len(x.shape) + len(axes))
    return ExpandDims(axes=normal)(x) if normal else x


class Squeeze(Op):
    """`axes`, all of size 1, are taken out."""

    axes: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        if any(x.shape[normalize_axis(a, x.rank)] not in (1, None) for a in self.axes):
            raise fail(self, f"size 1 in axes {self.axes}", x=x)
        return x.with_shape(tuple(d for i, d in enumerate(x.shape) if i not in self.axes))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.squeeze(x, self.axes)

    def tensorflow(self, x: Any) -> Any:
        return tf.squeeze(x, self.axes)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None]:
        return Squeeze(axes=tuple(sorted(permutation.index(a) for a in self.axes))), without_axes(permutation, self.axes)


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """`x` without `axis`, of size 1; by default without every axis that is known to have size 1."""
    sizes = shape(x)
    axes = [i for i, d in enumerate(sizes) if isinstance(d, int) and d == 1] if axis is None else axis
    normal = normalize_axes(axes, len(sizes))
    return Squeeze(axes=normal)(x) if normal else x


class Split(Op):
    """The parts of `sizes` that follow one another along `axis`."""

    axis: int
    sizes: tuple[int, ...]

    def infer(self, x: TensorType) -> tuple[TensorType, ...]:
        whole = x.shape[normalize_axis(self.axis, x.rank)]
        if whole is not None and whole != sum(self.sizes):
            raise fail(self, f"parts that add up to {whole}", x=x, sizes=self.sizes)
        return tuple(x.with_shape((*x.shape[: self.axis], size, *x.shape[self.axis + 1 :])) for size in self.sizes)

    def numpy(self, x: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(np.split(x, np.cumsum(self.sizes)[:-1], axis=self.axis))

    def tensorflow(self, x: Any) -> Any:
        return tuple(tf.split(x, self.sizes, axis=self.axis))

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return Split(axis=permutation.index(self.axis), sizes=self.sizes), permutation


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """Parts of `x` along `axis`: so many equal ones, or cut before each of the given indices."""
    axis = normalize_axis(axis, len(x.shape))
    whole = shape(x)[axis]
    if not isinstance(whole, int):
        raise ShapeError(f"expected a known size of the axis to split. Received: shape={tuple(x.shape)}, axis={axis}")
    if isinstance(indices_or_sections, int):
        if whole % indices_or_sections:
            raise ShapeError(f"expected a divisor of {whole}. Received: indices_or_sections={indices_or_sections}")
        sizes = [whole // indices_or_sections] * indices_or_sections
    else:
        cuts = [0, *(min(int(i) if i >= 0 else whole + int(i), whole) for i in indices_or_sections), whole]
        sizes = [max(end - begin, 0) for begin, end in itertools.pairwise(cuts)]
    return list(Split(axis=axis, sizes=tuple(sizes))(x)) if len(sizes) > 1 else [x]


class BroadcastTo(Op):
    """`x` repeated along axes of size 1, new ones in front included, until it has `shape`.

    With a second input, `sizes` (rank,) int32, that gives the shape, and `shape` has None where nothing is known.
    """

    shape: tuple[Dimension, ...]
    data_inputs = 1

    def infer(self, x: TensorType, sizes: TensorType | None = None) -> TensorType:
        ahead = len(self.shape) - x.rank
        if ahead < 0 or any(None not in (d, s) and d not in (1, s) for d, s in zip(x.shape, self.shape[ahead:], strict=True)):
            raise fail(self, f"a shape that broadcasts to {self.shape}", x=x)
        known = (*(1,) * ahead, *x.shape)
        return x.with_shape(tuple(k if s is None and k != 1 else s for k, s in zip(known, self.shape, strict=True)))

    def numpy(self, x: np.ndarray, sizes: np.ndarray | None = None) -> np.ndarray:
        return np.broadcast_to(x, self.shape if sizes is None else tuple(sizes.tolist()))  # type: ignore[arg-type]

    def tensorflow(self, x: Any, sizes: Any = None) -> Any:
        return tf.broadcast_to(x, self.shape if sizes is None else sizes)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]] | None:
        if None in self.shape or len(permutation) != len(self.shape):
            return None
        return BroadcastTo(shape=permute(self.shape, permutation)), permutation


def broadcast_to(x: Any, shape: Sequence[Any]) -> Any:
    """`x` broadcast to `shape`: ints, or scalar tensors as from `ops.shape`."""
    static = static_sizes(shape)
    if None in static:
        return BroadcastTo(shape=static)(x, stack_sizes(shape))
    return x if static == tuple(x.shape) else BroadcastTo(shape=static)(x)


def size_product(sizes: Sequence[Any]) -> Any:
    """The product of ints and scalar tensors, as `ops.shape` gives them."""
    known = int(np.prod([d for d in sizes if isinstance(d, int)], dtype=np.int64))
    unknown = [d for d in sizes if not isinstance(d, int)]
    return reduce(multiply, unknown if known == 1 else [*unknown, known]) if unknown else known


def static_sizes(sizes: Sequence[Any]) -> tuple[Dimension, ...]:
    """The sizes that are known now, None for those that are scalar tensors."""
    return tuple(int(d) if isinstance(d, (int, np.integer)) else None for d in sizes)


__all__ = [
    "BroadcastTo",
    "Concatenate",
    "Dim",
    "ExpandDims",
    "Reshape",
    "Split",
    "Squeeze",
    "Transpose",
    "broadcast_to",
    "concatenate",
    "expand_dims",
    "ndim",
    "reshape",
    "shape",
    "size",
    "size_product",
    "split",
    "squeeze",
    "transpose",
]
