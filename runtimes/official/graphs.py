"""TensorFlow graphs opened from files: their interface, running them, and the forms that converters read."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2

SIGNATURE = "serving_default"
Shapes = Mapping[str, list[int | None]]
Specs = Mapping[str, tf.TensorSpec]


class Graph(ABC):
    """A function of tensors by name.

    specs: the inputs by name, with the sizes that were asked for; frozen: the file of a GraphDef with constants for
    variables, whose placeholders and results have the names of the inputs and outputs, for graphs of TensorFlow 1.
    """

    specs: Specs
    frozen: Path | None = None

    @abstractmethod
    def call(self, **tensors: tf.Tensor) -> Mapping[str, tf.Tensor]:
        """The outputs by name; what is traced for converters."""

    @abstractmethod
    def compute(self, inputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """The outputs by name, computed by the file's own function. Text is bytes."""

    def holder(self) -> Any:
        """What keeps variables and tables, for saving."""
        return None

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The outputs by name. Text is Unicode."""
        if set(inputs) != set(self.specs):
            raise ValueError(f"expected arrays for the inputs {list(self.specs)}. Received: {list(inputs)}")
        given = {n: a.astype(object) if a.dtype.kind == "U" else a for n, a in inputs.items()}
        found = self.compute(given)
        return {name: as_text(found[name]) for name in self.function.structured_outputs}

    @cached_property
    def function(self) -> Any:
        """A concrete function of the inputs in order, whose placeholders have the inputs' names; gives outputs by name."""
        names = list(self.specs)

        def call(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
            return {n: tf.identity(y) for n, y in self.call(**dict(zip(names, tensors, strict=True))).items()}

        return tf.function(call, autograph=False).get_concrete_function(*self.specs.values())

    def operations(self) -> dict[str, str]:
        """The operation of `function` that gives each output: it lists its results by name."""
        results = [tensor.op.name for tensor in self.function.outputs]
        return dict(zip(sorted(self.function.structured_outputs), results, strict=True))

    def interface(self) -> dict[str, Any]:
        """Inputs and outputs as JSON has them."""
        outputs = self.function.structured_outputs
        return {"inputs": [said(n, s) for n, s in self.specs.items()], "outputs": [said(n, t) for n, t in outputs.items()]}

    def signature(self) -> dict[str, Any]:
        """The tensors of the form that converters read, by the names of the inputs and outputs, as SignatureDef's JSON. A
        SavedModel's function has its tensors in the order of their names."""
        sides: tuple[Any, Any] = sorted(self.specs), sorted(self.function.structured_outputs)
        if self.frozen is not None:
            tensors = tuple([f"{name}:0" for name in names] for names in sides)
        else:
            function = tf.saved_model.load(str(self.saved)).signatures[SIGNATURE]
            tensors = tuple([t.name for t in side] for side in (function.inputs[: len(self.specs)], function.outputs))
        types = ({n: about(s) for n, s in side.items()} for side in (self.specs, self.function.structured_outputs))
        named = [
            {n: {"name": t, **known[n]} for n, t in zip(names, found, strict=True)}
            for names, found, known in zip(sides, tensors, types, strict=True)
        ]
        return {"inputs": named[0], "outputs": named[1]}

    @cached_property
    def saved(self) -> Path:
        """The graph as a SavedModel of its own, which has this one signature."""
        module = tf.Module()
        module.holder = self.holder()
        place = self.folder / "graph"
        tf.saved_model.save(module, str(place), signatures={SIGNATURE: self.function})
        return place

    @cached_property
    def folder(self) -> Path:
        """For what is made of the graph; it lives as long as the graph."""
        self._folder = tempfile.TemporaryDirectory(prefix="kport-official-")
        return Path(self._folder.name)


class SavedGraph(Graph):
    """The signature of a SavedModel of TensorFlow 2."""

    def __init__(self, path: Path, shapes: Shapes):
        self._loaded = tf.saved_model.load(str(path))
        self._signature = self._loaded.signatures[chosen(self._loaded.signatures, path)]
        self.specs = fixed(self._signature.structured_input_signature[1], shapes)

    def call(self, **tensors: tf.Tensor) -> Mapping[str, tf.Tensor]:
        outputs: Mapping[str, tf.Tensor] = self._signature(**tensors)
        return outputs

    def compute(self, inputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        tensors = {
            n: tf.constant(inputs[n].tolist() if s.dtype == tf.string else inputs[n], s.dtype) for n, s in self.specs.items()
        }
        return {n: np.asarray(y.numpy(), object if y.dtype == tf.string else None) for n, y in self.call(**tensors).items()}

    def holder(self) -> Any:
        return self._loaded


def as_text(array: np.ndarray) -> np.ndarray:
    """UTF-8 as Unicode; anything else as it is."""
    return np.char.decode(array.astype(bytes), "utf-8", "replace") if array.dtype == object else array


def chosen(signatures: Mapping[str, Any], path: Path) -> str:
    """The signature that serving uses, or the first there is."""
    if not signatures:
        raise ValueError(f"expected a signature in the SavedModel {path}. Received: none")
    return SIGNATURE if SIGNATURE in signatures else min(signatures)


def fixed(specs: Specs, shapes: Shapes) -> Specs:
    """The inputs with the sizes that were asked for, under their names; the name "" means the only input."""
    if "" in shapes and len(specs) == 1:
        shapes = dict.fromkeys(specs, shapes[""])
    unknown = sorted(set(shapes) - set(specs))
    if unknown:
        raise ValueError(f"expected shapes for the inputs {sorted(specs)}. Received: {', '.join(map(repr, unknown))}")
    return {n: tf.TensorSpec(merged(n, s.shape, shapes.get(n)), s.dtype, name=n) for n, s in specs.items()}


def merged(name: str, shape: tf.TensorShape, asked: list[int | None] | None) -> tf.TensorShape:
    if asked is not None and not shape.is_compatible_with(asked):
        raise ValueError(f"expected a shape that fits input '{name}' of {shape}. Received: {tuple(asked)}")
    return shape if asked is None else shape.merge_with(asked)


def about(tensor: Any) -> dict[str, Any]:
    """A tensor's dtype and shape as the JSON of TensorInfo."""
    sizes = [{"size": str(-1 if d is None else d)} for d in tensor.shape.as_list()] if tensor.shape.rank else []
    return {"dtype": types_pb2.DataType.Name(tensor.dtype.as_datatype_enum), "tensorShape": {"dim": sizes}}


def said(name: str, tensor: Any) -> dict[str, Any]:
    """A tensor as JSON has it."""
    return {"name": name, "shape": None if tensor.shape.rank is None else tensor.shape.as_list(), "dtype": tensor.dtype.name}
