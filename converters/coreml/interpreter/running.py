"""Runs packages from their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ....errors import FileError, UsageError
from .check import faults
from .machine import Machine
from .package import Package, manifest_faults
from .program import Feature
from .types import NUMPY

MOST_FAULTS = 20
"""How many are told at once"""


def runtime() -> str:
    """What a report calls it."""
    return "kport's CoreML interpreter (graph-verified)"


def load(path: Path) -> Package:
    """An opened package whose program a compiler would take. FileError tells everything that is wrong."""
    package = Package(path)
    found = manifest_faults(path) + faults(package.model)
    if found:
        shown = found[:MOST_FAULTS] + ([f"... and {len(found) - MOST_FAULTS} more"] if len(found) > MOST_FAULTS else [])
        raise FileError(f"{path}: CoreML wouldn't load this:\n" + "\n".join(f"- {fault}" for fault in shown))
    return package


def run(path: Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The outputs in the artifact's order, of inputs in the artifact's order."""
    package = load(path)
    values = Machine(package).run(_named(package, inputs))
    return [values[feature.name] for feature in package.model.outputs]


def observe(path: Path, inputs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Every tensor that the program computes, by name, but for its constants and outputs."""
    package = load(path)
    values = Machine(package, keep=True).run(_named(package, inputs))
    outputs = {feature.name for feature in package.model.outputs}
    return {name: value for name, value in values.items() if isinstance(value, np.ndarray) and name not in outputs}


def predict(path: Path, x: Any) -> dict[str, np.ndarray]:
    """The outputs by name, of arrays by name or in order, or of the only input's array."""
    package = load(path)
    names = [feature.name for feature in package.model.inputs]
    if not isinstance(x, Mapping):
        given = list(x) if len(names) > 1 and isinstance(x, list | tuple) else [x]
        if len(given) != len(names):
            raise UsageError(f"expected arrays for the inputs {', '.join(names)}. Received: {len(given)}")
        x = dict(zip(names, given, strict=True))
    if x.keys() != set(names):
        raise UsageError(f"expected the inputs {', '.join(names)}. Received: {', '.join(map(str, x)) or 'none'}")
    values = Machine(package).run(_named(package, [np.asarray(x[name]) for name in names]))
    return {feature.name: values[feature.name] for feature in package.model.outputs}


def _named(package: Package, inputs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    features = package.model.inputs
    if len(inputs) != len(features):
        raise UsageError(f"expected {len(features)} inputs: {', '.join(f.name for f in features)}. Received: {len(inputs)}")
    return {feature.name: _given(feature, np.asarray(array)) for feature, array in zip(features, inputs, strict=True)}


def _given(feature: Feature, array: np.ndarray) -> np.ndarray:
    """The array as the feature has it; UsageError if it isn't one that an app could give."""
    if feature.kind != "array":
        raise UsageError(f"input '{feature.name}': only arrays can be given here. It is an {feature.kind}")
    if not feature.admits(array.shape):
        expected = feature.shapes or feature.ranges or feature.shape
        raise UsageError(f"input '{feature.name}': expected shape {list(expected)}. Received: {list(array.shape)}")
    wanted = NUMPY[feature.dtype]
    if array.dtype.kind not in "biuf" or (wanted.kind == "i" and array.dtype.kind == "f"):
        raise UsageError(f"input '{feature.name}': expected {feature.dtype}. Received: {array.dtype}")
    given = array.astype(wanted)
    if wanted.kind == "i" and not np.array_equal(given, array):
        raise UsageError(f"input '{feature.name}': some numbers are beyond {feature.dtype}")
    return given
