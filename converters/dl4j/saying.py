"""How a row of the table is made, and what every row refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...ir import Node, Value
from ..target import Emission, Options
from .batch import batch_axis, is_size, sample
from .builder import Builder, Tensor

Say = Callable[[Builder, Node], Any]
"""(builder, node) → the output's tensor, or a list of them."""
Accepts = Callable[[Node], str | None]
"""Why DL4J can't say a node; None if it can."""

UNKNOWN = "DL4J reshapes only to sizes that are written in the file: give the unknown ones with --input-shape"
NO_BATCH = "DL4J has nothing without a batch axis, and computes with no sizes"
MOVED = "DL4J computes every sample by itself: nothing goes along the batch axis"
NO_TEXT = "DL4J has no text"
RANK = "DL4J's convolutional layers have the batch axis first"


def always(node: Node) -> str | None:
    return None


def emission(say: Say, accepts: Accepts = always, *, dynamic: Accepts | None = None) -> Emission:
    """A row: `say` adds layers.

    accepts: further conditions; dynamic: what it takes to say the node where sizes other than the batch aren't known, by
    default that they be known.
    """

    def emit(b: Builder, node: Node) -> None:
        if not is_size(node.outputs[0]):
            found = say(b, node)
            b.bind(node, *([found] if isinstance(found, Tensor) else found))

    def allowed(node: Node, options: Options) -> str | None:
        if is_size(node.outputs[0]):
            return None
        values = tensors(node)
        if any(v.dtype == "string" for v in values):
            return NO_TEXT
        if any(v.dtype.startswith("complex") for v in values):
            return "DL4J has no complex numbers"
        if any(batch_axis(v) is None for v in values if not is_size(v)) or len(values) == len(node.outputs):
            return NO_BATCH
        reason = accepts(node)
        if reason is None and not is_static(node):
            reason = UNKNOWN if dynamic is None else dynamic(node)
        return reason

    return Emission(emit, allowed)


def moving(node: Node) -> list[Value]:
    """The inputs that aren't constant, nor sizes."""
    return [v for v in node.inputs if v is not None and not v.is_constant and not is_size(v)]


def tensors(node: Node) -> list[Value]:
    """What a node reads and gives, apart from constants."""
    return [*(v for v in node.inputs if v is not None and not v.is_constant), *node.outputs]


def is_static(node: Node) -> bool:
    """Whether all sizes but the batch's are known."""
    return not any(None in sample(v) for v in tensors(node) if not is_size(v))


def first(node: Node) -> Value:
    """The first input."""
    x = node.inputs[0]
    assert x is not None
    return x


def inner_axis(value: Value, axis: int) -> int:
    """An axis of a value as one of its sample."""
    batch = batch_axis(value)
    assert batch is not None and axis != batch
    return axis - (axis > batch)


def along_batch(value: Value, axes: Sequence[int]) -> str | None:
    return MOVED if batch_axis(value) in axes else None
