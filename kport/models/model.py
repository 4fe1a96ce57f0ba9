"""What a model is beyond a layer: inputs and outputs with names, and `predict`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UsageError
from ..layers.keras_tensor import KerasTensor
from ..layers.layer import Layer
from ..ops.op import as_array
from ..tree import flatten, map_structure, pack_like


class Model(Layer):
    """A layer with known inputs and outputs. `Model(inputs, outputs)` makes a Functional; a subclass defines `call`."""

    keras_module = "keras"

    inputs: Any = None
    """The symbolic inputs: a KerasTensor, or a list or dict of them. None: not known yet."""
    outputs: Any = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and (len(args) == 2 or "outputs" in kwargs):
            from .functional import Functional

            return super().__new__(Functional)
        return super().__new__(cls)

    @property
    def layers(self) -> list[Layer]:
        """The layers of the model, in order."""
        return list(self.sublayers())

    def get_layer(self, name: str) -> Layer:
        """The layer of this name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UsageError(
            f"expected the name of a layer of model '{self.name}': {[x.name for x in self.layers]}. Received: name={name!r}"
        )

    @property
    def input_tensors(self) -> list[KerasTensor]:
        """The symbolic inputs in order."""
        if self.inputs is None:
            raise UsageError(f"model '{self.name}' has no known inputs: call it on data or give the first layer an input shape")
        return flatten(self.inputs)

    @property
    def output_tensors(self) -> list[KerasTensor]:
        """The symbolic outputs in order."""
        return flatten(self.outputs)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs in order; those of a dict are its keys."""
        return [t.name for t in self.input_tensors]

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs in order: of the layers that give them, numbered where they repeat."""
        names: list[str] = []
        for tensor in self.output_tensors:
            name, count = tensor.name, 1
            while name in names:
                name, count = f"{tensor.name}_{count}", count + 1
            names.append(name)
        return names

    def run(self, inputs: Any, mask: Any = None) -> tuple[Any, Any]:
        """The outputs and their masks, without a scope of the model's own: the model as the outermost one."""
        outputs = self.call(inputs)
        return outputs, self.compute_mask(inputs, mask)

    def structured_inputs(self, x: Any) -> Any:
        """`x` (an array, a list in order, or a dict by name) in the structure of `inputs`."""
        tensors = self.input_tensors
        if isinstance(x, dict):
            by_name = self.inputs if isinstance(self.inputs, dict) else dict(zip(self.input_names, tensors, strict=True))
            missing, unknown = sorted(set(by_name) - set(x)), sorted(set(x) - set(by_name))
            if missing or unknown:
                raise UsageError(f"expected inputs {list(by_name)} of model '{self.name}'. Received: {list(x)}")
            leaves = [x[name] for name in by_name]
        else:
            leaves = (
                list(x) if isinstance(x, (list, tuple)) and len(tensors) != 1 else flatten(x) if isinstance(x, tuple) else [x]
            )
            if len(tensors) == 1 and isinstance(x, list) and len(x) == 1 and hasattr(x[0], "shape"):
                leaves = x
        if len(leaves) != len(tensors):
            raise UsageError(
                f"expected {len(tensors)} inputs of model '{self.name}': {self.input_names}. Received: {len(leaves)}"
            )
        return pack_like(self.inputs, leaves)

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        """The outputs for `x`, computed in NumPy; TensorFlow isn't needed.

        x: an array, or several in a list (in order) or dict (by name), the first axis being the batch;
        batch_size: how many samples at once (all by default). Returns arrays in the structure of the model's outputs.
        """
        arrays = map_structure(as_array, self.structured_inputs(x))
        for name, tensor, array in zip(self.input_names, self.input_tensors, flatten(arrays), strict=True):
            check_input(name, tensor, array)
        size = flatten(arrays)[0].shape[0]
        step = batch_size or max(size, 1)
        parts = [self(map_structure(lambda a, i=i: a[i : i + step], arrays)) for i in range(0, max(size, 1), step)]
        return map_structure(lambda *a: np.concatenate(a) if len(a) > 1 else np.asarray(a[0]), *parts)


def check_input(name: str, tensor: KerasTensor, array: Any) -> None:
    """Whether an array fits the model's input."""
    fits = array.ndim == tensor.ndim and all(d is None or d == s for d, s in zip(tensor.shape, array.shape, strict=True))
    if not fits:
        raise UsageError(f"expected input '{name}' of shape {tensor.shape}. Received: shape={array.shape}")
