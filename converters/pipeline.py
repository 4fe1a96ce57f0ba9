"""From a model to checked artifacts: load, trace, prepare, write, run, compare, hand over."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..check import check
from ..errors import KportError, UsageError
from ..interpret import interpret
from ..ir import Graph
from ..ir.types import Shape
from ..models.model import Model
from ..trace import trace
from . import parity, report, targets
from .border import Border, ask_layout
from .contract import PARITY_KEY, contract, tensors
from .prepare import prepare
from .report import Report, TargetReport
from .samples import first_sample, make_samples, read_samples
from .target import Options, Target, Tolerance

Samples = str | Path | Sequence[np.ndarray] | Mapping[str, np.ndarray] | None
Progress = Callable[[TargetReport], None]


@dataclass(frozen=True)
class Request:
    """What the user asked for beyond the model and the targets."""

    output: Path | None = None
    options: Options = field(default_factory=Options)
    samples: Samples = None
    rtol: float | None = None
    atol: float | None = None
    verify: bool = True
    allow_mismatch: bool = False
    force: bool = False


class Source:
    """A traced model, where it comes from, and the reference's outputs.

    A model from a file can be let go while a runtime needs the memory; it is opened again if it is asked for.
    """

    def __init__(
        self, open_model: Callable[[], tuple[Model, dict[str, Any]]], path: Path | None, shapes: Mapping[str, Shape] | None
    ):
        self.path = path
        self.inputs: list[np.ndarray] | None = None
        self.expected: list[np.ndarray] | None = None
        self.seconds: dict[str, float] = {}
        self._open = open_model
        self._shapes = shapes
        self._graph: Graph | None = None
        self.output_names = self.graph.output_names

    @property
    def graph(self) -> Graph:
        if self._graph is None:
            with timed(self.seconds, "load"):
                model, self.description = self._open()
                self.stem = self.path.stem if self.path is not None else model.name
                self._graph = trace(model, named_shapes(model, self._shapes))
                check(self._graph)
        return self._graph

    def release(self) -> None:
        """Lets the weights go, if they can be read again."""
        if self.path is not None:
            self._graph = None
            gc.collect()  # layers and their calls refer to one another


@contextmanager
def timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[what] = seconds.get(what, 0.0) + time.perf_counter() - start


def open_source(
    model: Model | str | Path,
    weights: str | Path | None = None,
    custom: Any = None,
    input_shapes: Mapping[str, Shape] | None = None,
) -> Source:
    """A model (or the file that holds one) as a checked graph."""
    if isinstance(model, Model):
        nowhere = {"path": None, "sha256": None, "format": "model in memory", "keras_version": None, "backend": None}
        return Source(lambda: (model, nowhere), None, input_shapes)
    path = Path(model)

    def open_file() -> tuple[Model, dict[str, Any]]:
        from ..saving import load_source

        loaded, found = load_source(path, weights=weights, custom=custom)
        description = {k: getattr(found, k) for k in ("path", "sha256", "format", "keras_version", "backend")}
        return loaded, description | {"path": path.name}

    return Source(open_file, path, input_shapes)


def named_shapes(model: Model, shapes: Mapping[str, Shape] | None) -> dict[str, Shape]:
    """Shapes by input name; the name "" means the only input."""
    shapes = dict(shapes or {})
    if "" in shapes:
        if len(model.input_names) != 1:
            raise UsageError(f"expected NAME=SHAPE, because the model has several inputs: {model.input_names}")
        shapes[model.input_names[0]] = shapes.pop("")
    return shapes


def convert(
    model: Model | str | Path,
    to: str | Sequence[str],
    request: Request,
    *,
    weights: str | Path | None = None,
    custom: Any = None,
    input_shapes: Mapping[str, Shape] | None = None,
    progress: Progress = lambda _: None,
) -> Report:
    """Writes an artifact for each target and checks it in its real runtime.

    One target's failure never stops another. An artifact that fails the check is not handed over unless the request
    allows it. `progress` is told each target's report as soon as it is known.
    """
    chosen = targets.parse(to)
    for target in chosen:
        targets.require(target)
        refuse_unknown_options(target, request.options)
    source = open_source(model, weights, custom, input_shapes)
    places = destinations(source, chosen, request)
    if request.verify:
        run_reference(source, request.samples)
    graph = source.graph
    ins, outs = (
        [report.Tensor(**t) for t in tensors(names, [v.type for v in values])]
        for names, values in ((graph.input_names, graph.inputs), (graph.output_names, graph.outputs))
    )
    del graph
    found = []
    for target in chosen:
        result = convert_one(source, target, places[target.name], request, is_last=target is chosen[-1])
        progress(result)
        found.append(result)
    return Report(__version__, source.description | {"path": str(source.path) if source.path else None}, ins, outs, found)


def run_reference(source: Source, samples: Samples) -> None:
    """Computes what every artifact is compared with."""
    with timed(source.seconds, "reference"):
        source.inputs = samples_for(source.graph, samples)
        source.expected = interpret(source.graph, source.inputs)


def samples_for(graph: Graph, samples: Samples) -> list[np.ndarray]:
    """The user's samples in the order of the inputs, or seeded ones."""
    from .samples import check_sample

    if samples is None:
        return make_samples(graph)
    if isinstance(samples, (str, Path)):
        return read_samples(Path(samples), graph)
    if isinstance(samples, Mapping):
        missing = [n for n in graph.input_names if n not in samples]
        if missing:
            raise UsageError(f"expected samples for the inputs {graph.input_names}. Received: {sorted(samples)}")
        samples = [samples[name] for name in graph.input_names]
    if len(samples) != len(graph.inputs):
        raise UsageError(f"expected samples for {len(graph.inputs)} inputs: {graph.input_names}. Received: {len(samples)}")
    return [check_sample(n, v, np.asarray(a)) for n, v, a in zip(graph.input_names, graph.inputs, samples, strict=True)]


