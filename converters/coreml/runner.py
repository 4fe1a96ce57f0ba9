"""Runs an .mlpackage: on macOS by CoreML itself, elsewhere by kport's own interpreter of the written file."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FileError, KportError, MissingComponentError, UsageError
from ...ir import TensorType
from ..samples import arrays_for
from . import interpreter, package
from .dtypes import INT32, INT32_RANGE, NUMPY, border_type, from_border
from .writer import BORDER

Arrays = list[np.ndarray]


def is_native() -> bool:
    """Whether this machine has CoreML."""
    return platform.system() == "Darwin"


def runtime() -> str:
    """What runs a package here, and its version."""
    if not is_native():
        return interpreter.runtime()
    return f"CoreML of macOS {platform.mac_ver()[0]} (coremltools {_coremltools().__version__})"


def run(path: Path, inputs: Sequence[np.ndarray]) -> Arrays:
    """The outputs for the inputs, both in the package's order; dtypes are the Keras model's, if kport wrote it."""
    results = (_run_native if is_native() else interpreter.run)(path, _to_border(path, inputs))
    declared = _border(path)["outputs"]
    return [from_border(r, t) for r, t in zip(results, declared, strict=True)] if declared else results


def observe(path: Path, inputs: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
    """Inner tensors by the names of the graph's values: by the interpreter on every machine, as CoreML shows none."""
    names = _border(path)["values"]
    return {names.get(name, name): array for name, array in interpreter.observe(path, _to_border(path, inputs)).items()}


def predict(path: Path, x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> Mapping[str, np.ndarray]:
    """The outputs by name, for arrays by input name, in order, or for the only input; they get the inputs' dtypes."""
    border = _border(path)
    inputs, outputs = border["inputs"], border["outputs"]
    if not outputs:
        return interpreter.predict(path, x)
    arrays = arrays_for({t["name"]: TensorType(t["dtype"], tuple(t["shape"])) for t in inputs}, x)
    return dict(zip([t["name"] for t in outputs], run(path, arrays), strict=True))


def _border(path: Path) -> dict[str, Any]:
    """What the writer keeps of the Keras model's inputs and outputs; nothing for a package that kport didn't write."""
    nothing: dict[str, Any] = {"inputs": [], "outputs": [], "values": {}}
    return nothing | json.loads((package.metadata(path) or {}).get(BORDER, "{}"))


def _to_border(path: Path, inputs: Sequence[np.ndarray]) -> Arrays:
    """The inputs in the types that packages take. UsageError for integers that need more than 32 bits."""
    version = package.version(path)
    arrays: Arrays = []
    for array in map(np.asarray, inputs):
        kind = border_type(array.dtype.name, version)
        if kind == INT32 and array.size and not (array.min() >= INT32_RANGE[0] and array.max() <= INT32_RANGE[1]):
            raise UsageError(f"expected integers of 32 bits: CoreML has no others. Received: {array.min()} to {array.max()}")
        arrays.append(np.ascontiguousarray(array.astype(NUMPY[kind], copy=False)))
    return arrays


def _coremltools() -> Any:
    try:
        import coremltools
    except ImportError as error:
        raise MissingComponentError("running a CoreML package needs coremltools: pip install 'kport[coreml]'") from error
    return coremltools


def _run_native(path: Path, inputs: Arrays) -> Arrays:
    """In CoreML, on the CPU: there it computes in the precision that the program says."""
    ct = _coremltools()
    try:
        model = ct.models.MLModel(str(path), compute_units=ct.ComputeUnit.CPU_ONLY)
    except Exception as error:  # its errors have no class in common
        raise FileError(f"CoreML can't load {path}: {error}") from error
    description = model.get_spec().description
    given = {
        feature.name: array if array.ndim else array.reshape(1) for feature, array in zip(description.input, inputs, strict=True)
    }
    try:
        found = model.predict(given)
    except Exception as error:
        raise KportError(f"CoreML can't compute this: {error}") from error
    return [np.asarray(found[feature.name]) for feature in description.output]
