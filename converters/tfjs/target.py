"""TensorFlow.js as a target."""

from __future__ import annotations

from ..contract import write_file
from ..target import Target, Tolerance
from . import reader, runner
from .emissions import EMISSIONS, UNSUPPORTED
from .layers_model.writer import write_model
from .writer import write

TARGET = Target(
    name="tfjs",
    title="TF.js",
    suffix=".tfjs",
    emissions=EMISSIONS,
    unsupported=UNSUPPORTED,
    options=frozenset({"precision", "input_layout", "format"}),
    tolerances={
        "float32": Tolerance(1e-4, 1e-5),
        # weights with 11 bits: an error of 5e-4 in each, of which some dozens add up
        "float16": Tolerance(1e-2, 1e-3),
    },
    channels_last=True,
    write=write,
    write_model=write_model,
    from_layers=lambda options: options.format == "layers",
    annotate=write_file,
    read_contract=reader.read_contract,
    recognises=reader.recognises,
    run=runner.run,
    predict=runner.predict,
    runtime=runner.runtime,
    observe=runner.observe,
    checked_by="browser",
)
