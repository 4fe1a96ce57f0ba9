"""The layer grid through a target's real runtime: what every target's test of layers is made of."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.converters.prepare import prepare
from kport.converters.target import Options, Target, Tolerance
from kport.errors import UnsupportedError
from kport.interpret import interpret
from kport.ir import Graph
from kport.models import Model
from kport.trace import trace
from tests.compare import assert_same
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import built_layer, model_of


def sampled(share: float) -> list[Any]:
    """The cases as parameters: the first of each layer and `share` (0-1) of the rest; what remains is slow."""
    seen: set[str] = set()
    found = []
    for case in CASES:
        if "graph" in case.skip:
            continue
        is_chosen = case.layer not in seen or zlib.crc32(case.id.encode()) % 1000 < share * 1000
        seen.add(case.layer)
        found.append(pytest.param(case, id=case.id, marks=() if is_chosen else pytest.mark.slow))
    return found


def check_case(
    case: LayerCase,
    target: Target,
    path: Path,
    options: Options = Options(),  # noqa: B008
    tolerance: Tolerance | None = None,
) -> None:
    """A model of the case's layer, with a batch size that isn't known, written for the target and run in its runtime, computes
    what the reference computes; or it is refused, with a reason that is in the target's table."""
    model, inputs = model_of(*built_layer(case))
    graph = trace(model)
    try:
        agrees(target, model, graph, inputs, path, options, tolerance)
    except UnsupportedError as error:
        refused_with_reason(target, graph, error, options)


def agrees(
    target: Target,
    model: Model,
    graph: Graph,
    inputs: list[np.ndarray],
    path: Path,
    options: Options = Options(),  # noqa: B008
    tolerance: Tolerance | None = None,
) -> None:
    """Written for the target and run in its runtime, the model computes what the interpreter computes."""
    if target.from_layers(options):
        assert target.write_model is not None
        target.write_model(model, path, {}, options)
    else:
        target.write(prepare(graph, target, options), path, {}, options)
    expected = [np.asarray(e) for e in interpret(graph, inputs)]
    outputs = target.run(path, [np.asarray(a) for a in inputs])
    bound = tolerance or target.tolerances[options.precision]
    for output, value in zip(outputs, expected, strict=True):
        assert output.dtype == value.dtype or value.dtype.kind in "OV", (output.dtype, value.dtype)
    assert_same(outputs, expected, bound.rtol, bound.atol)


def refused_with_reason(
    target: Target,
    graph: Graph,
    error: UnsupportedError,
    options: Options = Options(),  # noqa: B008
) -> None:
    """Nothing is refused but by the table: an operation of the graph that is unsupported, or that `accepts` turns down."""
    kinds = {type(node.op) for node in graph.nodes}
    reasons = {target.unsupported.get(kind) for kind in kinds}
    reasons |= {target.refusal(node, options) for node in graph.nodes if type(node.op) in target.emissions}
    reasons -= {None}
    assert reasons and any(str(reason) in str(error) for reason in reasons), error
