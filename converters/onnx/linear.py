"""Matrix products."""

from __future__ import annotations

from ...ir import Node
from ...ops import factors, matrix
from ...ops.linear import Linear, MatMul
from ...ops.op import Op
from ..target import Emission
from .builder import Builder
from .saying import FLOATS, SINGLES, WORDS, emission, one


def _linear(b: Builder, node: Node, x: str, kernel: str, bias: str = "") -> str:
    """A matrix times a matrix is Gemm, which adds the bias too."""
    if not bias:
        return str(b("MatMul", x, kernel))
    if node.output.type.rank == 2:
        return str(b("Gemm", x, kernel, bias))
    return str(b("Add", b("MatMul", x, kernel), bias))


EMISSIONS: dict[type[Op], Emission] = {
    Linear: emission(_linear, types=FLOATS),
    MatMul: one("MatMul", FLOATS | WORDS),
    matrix.Determinant: one("Det", SINGLES),
}

UNSUPPORTED: dict[type[Op], str] = {
    factors.Eigh: "ONNX has no eigenvalues",
    factors.Svd: "ONNX has no singular values",
}
