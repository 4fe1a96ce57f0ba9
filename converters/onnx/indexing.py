"""Taking elements by position, putting them, ordering them."""

from __future__ import annotations

from typing import Any

from ...ir import Node
from ...ops import cumulative, gathering, indexing, scattering
from ...ops.einsum import Einsum
from ...ops.op import Op
from ...ops.reduce import ArgMax, ArgMin
from ...ops.sort import ArgSort, Sort, TopK
from ..sizes import entries
from ..target import Emission, Options
from .builder import Builder
from .opset import since
from .saying import FLOATS, emission
from .sizes import as_tensor, shape_of

_END = (1 << 31) - 1
"""An open end of a slice; with its sign turned, that of one with a negative step."""
_ORDERED = FLOATS | {"int8", "int16", "int32", "int64", "uint8"}


def _slice(b: Builder, node: Node, x: str) -> str:
    op: Any = node.op
    axes = [
        a
        for a, (begin, end, step) in enumerate(zip(op.begin, op.end, op.step, strict=True))
        if (begin or None, end, step) != (None, None, 1)
    ]
    if not axes:
        return x
    begins = [(0 if op.step[a] > 0 else _END) if op.begin[a] is None else op.begin[a] for a in axes]
    ends = [(_END if op.step[a] > 0 else -_END) if op.end[a] is None else op.end[a] for a in axes]
    steps = [op.step[a] for a in axes]
    inputs = [b.ints(begins, "starts"), b.ints(ends, "ends"), b.ints(axes, "axes")]
    return str(b("Slice", x, *inputs, b.ints(steps, "steps") if any(s != 1 for s in steps) else ""))


def _dynamic_slice(b: Builder, node: Node, x: str, *_: str) -> str:
    begin, size = (as_tensor(b, v, entries(v)) for v in node.inputs[1:] if v is not None)
    data = b.weights.get(size)
    if data is not None and (data >= 0).all():
        return str(b("Slice", x, begin, b("Add", begin, size)))
    to_end = b("Less", size, b.ints(0, "zero"))
    return str(b("Slice", x, begin, b("Where", to_end, b.ints(_END, "end"), b("Add", begin, size))))


def _gather_nd(b: Builder, node: Node, x: str, indices: str) -> str:
    batch = node.op.batch_dims  # type: ignore[attr-defined]
    return str(b("GatherND", x, _as_int64(b, node, indices), batch_dims=batch or None))


def _scatter_nd(b: Builder, node: Node, x: str, indices: str, updates: str) -> str:
    reduction = node.op.reduction  # type: ignore[attr-defined]
    return str(b("ScatterND", x, _as_int64(b, node, indices), updates, reduction=None if reduction == "none" else reduction))


def _as_int64(b: Builder, node: Node, indices: str) -> str:
    value = node.inputs[1]
    return indices if value is not None and value.dtype == "int64" else b.cast(indices, "int64")


def _accepts_scatter(node: Node, options: Options) -> str | None:
    first = {"none": 0, "add": 16, "mul": 16, "min": 18, "max": 18}[node.op.reduction]  # type: ignore[attr-defined]
    return since(first)(node, options)


def _cumulative(op_type: str) -> Any:
    def say(b: Builder, node: Node, x: str) -> str:
        op: Any = node.op
        axis = b.constant(op.axis, "int32", "axis")
        return str(b(op_type, x, axis, exclusive=1 if op.exclusive else None, reverse=1 if op.reverse else None))

    return say


def _arg_reduce(op_type: str) -> Any:
    def say(b: Builder, node: Node, x: str) -> str:
        op: Any = node.op
        return b.cast(b(op_type, x, axis=op.axis, keepdims=None if op.keepdims else 0), "int32")

    return say


def _top_k(b: Builder, node: Node, x: str) -> tuple[str, str]:
    values, places = b("TopK", x, b.ints([node.op.k], "k"), outputs=2)  # type: ignore[attr-defined]
    return values, b.cast(places, "int32")


def _ascending(b: Builder, node: Node, x: str) -> tuple[str, str]:
    """All elements along an axis with the least first, of equal ones the first first; and their places."""
    axis = node.op.axis  # type: ignore[attr-defined]
    size = node.inputs[0].shape[axis]  # type: ignore[union-attr]
    count = b.ints([size], "k") if size is not None else shape_of(b, x, axis, axis + 1)
    values, places = b("TopK", x, count, outputs=2, axis=axis, largest=0)
    return values, places


def _arg_sort(b: Builder, node: Node, x: str) -> str:
    return b.cast(_ascending(b, node, x)[1], "int32")


def _einsum_accepts(node: Node, options: Options) -> str | None:
    """Only a diagonal: anything else is faster as a matrix product."""
    terms = node.op.equation.split("->")[0].split(",")  # type: ignore[attr-defined]
    return None if any(len(set(t)) < len(t) for t in terms) else "a matrix product says it faster"


EMISSIONS: dict[type[Op], Emission] = {
    ArgMax: emission(_arg_reduce("ArgMax"), types=FLOATS | {"int8", "int32", "int64", "uint8"}),
    ArgMin: emission(_arg_reduce("ArgMin"), types=FLOATS | {"int8", "int32", "int64", "uint8"}),
    cumulative.CumProd: emission(_cumulative("CumProd"), since(26), FLOATS | {"int32", "int64"}),
    cumulative.CumSum: emission(_cumulative("CumSum"), types=(FLOATS - {"float16"}) | {"int32", "int64"}),
    Einsum: emission(
        lambda b, node, *xs: b("Einsum", *xs, equation=node.op.equation), _einsum_accepts, FLOATS | {"int32", "int64"}
    ),
    indexing.DynamicSlice: emission(_dynamic_slice),
    gathering.GatherNd: emission(_gather_nd),
    scattering.ScatterNd: emission(_scatter_nd, _accepts_scatter),
    indexing.Slice: emission(_slice),
    gathering.Take: emission(lambda b, node, x, i: b("Gather", x, i, axis=node.op.axis)),
    gathering.TakeAlongAxis: emission(lambda b, node, x, i: b("GatherElements", x, i, axis=node.op.axis)),
    ArgSort: emission(_arg_sort, types=_ORDERED),
    Sort: emission(lambda b, node, x: _ascending(b, node, x)[0], types=_ORDERED),
    TopK: emission(_top_k, types=_ORDERED),
}
