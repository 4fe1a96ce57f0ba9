"""A model that is a directed acyclic graph of layer calls."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..errors import LayerError
from ..ir import scope
from ..layers.call_context import current_phase, training_phase
from ..layers.core.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor, LayerCall
from ..layers.layer import Layer
from ..registry import layers
from ..tree import flatten, map_structure, pack_like
from .calls import depths_of, last_uses, ordered_calls, ordered_layers, positional, tensors_of, traverse
from .inheritance import takes_inputs_and_outputs
from .masks import Masks
from .model import Model, fitted
from .serialization import functional_config


@layers()
class Functional(Model):
    """What lies between `inputs` and `outputs` (KerasTensors, in lists or dicts at will).

    A layer that is called several times keeps one set of weights.
    """

    supports_masking = True
    has_own_node = True

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        if any(t.call is None or not isinstance(t.call.layer, InputLayer) for t in flatten(inputs)):
            inputs, outputs = with_own_inputs(inputs, outputs)
        self._keras_inputs = inputs
        self._keras_outputs = outputs
        finished, met = traverse(flatten(outputs))
        depths, layer_depths = depths_of(finished)
        self._keras_calls = ordered_calls(flatten(inputs), finished, depths)
        self._keras_last_uses = last_uses(self._keras_calls, flatten(outputs))
        self._layers = ordered_layers(self._keras_calls, layer_depths, met)
        check_names(self._layers, self.name)
        own = {id(t) for t in flatten(inputs)}
        self.takes_masks = any(
            call.layer.takes_masks and any(id(t) in own for t in tensors_of(call)) for call in self._keras_calls
        )
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
    def known_calls(self) -> list[LayerCall]:
        return self._keras_calls

    @property
    def layers(self) -> list[Layer]:
        return self._layers

    def order_layers(self, order: list[Layer]) -> None:
        """Puts `layers` in this order: files list a model's weights in the order of its configuration."""
        position = {id(layer): i for i, layer in enumerate(order)}
        self._layers.sort(key=lambda layer: position[id(layer)])

    def get_config(self) -> dict[str, Any]:
        return functional_config(self) if takes_inputs_and_outputs(type(self)) else super().get_config()

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        return self.run(inputs, mask, training)[0]

    def outputs_and_mask(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        return self.run(*args, **kwargs)

    def call_with_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any], masks: tuple[Any, ...]) -> tuple[Any, Any]:
        with scope(self.name):
            return self.run(args[0], masks[0] if masks else None, kwargs.get("training"))

    def run(self, inputs: Any, mask: Any = None, training: bool | None = None) -> tuple[Any, Any]:
        """The outputs and their masks. An intermediate value is let go after its last use."""
        with training_phase(current_phase() if training is None else training):
            return self._run(inputs, mask)

    def _run(self, inputs: Any, mask: Any) -> tuple[Any, Any]:
        values: dict[int, Any] = {}
        masks = Masks(self._keras_calls)
        given_masks = [None] * len(self.input_tensors) if mask is None else self.in_order(mask)
        given = zip(self.input_names, self.input_tensors, self.in_order(inputs), given_masks, strict=True)
        for name, tensor, value, value_mask in given:
            values[id(tensor)] = fitted(self.name, name, tensor, value)
            masks.attached[id(tensor)] = value_mask

        def value_of(x: Any) -> Any:
            return values[id(x)] if isinstance(x, KerasTensor) else x

        for call, unused in zip(self._keras_calls, self._keras_last_uses, strict=True):
            if not isinstance(call.layer, InputLayer):
                call_args, call_kwargs = positional(call)
                args, kwargs = map_structure(value_of, (call_args, call_kwargs))
                results, result_masks = call.layer.call_with_masks(args, kwargs, masks.of_arguments(call, call_args))
                values.update(zip(map(id, flatten(call.outputs)), flatten(results), strict=True))
                masks.update(call, call_args, args, result_masks, values)
            for key in unused:
                values.pop(key, None)
        return map_structure(value_of, self.outputs), map_structure(masks.of, self.outputs)


def with_own_inputs(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """The same calls of the same layers from inputs of their own, where the given ones are outputs of other calls."""
    made: dict[int, KerasTensor] = {}
    for t in flatten(inputs):
        given = t.call is not None and isinstance(t.call.layer, InputLayer)
        made[id(t)] = t if given else InputLayer(batch_shape=t.shape, dtype=t.dtype, name=f"{t.name}_input").output

    def renewed(x: Any) -> Any:
        return made.get(id(x), x)

    for call in traverse(flatten(outputs), made)[0]:
        if isinstance(call.layer, InputLayer):
            continue
        tensors = flatten(call.outputs)
        copy = LayerCall(call.layer, *map_structure(renewed, (call.args, call.kwargs)))
        copies = [KerasTensor(t.type, copy, t.index, t.name) for t in tensors]
        copy.outputs = pack_like(call.outputs, copies)
        made.update((id(old), new) for old, new in zip(tensors, copies, strict=True) if id(old) not in made)
    return map_structure(renewed, inputs), map_structure(renewed, outputs)


def check_names(layers: list[Layer], model: str) -> None:
    """Files refer to layers by name, so each name stands for one layer."""
    repeated = sorted(name for name, count in Counter(layer.name for layer in layers).items() if count > 1)
    if repeated:
        raise LayerError(f"expected a name of its own for each layer. Received: several layers named {repeated}", model)
