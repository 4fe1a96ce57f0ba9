"""From a model to checked artifacts: prepare, write, run, compare, hand over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from .. import __version__
from ..errors import KportError, MissingComponentError, UsageError
from ..files import workshop
from ..ir import Graph
from ..ir.types import Shape
from ..models.model import Model
from . import parity, preprocessing, report, targets
from .border import Border
from .contract import PARITY_KEY, contract, tensors
from .lowering import Lowering
from .opening import open_source
from .prepare import fit
from .report import Report, TargetReport
from .samples import Samples
from .source import Source, run_reference, timed, whereabouts
from .target import PARTICULAR, SHARED, Options, Target, Tolerance

Progress = Callable[[TargetReport], None]
WORKERS = 3
"""Targets that are worked on at a time. More would hold more weights in memory, and wait for one another."""


@dataclass(frozen=True)
class Request:
    """What the user asked for beyond the model and the targets."""

    output: Path | None = None
    into_directory: bool = False
    """Whether `output` is a directory even if it doesn't exist."""
    options: Options = field(default_factory=Options)
    samples: Samples = None
    rtol: float | None = None
    atol: float | None = None
    verify: bool = True
    allow_mismatch: bool = False
    force: bool = False


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
    chosen = [beside(target, request.options) for target in targets.parse(to)]
    if all(targets.missing(target) for target in chosen):
        targets.require(chosen[0])
    refuse_unknown_options(chosen, request.options)
    source = open_source(model, weights, custom, input_shapes)
    places = destinations(source, chosen, request)
    if request.verify:
        run_reference(source, request.samples)
    interface = tensors_of(source.graph)
    lowering = Lowering(source, request.options, len(chosen), release=request.verify)

    def convert_to(target: Target) -> TargetReport:
        try:
            result = convert_one(lowering, target, places[target.name], request)
        except Exception as error:
            if len(chosen) == 1:
                raise
            result = defect(target, error)  # the other targets are not to suffer from it
        progress(result)
        return result

    found = side_by_side(convert_to, chosen)
    return Report(__version__, whereabouts(source), *interface, found)


def side_by_side(work: Callable[[Target], TargetReport], chosen: Sequence[Target]) -> list[TargetReport]:
    """The targets' reports in order. Several targets are worked on at a time: while one waits for its runtime, another
    writes."""
    if len(chosen) == 1:
        return [work(chosen[0])]
    with ThreadPoolExecutor(WORKERS) as pool:
        slow_first = sorted(chosen, key=lambda target: not target.starts_slowly)
        begun = {target.name: pool.submit(work, target) for target in slow_first}
        try:
            return [begun[target.name].result() for target in chosen]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def defect(target: Target, error: Exception) -> TargetReport:
    """The report where kport itself is at fault."""
    reason = f"a defect of kport: {type(error).__name__}: {error}. Please report it, with what --to {target.name} --debug shows"
    return TargetReport(target.name, status=report.ERROR, reason=reason, exit_status=KportError.exit_status)


def beside(target: Target, options: Options) -> Target:
    """The target, whose artifacts have a file of preprocessing beside them if that is split off."""
    more = (preprocessing.SUFFIX,) if options.split_preprocessing else ()
    return replace(target, beside=(*target.beside, *more))


def tensors_of(graph: Graph) -> tuple[list[report.Tensor], list[report.Tensor]]:
    """The inputs and the outputs, as the report has them."""
    sides = ((graph.input_names, graph.inputs), (graph.output_names, graph.outputs))
    inputs, outputs = ([report.Tensor(**t) for t in tensors(names, [v.type for v in values])] for names, values in sides)
    return inputs, outputs


def convert_one(lowering: Lowering, target: Target, place: Path, request: Request) -> TargetReport:
    """One target's artifact, from the traced graph to its place."""
    source = lowering.source
    result = TargetReport(target.name, seconds={"load": source.seconds["load"]})
    with failing_into(result), workshop(place) as folder:
        draft = folder / place.name
        with lowering.writing():
            targets.require(target)
            if request.verify and target.starts_slowly:
                Thread(target=start_runtime, args=(target,), daemon=True).start()
            request = replace(request, options=understood(target, request.options))
            tolerance = chosen_tolerance(target, request)
            result.rtol, result.atol = tolerance.rtol, tolerance.atol
            border = write_artifact(lowering, target, draft, request, result)
        check_artifact(source, target, draft, border, tolerance, request, result)
        if result.status == report.FAILED:
            fate = "kept, as asked" if request.allow_mismatch else "the artifact is withheld; --allow-mismatch keeps it"
            result.reason = f"{result.reason}: {fate}"
        if result.status in (report.PASSED, report.NOT_RUN) or (request.allow_mismatch and result.status == report.FAILED):
            hand_over(folder, target, place)
            result.path = str(place)
            result.bytes = size_of(target, place)
    return result