def convert_one(source: Source, target: Target, place: Path, request: Request, *, is_last: bool) -> TargetReport:
    """One target's artifact, from the traced graph to its place. After the last one the weights aren't needed any more."""
    result = TargetReport(target.name, seconds={"load": source.seconds["load"]})
    tolerance = chosen_tolerance(target, request)
    result.rtol, result.atol = tolerance.rtol, tolerance.atol
    place.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".kport-", dir=place.parent))
    try:
        draft = workshop / place.name
        with timed(result.seconds, "lower"):
            bordered, border = ask_layout(source.graph, request.options.input_layout)
            prepared = prepare(bordered, target, request.options)
        with timed(result.seconds, "write"):
            target.write(prepared, draft, contract_of(source, bordered, border, request), request.options)
        del prepared, bordered
        if is_last:
            source.release()
        check_artifact(source, target, draft, border, tolerance, request, result)
        if result.status in (report.PASSED, report.NOT_RUN) or (request.allow_mismatch and result.status == report.FAILED):
            hand_over(workshop, place)
            result.path = str(place)
            result.bytes = size_of(place)
    except KportError as error:
        result.status, result.reason, result.exit_status = report.ERROR, str(error), error.exit_status
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return result


def check_artifact(
    source: Source, target: Target, draft: Path, border: Border, tolerance: Tolerance, request: Request, result: TargetReport
) -> None:
    """Runs the artifact and compares; the report gets the verdict, the artifact's contract the numbers."""
    if not request.verify:
        result.reason = "not verified, as asked"
        return
    assert source.inputs is not None and source.expected is not None
    with timed(result.seconds, "verify"):
        result.runtime = target.runtime()
        meaningless = parity.proves_something(source.expected)
        if meaningless:
            result.reason = meaningless
            return
        outputs = border.outputs_to_keras(target.run(draft, border.inputs_from_keras(source.inputs)))
        found = parity.compare(source.output_names, outputs, source.expected, tolerance)
        result.max_abs_error, result.max_rel_error = found.max_abs_error, found.max_rel_error
        result.worst_output = found.worst_output
        if found.agrees:
            result.status = report.PASSED
            result.reason = looser(target, tolerance, request)
            target.annotate(draft, {PARITY_KEY: parity_text(result)})
            return
        result.status, result.exit_status = report.FAILED, 0 if request.allow_mismatch else 1
        if target.observe is not None:
            observed = target.observe(draft, border.inputs_from_keras(source.inputs))
            result.first_diverging_layer = parity.first_diverging_layer(source.graph, source.inputs, observed, tolerance)
        kept = "kept, as asked" if request.allow_mismatch else "the artifact is withheld; --allow-mismatch keeps it"
        result.reason = f"{found.reason or f'output {found.worst_output!r} is off by {found.max_abs_error:.3g}'}: {kept}"


