"""Runs a TF.js model in Node, by the browser runtime's process.

TF.js has float32, int32, bool and text: other dtypes are cast on the way in, and outputs get the Keras model's dtypes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...errors import UsageError
from ...ops.promotion import numpy_dtype
from ..installation import get
from ..runtime_process import Answer
from ..samples import arrays_for
from .builder import as_kind
from .reader import interface

BACKEND = "wasm"
"""Where artifacts are checked: the fastest back end that every browser has."""


def runtime(backend: str = BACKEND) -> str:
    """The runtime and its version."""
    return str(get("browser").process().ask({"ask": "runtime", "backend": backend})["runtime"])


def run(path: Path, inputs: Sequence[np.ndarray], backend: str = BACKEND) -> list[np.ndarray]:
    """The outputs for the inputs, both in the artifact's order."""
    names, outputs = interface(path)
    if len(names) != len(inputs):
        raise UsageError(f"expected {len(names)} inputs: {list(names)}. Received: {len(inputs)}")
    answer = _ask(path, dict(zip(names, inputs, strict=True)), observe=False, backend=backend)
    return [_as_dtype(answer.outputs[name], outputs[name].dtype) for name in outputs]


def predict(path: Path, x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> dict[str, np.ndarray]:
    """The outputs by name, for arrays by input name, in order, or for the only input; they get the inputs' dtypes."""
    inputs, outputs = interface(path)
    return dict(zip(outputs, run(path, arrays_for(inputs, x)), strict=True))


def observe(path: Path, inputs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Every inner tensor by name, and the outputs."""
    names, _ = interface(path)
    return dict(_ask(path, dict(zip(names, inputs, strict=True)), observe=True, backend=BACKEND).outputs)


def _ask(path: Path, inputs: Mapping[str, np.ndarray], observe: bool, backend: str) -> Answer:
    given = {name: _sent(as_kind(np.asarray(array))) for name, array in inputs.items()}
    return get("browser").process().run(path, given, observe=observe, backend=backend)


def _sent(array: np.ndarray) -> np.ndarray:
    """Text as the protocol has it."""
    return array.astype(str) if array.dtype == object else array


def _as_dtype(array: np.ndarray, dtype: str) -> np.ndarray:
    return array.astype(object) if dtype == "string" else array.astype(numpy_dtype(dtype), copy=False)
