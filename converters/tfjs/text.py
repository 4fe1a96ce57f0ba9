"""Text: tables and hashes. A table is filled once, when the model is first run."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops import buckets, text
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder
from .graphdef import Tensor, Type, kind_of
from .saying import EVERYTHING, emission

NO_KEY = "TF.js has no hash function with a key (SipHash)"


def _lookup(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    keys, values = kind_of(op.key_dtype), kind_of(op.value_dtype)
    table = b("HashTableV2", key_dtype=Type(keys), value_dtype=Type(values))
    filled = b("InitializeTableV2", table, _entries(b, op.keys, op.key_dtype), _entries(b, op.values, op.value_dtype))
    b.initializers.append(filled.node)
    y = b("LookupTableFindV2", table, x, _entries(b, op.default, op.value_dtype))
    return b.restored(y, node.output.shape, x)  # the values come in a row


def _entries(b: Builder, entries: Any, dtype: str) -> Tensor:
    return b.weight(np.asarray(entries, object if dtype == "string" else dtype), "entries")


def _hash(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b("StringToHashBucketFast", x, num_buckets=node.op.buckets)  # type: ignore[attr-defined]


def _accepts_hash(node: Node, options: Options) -> str | None:
    op: Any = node.op
    if op.key is not None:
        return NO_KEY
    return None if op.buckets < 1 << 31 else "TF.js has no integers beyond 32 bits for so many buckets"


EMISSIONS: dict[type[Op], Emission] = {
    buckets.StringHash: emission(_hash, _accepts_hash, EVERYTHING),
    text.Lookup: emission(_lookup, kinds=EVERYTHING),
}

UNSUPPORTED: dict[type[Op], str] = {
    buckets.CrossHash: "TF.js has no hash function for combinations",
    buckets.StringHash: NO_KEY,
    text.AsString: "TF.js can't write numbers as text",
    text.NGrams: "TF.js's back ends have no kernel that joins rows of words of different lengths",
    text.RegexReplace: "TF.js's WebAssembly back end has no regular expressions",
    text.StringLower: "TF.js has no lower-case letters for text",
    text.StringSplit: "TF.js's WebAssembly back end can't put words of different numbers into rows",
}
