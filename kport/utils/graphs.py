"""Looking at symbolic tensors."""

from __future__ import annotations

from typing import Any

from ..layers.core.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor
from ..tree import flatten


def is_keras_tensor(x: Any) -> bool:
    """Whether x is a tensor of a functional model that is being put together."""
    return isinstance(x, KerasTensor)


def get_source_inputs(tensor: Any) -> list[Any]:
    """The inputs that a symbolic tensor is computed from, each once."""
    found: dict[int, Any] = {}
    seen: set[int] = set()

    def visit(x: Any) -> None:
        if not isinstance(x, KerasTensor) or id(x) in seen:
            return
        seen.add(id(x))
        if x.call is None or isinstance(x.call.layer, InputLayer):
            found[id(x)] = x
            return
        for argument in flatten([x.call.args, x.call.kwargs]):
            visit(argument)

    visit(tensor)
    return list(found.values())
