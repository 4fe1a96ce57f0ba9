"""A chain of operations that scale and shift each channel becomes one subtraction and one product.

    ((x · a - m) / s) · c = (x - center) · scale      with scale = a c / s, center = m / a

Of numbers far from zero the centre is taken off first, because x · scale + offset would cancel digits there; only where
a scale is 0 is it a product and a sum. Offsets that all but cancel stay. What has other readers, or is an output of the
model, ends a chain. A chain that would not become shorter stays. Scale and centre are computed in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ...ops.elementwise import add, multiply, subtract
from ...ops.promotion import numpy_dtype
from .affine import Affine, affine, affine_of
from .rewrite import rewrite

CANCELLED = 2.0**-10
"""What is left of an offset that another one cancels, at most."""


def merge_affine(graph: Graph) -> tuple[Graph, int]:
    uses = graph.uses()
    outputs = set(graph.outputs)
    inner = {v.name for v, nodes in uses.items() if len(nodes) == 1 and v not in outputs}
    """Values with one reader, by name."""

    def continues(node: Node) -> bool:
        """Whether a longer chain has this node in it."""
        return node.output.name in inner and affine(uses[node.output][0]) is not None

    def rule(node: Node, inputs: list[Value | None]) -> Any:
        whole = affine_of(node.op, inputs, node.outputs[0].type)
        if whole is None or continues(node):
            return None
        length = 1
        while whole.x.producer is not None and whole.x.name in inner:
            before = affine(whole.x.producer)
            if before is None or cancels(whole, before):
                break
            whole, length = whole.after(before), length + 1
        return said(whole) if needed(whole) < length else None

    return rewrite(graph, rule)


def cancels(outer: Affine, inner: Affine) -> bool:
    """Whether two offsets all but cancel: then the first one is there for the digits that it takes off."""
    shifted = inner.offset * outer.scale
    larger = np.maximum(np.abs(shifted), np.abs(outer.offset))
    return bool((np.abs(shifted + outer.offset) < larger * CANCELLED).any())


def needed(whole: Affine) -> int:
    """How many operations say it."""
    return int(bool((whole.scale != 1).any())) + int(bool(whole.offset.any()))


def said(whole: Affine) -> Value:
    x: Any = whole.x
    dtype = numpy_dtype(x.dtype)
    if not whole.offset.any():
        return multiply(x, whole.scale.astype(dtype)) if needed(whole) else x
    if (whole.scale == 0).any():
        return add(multiply(x, whole.scale.astype(dtype)), whole.offset.astype(dtype))
    centred = subtract(x, (-whole.offset / whole.scale).astype(dtype))
    return multiply(centred, whole.scale.astype(dtype)) if (whole.scale != 1).any() else centred
