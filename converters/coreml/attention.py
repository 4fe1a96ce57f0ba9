"""Attention as one operation, which CoreML has from iOS 18 on: softmax(query · keyᵀ / √E + mask) · value.

It is found at its last product. What it is made of has been said by then, and goes when nothing else reads it. With
additive masks, as CoreML's are here, a row that is masked throughout has equal weights like Keras's, as -1e9 swallows the
scores; its masks of truth values would give none.
Source: coremltools, converters/mil/mil/ops/defs/iOS18/transformers.py
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ...ir import Node, Value
from ...ops.casting import Cast
from ...ops.elementwise import Multiply, Where
from ...ops.linear import MatMul
from ...ops.promotion import is_float
from ...ops.shape import Transpose
from ...ops.softmax import Softmax
from .builder import Builder, Var
from .os_version import IOS18
from .saying import given

MASKED = -1e9
"""What Keras puts in the place of scores that don't count, in single precision."""


@dataclass(frozen=True)
class Attention:
    """What is attended with; mask: bool, True where a score counts."""

    query: Value
    key_transposed: Value
    value: Value
    mask: Value | None


def attention(b: Builder, node: Node) -> Var | None:
    """The output of the attention whose last product `node` is; None if it is no attention, or CoreML hasn't it."""
    found = _match(b, node) if b.specification >= IOS18 else None
    if found is None:
        return None
    rank = found.query.type.rank
    query, factor = _scaled(b, found.query)
    factor *= math.sqrt(given(found.query).shape[-1] or 1)
    if abs(factor - 1) > 1e-6:
        query = b("mul", x=query, y=b.number(factor, query, "scale"))
    swapped = (*range(rank - 2), rank - 1, rank - 2)
    key = _transposed(b, found.key_transposed, swapped)
    return b(
        "scaled_dot_product_attention", query=query, key=key, value=b.tensor(found.value), attn_mask=_mask(b, found.mask, query)
    )


def _match(b: Builder, node: Node) -> Attention | None:
    weights = _single(b, node.inputs[0], Softmax)
    rank = node.output.type.rank
    if weights is None or rank < 3 or weights.op.axis % rank != rank - 1:  # type: ignore[attr-defined]
        return None
    scores = _uncast(weights.inputs[0])
    mask = None
    masked = _produced(scores, Where)
    if masked is not None:
        mask, scores, other = masked.inputs
        if other is None or other.data is None or other.data.size != 1 or other.data.item() != MASKED:
            return None
    product = _produced(_uncast(scores), MatMul)
    if product is None or (mask is not None and product.output.dtype != "float32"):
        return None
    query, key, value = given(product.inputs[0]), given(product.inputs[1]), given(node.inputs[1])
    known = query.shape[-1] is not None and query.type.rank == key.type.rank == value.type.rank == rank
    same = query.shape[:-2] == key.shape[:-2] == value.shape[:-2] and query.dtype == value.dtype
    return Attention(query, key, value, mask) if known and same else None


def _uncast(value: Value | None) -> Value | None:
    """The value before a cast from one float to another."""
    node = _produced(value, Cast)
    if node is None or not (is_float(node.output.dtype) and is_float(given(node.inputs[0]).dtype)):
        return value
    return node.inputs[0]


def _single(b: Builder, value: Value | None, kind: type[Any]) -> Node | None:
    """The node of this kind that made the value, also through a cast, if nothing else reads it."""
    inner = _uncast(value)
    node = _produced(inner, kind)
    return node if node is not None and b.reads(value) == b.reads(inner) == 1 else None


def _produced(value: Value | None, kind: type[Any]) -> Node | None:
    node = value.producer if value is not None else None
    return node if node is not None and isinstance(node.op, kind) else None


def _scaled(b: Builder, query: Value) -> tuple[Var, float]:
    """The query as it was before it was multiplied by a number, and that number."""
    turned = _produced(query, Transpose)
    product = _produced(turned.inputs[0] if turned is not None else query, Multiply)
    for x, y in (product.inputs, product.inputs[::-1]) if product is not None else ():
        if y is not None and y.data is not None and y.data.size == 1 and given(x).type.rank == query.type.rank:
            before = b.tensor(x)
            return (b.transpose(before, turned.op.permutation) if turned is not None else before), float(y.data.item())  # type: ignore[attr-defined]
    return b.tensor(query), 1.0


def _transposed(b: Builder, value: Value, order: tuple[int, ...]) -> Var:
    """The value with its axes in another order; a transpose before it is undone."""
    turned = _produced(value, Transpose)
    if turned is None:
        return b.transpose(b.tensor(value), order)
    before: Any = turned.op
    return b.transpose(b.tensor(turned.inputs[0]), [before.permutation[o] for o in order])


def _mask(b: Builder, mask: Value | None, query: Var) -> Var:
    """What is added to the scores: 0 where they count."""
    if mask is None:
        return None
    return b("mul", x=b.one_minus(b.cast(b.tensor(mask), b.kind(query))), y=b.number(MASKED, query, "masked"))
