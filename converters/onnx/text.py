"""Text."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import buckets, text
from ...ops.op import Op
from ..target import Emission, Options
from .builder import ML, Builder
from .opset import opset_of
from .saying import emission

_SUFFIX = {"string": "strings", "int64": "int64s"}


def _lower(b: Builder, node: Node, x: str) -> str:
    """In the locale "C" only A to Z have lower-case letters. StringNormalizer takes one row."""
    if node.output.type.rank == 1:
        return str(b("StringNormalizer", x, case_change_action="LOWER", locale="C"))
    row = b("StringNormalizer", b("Reshape", x, b.ints([-1], "row")), case_change_action="LOWER", locale="C")
    return str(b("Reshape", row, b.once("Shape", x)))


def _lookup(b: Builder, node: Node, x: str) -> str:
    op: Any = node.op
    attributes = {
        f"keys_{_SUFFIX[op.key_dtype]}": list(op.keys),
        f"values_{_SUFFIX[op.value_dtype]}": list(op.values),
        f"default_{op.value_dtype}": op.default,
    }
    return str(b("LabelEncoder", x, domain=ML, **attributes))


def _split(b: Builder, node: Node, x: str) -> str:
    """Rows are as long as the longest; a given length is reached by adding empty pieces and cutting."""
    length = node.op.length  # type: ignore[attr-defined]
    pieces, _ = b("StringSplit", x, outputs=2)
    if length is None:
        return str(pieces)
    count = b("Concat", b.once("Shape", x), b.ints([length], "length"), axis=0)
    empty = b("Expand", b.constant([[""]], "string", "empty"), count)
    return b.slice(b("Concat", pieces, empty, axis=1), 1, 0, length)


def _split_accepts(node: Node, options: Options) -> str | None:
    if node.op.by != text.WHITESPACE:  # type: ignore[attr-defined]
        return "ONNX splits text at separators, not into letters"
    return None if opset_of(options) >= 20 else "ONNX splits text from opset 20 on"


EMISSIONS: dict[type[Op], Emission] = {
    text.AsString: emission(lambda b, node, x: b.cast(x, "string")),
    text.Lookup: emission(_lookup),
    text.StringLower: emission(_lower),
    text.StringSplit: emission(_split, _split_accepts),
}

UNSUPPORTED: dict[type[Op], str] = {
    buckets.CrossHash: "ONNX has no hash functions",
    buckets.StringHash: "ONNX has no hash functions",
    text.NGrams: "ONNX can't join the words of rows that are of different lengths",
    text.RegexReplace: "ONNX finds regular expressions in text but replaces nothing",
}