def looser(target: Target, tolerance: Tolerance, request: Request) -> str | None:
    """What the report says of a tolerance that is looser than the target's own."""
    own = target.tolerances[request.options.precision]
    if tolerance.rtol <= own.rtol and tolerance.atol <= own.atol:
        return None
    return f"with rtol={tolerance.rtol:g}, atol={tolerance.atol:g}, looser than {own.rtol:g} and {own.atol:g}"


def parity_text(result: TargetReport) -> str:
    """The verdict for the contract. Errors are rounded up to one digit: the last ones differ between machines."""
    return (
        f"passed in {result.runtime}: max_abs_error <= {round_up(result.max_abs_error)}, "
        f"max_rel_error <= {round_up(result.max_rel_error)}, rtol={result.rtol:g}, atol={result.atol:g}"
    )


def round_up(error: float | None) -> str:
    """0.0000123 → 1e-04: the next power of ten."""
    return "0" if not error else f"1e{int(np.ceil(np.log10(error))):+03d}"


def contract_of(source: Source, graph: Graph, border: Border, request: Request) -> dict[str, str]:
    """The artifact's contract: golden case included if the reference was run."""
    options = {k: v for k, v in asdict(request.options).items() if v is not None}
    inputs, outputs = None, None
    if source.inputs is not None and source.expected is not None:
        inputs = border.inputs_from_keras(list(first_sample(source.inputs)))
        outputs = border.outputs_from_keras(list(first_sample(source.expected)))
    return contract(__version__, source.description, options, graph, inputs, outputs)


def chosen_tolerance(target: Target, request: Request) -> Tolerance:
    """The user's tolerances, or the target's own."""
    own = target.tolerances[request.options.precision]
    if request.rtol is None and request.atol is None:
        return own
    rtol = own.rtol if request.rtol is None else request.rtol
    return Tolerance(rtol, own.atol) if request.atol is None else Tolerance(rtol, request.atol, share=None)


def refuse_unknown_options(target: Target, options: Options) -> None:
    """UsageError for an option that the target doesn't understand."""
    given = {k for k, v in asdict(options).items() if v != getattr(Options(), k)}
    unknown = sorted(given - target.options)
    if unknown:
        raise UsageError(f"target {target.name} has no option {', '.join('--' + u.replace('_', '-') for u in unknown)}")
    if options.precision not in target.tolerances:
        raise UsageError(
            f"target {target.name}: expected precision {', '.join(target.tolerances)}. Received: {options.precision}"
        )


def destinations(source: Source, chosen: Sequence[Target], request: Request) -> dict[str, Path]:
    """Where each artifact goes. Files that kport did not write are not replaced unless asked, the source never."""
    output = request.output
    is_file = output is not None and len(chosen) == 1 and not output.is_dir() and not str(output).endswith(os.sep)
    places: dict[str, Path] = {}
    for target in chosen:
        place = output if is_file and output is not None else (output or Path()) / f"{source.stem}{target.suffix}"
        if source.path is not None and place.exists() and source.path.exists() and place.samefile(source.path):
            raise UsageError(f"the artifact of {target.name} would replace the source {place}: give another --output")
        if place.exists() and not request.force and target.read_contract(place) is None:
            raise UsageError(f"{place} exists and was not written by kport: give another --output, or --force to replace it")
        places[target.name] = place
    return places


def hand_over(workshop: Path, place: Path) -> None:
    """Moves what was written to its place, whole."""
    for item in sorted(workshop.iterdir(), key=lambda p: p.name == place.name):  # the artifact itself last
        goal = place.parent / item.name
        if goal.is_dir():
            shutil.rmtree(goal)
        os.replace(item, goal)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a directory."""
    return path.stat().st_size if path.is_file() else sum(p.stat().st_size for p in path.rglob("*") if p.is_file())


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
    source = open_source(model, weights, custom)
    run_reference(source, request.samples)
    tolerance = chosen_tolerance(target, request)
    result = TargetReport(target.name, str(path), size_of(path), rtol=tolerance.rtol, atol=tolerance.atol)
    result.seconds["load"] = source.seconds["load"]
    untouched = Request(samples=request.samples, rtol=request.rtol, atol=request.atol)
    try:
        check_artifact(source, _without_annotation(target), path, Border.none(source.graph), tolerance, untouched, result)
    except KportError as error:
        result.status, result.reason, result.exit_status = report.ERROR, str(error), error.exit_status
    return Report(__version__, source.description, [], [], [result])


def _without_annotation(target: Target) -> Target:
    from dataclasses import replace

    return replace(target, annotate=lambda path, entries: None)
