"""Convolutions in one to three dimensions, channels first."""

from __future__ import annotations

from itertools import product

import numpy as np

from .shapes import divide, expect, place
from .window import Window, windows

_COMMON = (
    "strides?[1]: const int32, pad_type?: const string, pad?[1]: const int32, dilations?[1]: const int32, groups?: const int32"
)
FORMS = f"""
15 conv(x[3-5]: T=F, weight[3-5]: T, bias?[1]: const T, {_COMMON}) -> T
17 conv(x[3-5]: T=F, weight[3-5]: U=F, bias?[1]: U, {_COMMON}) -> T
15 conv_transpose(x[3-5]: T=F, weight[3-5]: const T, bias?[1]: const T, output_shape?[1]: const int32, {_COMMON}) -> T
17 conv_transpose(x[3-5]: T=F, weight[3-5]: U=F, bias?[1]: U, output_shape?[1]: const int32, {_COMMON}) -> T
"""
_BLOCK = 1 << 26
"""Elements of the patches that are held at once"""


def _conv(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    strides: np.ndarray | None = None,
    pad_type: str = "valid",
    pad: np.ndarray | None = None,
    dilations: np.ndarray | None = None,
    groups: int = 1,
    *,
    ios: int,
) -> np.ndarray:
    """x (N, C, *D), weight (O, C / groups, *K) → (N, O, *D')"""
    out_channels, depth, *kernel = weight.shape
    if depth * groups != x.shape[1]:
        raise ValueError(f"expected {depth} · {groups} channels, the weight's · groups. Received: {x.shape[1]}")
    divide(out_channels, groups, "a number of groups")
    window = windows(x.shape[2:], kernel, strides, dilations, pad_type, pad, ios)
    padded = window.padded(x, 0)
    if groups == x.shape[1] and groups > 1:
        y = _depthwise(padded, weight, window)
    else:
        y = np.concatenate(
            [_dense(part, w, window) for part, w in zip(np.split(padded, groups, 1), np.split(weight, groups), strict=True)], 1
        )
    return _biased(y, bias)


def _depthwise(padded: np.ndarray, weight: np.ndarray, window: Window) -> np.ndarray:
    """Each channel on its own: weight (C · m, 1, *K), output channel c · m + j from channel c."""
    channels = padded.shape[1]
    times = divide(weight.shape[0], channels, "a number of groups")
    weights = weight.reshape(channels, times, *weight.shape[2:])
    y = np.zeros((padded.shape[0], channels, times, *window.output), padded.dtype)
    for position in window.positions():
        part = window.at(padded, position)[:, :, None]
        y += part * weights[place(slice(None), slice(None), *position)].reshape(1, channels, times, *(1,) * len(window.output))
    return y.reshape(y.shape[0], channels * times, *window.output)


def _dense(padded: np.ndarray, weight: np.ndarray, window: Window) -> np.ndarray:
    """Patches (C · K, pixels) of a few samples at a time, multiplied by weight (O, C · K)."""
    matrix = np.ascontiguousarray(weight.reshape(weight.shape[0], -1))
    pixels = int(np.prod(window.output, dtype=np.int64))
    if all(k == 1 for k in window.kernel):
        part = window.at(padded, (0,) * len(window.kernel))
        y = matrix @ np.ascontiguousarray(part).reshape(part.shape[0], part.shape[1], pixels)
        return y.reshape(part.shape[0], -1, *window.output)
    y = np.empty((padded.shape[0], weight.shape[0], pixels), padded.dtype)
    step = max(1, _BLOCK // max(1, matrix.shape[1] * pixels))
    for start in range(0, padded.shape[0], step):
        some = padded[start : start + step]
        patches = np.empty((some.shape[0], padded.shape[1], *window.kernel, *window.output), padded.dtype)
        for position in window.positions():
            patches[place(slice(None), slice(None), *position)] = window.at(some, position)
        y[start : start + step] = matrix @ patches.reshape(some.shape[0], matrix.shape[1], pixels)
    return y.reshape(padded.shape[0], weight.shape[0], *window.output)


def _conv_transpose(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    output_shape: np.ndarray | None = None,
    strides: np.ndarray | None = None,
    pad_type: str = "valid",
    pad: np.ndarray | None = None,
    dilations: np.ndarray | None = None,
    groups: int = 1,
) -> np.ndarray:
    """The gradient of conv: x (N, C, *D), weight (C, O / groups, *K) → (N, O, *D').

    Each element of x adds its multiple of the kernel to the output at its stride. What `pad` says is then cut off; with
    `output_shape` the rest is cut off, or zeros are added, at the end.
    """
    channels, depth, *kernel = weight.shape
    rank = len(kernel)
    if channels != x.shape[1]:
        raise ValueError(f"expected {channels} channels, the weight's. Received: {x.shape[1]}")
    steps = [1] * rank if strides is None else [int(s) for s in strides]
    spread = [1] * rank if dilations is None else [int(d) for d in dilations]
    full = [(d - 1) * s + (k - 1) * e + 1 for d, s, k, e in zip(x.shape[2:], steps, kernel, spread, strict=True)]
    before, size = _cut(pad_type, pad, output_shape, x.shape[2:], steps, full)
    y = np.zeros((x.shape[0], groups, depth, *full), x.dtype)
    grouped = x.reshape(x.shape[0], groups, divide(channels, groups, "a number of groups"), -1)
    weights = weight.reshape(groups, channels // groups, depth, *kernel)
    for position in product(*map(range, kernel)):
        part = weights[place(slice(None), slice(None), slice(None), *position)].transpose(0, 2, 1) @ grouped
        places = [
            slice(p * e, p * e + (d - 1) * s + 1, s) for p, e, d, s in zip(position, spread, x.shape[2:], steps, strict=True)
        ]
        y[place(..., *places)] += part.reshape(x.shape[0], groups, depth, *x.shape[2:])
    y = y.reshape(x.shape[0], groups * depth, *full)
    y = y[place(..., *(slice(b, b + s) for b, s in zip(before, size, strict=True)))]
    missing = [(0, s - d) for s, d in zip(size, y.shape[2:], strict=True)]
    return _biased(np.pad(y, [(0, 0), (0, 0), *missing]) if any(m for _, m in missing) else y, bias)


def _cut(
    pad_type: str,
    pad: np.ndarray | None,
    output_shape: np.ndarray | None,
    sizes: tuple[int, ...],
    steps: list[int],
    full: list[int],
) -> tuple[list[int], list[int]]:
    """How much is cut off before, and the size of what stays."""
    if pad_type == "same":
        size = [d * s for d, s in zip(sizes, steps, strict=True)]
        return [max(f - s, 0) // 2 for f, s in zip(full, size, strict=True)], size
    if pad_type not in ("valid", "custom"):
        raise ValueError(f"expected pad_type valid, same or custom. Received: {pad_type}")
    pads = [0] * (2 * len(full)) if pad is None or pad_type == "valid" else [int(p) for p in pad]
    if len(pads) != 2 * len(full):
        raise ValueError(f"expected {2 * len(full)} paddings. Received: {len(pads)}")
    before, after = pads[::2], pads[1::2]
    if output_shape is None:
        return before, [f - b - a for f, b, a in zip(full, before, after, strict=True)]
    return before, [int(s) for s in output_shape[2:]]


def _biased(y: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    expect("bias", bias, y.shape[1])
    return y if bias is None else y + bias.reshape(-1, *(1,) * (y.ndim - 2))


KERNELS = {"conv": _conv, "conv_transpose": _conv_transpose}
