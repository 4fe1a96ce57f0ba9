"""CoreML as a target."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...ops.blocks import DepthToSpace, SpaceToDepth
from ...ops.conv import Conv
from ...ops.conv_transpose import ConvTranspose
from ...ops.image import Resize
from ...ops.pool import AveragePool, MaxPool
from ..contract import KEY
from ..target import Target, Tolerance
from . import package, runner
from .emissions import EMISSIONS, UNSUPPORTED
from .saying import RANK
from .writer import write


def read_contract(path: Path) -> Mapping[str, str] | None:
    """The contract of a package that kport wrote."""
    found = package.metadata(path)
    return found if found is not None and KEY in found else None


TARGET = Target(
    name="coreml",
    title="CoreML",
    suffix=".mlpackage",
    emissions=EMISSIONS,
    unsupported=UNSUPPORTED,
    channels_first=frozenset({AveragePool, Conv, ConvTranspose, DepthToSpace, MaxPool, Resize, SpaceToDepth}),
    most_axes=RANK,
    options=frozenset({"precision", "min_os", "input_layout"}),
    tolerances={
        "float32": Tolerance(1e-4, 1e-5),
        # half precision has 11 bits: an error of 5e-4 at each operation, of which some dozens add up
        "float16": Tolerance(1e-2, 1e-3),
    },
    write=write,
    annotate=package.annotate,
    read_contract=read_contract,
    recognises=package.recognises,
    run=runner.run,
    predict=runner.predict,
    runtime=runner.runtime,
    observe=runner.observe,
    requires=("coremltools",),
    extra="coreml",
    starts_slowly=True,
)
