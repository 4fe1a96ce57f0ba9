"""Matrix products."""

from __future__ import annotations

from ...ir import Node, Value
from ...ops import factors
from ...ops.linear import Linear, MatMul
from ...ops.op import Op
from ...ops.shape import Transpose
from ..target import Emission, Options
from .builder import Builder
from .saying import FLOAT, emission
from .tensor import Tensor

MOST = 5
"""Dimensions of BATCH_MATMUL."""


def fully_connected(b: Builder, x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """x @ kernel + bias, with a constant kernel (K, N), which TFLite wants as (N, K)."""
    rows = b.expand(x, [0]) if x.type.rank == 1 else x
    kind = rows.type.with_shape((*rows.type.shape[:-1], kernel.type.shape[-1]))
    inputs = [rows, b.transpose(kernel, (1, 0)), bias or b.zeros(kernel.type.shape[-1])]
    y = b("FULLY_CONNECTED", *inputs, type=kind, keep_num_dims=rows.type.rank > 2)
    return b.squeeze(y, [0]) if rows is not x else y


def _linear(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    return fully_connected(b, x, kernel, bias)


def _constant_kernel(node: Node, options: Options) -> str | None:
    known = all(v is None or v.is_constant for v in node.inputs[1:])
    return None if known else "FULLY_CONNECTED wants its weights transposed, so they have to be constant"


def _matmul(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    if y.constant is not None and y.type.rank == 2:
        return fully_connected(b, x, y, None)
    adjoint = [_is_adjoint(v) for v in node.inputs]
    x, y = (b.transpose(t, _exchanged(t.type.rank)) if turned else t for t, turned in zip((x, y), adjoint, strict=True))
    rank = max(x.type.rank, y.type.rank)
    kind = node.output.type.with_dtype("float32")
    if rank <= MOST:
        return b("BATCH_MATMUL", x, y, type=kind, adj_x=adjoint[0], adj_y=adjoint[1])
    merged = [b.reshape(t, (None, *t.type.shape[-2:])) for t in (x, y)]
    product = b("BATCH_MATMUL", *merged, type=kind.with_shape((None, *kind.shape[-2:])), adj_x=adjoint[0], adj_y=adjoint[1])
    return b.reshape(product, kind.shape)


def _is_adjoint(value: Value | None) -> bool:
    """Whether a value is another one with its last two axes exchanged, which the product does by itself."""
    node = value.producer if value is not None else None
    if node is None or not isinstance(node.op, Transpose):
        return False
    return node.op.permutation == _exchanged(len(node.op.permutation))


def _exchanged(rank: int) -> tuple[int, ...]:
    """All axes in order but for the last two."""
    return (*range(rank - 2), rank - 1, rank - 2)


def _matmul_accepts(node: Node, options: Options) -> str | None:
    x, y = (v.shape[:-2] for v in node.inputs if v is not None)
    many = node.output.type.rank > MOST and x != y
    return f"BATCH_MATMUL broadcasts at most {MOST} dimensions" if many else None


EMISSIONS: dict[type[Op], Emission] = {
    Linear: emission(_linear, _constant_kernel, FLOAT),
    MatMul: emission(_matmul, _matmul_accepts, FLOAT),
}

UNSUPPORTED: dict[type[Op], str] = {
    factors.Eigh: "TFLite has no eigenvalues",
    factors.Svd: "TFLite has no singular values",
}
