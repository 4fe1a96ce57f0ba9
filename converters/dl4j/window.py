"""Convolution and pooling.

"same": DL4J fails, or shifts the result, where a stride is longer than the window. Where sizes are known, what no window
reaches is cut off then, and zeros are padded where they are needed; where they aren't, such a layer is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...ir import Node
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.op import Op
from ...ops.pool import AveragePool, MaxPool
from ...ops.shapes import same_padding
from ..target import Emission
from . import parts
from .batch import Sizes, batch_axis, sample
from .builder import Builder, Tensor
from .saying import RANK, UNKNOWN, emission, first

LOWEST = -3e38


@dataclass(frozen=True)
class Geometry:
    """Windows over the spatial axes of x, whose sample has `sizes` (*spatial, C)."""

    sizes: Sizes
    window: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    padding: Any

    @classmethod
    def of(cls, node: Node, window: tuple[int, ...]) -> Geometry:
        op: Any = node.op
        return cls(sample(first(node)), window, op.strides, op.dilations, op.padding)

    @property
    def span(self) -> tuple[int, ...]:
        return tuple((w - 1) * d + 1 for w, d in zip(self.window, self.dilations, strict=True))

    def own_same(self) -> bool:
        """Whether DL4J's "same" is meant, and right."""
        return self.padding == "same" and all(s <= n for s, n in zip(self.strides, self.span, strict=True))

    def is_causal(self) -> bool:
        """Whether the padding of a sequence is Keras's "causal"."""
        return self.padding == ((self.span[0] - 1, 0),)

    def pads(self) -> tuple[tuple[int, int], ...]:
        """(before, after) for each spatial axis; a negative `after` cuts off what no window reaches."""
        if not isinstance(self.padding, str):
            return tuple(self.padding)
        if self.padding == "valid":
            return ((0, 0),) * len(self.window)
        pads = []
        for n, w, s, d, span in zip(self.sizes[:-1], self.window, self.strides, self.dilations, self.span, strict=True):
            assert n is not None
            before, after = same_padding(n, w, s, d)
            unreached = n - ((-(-n // s) - 1) * s + span)
            pads.append((before, after) if unreached <= 0 else (0, -unreached))
        return tuple(pads)

    def as_image(self) -> Geometry:
        """A sequence as an image with a width of 1."""
        padding = self.padding if isinstance(self.padding, str) else (*self.padding, (0, 0))
        sizes = (self.sizes[0], 1, self.sizes[1])
        return Geometry(sizes, (*self.window, 1), (*self.strides, 1), (*self.dilations, 1), padding)

    def output(self, pads: tuple[tuple[int, int], ...] | None) -> Sizes:
        """The spatial sizes of the result; pads: None for DL4J's own "same"."""
        sizes: list[int | None] = []
        for i, n in enumerate(self.sizes[:-1]):
            if n is None:
                sizes.append(None)
            elif pads is None:
                sizes.append(-(-n // self.strides[i]))
            else:
                sizes.append((n + sum(pads[i]) - self.span[i]) // self.strides[i] + 1)
        return tuple(sizes)


def _fitted(b: Builder, x: Tensor, geometry: Geometry) -> tuple[Tensor, dict[str, Any], Sizes]:
    """x padded or cut, the configuration of a layer with this geometry, and the spatial sizes of its result."""
    g = geometry
    config = {"strides": list(g.strides), "padding": "valid"}
    static = None not in g.sizes[:-1]
    if not static and g.is_causal():
        return x, {**config, "padding": "causal"}, g.output(g.pads())
    pads = g.pads() if static or g.padding != "same" else None
    if pads is None or (g.own_same() and any(map(any, pads))):
        return x, {**config, "padding": "same"}, g.output(None)
    if len(pads) == 2 and min(map(min, pads)) >= 0 and any(map(any, pads)):
        x = b("ZeroPadding2D", x, (*_grown(g.sizes, pads), g.sizes[-1]), padding=[list(p) for p in pads])
    elif any(map(any, pads)):
        sizes = list(g.sizes)
        for axis, (before, after) in enumerate(pads):
            pre, n, post = parts.view_of(tuple(sizes), axis)
            x = parts.cropped(b, x, (pre, n, post), 0, n + min(after, 0))
            x = parts.padded(b, x, (pre, n + min(after, 0), post), before, max(after, 0))
            sizes[axis] = before + n + after
        x = b.shaped(x, tuple(sizes))
    return x, config, g.output(pads)


def _grown(sizes: Sizes, pads: tuple[tuple[int, int], ...]) -> Sizes:
    return tuple(None if n is None else n + sum(p) for n, p in zip(sizes, pads, strict=False))


def _conv(b: Builder, node: Node) -> Tensor:
    op: Any = node.op
    kernel, bias = (_data(v) for v in (*node.inputs[1:], None)[:2])
    geometry = Geometry.of(node, kernel.shape[:-2])
    channels = geometry.sizes[-1]
    if len(geometry.window) == 1 and None not in geometry.sizes:
        geometry, kernel = geometry.as_image(), kernel[:, None]
    x = b.shaped(b.tensor(node.inputs[0]), geometry.sizes)
    rank = len(geometry.window)
    config = {
        "kernel_size": list(geometry.window),
        "dilation_rate": list(geometry.dilations),
        "activation": "linear",
        "use_bias": bias is not None,
    }
    weights = {} if bias is None else {"bias": bias}
    x, fitted, spatial = _fitted(b, x, geometry)
    sizes = (*spatial, kernel.shape[-1])
    if rank == 2 and op.groups > 1 and op.groups == channels:
        multiplier = kernel.shape[-1] // op.groups
        weights = {"depthwise_kernel": kernel.reshape(*geometry.window, op.groups, multiplier), **weights}
        x = x if b.features(x) == channels else parts.linear(b, x, np.eye(op.groups, dtype=np.float32))
        return b("DepthwiseConv2D", x, sizes, weights, depth_multiplier=multiplier, **config, **fitted)
    weights = {"kernel": _ungrouped(kernel, op.groups), **weights}
    return b(f"Conv{rank}D", x, sizes, weights, filters=kernel.shape[-1], **config, **fitted)


def _ungrouped(kernel: np.ndarray, groups: int) -> np.ndarray:
    """The kernel of one group that does the same: zeros between the channels of different groups."""
    if groups == 1:
        return kernel
    inputs, outputs = kernel.shape[-2], kernel.shape[-1] // groups
    whole = np.zeros((*kernel.shape[:-2], inputs * groups, outputs * groups), kernel.dtype)
    for g in range(groups):
        own = slice(g * outputs, (g + 1) * outputs)
        whole[..., g * inputs : (g + 1) * inputs, own] = kernel[..., own]
    return whole


def _data(value: Any) -> Any:
    return None if value is None else value.data


def _convolves(node: Node) -> str | None:
    if any(v is not None and v.data is None for v in node.inputs[1:]):
        return "DL4J's convolutions have constant kernels"
    return _batch_apart(node, node.inputs[1].shape[0])  # type: ignore[union-attr]


def _batch_apart(node: Node, first_window: int | None) -> str | None:
    """Whether the batch axis is the first, or one along which the window is 1: what is first then is such an axis as well."""
    op: Any = node.op
    axis = batch_axis(first(node))
    alone = (first_window, op.strides[0]) == (1, 1) and (isinstance(op.padding, str) or op.padding[0] == (0, 0))
    return None if axis == 0 or (axis == 1 and alone) else RANK


def _conv_sized(node: Node) -> str | None:
    """With unknown sizes."""
    kernel = _data(node.inputs[1])
    return _windows_sized(Geometry.of(node, kernel.shape[:-2]), node)


def _windows_sized(geometry: Geometry, node: Node) -> str | None:
    op: Any = node.op
    if geometry.sizes[-1] is None or (geometry.padding == "same" and not geometry.own_same()):
        return UNKNOWN
    explicit = not isinstance(geometry.padding, str) and any(map(any, geometry.padding))
    one_group = getattr(op, "groups", 1) == 1 or len(geometry.window) == 2
    causal = isinstance(op, Conv) and geometry.is_causal()
    return None if one_group and (len(geometry.window) == 2 or not explicit or causal) else UNKNOWN


def _conv_transpose(b: Builder, node: Node) -> Tensor:
    """The full result, of which the padding is cut off."""
    op: Any = node.op
    kernel, bias = (_data(v) for v in (*node.inputs[1:], None)[:2])
    sizes, strides, cuts, zeros = sample(first(node)), op.strides, op.padding, op.output_padding
    dilations = op.dilations
    if len(strides) == 1:
        sizes, kernel, dilations = (sizes[0], 1, sizes[1]), kernel[:, None], (*dilations, 1)
        strides, cuts, zeros = (*strides, 1), (*cuts, (0, 0)), (*zeros, 0)
    x = b.shaped(b.tensor(node.inputs[0]), sizes)
    window, outputs = kernel.shape[:2], kernel.shape[2]
    span = tuple((k - 1) * d + 1 for k, d in zip(window, dilations, strict=True))
    biased = bias is not None and not any(zeros)
    y = b(
        "Conv2DTranspose",
        x,
        (*(None if n is None else (n - 1) * s + w for n, s, w in zip(sizes, strides, span, strict=False)), outputs),
        {"kernel": kernel} | ({"bias": bias} if biased else {}),
        filters=outputs,
        kernel_size=list(window),
        strides=list(strides),
        padding="valid",
        dilation_rate=list(dilations),
        output_padding=None,
        activation="linear",
        use_bias=biased,
    )
    if any(zeros):
        pads = tuple((0, extra) for extra in zeros)
        y = b("ZeroPadding2D", y, (*_grown(y.sizes, pads), outputs), padding=[list(p) for p in pads])
    if any(map(any, cuts)):
        less = tuple((-before, -after) for before, after in cuts)
        y = b("Cropping2D", y, (*_grown(y.sizes, less), outputs), cropping=[list(c) for c in cuts])
    return parts.scaled(b, y, 1.0, bias) if bias is not None and not biased else y


def _spreads(node: Node) -> str | None:
    op: Any = node.op
    if len(op.strides) == 3:
        return "DL4J 1.0.0-M2.1 computes Conv3DTranspose wrong"
    return _convolves(node)


def _spreads_sized(node: Node) -> str | None:
    op: Any = node.op
    return None if len(op.strides) == 2 and sample(first(node))[-1] is not None else UNKNOWN


def _pool(class_name: str) -> Any:
    def say(b: Builder, node: Node) -> Tensor:
        op: Any = node.op
        geometry = Geometry.of(node, op.window)
        if len(geometry.window) == 1 and None not in geometry.sizes:
            geometry = geometry.as_image()
        x = b.shaped(b.tensor(node.inputs[0]), geometry.sizes)
        if class_name == "Max" and None not in geometry.sizes and not geometry.own_same():
            x, geometry = _lowest_around(b, x, geometry)
        x, fitted, spatial = _fitted(b, x, geometry)
        layer = f"{class_name}Pooling{len(geometry.window)}D"
        return b(layer, x, (*spatial, geometry.sizes[-1]), pool_size=list(geometry.window), **fitted)

    return say


def _lowest_around(b: Builder, x: Tensor, geometry: Geometry) -> tuple[Tensor, Geometry]:
    """x with what no maximum is below around it, and without what no window reaches."""
    sizes = list(geometry.sizes)
    for axis, (before, after) in enumerate(geometry.pads()):
        view = parts.view_of(tuple(sizes), axis)
        x = parts.cropped(b, x, view, 0, view[1] + min(after, 0))
        x = parts.surrounded(b, x, (view[0], view[1] + min(after, 0), view[2]), before, max(after, 0), LOWEST)
        sizes[axis] = before + view[1] + after
    return b.shaped(x, tuple(sizes)), replace(geometry, sizes=tuple(sizes), padding="valid")


def _pools(node: Node) -> str | None:
    op: Any = node.op
    if max(op.dilations) > 1:
        return "DL4J's pooling has no dilation in a Keras file"
    return _batch_apart(node, op.window[0])


def _averages(node: Node) -> str | None:
    op: Any = node.op
    if not isinstance(op.padding, str):
        return "DL4J's AveragePooling is padded as 'same' or not at all"
    g = Geometry.of(node, op.window)
    if op.padding == "same" and not g.own_same() and None not in g.sizes and any(max(p) > 0 for p in g.pads()):
        return "DL4J's AveragePooling fails with padding 'same' and strides longer than the window"
    return _pools(node)


def _pool_sized(class_name: str) -> Any:
    def sized(node: Node) -> str | None:
        op: Any = node.op
        if class_name == "Average" and len(op.window) == 1:
            return "DL4J 1.0.0-M2.1 computes AveragePooling1D wrong; of a known length it becomes AveragePooling2D"
        geometry = Geometry.of(node, op.window)
        return UNKNOWN if not isinstance(op.padding, str) else _windows_sized(geometry, node)

    return sized


EMISSIONS: dict[type[Op], Emission] = {
    Conv: emission(_conv, _convolves, dynamic=_conv_sized),
    ConvTranspose: emission(_conv_transpose, _spreads, dynamic=_spreads_sized),
    MaxPool: emission(_pool("Max"), _pools, dynamic=_pool_sized("Max")),
    AveragePool: emission(_pool("Average"), _averages, dynamic=_pool_sized("Average")),
}