def write_artifact(lowering: Lowering, target: Target, draft: Path, request: Request, result: TargetReport) -> Border:
    """Writes the draft, from the lowered graph or from the model as it is. Gives how its border differs from the model's."""
    source, options = lowering.source, request.options
    write = source.direct_writer(target, options)
    if write is not None:
        border = Border.none(source.graph)
        with timed(result.seconds, "write"):
            result.converter = write(draft, contract_of(source, source.graph, border, request))
        return border
    with timed(result.seconds, "lower"):
        lowered, border = lowering.get()
        fitted = fit(lowered, target, options)
    with timed(result.seconds, "write"):
        target.write(fitted, draft, contract_of(source, lowered, border, request), options)
        if border.program is not None:
            preprocessing.write(draft.with_name(draft.name + preprocessing.SUFFIX), border.program)
    return border


def start_runtime(target: Target) -> None:
    """Has the runtime begin while the artifact is written. What goes wrong is said when the artifact is to be run."""
    with suppress(KportError):
        target.runtime()


@contextmanager
def failing_into(result: TargetReport) -> Iterator[None]:
    """What goes wrong with one target is in its report."""
    try:
        yield
    except (KportError, OSError) as error:
        status = error.exit_status if isinstance(error, KportError) else KportError.exit_status
        result.status, result.reason, result.exit_status = report.ERROR, str(error), status


def check_artifact(
    source: Source, target: Target, draft: Path, border: Border, tolerance: Tolerance, request: Request, result: TargetReport
) -> None:
    """Runs the artifact and compares; the report gets the verdict, the artifact's contract the numbers."""
    if not request.verify:
        result.reason = "not verified, as asked"
        return
    assert source.inputs is not None and source.expected is not None
    with timed(result.seconds, "verify"):
        meaningless = parity.proves_something(source.expected)
        if meaningless:
            result.reason = meaningless
            return
        try:
            result.runtime = target.runtime()
            outputs = border.outputs_to_keras(source.run(target, draft, border.inputs_from_keras(source.inputs)))
            result.runtime = target.runtime()  # a runtime with several back ends has chosen one by now
        except MissingComponentError as error:
            result.reason = str(error)
            return
        found = parity.compare(source.output_names, outputs, source.expected, tolerance)
        result.max_abs_error, result.max_rel_error = found.max_abs_error, found.max_rel_error
        result.worst_output = found.worst_output
        if found.agrees:
            result.status = report.PASSED
            result.reason = remarks(target, tolerance, request, result)
            target.annotate(draft, {PARITY_KEY: parity_text(result)})
            return
        result.status, result.exit_status = report.FAILED, 0 if request.allow_mismatch else 1
        if target.observe is not None and source.graph.nodes:
            observed = target.observe(draft, border.inputs_from_keras(source.inputs))
            result.first_diverging_layer = parity.first_diverging_layer(
                source.graph, source.inputs, observed, tolerance, found.worst_output
            )
        result.reason = f"output {found.worst_output!r}: {found.reason or f'off by {found.max_abs_error:.3g}'}"


def remarks(target: Target, tolerance: Tolerance, request: Request, result: TargetReport) -> str | None:
    """What is to be said of an artifact that passed: who wrote it, if it wasn't kport, and a looser tolerance."""
    converter = f"by {result.converter}" if result.converter else None
    return "; ".join(filter(None, (converter, looser(target, tolerance, request)))) or None


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
    """The artifact's contract. Its golden case is the very one that was checked: one sample out of several need not give
    the same, and doesn't fit where the batch size is fixed."""
    options = {"precision": request.options.precision, **request.options.given()}
    inputs, outputs = None, None
    if source.inputs is not None and source.expected is not None:
        inputs = border.inputs_from_keras(source.inputs)
        outputs = border.outputs_from_keras(source.expected)
    program = None if border.program is None else border.program.to_json()
    return contract(__version__, source.description, options, graph, inputs, outputs, program)


