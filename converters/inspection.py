"""What is in a model, and what each target can't take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import FileError, LayerError, UnsupportedError
from ..layers.layer import Layer
from ..models.model import Model
from ..trace import trace
from . import targets
from .contract import tensors
from .cost import multiply_accumulates
from .official.environment import PACKAGES
from .opening import open_source
from .prepare import prepare
from .source import Source, whereabouts
from .target import Options


def inspect_source(model: Model | str | Path, weights: str | Path | None, custom: Any) -> dict[str, Any]:
    """Source, inputs, outputs, layers, parameters, multiply-accumulates and the targets' refusals, as JSON has them."""
    if isinstance(model, Model):
        loaded, source = model, None
    else:
        from dataclasses import asdict

        from ..saving import load_source

        try:
            loaded, found = load_source(Path(model), weights=weights, custom=custom)
        except (FileError, LayerError):
            return inspect_graph(open_source(model, weights, custom))  # which raises the same, unless it is a TensorFlow graph
        source = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(found).items()}
    graph = trace(loaded)
    trainable = sum(w.type.size or 0 for w in loaded.trainable_weights)
    return {
        "kport": __version__,
        "source": source,
        "inputs": tensors(graph.input_names, [v.type for v in graph.inputs]),
        "outputs": tensors(graph.output_names, [v.type for v in graph.outputs]),
        "layers": [describe(layer) for layer in loaded.layers],
        "parameters": loaded.count_params(),
        "trainable_parameters": trainable,
        "multiply_accumulates": multiply_accumulates(loaded),
        "targets": {name: refusals(graph, name) for name in targets.MODULES},
    }


def inspect_graph(source: Source) -> dict[str, Any]:
    """The same of a graph that only TensorFlow can run: what is inside isn't known, nor what converters make of it."""
    graph = source.graph
    unknown = dict.fromkeys(("parameters", "trainable_parameters", "multiply_accumulates"))
    return {
        "kport": __version__,
        "source": whereabouts(source),
        "inputs": tensors(graph.input_names, [v.type for v in graph.inputs]),
        "outputs": tensors(graph.output_names, [v.type for v in graph.outputs]),
        "layers": [],
        **unknown,
        "targets": {name: untried(name) for name in targets.MODULES},
    }


def untried(name: str) -> dict[str, Any]:
    """What a target makes of a TensorFlow graph, as far as that is known without its converter."""
    target = targets.get(name)
    if name in PACKAGES:
        return {"convertible": None, "reason": "its official converter will tell", "missing": targets.missing(target)}
    return {"convertible": False, "reason": f"{target.title} is written from Keras layers", "missing": targets.missing(target)}


def describe(layer: Layer) -> dict[str, Any]:
    """One layer: name, class, parameters, and its own layers if it is a model."""
    data: dict[str, Any] = {"name": layer.name, "class": type(layer).__name__, "parameters": layer.count_params()}
    if isinstance(layer, Model):
        data["layers"] = [describe(inner) for inner in layer.layers]
    return data


def refusals(graph: Any, name: str) -> dict[str, Any]:
    """Whether a target can take the model; if not, why."""
    target = targets.get(name)
    try:
        prepare(graph, target, Options())
    except UnsupportedError as error:
        return {"convertible": False, "reason": str(error), "missing": targets.missing(target)}
    return {"convertible": True, "reason": None, "missing": targets.missing(target)}
