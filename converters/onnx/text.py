"""Text."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import buckets, text
from ...ops.op import Op
from ..target import Emission
from .builder import ML, Builder
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


EMISSIONS: dict[type[Op], Emission] = {
    text.AsString: emission(lambda b, node, x: b.cast(x, "string")),
    text.Lookup: emission(_lookup),
    text.StringLower: emission(_lower),
}

UNSUPPORTED: dict[type[Op], str] = {
    buckets.CrossHash: "ONNX has no hash functions",
    buckets.StringHash: "ONNX has no hash functions",
    text.NGrams: "ONNX can't join the words of rows that are of different lengths",
    text.StringSplit: "ONNX Runtime splits text at spaces only, neither at other white space nor into letters",
    text.RegexReplace: "ONNX finds regular expressions in text but replaces nothing",
}
