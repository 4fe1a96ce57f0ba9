"""What a layer is called on while a functional model is put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..ir import Symbolic, TensorType

if TYPE_CHECKING:
    from .layer import Layer


class KerasTensor(Symbolic):
    """The output `index` of one call of a layer, with its type; its numbers come when the model runs."""

    __slots__ = ("call", "index", "name", "type")

    def __init__(self, type: TensorType, call: LayerCall | None = None, index: int = 0, name: str | None = None):
        self.type = type
        self.call = call
        self.index = index
        self.name = name or (call.layer.name if call else "keras_tensor")

    def record_op(self, op: Any, inputs: Sequence[Any]) -> Any:
        from .operation import OpLayer

        return OpLayer(op)(*inputs)

    def __repr__(self) -> str:
        return f"<KerasTensor {self.name}: {self.type}>"


class LayerCall:
    """One call of a layer: its arguments (with KerasTensors in them, nested at will) and what it gave."""

    def __init__(self, layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]):
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.outputs: Any = None

    def __repr__(self) -> str:
        return f"<call of layer '{self.layer.name}'>"
