"""What a model does with files: saving, loading, its configuration."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

from ..errors import UsageError
from ..ir import TensorType
from ..layers.arguments import map_shapes
from ..layers.keras_tensor import KerasTensor
from ..training.trainer import Trainer
from ..tree import map_structure

# kport.saving knows models: it is imported where it is used.


class Storage(Trainer):
    """Part of Model: `save` and what goes with it, with Keras's names and meanings."""

    inputs: Any

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
        """Writes the model to a `.keras` or `.h5`; see `kport.saving.save_model`."""
        from ..saving.api import save_model

        save_model(self, filepath, overwrite, zipped, **kwargs)  # type: ignore[arg-type]

    def save_weights(self, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None) -> None:
        """Writes the weights; see `kport.saving.save_weights`."""
        from ..saving.api import save_weights

        save_weights(self, filepath, overwrite, max_shard_size)  # type: ignore[arg-type]

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Takes the weights from a file of any generation; see `kport.saving.load_weights`."""
        from ..saving.api import load_weights

        load_weights(self, filepath, skip_mismatch, **kwargs)  # type: ignore[arg-type]

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON, which `model_from_json` takes; kwargs are those of `json.dumps`."""
        from ..saving.objects import serialize_keras_object

        return json.dumps(serialize_keras_object(self), **kwargs)

    def export(self, filepath: Any, format: str = "tf_saved_model", **kwargs: Any) -> None:
        """Keras's way to a file for serving: a UsageError that says kport's."""
        raise UsageError(
            f"expected kport.convert(model, to=...) to write what serves a model: to='savedmodel', 'onnx', 'tflite' and others. "
            f"Received: export(filepath={str(filepath)!r}, format={format!r})"
        )

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes of the inputs that the model was built with; None where it wasn't, or where its layers say it."""
        if self.inputs is None or not self.built:
            return None
        return {"input_shape": map_structure(lambda t: list(t.shape), self.inputs)}

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Creates the weights for inputs of the shapes in what `get_build_config` gave."""
        if config and "input_shape" in config and self.inputs is None:
            x = map_shapes(lambda shape: KerasTensor(TensorType("float32", tuple(shape))), config["input_shape"])
            self.define_inputs(x)  # type: ignore[attr-defined]
            self.outputs = self(self.inputs)

    def get_compile_config(self) -> dict[str, Any]:
        """What the model was compiled with, as JSON can hold it; nothing if it wasn't."""
        from ..saving.compiling import ARGUMENTS
        from ..saving.objects import serialize_keras_object

        if self._keras_compiled is None:
            return {}
        arguments, optimizer = self._keras_compiled.arguments, self.optimizer
        scaled = getattr(optimizer, "inner_optimizer", None)
        if scaled is not None and arguments["auto_scale_loss"] and arguments["optimizer"] is not optimizer:
            optimizer = scaled  # compiling puts it into a LossScaleOptimizer again
        config = {"optimizer": optimizer, **{name: arguments[name] for name in ARGUMENTS}}
        return {name: serialize_keras_object(value) for name, value in config.items()}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles the model with what `get_compile_config` gave; the optimizer is ready to take its state."""
        from ..saving.compiling import arguments_of

        if type(self).compile is not Trainer.compile and type(self).compile_from_config is Storage.compile_from_config:
            warnings.warn(
                f"model '{self.name}' wasn't compiled: its class has a `compile` of its own. Define `get_compile_config` and "
                "`compile_from_config` beside it, or call `compile` after loading",
                stacklevel=2,
            )
            return
        self.compile(**arguments_of(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)


def save_model(model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
    """Writes a model; see `kport.saving.save_model`."""
    model.save(filepath, overwrite, zipped, **kwargs)


def load_model(
    filepath: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """The model in a file; see `kport.saving.load_model`."""
    from ..saving import api

    return api.load_model(filepath, custom_objects, compile, safe_mode)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model of what `to_json` gave, of any generation of Keras, with initial weights; compiled as it was."""
    from ..saving.text import model_of_json

    return model_of_json(json_string, custom_objects)
