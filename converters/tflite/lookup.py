"""Tables from text or integers to integers or text."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node, TensorType
from ...ops import text
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder
from .saying import emission
from .schema import TYPES
from .tensor import Tensor

TABLES = {("string", "int64"), ("int64", "string")}
"""Keys' and values' types of HASHTABLE."""
RESOURCE = TensorType("resource", (1,))


def _lookup(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    return _found(b, op, x) if (op.key_dtype, op.value_dtype) in TABLES else _summed(b, op, x)


def _found(b: Builder, op: Any, x: Tensor) -> Tensor:
    """A HASHTABLE that a subgraph of its own fills when the model is first run."""
    number = len(b.subgraphs)
    about = {"table_id": number, "key_dtype": TYPES[op.key_dtype], "value_dtype": TYPES[op.value_dtype]}
    filling = b.child(f"fill_table_{number}")
    table = filling("HASHTABLE", type=RESOURCE, **about)
    entries = [_constant(filling, v, d) for v, d in ((op.keys, op.key_dtype), (op.values, op.value_dtype))]
    filling.several("HASHTABLE_IMPORT", [table, *entries], [])
    filling.finish([])
    b.several("CALL_ONCE", [], [], init_subgraph_index=filling.index)
    default = _constant(b, (op.default,), op.value_dtype)
    return b("HASHTABLE_FIND", b("HASHTABLE", type=RESOURCE, **about), x, default, type=x.type.with_dtype(op.value_dtype))


def _constant(b: Builder, values: tuple[Any, ...], dtype: str) -> Tensor:
    shape = (len(values),)
    return b.text(values, shape, "texts") if dtype == "string" else b.constant(values, dtype, "numbers")


def _summed(b: Builder, op: Any, x: Tensor) -> Tensor:
    """Σ (value - default) of the key that x is, plus the default: for integers there is no table."""
    gains = b.constant(np.asarray(op.values, np.int64) - op.default, "int64", "gains")
    column = b.expand(x, [x.type.rank])
    wide = x.type.with_shape((*x.type.shape, len(op.keys)))
    hits = b("EQUAL", column, b.constant(op.keys, "int64", "keys"), type=wide.with_dtype("bool"))
    gained = b("SELECT_V2", hits, gains, b.constant(0, "int64", "zero"), type=wide)
    total = b("SUM", gained, b.ints([x.type.rank], "axes"), type=x.type)
    return b.binary("ADD", total, b.constant(op.default, "int64", "default"))


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    known = (op.key_dtype, op.value_dtype) in TABLES or op.key_dtype == op.value_dtype == "int64"
    return None if known else "TFLite has no tables from text to text"


EMISSIONS: dict[type[Op], Emission] = {text.Lookup: emission(_lookup, _accepts)}
