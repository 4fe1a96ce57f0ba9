"""A model that is a chain of layers."""

from __future__ import annotations

from typing import Any

from ..configurable import serialize
from ..errors import UsageError
from ..ir import scope
from ..layers.core.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor, LayerCall
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
        self._keras_end: Any = None
        self._keras_functional: Functional | None = None
        for layer in layers:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Appends a layer (or an Input)."""
        if isinstance(layer, KerasTensor):
            layer = layer.call.layer if layer.call is not None else layer
        if not isinstance(layer, Layer):
            raise UsageError(f"expected a layer. Received: {layer!r}")
        if not self._layers and not isinstance(layer, InputLayer):
            start = _input_of(layer)
            if start is not None:
                self._layers.append(start)
        self._layers.append(layer)
        if self.inputs is not None:
            self._connect()

    def pop(self) -> Layer:
        """Takes the last layer out and returns it."""
        if not self.layers:
            raise UsageError(f"expected a layer in model '{self.name}'. Received: none")
        layer = self._layers.pop()
        if self._keras_end is not None:
            self._keras_end = None
            self._connect()
        return layer

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
            "layers": [serialize(layer) for layer in self._layers],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        model = cls([registry.get(entry) for entry in config["layers"]], name=config.get("name"), dtype=config.get("dtype"))
        model._trainable = config.get("trainable", True)  # of the model alone: its layers have their own
        shape = config.get("build_input_shape")
        if not model.built and shape is not None and not isinstance(shape, dict):
            model.build(shape)
        return model

    @property
    def layers(self) -> list[Layer]:
        return [x for x in self._layers if not isinstance(x, InputLayer)]

    @property
    def functional(self) -> Functional | None:
        """The model as a graph of calls; None before the layers are connected."""
        if self._keras_functional is None and self._keras_end is not None:
            self._keras_functional = Functional(self.inputs, self._keras_end, name=self.name)
            self.takes_masks = self._keras_functional.takes_masks
        return self._keras_functional

    @property
    def inputs(self) -> Any:
        start: Any = self._layers[0] if self._layers else None
        return start.output if isinstance(start, InputLayer) else start.inputs if _joins(start) else None

    @property
    def outputs(self) -> Any:
        return self._keras_end

    @property
    def known_calls(self) -> list[LayerCall]:
        return self.functional.calls if self.functional is not None else []

    def build(self, input_shape: Any) -> None:
        """Connects the layers for an input of this shape (with batch)."""
        if self.inputs is None:
            first = self._layers[0] if self._layers else None
            dtype = first.compute_dtype if first is not None else None
            self._layers.insert(0, InputLayer(batch_shape=tuple(input_shape), dtype=dtype, name=f"{self.name}_input"))
            self._connect()

    def _connect(self) -> None:
        """Calls the layers that aren't yet connected: all of them, or the last one."""
        new = self._layers[1:] if self._keras_end is None else self._layers[-1:]
        x = self._layers[0].output if self._keras_end is None else self._keras_end
        for layer in new:
            x = layer(x)
        self._keras_end, self._keras_functional = x, None
        self.built = True

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        return self.run(inputs, mask, training)[0]

    def outputs_and_mask(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        return self.run(*args, **kwargs)

    def call_with_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any], masks: tuple[Any, ...]) -> tuple[Any, Any]:
        with scope(self.name):
            self._build_once(args, kwargs)
            return self.run(args[0], masks[0] if masks else None, kwargs.get("training"))

    def define_inputs(self, x: Any) -> None:
        """Connects the layers for inputs like `x`, with any batch size."""
        self.build((None, *x.shape[1:]))

    def run(self, inputs: Any, mask: Any = None, training: bool | None = None) -> tuple[Any, Any]:
        functional = self.functional
        if functional is None:
            raise UsageError(f"model '{self.name}' has no known input: call it on data or give the first layer an input shape")
        return functional.run(inputs, mask, training)


def _joins(layer: Any) -> bool:
    """Whether this first layer is a model of several inputs, which are the chain's then (Keras 1's Merge)."""
    return isinstance(layer, Model) and isinstance(layer.inputs, (list, tuple, dict))


def _input_of(layer: Layer) -> InputLayer | None:
    """The input that a first layer brings: of the shape that it was given, or that of a model with one input."""
    if isinstance(layer, Model) and isinstance(layer.inputs, KerasTensor):
        return InputLayer(batch_shape=layer.inputs.shape, dtype=layer.inputs.dtype, name=layer.inputs.name)
    return None if layer.batch_shape is None else InputLayer(batch_shape=layer.batch_shape, name=f"{layer.name}_input")
