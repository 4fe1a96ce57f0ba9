"""Versions of ONNX's operator set that kport writes."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import UsageError
from ...ir import Node
from ..target import Options

OLDEST, DEFAULT, NEWEST = 13, 17, 26
"""NEWEST is the last one that ONNX Runtime 1.31 loads."""

_IR_VERSIONS = {13: 7, 15: 8, 19: 9, 21: 10, 23: 11, 24: 12, 25: 13}
"""From which opset on which version of the file format goes with it. Source: onnx.helper.OP_SET_ID_VERSION_MAP"""

ML_OPSET = 3
"""The version of the domain ai.onnx.ml: every ONNX Runtime that reads opset 13 has it."""


def opset_of(options: Options) -> int:
    """The opset to write; UsageError if there is no such one."""
    opset = DEFAULT if options.opset is None else options.opset
    if not OLDEST <= opset <= NEWEST:
        raise UsageError(f"expected an opset from {OLDEST} to {NEWEST}. Received: opset={opset}")
    return opset


def ir_version(opset: int) -> int:
    return _IR_VERSIONS[max(first for first in _IR_VERSIONS if first <= opset)]


def since(first: int) -> Callable[[Node, Options], str | None]:
    """Accepts a node from this opset on."""

    def accepts(node: Node, options: Options) -> str | None:
        return None if opset_of(options) >= first else f"ONNX has it from opset {first} on (--opset {first})"

    return accepts
