"""A model that is a chain of layers."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..ir import scope
from ..layers.core.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor
from ..layers.layer import Layer
from ..registry import layers as registry
from .functional import Functional
from .model import Model


@registry()
class Sequential(Model):
    """The output of each layer is the input of the next."""

    supports_masking = True

    def __init__(self, layers: list[Any] | tuple[Any, ...] = (), name: str | None = None, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        self._layers: list[Layer] = []
        self._keras_functional: Functional | None = None
        for layer in layers:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Appends a layer (or an Input)."""
        if isinstance(layer, KerasTensor):
            layer = layer.call.layer if layer.call is not None else layer
        if not isinstance(layer, Layer):
            raise UsageError(f"expected a layer. Received: {layer!r}")
        if not self._layers and not isinstance(layer, InputLayer) and layer.batch_shape is not None:
            self._layers.append(InputLayer(batch_shape=layer.batch_shape, name=f"{layer.name}_input"))
        self._layers.append(layer)
        if isinstance(self._layers[0], InputLayer):
            self._connect(self._layers[0])

    @property
    def layers(self) -> list[Layer]:
        return [x for x in self._layers if not isinstance(x, InputLayer)]

    @property
    def inputs(self) -> Any:
        return None if self._keras_functional is None else self._keras_functional.inputs

    @property
    def outputs(self) -> Any:
        return None if self._keras_functional is None else self._keras_functional.outputs

    def build(self, input_shape: Any) -> None:
        """Connects the layers for an input of this shape (with batch)."""
        if self._keras_functional is None:
            first = self._layers[0] if self._layers else None
            dtype = first.compute_dtype if first is not None else None
            self._layers.insert(0, InputLayer(batch_shape=tuple(input_shape), dtype=dtype, name=f"{self.name}_input"))
            self._connect(self._layers[0])

    def _connect(self, start: Layer) -> None:
        assert isinstance(start, InputLayer)
        if self._keras_functional is None or len(self._layers) == 1:
            x: Any = start.output
            rest = self._layers[1:]
        else:
            x, rest = self._keras_functional.outputs, self._layers[-1:]
        for layer in rest:
            x = layer(x)
        self._keras_functional = Functional(start.output, x, name=self.name)
        self.built = True

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        return self.run(inputs, mask)[0]

    def call_with_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any], masks: tuple[Any, ...]) -> tuple[Any, Any]:
        with scope(self.name):
            self._build_once(args, kwargs)
            return self.run(args[0], masks[0] if masks else None)

    def run(self, inputs: Any, mask: Any = None) -> tuple[Any, Any]:
        assert self._keras_functional is not None
        return self._keras_functional.run(inputs, mask)
