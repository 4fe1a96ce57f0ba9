"""TensorFlow SavedModel as a target: a folder with the signature serving_default, as TF-Serving takes it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ...ir import Graph
from ..contract import read_file, write_file
from ..target import Options, Target, Tolerance
from . import runner
from .emissions import EMISSIONS

PROTO = "saved_model.pb"


def write(graph: Graph, path: Path, contract: Mapping[str, str], options: Options) -> None:
    """Writes the folder; TensorFlow is loaded only now, and asked to be quiet."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from .writer import write as write_folder

    write_folder(graph, path, contract, options)


def recognises(path: Path) -> bool:
    """Whether the path is a SavedModel's folder, by whomever it was written."""
    return (path / PROTO).is_file()


def read_contract(path: Path) -> Mapping[str, str] | None:
    """The contract of a folder that kport wrote."""
    return read_file(path) if recognises(path) else None


TARGET = Target(
    name="savedmodel",
    title="SavedModel",
    suffix=".savedmodel",
    emissions=EMISSIONS,
    options=frozenset({"precision", "input_layout"}),
    tolerances={
        "float32": Tolerance(1e-4, 1e-5),
        # half precision has 11 bits: an error of 5e-4 at each operation, of which some dozens add up
        "float16": Tolerance(1e-2, 1e-3),
    },
    write=write,
    annotate=write_file,
    read_contract=read_contract,
    recognises=recognises,
    run=runner.run,
    predict=runner.predict,
    runtime=runner.runtime,
    observe=runner.observe,
    requires=("tensorflow",),
    extra="tensorflow",
    is_model=True,
    starts_slowly=True,
)
