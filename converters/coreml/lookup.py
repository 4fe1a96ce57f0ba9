"""Tables from integers to integers, and what CoreML hasn't for text."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops import buckets, text
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder, Var
from .dtypes import INT32
from .saying import emission, fits, given

_NO_TEXT = "CoreML has no tensors of text"


def _lookup(b: Builder, node: Node, x: Var) -> Var:
    """y = Σₖ (x = key k) · (value k - default) + default"""
    op: Any = node.op
    keys = b.constant(np.asarray(op.keys, np.int32), "keys")
    gains = b.constant(np.asarray(op.values, np.int64).astype(np.int32) - np.int32(op.default), "gains")
    rank = given(node.inputs[0]).type.rank
    found = b.cast(b("equal", x=b.expand(x, [rank]), y=keys), INT32)
    gained = b("reduce_sum", x=b("mul", x=found, y=gains), axes=[rank], keep_dims=False)
    return b("add", x=gained, y=b.ints(op.default, "default"))


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if "string" in (op.key_dtype, op.value_dtype):
        return _NO_TEXT
    return None if fits(np.asarray([*op.keys, *op.values, op.default], np.int64)) else "CoreML's integers have 32 bits"


EMISSIONS: dict[type[Op], Emission] = {text.Lookup: emission(_lookup, _accepts)}

UNSUPPORTED: dict[type[Op], str] = {
    buckets.CrossHash: "CoreML has no hash functions",
    buckets.StringHash: "CoreML has no hash functions",
    text.AsString: _NO_TEXT,
    text.NGrams: _NO_TEXT,
    text.RegexReplace: _NO_TEXT,
    text.StringLower: _NO_TEXT,
    text.StringSplit: _NO_TEXT,
}