def chosen_tolerance(target: Target, request: Request) -> Tolerance:
    """The user's tolerances, or the target's own. A looser atol is taken as it is, whatever the outputs' magnitude."""
    own = target.tolerances[request.options.precision]
    rtol = own.rtol if request.rtol is None else request.rtol
    atol = own.atol if request.atol is None else request.atol
    if not (rtol >= 0 and atol >= 0):
        raise UsageError(f"expected tolerances of 0 or more. Received: rtol={rtol}, atol={atol}")
    return Tolerance(rtol, atol, share=own.share if atol <= own.atol else None)


def refuse_unknown_options(chosen: Sequence[Target], options: Options) -> None:
    """UsageError, before anything is done, for an option that none of the targets understands."""
    unknown = sorted(options.given().keys() - SHARED.union(*(target.options for target in chosen)))
    if unknown:
        names = ", ".join(target.name for target in chosen)
        raise UsageError(f"target {names} has no option {', '.join(map(flag, unknown))}")
    if len(chosen) == 1:
        understood(chosen[0], options)


def understood(target: Target, options: Options) -> Options:
    """The options as the target gets them: without what means another target. UsageError for what it should understand."""
    unknown = options.given().keys() - target.options - SHARED
    refused = sorted(unknown - PARTICULAR)
    if refused:
        raise UsageError(f"target {target.name} has no option {', '.join(map(flag, refused))}")
    if options.precision not in target.tolerances:
        raise UsageError(
            f"target {target.name}: expected precision {', '.join(target.tolerances)}. Received: {options.precision}"
        )
    nothing: dict[str, Any] = dict.fromkeys(unknown)
    return replace(options, **nothing)


def flag(option: str) -> str:
    """An option as the command line has it."""
    return "--" + option.replace("_", "-")


def destinations(source: Source, chosen: Sequence[Target], request: Request) -> dict[str, Path]:
    """Where each artifact goes. Files that kport did not write are not replaced unless asked; directories of others and
    what the model was read from never."""
    output = request.output
    is_file = output is not None and len(chosen) == 1 and not output.is_dir() and not request.into_directory
    if output is not None and not is_file and output.exists() and not output.is_dir():
        raise UsageError(f"expected a directory for {len(chosen)} artifact(s). Received: --output {output}, a file")
    places: dict[str, Path] = {}
    for target in chosen:
        place = output if is_file and output is not None else default_place(output or Path(), source, target)
        places[target.name] = place
        is_own = place.exists() and target.read_contract(place) is not None
        for file in target.files(place):
            refuse_to_replace(file, is_own, source, target, request)
    return places


def default_place(folder: Path, source: Source, target: Target) -> Path:
    """The model's name with the target's suffix; where that is the source itself, with "_kport" between them."""
    place = folder / f"{source.stem}{target.suffix}"
    is_source = place.exists() and any(place.samefile(path) for path in source.files if path.exists())
    return place.with_name(f"{source.stem}_kport{target.suffix}") if is_source else place


def refuse_to_replace(file: Path, is_own: bool, source: Source, target: Target, request: Request) -> None:
    """UsageError if an artifact may not take the place of what is there; is_own: kport wrote that."""
    if not file.exists():
        return
    if any(file.samefile(path) for path in source.files if path.exists()):
        raise UsageError(f"the artifact of {target.name} would replace the source {file}: give another --output")
    if file.is_dir() and not is_own:
        raise UsageError(f"{file} is a directory that was not written by kport: give another --output")
    if not (is_own or request.force):
        raise UsageError(f"{file} exists and was not written by kport: give another --output, or --force to replace it")


def hand_over(folder: Path, target: Target, place: Path) -> None:
    """Moves what was written to its place, whole; what an earlier artifact had beside it and this one hasn't, goes."""
    for goal in reversed(target.files(place)):  # the artifact itself last
        if goal.is_dir():
            shutil.rmtree(goal)
        item = folder / goal.name
        if item.exists():
            os.replace(item, goal)
        else:
            goal.unlink(missing_ok=True)


def size_of(target: Target, place: Path) -> int:
    """Bytes of all files of an artifact."""
    inside = (p for file in target.files(place) for p in (file, *file.rglob("*")) if p.is_file())
    return sum(p.stat().st_size for p in inside)
