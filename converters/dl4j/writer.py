"""Writes a prepared graph as a Keras 2 model that DL4J imports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...errors import UnsupportedError
from ...ir import Graph, Value
from ..target import Options
from .batch import batch_axis, sample
from .builder import MOST_AXES, Builder, natural
from .emissions import EMISSIONS
from .keras2 import write as write_file
from .names import KEY, Names, Port, layer_name


def write(graph: Graph, path: Path, contract: Mapping[str, str], options: Options) -> None:
    """Writes `graph` to `path`."""
    refuse_ports(graph)
    b = Builder(EMISSIONS)
    inputs = []
    for i, (name, value) in enumerate(zip(graph.input_names, graph.inputs, strict=True)):
        tensor = b.input(layer_name(name, i, "input"), natural(sample(value)))
        b.tensors[value] = tensor
        inputs.append(Port(name, tensor.layer, value.dtype, value.type.rank))
    b.emit(graph)
    outputs = []
    for i, (name, value) in enumerate(zip(graph.output_names, graph.outputs, strict=True)):
        tensor = b.output(layer_name(name, i, "output"), value)
        outputs.append(Port(name, tensor.layer, value.dtype, value.type.rank))
    names = Names(tuple(inputs), tuple(outputs), observable(b))
    write_file(
        path,
        layer_name(graph.name, 0, "model"),
        b.finished(),
        [p.layer for p in inputs],
        [p.layer for p in outputs],
        {KEY: names.text(), **contract},
    )


def observable(b: Builder) -> dict[str, str]:
    """Layer → the value of the graph that it gives, as the graph has it."""
    values: dict[str, str] = {}
    for value, tensor in b.tensors.items():
        if value.producer is not None and batch_axis(value) == 0 and tensor.sizes == sample(value):
            values.setdefault(tensor.layer, value.name)
    return values


def refuse_ports(graph: Graph) -> None:
    """UnsupportedError for inputs and outputs that DL4J can't have, all of them at once."""
    lines = []
    for kind, names, values in (("input", graph.input_names, graph.inputs), ("output", graph.output_names, graph.outputs)):
        for name, value in zip(names, values, strict=True):
            reason = refusal(value)
            if reason is not None:
                lines.append(f"  {kind} '{name}': {value.type}: {reason}")
    if lines:
        raise UnsupportedError("\n".join([f"DL4J can't have {len(lines)} input(s) or output(s) of this model:", *lines]))


def refusal(value: Value) -> str | None:
    """Why a value can't be an input or an output."""
    if value.dtype == "string":
        return "DL4J has no text"
    if value.is_constant or batch_axis(value) != 0:
        return "DL4J's inputs and outputs have the batch axis first"
    if len(sample(value)) > MOST_AXES:
        return f"DL4J's arrays have up to {MOST_AXES + 1} axes"
    return None
