"""Operations that scale and shift each channel: y = x · scale + offset, with constants of the model.

These are BatchNorm with constant statistics, and Add, Subtract, Multiply and Divide with a number or with one number
for each channel (of the last axis): what Rescaling, Normalization and the like are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...ir import Node, TensorType, Value
from ...ops import elementwise as e
from ...ops.norm import BatchNorm
from ...ops.op import Op
from ...ops.promotion import is_float


@dataclass(frozen=True)
class Affine:
    """y = x · scale + offset; scale and offset (C,) are float64."""

    x: Value
    scale: np.ndarray
    offset: np.ndarray

    def after(self, inner: Affine) -> Affine:
        """This one, of what `inner` gives."""
        return Affine(inner.x, inner.scale * self.scale, inner.offset * self.scale + self.offset)


Parts = tuple[Any, Any]
WITH_CONSTANT: dict[type[Op], Callable[[Any], Parts]] = {
    e.Add: lambda c: (1.0, c),
    e.Subtract: lambda c: (1.0, -c),
    e.Multiply: lambda c: (c, 0.0),
    e.Divide: lambda c: (1 / c, 0.0),
}
"""Scale and offset of x + c, x - c, ..."""
OF_CONSTANT: dict[type[Op], Callable[[Any], Parts]] = {
    e.Add: lambda c: (1.0, c),
    e.Subtract: lambda c: (-1.0, c),
    e.Multiply: lambda c: (c, 0.0),
}
"""Scale and offset of c + x, c - x, ..."""


def affine(node: Node) -> Affine | None:
    """What `node` does to each channel of its last axis; None for anything else."""
    return affine_of(node.op, node.inputs, node.outputs[0].type)


def affine_of(op: Any, inputs: Sequence[Value | None], type: TensorType) -> Affine | None:
    """As `affine`, of an operation on these inputs whose output has this type."""
    if type.rank < 2 or type.shape[-1] is None or not is_float(type.dtype):
        return None
    with np.errstate(all="ignore"):  # what is not finite is refused below
        found = _batch_norm(op, inputs, type) if isinstance(op, BatchNorm) else _arithmetic(op, inputs, type)
        if found is None:
            return None
        x, parts = found
        scale, offset = (np.broadcast_to(np.asarray(p, np.float64), type.shape[-1:]) for p in parts)  # type: ignore[arg-type]
    return Affine(x, scale, offset) if np.isfinite(scale).all() and np.isfinite(offset).all() else None


def _batch_norm(op: BatchNorm, inputs: Sequence[Value | None], type: TensorType) -> tuple[Value, Parts] | None:
    x, *given = (*inputs, None, None)[:5]
    if x is None or op.axis != type.rank - 1 or any(v is not None and v.data is None for v in given):
        return None
    return x, op.scale_and_offset(*(None if v is None or v.data is None else v.data.astype(np.float64) for v in given))


def _arithmetic(op: Any, inputs: Sequence[Value | None], type: TensorType) -> tuple[Value, Parts] | None:
    if op.__class__ not in WITH_CONSTANT or len(inputs) != 2:
        return None
    for table, (x, c) in ((WITH_CONSTANT, inputs), (OF_CONSTANT, reversed(inputs))):
        if x is None or c is None or x.data is not None or c.data is None or x.type != type:
            continue
        ahead, last = c.shape[:-1], c.shape[-1:]
        if c.type.rank <= type.rank and all(d == 1 for d in ahead) and last in ((), (1,), type.shape[-1:]):
            parts = table.get(op.__class__)
            return None if parts is None else (x, parts(c.data.astype(np.float64).reshape(-1)))
    return None
