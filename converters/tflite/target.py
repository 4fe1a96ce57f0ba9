"""TFLite as a target."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..contract import KEY
from ..target import Target, Tolerance
from . import reader, runner
from .emissions import EMISSIONS, UNSUPPORTED
from .writer import write


def read_contract(path: Path) -> Mapping[str, str] | None:
    """The contract of a file that kport wrote."""
    found = reader.metadata(path)
    return found if found is not None and KEY in found else None


TARGET = Target(
    name="tflite",
    title="TFLite",
    suffix=".tflite",
    emissions=EMISSIONS,
    unsupported=UNSUPPORTED,
    channels_last=True,
    options=frozenset({"precision", "input_layout"}),
    tolerances={
        "float32": Tolerance(1e-4, 1e-5),
        # weights with 11 bits: an error of 5e-4 in each of them
        "float16": Tolerance(1e-2, 1e-3),
    },
    write=write,
    annotate=reader.annotate,
    read_contract=read_contract,
    recognises=reader.recognises,
    run=runner.run,
    predict=runner.predict,
    runtime=runner.runtime,
    observe=runner.observe,
    requires=(),
    extra="tflite",
)
