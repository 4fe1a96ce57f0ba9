"""The real models beside the project: opening an entry of their manifest, inputs for it, and what judges the outputs."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from kport.converters.samples import make_samples
from kport.errors import FileError, KportError, MissingPartError, UnknownLayerError
from kport.models import Model
from kport.saving import load
from kport.trace import trace
from tests.conftest import MODELS, manifest

Entry = dict[str, Any]

# judged openable in the manifest from what the files say, but they hold layers of their authors' own
CUSTOM: dict[str, Path] = {
    "basic-pitch/basic_pitch/saved_models/icassp_2022/nmp": Path(__file__).parent / "custom_basic_pitch.py",
    "RocAlphaGo/tests/test_data/hdf5/random_minimodel_policy_weights.hdf5": Path(__file__).parent / "custom_layers.py",
    "TensorFlow.NET/tools/TensorFlowNET.Benchmarks/Leak/TestModel/saved_model": Path(__file__).parent / "custom_subclassed.py",
}
"""The code that entries need, as a user would give it."""

REASONS: dict[str, tuple[type[KportError], str]] = {
    "not a model": (FileError, "configuration of a Keras model"),
    "architecture only": (MissingPartError, "expected weights"),
    "no: weights only": (MissingPartError, "holds weights only"),
    "SavedModel graph only": (MissingPartError, "Keras metadata"),
    "needs custom objects": (UnknownLayerError, "pass --custom"),
    "subclassed model": (UnknownLayerError, "pass --custom"),
    "peer format": (MissingPartError, "TensorFlow.js"),
}
"""What opening an entry has to say, by what the manifest says of it. "yes" and Lambda entries open, some with their code."""


def entries() -> list[Entry]:
    return manifest()


def expected_error(entry: Entry) -> tuple[type[KportError], str] | None:
    """The error that opening must raise and a part of its text; None where the entry opens."""
    return next((error for start, error in REASONS.items() if entry["openable"].startswith(start)), None)


def open_entry(entry: Entry, **options: Any) -> Model:
    """The model, with its weights where those are a file of their own, and the code it needs."""
    file = MODELS / entry["file"]
    options = {"custom": CUSTOM.get(entry["file"])} | options
    if entry.get("architecture"):
        return load(MODELS / entry["architecture"], weights=file, **options)
    return load(file, **options)


def inputs_for(model: Model) -> Any:
    """Seeded inputs that the model can take."""
    arrays = make_samples(trace(model))
    return arrays if len(arrays) > 1 else arrays[0]


def flat(outputs: Any) -> list[np.ndarray]:
    """Outputs as a list of arrays, whatever their structure."""
    if isinstance(outputs, dict):
        return [a for item in outputs.values() for a in flat(item)]
    if isinstance(outputs, (list, tuple)):
        return [a for item in outputs for a in flat(item)]
    return [np.asarray(outputs)]


def oracle_outputs(entry: Entry, inputs: Any) -> tuple[str, list[np.ndarray]] | None:
    """The oracle that can open the file, and what it computes (outputs by name in alphabetical order); None if none can.

    Oracles of today don't turn the kernels of files that Theano wrote, so these have none.
    """
    if entry["backend"] == "theano":
        return None
    file, architecture = MODELS / entry["file"], entry.get("architecture")
    for name in ("tf_keras", "keras"):
        keras = importlib.import_module(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                if architecture:
                    model = keras.models.model_from_json((MODELS / architecture).read_text())
                    model.load_weights(str(file))
                else:
                    model = keras.models.load_model(str(file), compile=False)
                return name, flat(model(inputs, training=False))
            except Exception:  # whatever it is, this oracle can't open the file
                continue
    return _served(MODELS / entry["file"], inputs)


def _served(folder: Path, inputs: Any) -> tuple[str, list[np.ndarray]] | None:
    """What TensorFlow computes from the graph that a SavedModel with one input serves, where Keras can't call the model."""
    if not (folder / "saved_model.pb").exists():
        return None
    import tensorflow as tf

    module = tf.saved_model.load(str(folder))
    (serve,) = module.signatures.values()
    (name,) = serve.structured_input_signature[1]
    outputs = serve(**{name: tf.constant(inputs)})
    return "tensorflow", [outputs[key].numpy() for key in sorted(outputs)]


def largest_difference(actual: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """The largest |a - e| / (1 + |e|); infinite where structures or shapes differ."""
    if [a.shape for a in actual] != [e.shape for e in expected]:
        return float("inf")
    return max(
        (float((np.abs(a - e) / (1 + np.abs(e))).max()) for a, e in zip(actual, expected, strict=True) if a.size), default=0.0
    )
