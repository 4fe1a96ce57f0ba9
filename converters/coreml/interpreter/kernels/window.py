"""Windows that go over the last axes of (N, C, *D): where they are, for convolution and pooling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np


@dataclass(frozen=True)
class Window:
    """Sizes of one kind for each spatial axis. pads: (before, after)."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]
    output: tuple[int, ...]

    def padded(self, x: np.ndarray, value: float) -> np.ndarray:
        """x (N, C, *D) with its padding, and with what windows reach beyond it because of ceil_mode."""
        reach = [
            (before, max(after, (o - 1) * s + (k - 1) * d + 1 - size - before))
            for (before, after), o, s, k, d, size in zip(
                self.pads, self.output, self.strides, self.kernel, self.dilations, x.shape[2:], strict=True
            )
        ]
        return np.pad(x, [(0, 0), (0, 0), *reach], constant_values=value) if any(b or a for b, a in reach) else x

    def positions(self) -> Iterator[tuple[int, ...]]:
        """The places within the window."""
        return product(*map(range, self.kernel))

    def at(self, padded: np.ndarray, position: tuple[int, ...]) -> np.ndarray:
        """What every window has at this place of it: (N, C, *D')."""
        slices = [
            slice(p * d, p * d + (o - 1) * s + 1, s)
            for p, d, o, s in zip(position, self.dilations, self.output, self.strides, strict=True)
        ]
        return padded[(slice(None), slice(None), *slices)]


def windows(
    sizes: Sequence[int],
    kernel: Sequence[int],
    strides: np.ndarray | None,
    dilations: np.ndarray | None,
    pad_type: str,
    pad: np.ndarray | None,
    ios: int,
    ceil_mode: bool = False,
) -> Window:
    """D' = ⌊(D + pads - (K - 1) · dilation - 1) / stride⌋ + 1; with ceil_mode rounded up, as in PyTorch.

    `same` and `same_lower` pad so that D' = ⌈D / stride⌉, with the odd one at the end or at the start. The documentation
    has another formula, which gives sizes that it contradicts; Apple's tests of conv and pool agree with this one.
    """
    rank = len(kernel)
    steps = _each(strides, rank, "strides")
    spread = _each(dilations, rank, "dilations")
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, spread, strict=True)]
    pads: list[tuple[int, int]]
    if pad_type == "custom":
        given = [0] * (2 * rank) if pad is None else [int(p) for p in pad]
        if len(given) != 2 * rank or min(given) < 0:
            raise ValueError(f"expected {2 * rank} paddings, none negative. Received: {given}")
        pads = list(zip(given[::2], given[1::2], strict=True))
    elif pad is not None and np.any(pad):
        raise ValueError(f"expected pad only with pad_type custom. Received: pad_type {pad_type}")
    elif pad_type == "valid":
        pads = [(0, 0)] * rank
    elif pad_type == "same" or (pad_type == "same_lower" and ios >= 16):
        total = [max((-(-d // s) - 1) * s + r - d, 0) for d, s, r in zip(sizes, steps, reach, strict=True)]
        pads = [(t // 2, t - t // 2) if pad_type == "same" else (t - t // 2, t // 2) for t in total]
    else:
        raise ValueError(f"expected pad_type valid, same, custom, or from iOS 16 on same_lower. Received: {pad_type}")
    if ceil_mode and (pad_type not in ("valid", "custom") or any(b != a for b, a in pads)):
        raise ValueError("expected equal paddings before and after with ceil_mode")
    output = []
    for size, (before, after), r, step in zip(sizes, pads, reach, steps, strict=True):
        room = size + before + after - r
        if room < 0:
            raise ValueError(f"a window of {r} doesn't fit into {size} + {before} + {after}")
        count = (-(-room // step) if ceil_mode else room // step) + 1
        if ceil_mode and before + after > 0 and (count - 1) * step >= size + before:
            count -= 1
        output.append(count)
    return Window(tuple(kernel), tuple(steps), tuple(spread), tuple(pads), tuple(output))


def _each(values: np.ndarray | None, rank: int, name: str) -> list[int]:
    found = [1] * rank if values is None else [int(v) for v in values]
    if len(found) != rank or min(found) < 1:
        raise ValueError(f"expected {rank} {name} of at least 1. Received: {found}")
    return found
