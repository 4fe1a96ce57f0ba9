"""Writes a prepared graph as an .mlpackage."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ... import __version__
from ...errors import UnsupportedError
from ...ir import Graph
from ..contract import tensors
from ..passes.half_precision import half_precision
from ..target import Options
from . import package
from .builder import Builder, Var
from .dtypes import FP16, FP32, INT32, border_type
from .emissions import EMISSIONS
from .library import mil, quiet
from .names import Names
from .os_version import specification
from .prune import prune

BORDER = "kport.border"
"""In the metadata: inputs and outputs as the Keras model has them, and `values`: names in the program that differ from those of
the graph's values they hold."""
FUNCTION = "main"
BATCH, ELSE = 1 << 10, 1 << 16
"""The largest size of the first axis if it isn't known, and of any other: an ML Program has to say one."""


@quiet()
def write(graph: Graph, path: Path, contract: Mapping[str, str], options: Options) -> None:
    """Writes `graph` to the folder `path`."""
    if options.precision == "float16":
        graph, _ = half_precision(graph)
    refuse_texts(graph)
    library = mil()
    program, observed = build(graph, options)
    weights = package.create(path)
    version = specification(options)
    model = library.model.Model(specificationVersion=version)
    model.mlProgram.CopyFrom(library.Exporter(program, str(weights), version).export())
    describe(model.description, graph, program.functions[FUNCTION], version)
    about = model.description.metadata
    about.shortDescription = f"{graph.name}, converted from Keras"
    about.versionString = f"kport {__version__}"
    about.userDefined.update(contract)
    about.userDefined[BORDER] = json.dumps(border(graph, observed), separators=(",", ":"))
    package.finish(path, model)


def border(graph: Graph, observed: Mapping[str, str]) -> dict[str, Any]:
    """What the program's own names and types don't say of the Keras model's."""
    return {
        "inputs": tensors(graph.input_names, [v.type for v in graph.inputs]),
        "outputs": tensors(graph.output_names, [v.type for v in graph.outputs]),
        "values": {ours: theirs for ours, theirs in observed.items() if ours != theirs},
    }


def refuse_texts(graph: Graph) -> None:
    """UnsupportedError for text that no operation reads."""
    sides = [*zip(graph.input_names, graph.inputs, strict=True), *zip(graph.output_names, graph.outputs, strict=True)]
    texts = [name for name, value in sides if value.dtype == "string"]
    if texts:
        raise UnsupportedError(
            f"CoreML has no tensors of text: choose another target. Received: {', '.join(dict.fromkeys(texts))}"
        )


def build(graph: Graph, options: Options) -> tuple[Any, dict[str, str]]:
    """The program, and for its tensors' names those of the graph's values."""
    library = mil()
    b = Builder(options, EMISSIONS)
    names = border_names(graph, b.names)
    placeholders = {}
    for value, name in zip(graph.inputs, names, strict=False):
        sizes = [library.new_symbol() if d is None else d for d in value.shape]
        kind = border_type(value.dtype, b.specification)
        placeholders[name] = library.Placeholder(sizes or [1], library.types.string_to_builtin(kind), name=name)
    with library.Function(placeholders, opset_version=library.AvailableTarget(b.specification)) as function:
        for value, name in zip(graph.inputs, names, strict=False):
            x = function.inputs[name]
            x = x if value.shape else b.squeeze(x, [0])
            b.hold([value], [b.as_value(x, value.dtype)])
        b.emit(graph)
        given = names[len(graph.inputs) :]
        outputs = [_output(b, b.tensor(v), v.dtype, n) for v, n in zip(graph.outputs, given, strict=True)]
        function.set_outputs(outputs)
    prune(function)
    program = library.Program()
    program.add_function(FUNCTION, function)
    for name, value in zip(given, graph.outputs, strict=True):
        b.observed[name] = value.name
    return program, b.observed


def border_names(graph: Graph, names: Names) -> list[str]:
    """What the inputs, then the outputs, are called in the program: as in the Keras model as far as it allows."""
    return [names.unique(name) for name in (*graph.input_names, *graph.output_names)]


def _output(b: Builder, x: Var, dtype: str, name: str) -> Var:
    """The tensor as an output: made by an operation of its own, and of a type that outputs have."""
    kind = border_type(dtype, b.specification)
    is_own = x.op is not None and x.op.op_type != "const" and x.name not in b.finished
    if b.kind(x) != kind:
        x = b("cast", x=x, dtype=kind)
    elif not is_own:
        x = b("identity", x=x)
    b.observed.pop(x.name, None)
    b.rename(x, name)
    b.finished.add(name)
    return x


def describe(description: Any, graph: Graph, function: Any, version: int) -> None:
    """The interface: names, types and sizes of inputs and outputs. A size that isn't known has a range."""
    types = mil().model.FeatureTypes__pb2.ArrayFeatureType
    kinds = {FP16: types.FLOAT16, FP32: types.FLOAT32, INT32: types.INT32}
    for name, value in zip(function.inputs, graph.inputs, strict=True):
        feature = description.input.add(name=name)
        array = feature.type.multiArrayType
        array.dataType = kinds[border_type(value.dtype, version)]
        array.shape.extend([1 if d is None else d for d in value.shape] or [1])
        if None in value.shape:
            for axis, size in enumerate(value.shape):
                bounds = (1, ELSE if axis else BATCH) if size is None else (size, size)
                array.shapeRange.sizeRanges.add(lowerBound=bounds[0], upperBound=bounds[1])
    for var, value in zip(function.outputs, graph.outputs, strict=True):
        feature = description.output.add(name=var.name)
        array = feature.type.multiArrayType
        array.dataType = kinds[border_type(value.dtype, version)]
        if all(isinstance(d, int) for d in var.shape):
            array.shape.extend(var.shape)
