"""An artifact, by whomever it was written, against its model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import UsageError
from ..ir import Graph, TensorType
from ..ir.types import Shape
from ..models.model import Model
from ..trace import merge
from . import targets
from .border import Border, ask_layout
from .contract import KEY, PREPROCESSING
from .opening import open_source
from .pipeline import Request, check_artifact, chosen_tolerance, failing_into, size_of, tensors_of
from .preprocessing import Program
from .report import Report, TargetReport
from .source import Source, run_reference, whereabouts
from .target import Options, Target


def verify(
    model: Model | str | Path,
    artifact: str | Path,
    request: Request,
    *,
    weights: str | Path | None = None,
    custom: Any = None,
) -> Report:
    """Checks an artifact, by whomever it was written, against the model."""
    path = Path(artifact)
    if not path.exists():
        raise UsageError(f"expected an artifact. Received: {path}, which does not exist")
    target = targets.recognise(path)
    if target is None:
        raise UsageError(
            f"expected an artifact of a target ({', '.join(targets.MODULES)}). Received: {path}, which is none of them"
        )
    targets.require(target)
    written = as_written(target, path)
    untouched = replace(request, options=Options(precision=written.precision), verify=True, allow_mismatch=False)
    tolerance = chosen_tolerance(target, untouched)
    source = open_source(model, weights, custom)
    graph = source.graph
    interface = tensors_of(graph)
    border = border_of(source, written)
    fix_sizes(graph, border.shapes_to_keras(written.shapes))
    run_reference(source, request.samples)
    result = TargetReport(target.name, str(path), size_of(target, path), rtol=tolerance.rtol, atol=tolerance.atol)
    result.seconds["load"] = source.seconds["load"]
    with failing_into(result):
        check_artifact(source, replace(target, annotate=lambda path, entries: None), path, border, tolerance, untouched, result)
    return Report(__version__, whereabouts(source), *interface, [result])


def border_of(source: Source, written: Written) -> Border:
    """How the artifact's inputs and outputs differ from the source's; its preprocessing is that in its contract."""
    if written.program is None:
        return ask_layout(source.graph, written.input_layout)[1]
    return replace(ask_layout(source.split()[0], written.input_layout)[1], program=written.program)


@dataclass(frozen=True)
class Written:
    """How kport wrote an artifact, from its contract. Of an artifact by somebody else nothing is known."""

    precision: str = "float32"
    input_layout: str | None = None
    shapes: Sequence[Shape] | None = None
    program: Program | None = None


def as_written(target: Target, path: Path) -> Written:
    entries = target.read_contract(path)
    if entries is None:
        return Written()
    try:
        data = json.loads(entries[KEY])
        options: Mapping[str, Any] = data["options"]
        shapes = [tuple(tensor["shape"]) for tensor in data["inputs"]]
        program = Program.from_json(data[PREPROCESSING]) if PREPROCESSING in data else None
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"expected a contract in {path}. Received: {error!r}: it was changed after it was written") from error
    precision = options.get("precision", "float32")
    return Written(precision if precision in target.tolerances else "float32", options.get("input_layout"), shapes, program)


def fix_sizes(graph: Graph, shapes: Sequence[Shape] | None) -> None:
    """Gives the graph's inputs the sizes that the artifact fixes, so that samples fit both."""
    if shapes is None or len(shapes) != len(graph.inputs):
        return
    for name, value, shape in zip(graph.input_names, graph.inputs, shapes, strict=True):
        value.type = TensorType(value.dtype, merge(name, value.shape, shape))
