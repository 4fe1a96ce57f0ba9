"""What operations say when something doesn't fit: what was expected, what was received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.errors import ShapeError
from kport.ir import Graph, TensorType, Value


def value(*shape: int | None, dtype: str = "float32") -> Value:
    return Graph().add_input("x", TensorType(dtype, shape))


def pair(a: tuple[int | None, ...], b: tuple[int | None, ...], dtypes: tuple[str, str] = ("float32", "float32")) -> list[Value]:
    graph = Graph()
    return [graph.add_input("x", TensorType(d, s)) for d, s in zip(dtypes, (a, b), strict=True)]


MESSAGES: list[tuple[Callable[[], Any], str]] = [
    (lambda: ops.add(*pair((2, 3), (4,))), r"Add: expected shapes that broadcast. Received: a=float32\[2, 3\], b=float32\[4\]"),
    (lambda: ops.Add().infer(value(2).type, value(2, dtype="int32").type), "Add: expected operands of one dtype"),
    (lambda: ops.BitwiseAnd()(*pair((2,), (2,))), r"BitwiseAnd: expected integers. Received: a=float32\[2\]"),
    (lambda: ops.reshape(value(2, 3), (4, -1)), "Reshape: expected 6 elements to be a multiple of 4"),
    (lambda: ops.reshape(value(2, 3), (5,)), r"Reshape: expected 5 elements. Received: x=float32\[2, 3\]"),
    (lambda: ops.reshape(value(2, 3), (-1, -1)), r"expected at most one -1. Received: shape=\(-1, -1\)"),
    (lambda: ops.Transpose(permutation=(0, 0))(value(2, 3)), "expected a permutation of 2 axes"),
    (lambda: ops.transpose(value(2, 3), (0, 5)), "expected an axis of a tensor of rank 2. Received: axis=5"),
    (lambda: ops.concatenate(pair((2, 3), (2,))), "expected inputs of one rank"),
    (lambda: ops.concatenate([]), r"concatenate: expected at least one tensor. Received: xs=\[\]"),
    (
        lambda: ops.Concatenate(axis=0)(*pair((2,), (2,), ("float32", "int32"))),
        "Concatenate: expected inputs of one rank and dtype",
    ),
    (
        lambda: ops.add(*pair((2,), (2,), ("float32", "string"))),
        "expected either text or numbers. Received: dtypes=float32, string",
    ),
    (
        lambda: ops.where(True, *pair((2,), (3,))),
        r"Where: expected shapes that broadcast. Received: condition=bool\[\], a=float32\[2\]",
    ),
    (lambda: ops.Where().infer(*[value(2).type] * 3), "Where: expected a bool condition and operands of one dtype"),
    (lambda: ops.concatenate(pair((2, 3), (2, 4))), "expected inputs that differ in axis 0 only"),
    (lambda: ops.pad(value(2, 3), ((0, 1),) * 3), "for each of 2 axes"),
    (
        lambda: ops.pad(value(2, 3), 1, "wrap"),
        "expected padding mode constant, reflect, symmetric or edge. Received: mode='wrap'",
    ),
    (lambda: ops.ExpandDims(axes=(9,))(value(2)), "ExpandDims: expected axes below 2"),
    (lambda: ops.squeeze(value(2, 3), 0), r"Squeeze: expected size 1 in axes \(0,\). Received: x=float32\[2, 3\]"),
    (lambda: ops.split(value(2, 3), 2, 1), "expected a divisor of 3. Received: indices_or_sections=2"),
    (lambda: ops.split(value(None, 3), 2), r"expected a known size of the axis to split. Received: shape=\(None, 3\), axis=0"),
    (lambda: ops.Split(axis=0, sizes=(1, 2))(value(4)), "Split: expected parts that add up to 4"),
    (lambda: ops.Tile(repeats=(2,))(value(2, 3)), "Tile: expected 2 repeats"),
    (lambda: ops.broadcast_to(value(2, 3), (4, 3)), r"BroadcastTo: expected a shape that broadcasts to \(4, 3\)"),
    (lambda: ops.unstack(value(None, 3)), r"expected a known size or num=. Received: shape=\(None, 3\), axis=0"),
    (lambda: ops.getitem(value(2, 3), (0, 0, 0)), "expected at most 2 indices"),
    (lambda: value(2, 3)[::0], r"Slice: expected steps other than 0. Received: step=\(0, 1\)"),
    (lambda: value(2, 3)[5], "expected an index of an axis of size 2. Received: 5 for axis 0"),
    (lambda: value(4, 4, 4)[np.array([0]), :, np.array([1])], "side by side"),
    (lambda: value(4)[np.array([True])], "how many elements a mask takes is not known. Use ops.where"),
    (lambda: ops.getitem(value(4), slice(None, np.array(3), 2)), "expected step 1 for a slice whose bounds are tensors"),
    (lambda: ops.TakeAlongAxis(axis=0)(*pair((2, 3), (2,), ("float32", "int32"))), "expected x and indices of one rank"),
    (lambda: ops.gather_nd(*pair((2,), (3, 2), ("float32", "int32"))), "GatherNd: expected indices"),
    (lambda: ops.scatter_update(np.zeros(3), [[0]], [1.0], "mean"), "expected reduction None, add, mul, min or max"),
    (lambda: ops.ScatterNd().infer(*[value(2, dtype="int32").type] * 3), "ScatterNd"),
    (lambda: ops.top_k(value(2, 3), 4), "TopK: expected at least 4 elements in the last axis"),
    (lambda: ops.einsum("ij,jk->ik", value(2, 3)), "expected 2 operands for 'ij,jk->ik'. Received: 1"),
    (lambda: ops.einsum("ij,jk->ik", *pair((2, 3), (4, 5))), "Einsum: expected one size for 'j'"),
    (lambda: ops.einsum("ij,jk->ik", *pair((2, 3), (3,))), "expected operands of the ranks that 'ij,jk->ik' says"),
    (lambda: ops.tensordot(*pair((2, 3), (3, 4)), axes=([0, 1], [0])), "expected as many axes of x1 as of x2"),
    (lambda: ops.cross(*pair((2, 4), (2, 3))), "expected vectors of 2 or 3 elements"),
    (lambda: ops.norm(value(2, 3), ord="nuc"), "expected ord None, 'fro', 1, -1, inf or -inf for matrices. Received: ord='nuc'"),
    (lambda: ops.diag(value(None)), r"expected a vector of known size. Received: shape=\(None,\)"),
    (lambda: ops.diagonal(value(None, 3)), "expected known sizes of the axes of a diagonal"),
    (lambda: ops.correlate(value(None), value(3)), "expected vectors of known sizes and mode valid, full or same"),
    (lambda: ops.quantile(value(3), 0.5, method="best"), "expected method linear, lower, higher, midpoint or nearest"),
    (lambda: ops.quantile(value(3), value()), "expected shares that are known"),
    (lambda: ops.average(value(2, 3), None, value(3)), "expected weights of x's shape, or a vector and one axis"),
    (lambda: ops.extract_sequences(value(2, None), 2, 1), "expected a known size of the last axis"),
    (lambda: ops.rearrange(value(2, 3), "a b -> a c"), "expected the same names on both sides, a group for each axis"),
    (
        lambda: ops.rearrange(value(6, 3), "(a b) c -> a b c"),
        r"expected at most one axis without a length. Received: \['a', 'b'\]",
    ),
    (lambda: ops.depth_to_space(value(1, 2, 2, 3), 2), "DepthToSpace: expected a multiple of 4 channels"),
    (lambda: ops.space_to_depth(value(1, 3, 2, 3), 2), "SpaceToDepth: expected multiples of 2 rows and columns"),
    (lambda: ops.depth_to_space(value(2, 2, 4), 2), "DepthToSpace: expected images of rank 4"),
    (lambda: ops.Arange().infer(value(2).type, value().type, value().type), "Arange: expected three scalars of one dtype"),
    (lambda: ops.matmul(*pair((2, 3), (4, 5))), r"MatMul: expected \(..., M, K\) and \(..., K, N\)"),
    (lambda: ops.linear(value(2, 3), np.zeros((4, 5), "float32")), r"Linear: expected x: \(..., K\) and kernel: \(K, N\)"),
]


@pytest.mark.parametrize(("call", "message"), MESSAGES, ids=[message[:40] for _, message in MESSAGES])
def test_message(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        call()
