"""More of a tensor along its axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType
from .backend import is_tensorflow, tf
from .op import Op, fail
from .shape import broadcast_to, expand_dims, reshape, shape, size_product
from .shapes import permute


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


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: float | None = None) -> Any:
    """Pads every axis by (before, after): a pair for each, one pair for all, or one number."""
    if mode not in ("constant", "reflect", "symmetric", "edge"):
        raise ShapeError(f"expected padding mode constant, reflect, symmetric or edge. Received: mode={mode!r}")
    rank = len(x.shape)
    widths = np.asarray(pad_width).tolist()
    if np.ndim(widths) < 2:
        widths = [[widths, widths] if isinstance(widths, int) else widths]
    widths = widths * rank if len(widths) == 1 else widths
    if len(widths) != rank:
        raise ShapeError(f"expected (before, after) for each of {rank} axes. Received: pad_width={pad_width}")
    pairs = tuple((int(before), int(after)) for before, after in widths)
    return Pad(padding=pairs, mode=mode, value=float(constant_values or 0))(x) if any(map(any, pairs)) else x


class Tile(Op):
    """`x` `repeats[axis]` times one after another along every axis."""

    repeats: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        if len(self.repeats) != x.rank:
            raise fail(self, f"{x.rank} repeats", x=x)
        return x.with_shape(tuple(None if d is None else d * r for d, r in zip(x.shape, self.repeats, strict=True)))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.tile(x, self.repeats)

    def tensorflow(self, x: Any) -> Any:
        return tf.tile(x, self.repeats)

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]]:
        return Tile(repeats=permute(self.repeats, permutation)), permutation


def tile(x: Any, repeats: Any) -> Any:
    """`x` repeated as a whole along its last axes; more repeats than axes put new axes in front.

    repeats: an int, or one for each axis; scalar tensors, as from `ops.shape`, too.
    """
    counts = [_count(r) for r in ([repeats] if isinstance(repeats, int) else repeats)]
    x = expand_dims(x, range(len(counts) - len(x.shape)))
    counts = [1] * (len(x.shape) - len(counts)) + counts
    known = tuple(c if isinstance(c, int) else 1 for c in counts)
    x = Tile(repeats=known)(x) if any(c != 1 for c in known) else x
    for axis, count in enumerate(counts):
        x = x if isinstance(count, int) else _tile_axis(x, axis, count)
    return x


def _count(repeats: Any) -> Any:
    """A number of repeats: an int unless it is only known when the operation runs."""
    return repeats if isinstance(repeats, Symbolic) or is_tensorflow(repeats) else int(repeats)


def _tile_axis(x: Any, axis: int, count: Any) -> Any:
    """`x` `count` times one after another along `axis`; count: a scalar tensor."""
    before, size, after = shape(x)[:axis], shape(x)[axis], shape(x)[axis + 1 :]
    repeated = broadcast_to(expand_dims(x, axis), (*before, count, size, *after))
    return reshape(repeated, (*before, size_product([count, size]), *after))


__all__ = [
    "Pad",
    "Tile",
    "pad",
    "tile",
]
