"""The table: how Keras 3 says each operation, where it isn't part of a layer that Keras 3 has."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import buckets, text
from ...ops.op import Op
from ...ops.scan import Scan
from ..target import Emission
from . import elementwise, matrix, shape, sizes
from .rebuild import Builder
from .whole import WholeLayer

_FAMILIES = (elementwise, matrix, shape, sizes)


def _whole(b: Builder, node: Node) -> None:
    call: Any = node.op.call  # type: ignore[attr-defined]
    args, kwargs = call.fill([b.operand(v) for v in node.inputs])
    b.bind(node, b.whole(call.layer, args, kwargs))


EMISSIONS: dict[type[Op], Emission] = {op: row for family in _FAMILIES for op, row in family.EMISSIONS.items()}
EMISSIONS[WholeLayer] = Emission(_whole)

_TEXT = "keras.ops has no operations on text"
UNSUPPORTED: dict[type[Op], str] = {
    Scan: "a file of Keras 3 has no place for the body of a loop: keras.ops.scan takes a Python function",
    buckets.CrossHash: _TEXT,
    buckets.StringHash: _TEXT,
    text.AsString: _TEXT,
    text.Lookup: _TEXT,
    text.NGrams: _TEXT,
    text.RegexReplace: _TEXT,
    text.StringLower: _TEXT,
    text.StringSplit: _TEXT,
}
