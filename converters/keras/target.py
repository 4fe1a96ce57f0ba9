"""Keras 3 as a target: any model, of whatever generation, as a `.keras` archive."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...ir import Graph
from ...models.model import Model
from ...saving.writing.config import config_of
from ...saving.writing.keras_zip import WEIGHTS, write_archive
from ...saving.writing.state import write_state
from ..prepare import prepare
from ..target import Options, Target, Tolerance
from . import archive, runner
from .emissions import EMISSIONS, UNSUPPORTED
from .names import Names, rename_layers
from .rebuild import rebuild
from .whole import is_said, trace_whole


def write_model(model: Model, path: Path, contract: Mapping[str, str], options: Options) -> None:
    """Writes the model, its layers as they are wherever Keras 3 has them."""
    with Names() as names:
        if is_said(model):
            rename_layers(model, names)
            _write(model, path, contract)
        else:
            graph = prepare(trace_whole(model), TARGET, options)
            _write(rebuild(graph, EMISSIONS, names, like=model), path, contract)


def write(graph: Graph, path: Path, contract: Mapping[str, str], options: Options) -> None:
    """Writes a graph that has no layers."""
    with Names() as names:
        _write(rebuild(graph, EMISSIONS, names), path, contract)


def _write(model: Model, path: Path, contract: Mapping[str, str]) -> None:
    weights = path.with_name(f"{path.name}.{WEIGHTS}")
    try:
        assets = write_state(model, weights)
        write_archive(path, config_of(model, only_inference=True), weights, assets, archive.own_of(contract))
    finally:
        weights.unlink(missing_ok=True)


TARGET = Target(
    name="keras",
    title="Keras 3",
    suffix=".keras",
    emissions=EMISSIONS,
    unsupported=UNSUPPORTED,
    write=write,
    tolerances={"float32": Tolerance(1e-4, 1e-5)},
    write_model=write_model,
    trace=trace_whole,
    from_layers=lambda options: True,
    annotate=archive.annotate,
    read_contract=archive.read_contract,
    recognises=archive.recognises,
    run=runner.run,
    predict=runner.predict,
    runtime=runner.runtime,
    observe=runner.observe,
    extra="keras",
    is_model=True,
    starts_slowly=True,
)
