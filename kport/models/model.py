"""What a model is beyond a layer: inputs and outputs with names, and `predict`."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..errors import UsageError
from ..ir import Symbolic, as_array, current_scope
from ..layers.arguments import call_parameters
from ..layers.call_context import is_outermost, own_masks, training_phase
from ..layers.core.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor, LayerCall
from ..layers.layer import Layer
from ..ops.casting import cast
from ..ops.promotion import dtype_of
from ..ops.shape import expand_dims, squeeze
from ..registry import layers as registry
from ..training.arrays import as_tensors, is_in_memory
from ..tree import flatten, map_structure, pack_like
from .inheritance import are_inputs_and_outputs, derive_from, takes_inputs_and_outputs
from .storage import Storage
from .summary import summary


class Model(Storage):
    """A layer with known inputs and outputs. `Model(inputs, outputs)` makes a Functional; a subclass defines `call`."""

    keras_module = "keras"

    inputs: Any = None
    """The symbolic inputs: a KerasTensor, or a list or dict of them. None: not known yet."""
    outputs: Any = None
    has_own_node: ClassVar[bool] = False
    """Keras's configurations count one call more of the model than were made: its own."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and (len(args) == 2 or kwargs.keys() & {"outputs", "output"}):
            return super().__new__(registry.items["Functional"])
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any):
        functional = registry.items["Functional"]
        if are_inputs_and_outputs(args, kwargs) and not isinstance(self, functional):
            derive_from(functional, Model, type(self))
            functional.__init__(self, *args, **kwargs)
        else:
            super().__init__(*args, **kwargs)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """As of any layer; where the class is made of inputs and outputs the configuration may be a functional model's."""
        if {"layers", "input_layers", "output_layers"} <= config.keys() and takes_inputs_and_outputs(cls):
            from .serialization import functional_from_config

            return functional_from_config(cls, config)
        return super().from_config(config)

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
        if self.outputs is None and self.inputs is not None:
            self.outputs = self(self.inputs)
        return flatten(self.outputs)

    @property
    def input(self) -> Any:
        """The symbolic inputs, by the name that a layer's have."""
        return self.inputs

    @property
    def output(self) -> Any:
        """The symbolic outputs, by the name that a layer's have."""
        return self.outputs

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs in order; those of a dict are its keys."""
        tensors = self.input_tensors
        return (
            sorted(self.inputs)
            if isinstance(self.inputs, dict) and len(self.inputs) == len(tensors)
            else [t.name for t in tensors]
        )

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs in order: the keys of a dict, or of the layers that give them, numbered where they repeat."""
        tensors = self.output_tensors
        if isinstance(self.outputs, dict) and len(self.outputs) == len(tensors):
            return sorted(self.outputs)
        names: list[str] = []
        for tensor in tensors:
            name, count = tensor.name, 1
            while name in names:
                name, count = f"{tensor.name}_{count}", count + 1
            names.append(name)
        return names

    @property
    def known_calls(self) -> list[LayerCall]:
        """The calls of the model's layers, as far as they are known before it runs."""
        return []

    def summary(self, print_fn: Callable[[str], None] = print) -> None:
        """Prints a table of the layers: name and class, output shape, number of parameters, what it is connected to."""
        print_fn(summary(self))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As of any layer; the first call of a model without known inputs, on arrays or tensors, makes them known."""
        if not any(isinstance(x, Symbolic) for x in flatten(args)):
            if self.inputs is None and len(args) == 1:
                self.define_inputs(args[0])
            if kwargs.get("training") and "tensorflow" in sys.modules and is_outermost():
                args = as_tensors(args)  # so that a GradientTape around the call sees it
        return super().__call__(*args, **kwargs)

    def path_of(self, inner: str | None) -> str:
        """As of any layer; the outermost model is not in the paths of its layers."""
        path = super().path_of(inner)
        return path if current_scope() else path.removeprefix(f"{self.name}/")

    def define_inputs(self, x: Any) -> None:
        """Takes the inputs to be like the arrays or tensors `x`, with any batch size."""

        def like(a: Any, name: str | None = None) -> KerasTensor:
            return InputLayer(batch_shape=(None, *a.shape[1:]), dtype=dtype_of(a), name=name).output

        self.inputs = {key: like(a, key) for key, a in x.items()} if isinstance(x, dict) else map_structure(like, x)

    def run(self, inputs: Any, mask: Any = None, training: bool | None = None) -> tuple[Any, Any]:
        """The outputs and their masks, without a scope of the model's own: the model as the outermost one."""
        with own_masks(), training_phase(training):
            names = call_parameters(type(self))
            given = {"training": training} if training is not None and "training" in names else {}
            outputs = self.call(inputs, **given)
        return outputs, self.compute_mask(inputs, mask)

    def structured_inputs(self, x: Any) -> Any:
        """`x` (an array, a list in order, or a dict by name) in the structure of `inputs`."""
        return pack_like(self.inputs, self.in_order(x))

    def in_order(self, x: Any) -> list[Any]:
        """What `x` (one leaf, a list in order, or a dict by name) says of each input, in the inputs' order."""
        tensors = self.input_tensors
        if isinstance(x, dict):
            by_name = sorted(self.inputs) if isinstance(self.inputs, dict) else self.input_names
            if set(x) != set(by_name):
                raise UsageError(f"expected inputs {by_name} of model '{self.name}'. Received: {list(x)}")
            return flatten([x[name] for name in by_name])
        if not isinstance(x, (list, tuple)):
            leaves = [x]
        elif len(tensors) == 1:
            one = len(x) == 1 and (x[0] is None or hasattr(x[0], "shape"))
            leaves = list(x) if one else [x]  # a list of numbers is an array
        else:
            nested = any(isinstance(item, (list, tuple, dict)) for item in self.inputs)
            leaves = flatten(x) if nested else list(x)
        if len(leaves) != len(tensors):
            raise UsageError(
                f"expected {len(tensors)} inputs of model '{self.name}': {self.input_names}. Received: {len(leaves)}"
            )
        return leaves

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = "auto", steps: int | None = None, callbacks: Any = None
    ) -> Any:
        """The outputs for all of `x`, as arrays in the structure of the model's outputs.

        x: an array, or several in a list (in order) or dict (by name), the first axis being the batch; or, with TensorFlow,
        all that `fit` takes. A model that is compiled, or whose weights TensorFlow holds, predicts in TensorFlow, 32 samples
        at once; any other in NumPy, which needs no TensorFlow: the batch size is then that of the inputs' shapes, or all.
        """
        if steps is not None or callbacks or self._is_in_tensorflow() or not is_in_memory(x):
            return super().predict(x, batch_size, verbose, steps, callbacks)
        return self._predict_in_numpy(x, batch_size)

    def _is_in_tensorflow(self) -> bool:
        compiled = self.compiled and importlib.util.find_spec("tensorflow") is not None
        return compiled or any(w.is_in_tensorflow for w in self.weights)

    def _predict_in_numpy(self, x: Any, batch_size: int | None) -> Any:
        if self.inputs is None:
            self.define_inputs(map_structure(as_array, x))
        given = zip(self.input_names, self.input_tensors, self.in_order(x), strict=True)
        arrays = [fitted(self.name, name, tensor, array) for name, tensor, array in given]
        sizes = {array.shape[0] for array in arrays if array is not None}
        if len(sizes) != 1:
            raise UsageError(f"expected one number of samples for all inputs of model '{self.name}'. Received: {sorted(sizes)}")
        size = sizes.pop()
        fixed = next((t.shape[0] for t in self.input_tensors if t.shape[0]), None)
        step = batch_size or fixed or max(size, 1)
        parts = [
            self(pack_like(self.inputs, [None if a is None else a[i : i + step] for a in arrays]))
            for i in range(0, max(size, 1), step)
        ]
        return map_structure(lambda *a: np.concatenate(a) if len(a) > 1 else np.asarray(a[0]), *parts)


def fitted(model: str, name: str, tensor: KerasTensor, x: Any) -> Any:
    """`x` as the model's input `tensor` takes it: of its dtype and rank. A shape that doesn't fit is a UsageError.

    As in Keras a last axis of size 1 may be missing or too many. None is for optional inputs.
    """
    if x is None:
        layer = tensor.call.layer if tensor.call is not None else None
        if getattr(layer, "optional", False):
            return None
        raise UsageError(f"expected an array for input '{name}' of model '{model}'. Received: None")
    x = x if hasattr(x, "shape") else as_array(x)
    rank = len(x.shape)
    if rank == tensor.ndim + 1 and x.shape[-1] == 1:
        x = squeeze(x, -1)
    elif rank == tensor.ndim - 1 and tensor.shape[-1] == 1:
        x = expand_dims(x, -1)
    sizes = zip(tensor.shape[1:], x.shape[1:], strict=False)
    if len(x.shape) != tensor.ndim or any(None not in pair and pair[0] != pair[1] for pair in sizes):
        raise UsageError(f"expected input '{name}' of model '{model}' of shape {tensor.shape}. Received: shape={tuple(x.shape)}")
    return x if tensor.dtype == "string" else cast(x, tensor.dtype)
