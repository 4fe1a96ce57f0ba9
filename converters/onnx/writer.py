"""Writes a prepared graph as an .onnx file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ... import __version__
from ...ir import Graph, Value
from ..passes.half_precision import half_precision
from ..target import Options
from .builder import Builder, read_by
from .emissions import EMISSIONS
from .opset import ir_version
from .proto import OUTSIDE, GraphProto, Weight, model

LIMIT = (1 << 31) - (1 << 20)
"""Protobuf ends at 2 GiB: a model with more bytes of weights keeps them in a file beside it."""
DATA = ".data"
"""Ends the name of that file, after the model's own."""
PAGE = 1 << 12
"""Weights in the file beside start at pages, so that a runtime can map them."""


def write(graph: Graph, path: Path, contract: Mapping[str, str], options: Options, *, limit: int = LIMIT) -> None:
    """Writes `graph` to `path`; above `limit` bytes of weights also `<path>.data`, which must stay beside it."""
    if options.precision == "float16":
        graph, _ = half_precision(graph)
    proto, builder = build(graph, options)
    read = set().union(*map(read_by, proto.nodes), (name for name, _ in proto.outputs))
    weights = [Weight(name, array) for name, array in builder.weights.items() if name in read]
    if sum(w.size for w in weights) > limit:
        weights = write_outside(weights, path.with_name(path.name + DATA))
    pieces = model(
        proto,
        weights,
        ir_version=ir_version(builder.opset),
        opsets=builder.domains,
        producer=("kport", __version__),
        metadata=contract,
    )
    with path.open("wb") as file:
        file.writelines(pieces)


def build(graph: Graph, options: Options) -> tuple[GraphProto, Builder]:
    """The nodes of the model, and the builder that holds the weights."""
    names: dict[Value, str] = {}
    for value, name in zip(graph.outputs, graph.output_names, strict=True):
        names.setdefault(value, name)
    reserved = (*graph.input_names, *graph.output_names)
    builder = Builder(options, EMISSIONS, names, reserved)
    builder.tensors.update(zip(graph.inputs, graph.input_names, strict=True))
    builder.emit(graph)
    outputs = builder.outputs([builder.tensor(v) for v in graph.outputs], graph.output_names)
    nodes = builder.needed(outputs)
    builder.name_tensors(nodes)
    return GraphProto(
        graph.name,
        nodes,
        [(name, value.type) for name, value in zip(graph.input_names, graph.inputs, strict=True)],
        [(name, value.type) for name, value in zip(graph.output_names, graph.outputs, strict=True)],
    ), builder


def write_outside(weights: list[Weight], path: Path) -> list[Weight]:
    """Writes large weights to a file of their own; gives them with where they lie."""
    placed: list[Weight] = []
    with path.open("wb") as file:
        for weight in weights:
            if weight.is_text or weight.array.nbytes < OUTSIDE:
                placed.append(weight)
                continue
            file.write(b"\0" * (-file.tell() % PAGE))
            outside = Weight(weight.name, weight.array, (path.name, file.tell()))
            placed.append(outside)
            file.write(outside.content())
    return placed
