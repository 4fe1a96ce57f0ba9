"""Two operands of one operation: tensors or constants, one of which is repeated to the other's sizes where they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...ir import Node, Value
from . import parts
from .batch import Sizes, batch_axis, sample
from .builder import MOST_AXES, Builder, Tensor, natural, product
from .saying import UNKNOWN, moving

PER_SAMPLE = "DL4J can't hold a constant that differs from sample to sample"


@dataclass(frozen=True)
class Operand:
    """A tensor with the sizes that its sample has in the graph, or a constant (an array that has these sizes).

    Both have as many axes as the result's sample.
    """

    sizes: Sizes
    tensor: Tensor | None = None
    array: np.ndarray | None = None


def operand(b: Builder, value: Value | None, node: Node) -> Operand:
    """An input of `node` beside its output."""
    assert value is not None
    shape = aligned(value, node)
    axis = batch_axis(node.outputs[0])
    assert axis is not None
    sizes = (*shape[:axis], *shape[axis + 1 :])
    if value.data is None:
        return Operand(sizes, b.tensor(value))
    return Operand(sizes, array=value.data.reshape(tuple(d or 1 for d in sizes)))


def aligned(value: Value, node: Node) -> Sizes:
    """The shape, with as many axes as the output's."""
    return (1,) * (node.outputs[0].type.rank - value.type.rank) + value.shape


def accepts(node: Node) -> str | None:
    """Whether the operands' batch axes lie at one place, and no constant has one."""
    axis = batch_axis(node.outputs[0])
    assert axis is not None
    for value in node.inputs:
        assert value is not None
        ahead = node.outputs[0].type.rank - value.type.rank
        if value.data is None:
            own = batch_axis(value)
            if own is None or own + ahead != axis or value.shape[own] != node.outputs[0].shape[axis]:
                return "DL4J's operands have their batch axes at one place"
        elif aligned(value, node)[axis] != 1:
            return PER_SAMPLE
        elif not np.isfinite(value.data.astype(np.float32)).all():
            return "DL4J's layers multiply constants by zero, which makes NaN of what is infinite"
    return None


def dynamic(node: Node) -> str | None:
    """With unknown sizes: tensors of the same sizes, and constants that differ from channel to channel at most."""
    whole = sample(node.outputs[0])
    if len(whole) >= MOST_AXES or any(sample(v) != whole for v in moving(node)):
        return UNKNOWN
    arrays = [v for v in node.inputs if v is not None and v.data is not None]
    return UNKNOWN if any(d != 1 for v in arrays for d in v.shape[:-1]) or whole[-1] is None else None


def combine(b: Builder, class_name: str, x: Operand, y: Operand) -> Operand:
    """Add, Subtract, Multiply or Maximum of two operands."""
    whole = tuple(m if n == 1 else n for n, m in zip(x.sizes, y.sizes, strict=True))
    if x.tensor is None and y.tensor is None:
        assert x.array is not None and y.array is not None
        return Operand(whole, array=ARRAYS[class_name](x.array, y.array))
    if y.tensor is None:
        return Operand(whole, _with_constant(b, class_name, expanded(b, x, whole), whole, y.array, False))
    if x.tensor is None:
        return Operand(whole, _with_constant(b, class_name, expanded(b, y, whole), whole, x.array, True))
    if x.sizes == y.sizes:
        common = x.tensor.sizes if None in whole else natural(whole)
        pair = [b.shaped(t, common) for t in (x.tensor, y.tensor)]
        return Operand(whole, b(class_name, pair, common))
    return Operand(whole, _broadcast(b, class_name, x, y, whole))


ARRAYS: dict[str, Callable[[Any, Any], Any]] = {
    "Add": np.add,
    "Subtract": np.subtract,
    "Multiply": np.multiply,
    "Maximum": np.maximum,
}


def _with_constant(b: Builder, class_name: str, x: Tensor, whole: Sizes, array: Any, is_first: bool) -> Tensor:
    """x with a constant, in a shape whose last axis holds all that the constant differs along."""
    array = np.asarray(array, np.float32)
    ahead = next((i for i, d in enumerate(array.shape) if d != 1), len(whole))
    if ahead < len(whole) - 1:
        array = np.broadcast_to(array, (*array.shape[:ahead], *whole[ahead:])).reshape(-1)  # type: ignore[arg-type]
        x = b.shaped(x, (product(whole[:ahead]), product(whole[ahead:])))
    else:
        array = array.reshape(-1)
        x = b.shaped(x, natural(whole)) if array.size > 1 else x
    match class_name:
        case "Add":
            return parts.scaled(b, x, 1.0, array)
        case "Subtract":
            return parts.scaled(b, x, -1.0, array) if is_first else parts.scaled(b, x, 1.0, centre=array)
        case "Multiply":
            return parts.scaled(b, x, array)
        case _:
            if not array.any():
                return parts.relu(b, x)
            return parts.joined(b, class_name, x, parts.scaled(b, x, 0.0, array))


def expanded(b: Builder, x: Operand, whole: Sizes) -> Tensor:
    """A tensor repeated along the axes where it has size 1 and `whole` more."""
    assert x.tensor is not None
    tensor, sizes = x.tensor, list(x.sizes)
    for axis, (own, wanted) in enumerate(zip(x.sizes, whole, strict=True)):
        if own != wanted:
            assert wanted is not None
            pre, _, post = parts.view_of(tuple(sizes), axis)
            tensor = parts.repeated(b, tensor, pre, post, wanted)
            sizes[axis] = wanted
    return tensor


def _broadcast(b: Builder, class_name: str, x: Operand, y: Operand, whole: Sizes) -> Tensor:
    """Operands of different sizes. DL4J broadcasts sequences (n, m): neighbouring axes along which the same of the two
    is repeated make one; where there are more than two such, they are repeated before."""
    assert x.tensor is not None and y.tensor is not None
    runs: list[list[int]] = []  # sizes of x and y
    kinds: list[tuple[bool, bool]] = []
    for n, m, size in zip(x.sizes, y.sizes, whole, strict=True):
        assert n is not None and m is not None
        if size == 1:
            continue
        kind = (n == size, m == size)
        if kinds and kinds[-1] == kind:
            runs[-1] = [runs[-1][0] * n, runs[-1][1] * m]
        else:
            kinds.append(kind)
            runs.append([n, m])
    if len(runs) > 2:
        pair = [b.shaped(expanded(b, o, whole), natural(whole)) for o in (x, y)]
        return b(class_name, pair, natural(whole))
    runs = [[1, 1]] * (2 - len(runs)) + runs
    sizes: list[Sizes] = [tuple(r[side] for r in runs) for side in (0, 1)]
    wide = tuple(max(r) for r in runs)
    pair = [b.shaped(t, s) for t, s in zip((x.tensor, y.tensor), sizes, strict=True)]
    result = b(class_name, pair, wide)
    # DL4J takes the first operand's sizes for the result's: a Reshape tells it the right ones
    return parts.told(b, result)
