"""What every ONNX test does: prepare a graph, write it, check the file, run it, compare with the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx

from kport.converters.onnx.target import TARGET
from kport.converters.prepare import prepare
from kport.converters.target import Options, Tolerance
from kport.interpret import interpret
from kport.ir import Graph
from tests.compare import assert_same


def convert(graph: Graph, path: Path, options: Options = Options()) -> onnx.ModelProto:  # noqa: B008
    """Writes the graph; the file passes ONNX's checker with full and strict shape inference."""
    TARGET.write(prepare(graph, TARGET, options), path, {}, options)
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    assert [o.name for o in inferred.graph.output] == graph.output_names
    assert [i.name for i in inferred.graph.input] == graph.input_names
    return model


def agrees(
    graph: Graph,
    inputs: list[np.ndarray],
    path: Path,
    options: Options = Options(),  # noqa: B008
    tolerance: Tolerance | None = None,
) -> onnx.ModelProto:
    """The file in ONNX Runtime computes what the interpreter computes from the graph as it was traced."""
    model = convert(graph, path, options)
    expected = [np.asarray(e) for e in interpret(graph, inputs)]
    outputs = TARGET.run(path, [plain(a) for a in inputs])
    bound = tolerance or TARGET.tolerances[options.precision]
    for output, value in zip(outputs, expected, strict=True):
        assert output.dtype == value.dtype or value.dtype.kind in "OV", (output.dtype, value.dtype)
    assert_same(outputs, expected, bound.rtol, bound.atol)
    return model


def plain(array: Any) -> np.ndarray:
    """An array as ONNX Runtime takes it."""
    return np.asarray(array)


def kinds(model: onnx.ModelProto) -> list[str]:
    """The types of the model's nodes, in order."""
    return [node.op_type for node in model.graph.node]
