"""Writes a model's layers as a TF.js layers model, which tf.loadLayersModel reads and can train further."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .... import __version__
from ....errors import UnsupportedError, UsageError
from ....layers.keras_tensor import KerasTensor
from ....models.model import Model
from ...contract import write_file
from ...target import Options
from ..graphdef import TYPES, shape_json
from ..reader import MODEL
from ..weights import fits_half, write_arrays
from .config import Writer
from .steps import Refused

KERAS = "2.15.0"
"""The last version of the dialect."""


def write_model(model: Model, path: Path, contract: Mapping[str, str], options: Options) -> None:
    """Writes the folder `path`. UnsupportedError names all layers that TF.js lacks."""
    if options.input_layout is not None:
        raise UsageError(
            "a TF.js layers model has the layout of the Keras model: leave --input-layout out, or use --format graph"
        )
    writer = Writer()
    try:
        config = writer.model(model)
    except Refused as problem:
        writer.refused.append((model.name, str(problem)))
    if writer.refused:
        raise UnsupportedError(_message(writer.refused))
    names, outputs = (model.input_names, model.input_tensors), (model.output_names, model.output_tensors)
    written: dict[str, Any] = {
        "format": "layers-model",
        "generatedBy": f"keras v{KERAS}",
        "convertedBy": f"kport {__version__}",
        "signature": {"inputs": _side(*names), "outputs": _side(*outputs)},
        "modelTopology": {
            "keras_version": KERAS,
            "backend": "tensorflow",
            "model_config": {"class_name": "Model", "config": config},
        },
    }
    path.mkdir()
    halved = {name for name, array in writer.weights.items() if options.precision == "float16" and fits_half(array)}
    written["weightsManifest"] = write_arrays(path, writer.weights, halved)
    (path / MODEL).write_text(json.dumps(written, separators=(",", ":")) + "\n", encoding="utf-8")
    if contract:
        write_file(path, contract)


def _side(names: Sequence[str], tensors: Sequence[KerasTensor]) -> dict[str, Any]:
    """The Keras model's names, for the layers' own, which have to be other ones here and there."""
    return {
        name: {"name": name, "dtype": TYPES[tensor.dtype], "tensorShape": shape_json(tensor.shape)}
        for name, tensor in zip(names, tensors, strict=True)
    }


def _message(refused: list[tuple[str, str]]) -> str:
    lines = [f"TF.js's layers can't express {len(refused)} layer(s) of this model:"]
    lines += [f"  layer '{path}': {reason}" for path, reason in refused]
    lines.append("What to do: --format graph, which has all of them; or replace these layers")
    return "\n".join(lines)
