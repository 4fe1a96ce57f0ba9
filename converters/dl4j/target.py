"""DL4J as a target."""

from __future__ import annotations

from ..target import Target, Tolerance
from . import reader, runner
from .emissions import EMISSIONS, UNSUPPORTED
from .writer import write

TARGET = Target(
    name="dl4j",
    title="DL4J",
    suffix=".dl4j.h5",
    emissions=EMISSIONS,
    unsupported=UNSUPPORTED,
    unfolds=True,
    options=frozenset({"input_layout"}),
    tolerances={"float32": Tolerance(1e-4, 1e-5)},
    write=write,
    annotate=reader.annotate,
    read_contract=reader.read_contract,
    recognises=reader.recognises,
    run=runner.run,
    observe=runner.observe,
    predict=runner.predict,
    runtime=runner.runtime,
    starts_slowly=True,
    checked_by="jvm",
)
