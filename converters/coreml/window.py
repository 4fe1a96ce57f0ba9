"""Convolution and pooling. Data come channels-first; kernels (*window, ...) are put into CoreML's order here.

Padding is always said in numbers: CoreML's own rule for "same" is documented in two ways that differ. Where the
numbers depend on a size that isn't known, the data are padded before by numbers that the program computes.
"""

from __future__ import annotations

import itertools
import math
from functools import reduce
from typing import Any

import numpy as np

from ...ir import Node
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.op import Op
from ...ops.pool import AveragePool, MaxPool
from ..target import Emission, Options
from .builder import Builder, Var
from .dtypes import NUMPY
from .saying import FLOATS, constant, emission, given
from .sizes import size_of

Pads = list[int] | None
"""Before and after for each spatial dimension; None where only the program will know."""


def _conv(b: Builder, node: Node, x: Var, kernel: Var, bias: Var = None) -> Var:
    op: Any = node.op
    window = given(node.inputs[1]).shape[:-2]
    rank = len(window)
    pads = _pads(op, given(node.inputs[0]).shape[2:], window)
    if pads is None:
        x, pads = _padded(b, op, x, window, 0), [0] * 2 * rank
    dilations = op.dilations
    if b.data(kernel) is None and any(d != 1 for d in dilations):
        kernel, dilations = _dilated(b, kernel, list(given(node.inputs[1]).shape), dilations), (1,) * rank
    weight = b.transpose(kernel, (rank + 1, rank, *range(rank)))
    is_plain = bias is None or b.data(bias) is not None
    y = b(
        "conv",
        x=x,
        weight=weight,
        bias=bias if is_plain else None,
        strides=list(op.strides),
        pad_type="custom",
        pad=pads,
        dilations=list(dilations),
        groups=op.groups,
    )
    return y if is_plain else b("add", x=y, y=_column(b, bias, rank))


def _dilated(b: Builder, kernel: Var, sizes: list[Any], dilations: tuple[int, ...]) -> Var:
    """A kernel that the program computes, with zeros between its elements: CoreML dilates only constant ones."""
    for axis, dilation in enumerate(dilations):
        if dilation == 1:
            continue
        before, size, after = math.prod(sizes[:axis]), sizes[axis], math.prod(sizes[axis + 1 :])
        apart = b.reshape(kernel, (before, size, 1, after))
        apart = b("pad", x=apart, pad=[0, dilation - 1, 0, 0], mode="constant", constant_val=b.number(0, kernel, "zero"))
        apart = b.reshape(apart, (before, size * dilation, after))
        sizes[axis] = (size - 1) * dilation + 1
        kernel = b.reshape(b("slice_by_size", x=apart, begin=[0, 0, 0], size=[before, sizes[axis], after]), sizes)
    return kernel


def _conv_transpose(b: Builder, node: Node, x: Var, kernel: Var, bias: Var = None) -> Var:
    """What `output_padding` adds at the end is first not cut off there, and only beyond that zeros."""
    op: Any = node.op
    rank = len(op.strides)
    cut = [(before, max(0, after - extra)) for (before, after), extra in zip(op.padding, op.output_padding, strict=True)]
    zeros = [max(0, extra - after) for (_, after), extra in zip(op.padding, op.output_padding, strict=True)]
    is_early = b.data(bias) is not None and not any(zeros) if bias is not None else False
    y = b(
        "conv_transpose",
        x=x,
        weight=b.transpose(kernel, (rank + 1, rank, *range(rank))),
        bias=bias if is_early else None,
        strides=list(op.strides),
        pad_type="custom",
        pad=[n for pair in cut for n in pair],
        dilations=list(op.dilations),
        groups=1,
    )
    if any(zeros):
        y = b("pad", x=y, pad=[n for extra in zeros for n in (0, extra)], mode="constant", constant_val=b.number(0, y, "zero"))
    return y if bias is None or is_early else b("add", x=y, y=_column(b, bias, rank))


def _column(b: Builder, bias: Var, rank: int) -> Var:
    """(C,) as (1, C, 1, ...)"""
    return b.expand(bias, [0, *range(2, rank + 2)])


