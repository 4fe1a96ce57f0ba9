"""Matrix products."""

from __future__ import annotations

from ...ir import Node
from ...ops import factors
from ...ops.einsum import Einsum
from ...ops.linear import Linear, MatMul
from ...ops.op import Op
from ..target import Emission
from .activation import with_bias
from .builder import Builder
from .graphdef import Tensor
from .saying import FLOAT, emission


def _linear(b: Builder, node: Node, x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """A product of two matrices: of anything else the WebAssembly back end multiplies slowly."""
    rank = node.output.type.rank
    rows = x if rank == 2 else b.reshape(x, (-1, int(kernel_shape(node)[0])))
    y = b("MatMul", rows, kernel)
    product = y.node
    if bias is not None and bias.data is not None:
        with_bias(b, product, bias)
    elif bias is not None:  # of a bias that was reshaped the WebAssembly back end sees the shape it had before
        y = b("AddV2", y, bias)
    if rank != 2:
        y = b.restored(y, node.output.shape, x)
    if kernel.data is not None and (bias is None or bias.data is not None):
        b.fusable[y] = product
    return y


def kernel_shape(node: Node) -> tuple[int, int]:
    return node.inputs[1].shape  # type: ignore[union-attr, return-value]


def _matmul(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    """Transposed operands are read as they lie."""
    (x, adj_x), (y, adj_y) = _untransposed(x), _untransposed(y)
    if node.output.type.rank == 2:
        return b("MatMul", x, y, transpose_a=adj_x or None, transpose_b=adj_y or None)
    return b("BatchMatMulV2", x, y, adj_x=adj_x or None, adj_y=adj_y or None)


def _untransposed(x: Tensor) -> tuple[Tensor, bool]:
    """What a tensor is the transpose of in its last two axes, and whether it is one."""
    if x.node.op != "Transpose" or x.node.inputs[1].data is None:
        return x, False
    order = x.node.inputs[1].data.tolist()
    swapped = [*range(len(order) - 2), len(order) - 1, len(order) - 2]
    return (x.node.inputs[0], True) if order == swapped else (x, False)


EMISSIONS: dict[type[Op], Emission] = {
    Linear: emission(_linear, kinds=FLOAT),
    MatMul: emission(_matmul, kinds=FLOAT),
}

UNSUPPORTED: dict[type[Op], str] = {
    Einsum: "TF.js's WebAssembly back end has no Einsum, and a diagonal can't be said otherwise",
    factors.Eigh: "TF.js has no eigenvalues",
    factors.Svd: "TF.js has no singular values",
}
