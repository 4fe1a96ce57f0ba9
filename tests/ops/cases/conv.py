"""Convolutions and transposed convolutions, against their sums written out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from kport import ops
from kport.ops.conv import Conv
from kport.ops.conv_transpose import ConvTranspose
from tests.ops.case import OpCase


def sums(x: Any, kernel: Any, bias: Any, strides: Any, pads: Any, dilations: Any, groups: int = 1) -> Any:
    """Conv's formula, one output position at a time, in float64."""
    window, (inputs, outputs) = kernel.shape[:-2], kernel.shape[-2:]
    x = np.pad(x.astype("float64"), [(0, 0), *pads, (0, 0)])
    spans = [(k - 1) * d + 1 for k, d in zip(window, dilations, strict=True)]
    sizes = [(n - span) // s + 1 for n, span, s in zip(x.shape[1:-1], spans, strides, strict=True)]
    y = np.zeros((x.shape[0], *sizes, outputs))
    for o in itertools.product(*map(range, sizes)):
        under = [slice(i * s, i * s + span, d) for i, s, span, d in zip(o, strides, spans, dilations, strict=True)]
        for c in range(outputs):
            first = c // (outputs // groups) * inputs
            part = x[(slice(None), *under, slice(first, first + inputs))]
            y[(slice(None), *o, c)] = (part * kernel[..., c]).sum(axis=tuple(range(1, part.ndim)))
    return (y if bias is None else y + bias).astype("float32")


def transposed_sums(x: Any, kernel: Any, bias: Any, strides: Any, pads: Any, extra: Any, dilations: Any) -> Any:
    """ConvTranspose's formula, one input position at a time, in float64."""
    window = kernel.shape[:-2]
    sizes = x.shape[1:-1]
    full = [(n - 1) * s + (k - 1) * d + 1 + e for n, s, k, d, e in zip(sizes, strides, window, dilations, extra, strict=True)]
    y = np.zeros((x.shape[0], *full, kernel.shape[-2]))
    for i in itertools.product(*map(range, sizes)):
        for k in itertools.product(*map(range, window)):
            at = [a * s + b * d for a, s, b, d in zip(i, strides, k, dilations, strict=True)]
            y[(slice(None), *at)] += x[(slice(None), *i)].astype("float64") @ kernel[k].T
    y = y[(slice(None), *(slice(before, n - after) for n, (before, after) in zip(full, pads, strict=True)))]
    return (y if bias is None else y + bias).astype("float32")


def conv(
    x: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    pads: Any,
    dilations: tuple[int, ...] | None = None,
    groups: int = 1,
    bias: bool = True,
    same: bool = False,
) -> OpCase:
    """`pads` are the explicit ones that the operation has or, with `same`, must find."""
    dilations = dilations or (1,) * len(strides)
    padding = "same" if same else pads if any(map(any, pads)) else "valid"
    op = Conv(strides=strides, padding=padding, dilations=dilations, groups=groups)

    def expected(x: Any, kernel: Any, bias: Any) -> Any:
        return sums(x, kernel, bias, strides, pads, dilations, groups)

    return OpCase("Conv", op, [x, kernel, (kernel[-1],) if bias else None], expected, source="the formula in NumPy")


def transposed(
    x: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    pads: Any,
    extra: tuple[int, ...] | None = None,
    dilations: tuple[int, ...] | None = None,
    bias: bool = True,
) -> OpCase:
    extra, dilations = extra or (0,) * len(strides), dilations or (1,) * len(strides)
    op = ConvTranspose(strides=strides, padding=pads, output_padding=extra, dilations=dilations)

    def expected(x: Any, kernel: Any, bias: Any) -> Any:
        return transposed_sums(x, kernel, bias, strides, pads, extra, dilations)

    return OpCase("ConvTranspose", op, [x, kernel, (kernel[-2],) if bias else None], expected, source="the formula in NumPy")


def with_tensorflow(call: Callable[..., Any], inputs: list[Any], expected_tf: Callable[..., Any]) -> OpCase:
    return OpCase("Conv", call, inputs, expected_tf=expected_tf, source="tensorflow")


def _tf_conv(x: Any, kernel: Any) -> Any:
    import tensorflow as tf

    return tf.nn.conv2d(x, kernel, (2, 1), "SAME")


def _tf_depthwise(x: Any, kernel: Any) -> Any:
    import tensorflow as tf

    return tf.nn.depthwise_conv2d(x, tf.reshape(kernel, (3, 2, 3, 2)), (1, 2, 2, 1), "SAME")


NONE1, NONE2, NONE3 = ((0, 0),), ((0, 0),) * 2, ((0, 0),) * 3

CASES = [
    conv((2, 7, 3), (3, 3, 4), (1,), NONE1),
    conv((2, 7, 3), (2, 3, 4), (2,), ((0, 1),), same=True),
    conv((2, 8, 2), (3, 2, 4), (1,), ((4, 0),), (2,)),
    conv((2, 8, 4), (3, 2, 6), (3,), NONE1, (2,), groups=2),
    conv((2, 8, 3), (3, 1, 6), (2,), ((1, 2),), (2,), groups=3, same=True),
    conv((2, 6, 5, 3), (1, 1, 3, 4), (1, 1), NONE2, bias=False),
    conv((2, 7, 6, 3), (3, 2, 3, 4), (2, 1), ((1, 1), (0, 1)), same=True),
    conv((1, 7, 9, 2), (3, 3, 2, 4), (2, 2), ((2, 2), (3, 3)), (2, 3), same=True),
    conv((2, 6, 5, 4), (3, 3, 2, 6), (1, 2), ((1, 1), (0, 2)), groups=2),
    conv((2, 7, 5, 3), (3, 2, 1, 6), (2, 2), ((1, 1), (0, 1)), groups=3, same=True),
    conv((2, 7, 5, 3), (3, 2, 1, 3), (2, 1), NONE2, groups=3),
    conv((2, 7, 6, 3), (2, 2, 1, 3), (2, 2), ((1, 0), (2, 1)), (2, 2), groups=3),
    conv((1, 4, 5, 6, 2), (2, 3, 2, 2, 3), (1, 2, 1), ((0, 1), (1, 1), (0, 1)), same=True),
    conv((1, 5, 4, 5, 4), (2, 2, 2, 2, 4), (1, 1, 1), NONE3, (2, 1, 1), groups=2),
    conv((1, 4, 4, 5, 2), (2, 2, 2, 1, 4), (2, 1, 1), NONE3, groups=2),
    with_tensorflow(lambda x, k: ops.conv(x, k, strides=(2, 1), padding="same"), [(2, 5, 6, 3), (3, 2, 3, 4)], _tf_conv),
    with_tensorflow(
        lambda x, k: ops.conv(x, k, strides=2, padding="same", groups=3), [(2, 5, 6, 3), (3, 2, 1, 6)], _tf_depthwise
    ),
    transposed((2, 4, 3), (3, 2, 3), (2,), NONE1),
    transposed((2, 4, 3), (2, 2, 3), (3,), NONE1, (1,), bias=False),
    transposed((2, 4, 3), (3, 2, 3), (1,), ((1, 2),), dilations=(2,)),
    transposed((2, 3, 4, 3), (3, 2, 2, 3), (2, 2), ((0, 1), NONE1[0])),
    transposed((2, 3, 4, 3), (3, 4, 2, 3), (3, 1), ((1, 0), (1, 2)), (1, 0)),
    transposed((1, 3, 3, 2), (2, 3, 3, 2), (2, 1), NONE2, (2, 1), (2, 3)),
    transposed((1, 4, 3, 2), (3, 3, 1, 2), (4, 3), ((2, 3), (1, 1))),
    transposed((1, 2, 3, 2, 2), (2, 3, 2, 3, 2), (2, 1, 3), ((0, 0), (1, 1), (0, 0)), (0, 0, 1)),
]
