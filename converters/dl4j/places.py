"""Parts of a tensor, and more around it: slices, padding, look-up, resizing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...ir import Node
from ...ops.cumulative import CumSum
from ...ops.extend import Pad
from ...ops.gathering import Take
from ...ops.image import Resize
from ...ops.indexing import Slice
from ...ops.op import Op
from ..target import Emission
from . import parts
from .batch import Sizes, batch_axis, sample
from .builder import Builder, Tensor, product
from .saying import MOVED, UNKNOWN, along_batch, always, emission, first, inner_axis

FEW = 8
"""Up to so many pieces are cut out one by one."""


def _slice(b: Builder, node: Node) -> Tensor:
    op: Any = node.op
    x = first(node)
    tensor, sizes = b.tensor(x), list(sample(x))
    for axis, piece in enumerate(op.slices()):
        if x.shape[axis] is None or axis == batch_axis(x):
            continue
        inner = inner_axis(x, axis)
        places = list(range(*piece.indices(x.shape[axis])))
        tensor = taken(b, tensor, tuple(sizes), inner, places)
        sizes[inner] = len(places)
    return tensor


def taken(b: Builder, x: Tensor, sizes: Sizes, axis: int, places: Sequence[int]) -> Tensor:
    """The elements at `places` along an axis."""
    n = sizes[axis]
    if n is not None and list(places) == list(range(n)):
        return x
    if axis == len(sizes) - 1 and None in sizes[:-1]:
        return parts.linear(b, x, _selection(n or 0, places))
    view = parts.view_of(sizes, axis)
    if list(places) == list(range(places[0], places[0] + len(places))):
        return parts.cropped(b, x, view, places[0], places[-1] + 1)
    if len(places) <= FEW or view[1] == 1:
        pieces = [parts.cropped(b, x, view, p, p + 1) for p in places]
        return parts.strung(b, pieces, view[0], [view[2]] * len(places))
    return parts.mapped(b, x, view, _selection(view[1], places))


def _selection(n: int, places: Sequence[int]) -> np.ndarray:
    """The matrix (n, m) that picks `places`."""
    matrix = np.zeros((n, len(places)), np.float32)
    matrix[list(places), range(len(places))] = 1
    return matrix


def _slices(node: Node) -> str | None:
    x, y = first(node), node.outputs[0]
    batch = batch_axis(x)
    op: Any = node.op
    whole = slice(None)
    if batch is None or op.slices()[batch].indices(1 << 30) != whole.indices(1 << 30):
        return MOVED
    return "DL4J has no empty tensors" if 0 in y.shape else None


def _slices_last(node: Node) -> str | None:
    """Along axes of unknown size nothing may be cut."""
    x = first(node)
    sizes = sample(x)
    op: Any = node.op
    for axis, piece in enumerate(op.slices()):
        if piece.indices(1 << 30) == slice(None).indices(1 << 30):
            continue
        if axis == batch_axis(x) or inner_axis(x, axis) != len(sizes) - 1 or sizes[-1] is None or len(sizes) > 3:
            return UNKNOWN
    return None


def _pad(b: Builder, node: Node) -> Tensor:
    op: Any = node.op
    x = first(node)
    tensor, sizes = b.tensor(x), list(sample(x))
    pads = [p for axis, p in enumerate(op.padding) if axis != batch_axis(x)]
    if op.mode == "constant" and op.value == 0 and len(sizes) == 3 and pads[2] == (0, 0):
        grown = tuple(None if n is None else n + sum(p) for n, p in zip(sizes, pads, strict=True))
        return b("ZeroPadding2D", b.natural(x), grown, padding=[list(p) for p in pads[:2]])
    for axis, (before, after) in enumerate(pads):
        if (before, after) == (0, 0):
            continue
        n = sizes[axis]
        assert n is not None
        view = parts.view_of(tuple(sizes), axis)
        if op.mode != "constant":
            mode: Any = op.mode
            places = np.pad(np.arange(n), (before, after), mode=mode)
            tensor = taken(b, tensor, tuple(sizes), axis, [int(p) for p in places])
        elif op.value == 0:
            tensor = parts.padded(b, tensor, view, before, after)
        else:
            tensor = parts.surrounded(b, tensor, view, before, after, op.value)
        sizes[axis] = n + before + after
    return tensor


def _pads(node: Node) -> str | None:
    op: Any = node.op
    if min(min(p) for p in op.padding) < 0:
        return "DL4J's padding adds elements, and removes none"
    padded = [axis for axis, p in enumerate(op.padding) if p != (0, 0)]
    return along_batch(first(node), padded)


def _pads_image(node: Node) -> str | None:
    """Zeros around an image of unknown size."""
    op: Any = node.op
    sizes = sample(first(node))
    zeros = op.mode == "constant" and op.value == 0
    return None if zeros and len(sizes) == 3 and op.padding[-1] == (0, 0) and batch_axis(first(node)) == 0 else UNKNOWN


def _take(b: Builder, node: Node) -> Tensor:
    op: Any = node.op
    x, indices = node.inputs
    assert x is not None and indices is not None
    if indices.data is not None:
        axis = inner_axis(x, op.axis)
        n = sample(x)[axis] or 0
        return taken(b, b.tensor(x), sample(x), axis, [int(i) % n for i in indices.data.reshape(-1)])
    assert x.data is not None
    table = x.data.reshape(len(x.data), -1)
    sizes = sample(indices)
    count = None if None in sizes else product(sizes)
    ids = b.tensor(indices) if count is None else b.shaped(b.tensor(indices), (count,))
    rows, columns = table.shape
    config = {"input_dim": rows, "output_dim": columns, "input_length": count, "mask_zero": False}
    return b("Embedding", ids, (count, columns), {"embeddings": table}, **config)


def _takes(node: Node) -> str | None:
    op: Any = node.op
    x, indices = node.inputs
    assert x is not None and indices is not None
    if indices.data is not None:
        return "DL4J has no empty tensors" if not indices.data.size else along_batch(x, [op.axis])
    if x.data is None or op.axis != 0:
        return "DL4J looks up only in a constant table, by its rows: Embedding"
    return None


def _looks_up(node: Node) -> str | None:
    """A sequence of unknown length."""
    table, indices = node.inputs
    assert table is not None and indices is not None
    rows = indices.data is None and len(sample(indices)) == 1 and table.type.rank == 2
    return None if rows else UNKNOWN


def _cumulative_sum(b: Builder, node: Node) -> Tensor:
    """A product with a matrix of ones on one side of the diagonal."""
    op: Any = node.op
    x = first(node)
    view = parts.view_of(sample(x), inner_axis(x, op.axis))
    ones = np.triu(np.ones((view[1], view[1]), np.float32), int(op.exclusive))
    return parts.mapped(b, b.tensor(x), view, ones.T if op.reverse else ones)


def _resize(b: Builder, node: Node) -> Tensor:
    """UpSampling2D. Straight after an input DL4J takes channels for rows: a layer that does nothing comes between."""
    x = b.natural(node.inputs[0])
    return b("UpSampling2D", parts.activated(b, x, "linear"), sample(node.outputs[0]), size=list(_factors(node) or ()))


def _factors(node: Node) -> tuple[int, int] | None:
    """By which whole numbers an image grows."""
    op: Any = node.op
    if op.size is None:
        return tuple(op.factors)
    sizes = first(node).shape[1:3]
    if None in sizes or any(new % old for new, old in zip(op.size, sizes, strict=True)):
        return None
    height, width = (new // old for new, old in zip(op.size, sizes, strict=True))
    return height, width


def _repeats_pixels(node: Node) -> str | None:
    op: Any = node.op
    whole = op.interpolation == "nearest" and _factors(node) is not None and batch_axis(first(node)) == 0
    return None if whole else "DL4J's UpSampling repeats pixels, and ignores `interpolation`"


EMISSIONS: dict[type[Op], Emission] = {
    Slice: emission(_slice, _slices, dynamic=_slices_last),
    Pad: emission(_pad, _pads, dynamic=_pads_image),
    Take: emission(_take, _takes, dynamic=_looks_up),
    CumSum: emission(_cumulative_sum, lambda node: along_batch(first(node), [node.op.axis])),  # type: ignore[attr-defined]
    Resize: emission(_resize, _repeats_pixels, dynamic=always),
}
