"""Convolution and pooling of volumes, made of those of images.

TF.js's own operations are slow in WebAssembly, take 'same' for a negative padding where a stride is longer than the window,
and for the maximum of negative numbers 1e-38; on WebGPU the convolution gives other numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...ir import Node
from ...ir.types import Shape
from .builder import Builder, Size
from .graphdef import Tensor
from .planes import Geometry, convolved


def conv(
    b: Builder, node: Node, x: Tensor, kernel: Tensor, window: Sequence[int], geometry: Geometry, bias: Tensor | None
) -> Tensor:
    """The sum of the convolutions of images with each slice of the kernel, of every so manieth image from its own place on.

    x: (batch, D, H, W, C), kernel: (d, h, w, C, outputs), which is `window`; the padding is given by numbers.
    """
    shape = (*node.inputs[0].shape[:-1], window[-2])  # type: ignore[union-attr]
    depth, stride, dilation = window[0], geometry.strides[0], geometry.dilations[0]
    pads = geometry.padding if not isinstance(geometry.padding, str) else ((0, 0),) * 3
    planes = b.merged(x, shape, [(0,), (1,), (2, 3, 4)])
    if any(pads[0]):
        planes = b("PadV2", planes, b.ints([(0, 0), pads[0], (0, 0)], "padding"), b.constant(0.0, "float32", "zero"))
    images = [-1, *(b.dimension(x, shape, axis) for axis in (2, 3, 4))]
    flat = Geometry(geometry.strides[1:], geometry.dilations[1:], pads[1:])
    y: Any = None
    for k in range(depth):
        ahead, after = k * dilation, (depth - 1 - k) * dilation
        part = planes if depth == stride == 1 else _every_image(b, planes, ahead, after, stride)
        term = convolved(b, b("Reshape", part, b.vector(images)), _slice(b, kernel, k), flat, None if k else bias)
        y = term if y is None else b("AddV2", y, term)
    output = (*node.output.shape[:-1], window[-1])
    return _as_volumes(b, y, b.dimension(x, shape, 0), output, [b.dimension(y, (None, *output[2:]), a) for a in (1, 2)])


def _every_image(b: Builder, planes: Tensor, ahead: int, after: int, stride: int) -> Tensor:
    ends = ([0, ahead, 0], [0, -after, 0], [1, stride, 1])
    others = 0b101
    masks = {"begin_mask": others, "end_mask": others if after else 0b111}
    return b("StridedSlice", planes, *(b.ints(v, "images") for v in ends), **masks)


def _slice(b: Builder, kernel: Tensor, k: int) -> Tensor:
    found = b.derived(kernel, f"slice_{k}", lambda a: a[k])
    return found or b("Squeeze", b("Slice", kernel, b.ints([k, 0, 0, 0, 0]), b.ints([1, -1, -1, -1, -1])), axis=[0])


def _as_volumes(b: Builder, y: Tensor, batch: Size, output: Shape, image: list[Size]) -> Tensor:
    """As (batch, D', H', W', C), with these H' and W'."""
    ahead = [batch, -1] if output[1] is None else [-1, output[1]]
    return b("Reshape", y, b.vector([*ahead, *image, int(output[-1] or 0)]))


def pool(b: Builder, node: Node, x: Tensor, name: str, padding: str, shape: Shape) -> Tensor:
    """Over height and width, then over depth: a maximum of maxima, or a mean of means of equally many.

    shape: of x, which may have been padded.
    """
    op: Any = node.op
    output = node.output.shape
    y = b(name, b.merged(x, shape, [(0, 1), (2,), (3,), (4,)]), **_attributes(op.window[1:], op.strides[1:], padding))
    batch, depth, image = (
        b.dimension(x, shape, 0),
        b.dimension(x, shape, 1),
        [b.dimension(y, (None, *output[2:]), a) for a in (1, 2)],
    )
    flat = None if None in output[2:4] else math.prod(int(d or 0) for d in output[2:4])
    columns = [-1, depth, flat] if flat is not None else [batch, depth, -1]
    z = b("Reshape", y, b.vector([*columns, int(output[-1] or 0)]))
    z = b(name, z, **_attributes((op.window[0], 1), (op.strides[0], 1), padding))
    return _as_volumes(b, z, batch, output, image)


def _attributes(window: tuple[int, ...], strides: tuple[int, ...], padding: str) -> dict[str, Any]:
    return {"ksize": [1, *window, 1], "strides": [1, *strides, 1], "padding": padding.upper()}
