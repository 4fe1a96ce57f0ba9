"""A model that is a directed acyclic graph of layer calls."""

from __future__ import annotations

from typing import Any

from ..errors import LayerError
from ..ir import scope
from ..layers.core.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor, LayerCall
from ..layers.layer import Layer
from ..ops.elementwise import cast
from ..registry import layers
from ..tree import flatten, map_structure
from .model import Model


@layers()
class Functional(Model):
    """What lies between `inputs` and `outputs` (KerasTensors, in lists or dicts at will).

    A layer that is called several times keeps one set of weights.
    """

    supports_masking = True

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        self._keras_inputs = inputs
        self._keras_outputs = outputs
        self._keras_calls = ordered_calls(flatten(inputs), flatten(outputs))
        unique = {id(call.layer): call.layer for call in self._keras_calls}
        self._layers = [*unique.values()]
        self.built = True

    @property
    def inputs(self) -> Any:
        return self._keras_inputs

    @property
    def outputs(self) -> Any:
        return self._keras_outputs

    @property
    def calls(self) -> list[LayerCall]:
        """The calls, each after the ones it depends on."""
        return self._keras_calls

    @property
    def layers(self) -> list[Layer]:
        return self._layers

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        return self.run(inputs, mask)[0]

    def call_with_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any], masks: tuple[Any, ...]) -> tuple[Any, Any]:
        with scope(self.name):
            return self.run(args[0], masks[0] if masks else None)

    def run(self, inputs: Any, mask: Any = None) -> tuple[Any, Any]:
        """The outputs and their masks."""
        values: dict[int, Any] = {}
        masks: dict[int, Any] = {}
        given = flatten(inputs)
        if len(given) != len(flatten(self.inputs)):
            raise LayerError(f"expected {len(flatten(self.inputs))} inputs. Received: {len(given)}", self.name)
        given_masks = flatten(mask) if mask is not None else [None] * len(given)
        for tensor, value, value_mask in zip(flatten(self.inputs), given, given_masks, strict=True):
            values[id(tensor)] = _cast_like(value, tensor)
            masks[id(tensor)] = value_mask

        def value_of(x: Any) -> Any:
            return values[id(x)] if isinstance(x, KerasTensor) else x

        for call in self._keras_calls:
            if id(call.outputs) in values and isinstance(call.layer, InputLayer):
                continue
            args, kwargs = map_structure(value_of, (call.args, call.kwargs))
            arg_masks = map_structure(lambda x: masks.get(id(x)), call.args)
            results, result_masks = call.layer.call_with_masks(args, kwargs, arg_masks)
            tensors = flatten(call.outputs)
            several = flatten(result_masks) if isinstance(result_masks, (list, tuple)) else [result_masks] * len(tensors)
            for tensor, result, result_mask in zip(tensors, flatten(results), several, strict=False):
                values[id(tensor)] = result
                masks[id(tensor)] = result_mask
        return map_structure(value_of, self.outputs), map_structure(lambda x: masks.get(id(x)), self.outputs)


def _cast_like(value: Any, tensor: KerasTensor) -> Any:
    return value if value is None or tensor.dtype == "string" else cast(value, tensor.dtype)


def ordered_calls(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> list[LayerCall]:
    """Every call that the outputs need, each after the ones it depends on; the inputs' own come first."""
    order: dict[int, LayerCall] = {id(t.call): t.call for t in inputs if t.call is not None}
    ends = {id(t) for t in inputs}
    stack: list[tuple[LayerCall, bool]] = [(t.call, False) for t in reversed(outputs) if t.call is not None]
    while stack:
        call, ready = stack.pop()
        if id(call) in order:
            continue
        if ready:
            order[id(call)] = call
            continue
        if isinstance(call.layer, InputLayer):
            raise LayerError(
                f"the model's outputs need the input '{call.layer.name}', which is not among its inputs", call.layer.name
            )
        stack.append((call, True))
        needed = [x for x in flatten([call.args, call.kwargs]) if isinstance(x, KerasTensor)]
        stack += [(x.call, False) for x in reversed(needed) if id(x) not in ends and x.call is not None]
    return list(order.values())
