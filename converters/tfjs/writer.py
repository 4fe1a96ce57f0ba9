"""Writes a prepared graph as a TF.js graph model: a folder with model.json and the weights' shards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ... import __version__
from ...ir import Graph, Value
from ..contract import write_file
from ..target import Options
from .builder import Builder
from .emissions import EMISSIONS
from .graphdef import Dims, NodeDef, Tensor, Type, function_json, kind_of, node_json, signature_json
from .naming import name_nodes, needed
from .reader import MODEL
from .weights import write_weights

VERSIONS = {"producer": 1882, "minConsumer": 12}
"""Of GraphDef: TensorFlow 2.17's, and the least that can read it."""


def write(graph: Graph, path: Path, contract: Mapping[str, str], options: Options) -> None:
    """Writes the folder `path`."""
    model, weights = build(graph, options)
    path.mkdir()
    model["weightsManifest"] = write_weights(path, weights, options.precision)
    (path / MODEL).write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")
    if contract:
        write_file(path, contract)


def build(graph: Graph, options: Options) -> tuple[dict[str, Any], dict[str, NodeDef]]:
    """What model.json says, but for the manifest, and the constants by name."""
    builder = Builder(options, EMISSIONS)
    inputs = [Tensor(_placeholder(v, name)) for v, name in zip(graph.inputs, graph.input_names, strict=True)]
    builder.tensors.update(zip(graph.inputs, inputs, strict=True))
    outputs = _outputs(builder, graph, builder.emit(graph))
    main = needed([*(x.node for x in inputs), *(y.node for y in outputs)])
    initializers = needed(builder.initializers)
    bodies = [(f, needed(y.node for y in f.outputs)) for f in builder.functions]
    every = [*main, *initializers, *(n for f, nodes in bodies for n in (*f.arguments, *nodes))]
    name_nodes(every)
    sides = ((graph.input_names, inputs, graph.inputs), (graph.output_names, outputs, graph.outputs))
    signature = {
        side: signature_json({n: (t, v.dtype, v.shape) for n, t, v in zip(names, tensors, values, strict=True)})
        for side, (names, tensors, values) in zip(("inputs", "outputs"), sides, strict=True)
    }
    topology: dict[str, Any] = {"node": [node_json(n) for n in main], "versions": VERSIONS}
    if bodies:
        topology["library"] = {"function": [function_json(f, nodes) for f, nodes in bodies]}
    model: dict[str, Any] = {
        "format": "graph-model",
        "generatedBy": f"kport {__version__}",
        "convertedBy": f"kport {__version__}",
        "signature": signature,
        "modelTopology": topology,
    }
    if initializers:
        model["modelInitializer"] = {"node": [node_json(n) for n in initializers], "versions": VERSIONS}
    return model, {n.name: n for n in every if n.data is not None}


def _placeholder(value: Value, name: str) -> NodeDef:
    attributes = {"dtype": Type(kind_of(value.dtype)), "shape": Dims(value.shape)}
    return NodeDef("Placeholder", attributes=attributes, wanted=name, holds_value=True)


def _outputs(b: Builder, graph: Graph, tensors: list[Tensor]) -> list[Tensor]:
    """Each output as the only output of a node of its own: TF.js knows outputs by their nodes."""
    taken: set[int] = set()
    found = []
    for value, tensor in zip(graph.outputs, tensors, strict=True):
        node = tensor.node
        if node.op in ("Placeholder", "Const") or node.outputs > 1 or id(node) in taken:
            tensor = b("Identity", tensor)
            tensor.node.wanted, tensor.node.holds_value = value.name, node.op == "Placeholder"
        taken.add(id(tensor.node))
        found.append(tensor)
    return found
