"""Matrix products."""

from __future__ import annotations

from ...ir import Node
from ...ops import factors
from ...ops.linear import Linear, MatMul
from ...ops.op import Op
from ..target import Emission
from .attention import attention
from .builder import Builder, Var
from .saying import FLOATS, NUMBERS, emission

_MOST_AXES = 3
"""Of what CoreML's linear takes."""


def _linear(b: Builder, node: Node, x: Var, kernel: Var, bias: Var = None) -> Var:
    """CoreML's linear has a constant weight (N, K)."""
    weight = b.derived(kernel, "t10", lambda a: a.T)
    is_plain = bias is None or b.data(bias) is not None
    if weight is not None and is_plain and node.output.type.rank <= _MOST_AXES:
        return b("linear", x=x, weight=weight, bias=bias)
    if node.output.type.rank == 1:
        product = b.squeeze(b("matmul", x=b.expand(x, [0]), y=kernel), [0])
    else:
        product = b("matmul", x=x, y=kernel)
    return product if bias is None else b("add", x=product, y=bias)


def _matmul(b: Builder, node: Node, x: Var, y: Var) -> Var:
    attended = attention(b, node)
    return b("matmul", x=x, y=y) if attended is None else attended


EMISSIONS: dict[type[Op], Emission] = {
    Linear: emission(_linear, types=FLOATS),
    MatMul: emission(_matmul, types=NUMBERS),
}

UNSUPPORTED: dict[type[Op], str] = {
    factors.Eigh: "CoreML has no eigenvalues",
    factors.Svd: "CoreML has no singular values",
}
