"""Signals over time."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops.op import Op
from ...ops.signal import STFT
from ..target import Emission
from .builder import Builder
from .opset import since
from .saying import FLOATS, emission


def _stft(b: Builder, node: Node, x: str, window: str) -> str:
    op: Any = node.op
    return str(b("STFT", x, b.ints(op.step, "step"), window, onesided=1))


EMISSIONS: dict[type[Op], Emission] = {STFT: emission(_stft, since(17), FLOATS)}
