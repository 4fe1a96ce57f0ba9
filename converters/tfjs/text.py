"""Text: tables and hashes. A table is filled once, when the model is first run."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import buckets, text
from ...ops.op import Op
from ..target import Emission, Options
from .builder import Builder
from .graphdef import Tensor, Type, kind_of
from .saying import EVERYTHING, emission


def _lookup(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    keys, values = kind_of(op.key_dtype), kind_of(op.value_dtype)
    table = b("HashTableV2", key_dtype=Type(keys), value_dtype=Type(values))
    filled = b("InitializeTableV2", table, b.constant(op.keys, keys, "keys"), b.constant(op.values, values, "values"))
    b.initializers.append(filled.node)
    return b("LookupTableFindV2", table, x, b.constant(op.default, values, "default"))  # type: ignore[no-any-return]


def _hash(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b("StringToHashBucketFast", x, num_buckets=node.op.buckets)  # type: ignore[attr-defined, no-any-return]


def _accepts_hash(node: Node, options: Options) -> str | None:
    return None if node.op.key is None else "TF.js has no hash function with a key (SipHash)"  # type: ignore[attr-defined]


EMISSIONS: dict[type[Op], Emission] = {
    buckets.StringHash: emission(_hash, _accepts_hash, EVERYTHING),
    text.Lookup: emission(_lookup, kinds=EVERYTHING),
}

UNSUPPORTED: dict[type[Op], str] = {
    buckets.CrossHash: "TF.js has no hash function for combinations",
    text.AsString: "TF.js can't write numbers as text",
    text.NGrams: "TF.js's back ends have no kernel that joins rows of words of different lengths",
    text.RegexReplace: "TF.js's WebAssembly back end has no regular expressions",
    text.StringLower: "TF.js has no lower-case letters for text",
    text.StringSplit: "TF.js's WebAssembly back end can't put words of different numbers into rows",
}