def _max_pool(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    pads = _pads(op, given(node.inputs[0]).shape[2:], op.window)
    if pads is None or any(d != 1 for d in op.dilations):
        x = _padded(b, op, x, op.window, float(np.finfo(NUMPY[b.kind(x)]).min), pads)
        pads = [0] * 2 * len(op.window)
    if any(d != 1 for d in op.dilations):
        return reduce(lambda y, part: b("maximum", x=y, y=part), _parts(b, node, x))
    return b("max_pool", x=x, kernel_sizes=list(op.window), strides=list(op.strides), pad_type="custom", pad=pads)


def _average_pool(b: Builder, node: Node, x: Var) -> Var:
    """Padded elements don't count. Where the program computes the padding, the mean of x with zeros is divided by that of
    ones with zeros."""
    op: Any = node.op
    pads = _pads(op, given(node.inputs[0]).shape[2:], op.window)
    none = [0] * 2 * len(op.window)

    def pooled(x: Var, pads: list[int]) -> Var:
        if any(d != 1 for d in op.dilations):
            total = reduce(lambda y, part: b("add", x=y, y=part), _parts(b, node, x))
            return b("mul", x=total, y=b.number(1 / np.prod(op.window), x, "share"))
        return b(
            "avg_pool",
            x=x,
            kernel_sizes=list(op.window),
            strides=list(op.strides),
            pad_type="custom",
            pad=pads,
            exclude_padding_from_average=True,
        )

    is_plain = pads is not None and (not any(pads) or all(d == 1 for d in op.dilations))
    if is_plain:
        return pooled(x, pads or none)
    ones = b("add", x=b("mul", x=x, y=b.number(0, x, "zero")), y=b.number(1, x, "one"))
    inside = pooled(_padded(b, op, ones, op.window, 0, pads), none)
    return b("real_div", x=pooled(_padded(b, op, x, op.window, 0, pads), none), y=inside)


def _parts(b: Builder, node: Node, x: Var) -> list[Var]:
    """x, which is padded, at each position of a dilated window: CoreML's pools have no dilations.

    The part at a position goes to where the window's last element would still lie within x.
    """
    op: Any = node.op
    rank = len(op.window)
    parts = []
    for position in itertools.product(*map(range, op.window)):
        starts = [p * d for p, d in zip(position, op.dilations, strict=True)]
        beyond = [(w - 1 - p) * d for p, w, d in zip(position, op.window, op.dilations, strict=True)]
        parts.append(
            b(
                "slice_by_index",
                x=x,
                begin=[0, 0, *starts],
                end=[0, 0, *(-n for n in beyond)],
                stride=[1, 1, *op.strides],
                end_mask=[True, True, *(n == 0 for n in beyond)],
            )
        )
    assert rank + 2 == len(x.shape)
    return parts


def _pads(op: Any, sizes: tuple[int | None, ...], window: Any) -> Pads:
    if op.padding == "same":
        # with a stride of 1 the padding doesn't depend on the size
        known = [1 << 20 if d is None and s == 1 else d for d, s in zip(sizes, op.strides, strict=True)]
        if None in known:
            return None
        return [n for pair in op.explicit_padding(known, window) for n in pair]
    return [n for pair in op.explicit_padding((), window) for n in pair]


def _padded(b: Builder, op: Any, x: Var, window: Any, value: float, pads: Pads = None) -> Var:
    """x padded by `pads` or, if those are None, as "same" asks: by max(0, (⌈n / s⌉ - 1) · s + (w - 1) · d + 1 - n) for each
    axis, of which the smaller half comes before."""
    number = b.number(value, x, "padding")
    if pads is not None:
        return b("pad", x=x, pad=pads, mode="constant", constant_val=number) if any(pads) else x
    amounts: list[Var] = [b.ints([0, 0, 0, 0], "no_padding")]
    for i, (w, s, d) in enumerate(zip(window, op.strides, op.dilations, strict=True)):
        n = size_of(b, x, i + 2)
        steps = b("floor_div", x=b("add", x=n, y=b.ints(s - 1, "round_up")), y=b.ints(s, "stride"))
        reach = b(
            "add", x=b("mul", x=b("sub", x=steps, y=b.ints(1, "one")), y=b.ints(s, "stride")), y=b.ints((w - 1) * d + 1, "span")
        )
        total = b("maximum", x=b("sub", x=reach, y=n), y=b.ints(0, "zero"))
        before = b("floor_div", x=total, y=b.ints(2, "two"))
        amounts += [b.expand(before, [0]), b.expand(b("sub", x=total, y=before), [0])]
    return b("pad", x=x, pad=b.concat(amounts, 0), mode="constant", constant_val=number)


def _constant_kernel(node: Node, options: Options) -> str | None:
    return None if constant(node, 1) else "CoreML's transposed convolution has a constant kernel"


def _conv_kernel(node: Node, options: Options) -> str | None:
    dilated = any(d != 1 for d in node.op.dilations)  # type: ignore[attr-defined]
    unknown = None in given(node.inputs[1]).shape
    return "CoreML dilates only constant kernels" if dilated and unknown else None


EMISSIONS: dict[type[Op], Emission] = {
    Conv: emission(_conv, _conv_kernel, FLOATS),
    ConvTranspose: emission(_conv_transpose, _constant_kernel, FLOATS),
    AveragePool: emission(_average_pool, types=FLOATS),
    MaxPool: emission(_max_pool, types=FLOATS),
}
