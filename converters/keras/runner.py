"""Runs `.keras` files in Keras, in a process of its own: a user's process never gets Keras loaded."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import MissingComponentError, UsageError
from ...ir import TensorType
from ...saving.writing.keras_zip import CONFIG
from ..runtime_process import RuntimeProcess
from ..samples import arrays_for

BACKENDS = {"numpy": "jax", "tensorflow": "tensorflow", "torch": "torch", "jax": "jax"}
"""Keras's back ends, the one that starts fastest first, and the package that each needs: Keras's NumPy convolves by JAX."""
WIDE = re.compile(rb'"(string|u?int64|float64)"')
"""What JAX and PyTorch lack: text, and in JAX numbers of 64 bits."""
_last: list[RuntimeProcess] = []
"""What ran the last file."""


def installed() -> list[str]:
    """The back ends that can be used: the user's KERAS_BACKEND alone, if it is set."""
    asked = os.environ.get("KERAS_BACKEND")
    found = [asked] if asked else [name for name, needed in BACKENDS.items() if importlib.util.find_spec(needed) is not None]
    if importlib.util.find_spec("keras") is None or not found:
        raise MissingComponentError("Keras 3 and a back end are needed to run this: pip install 'kport[keras]'")
    return found


def process_for(path: Path) -> RuntimeProcess:
    """Keras on the back end that starts fastest, or on TensorFlow for what only that has."""
    backends = installed()
    with zipfile.ZipFile(path) as file:
        needs_tensorflow = WIDE.search(file.read(CONFIG)) is not None
    chosen = process("tensorflow" if needs_tensorflow and "tensorflow" in backends else backends[0])
    _last[:] = [chosen]
    return chosen


@cache
def process(backend: str) -> RuntimeProcess:
    """Keras on this back end."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    command = [sys.executable, str(Path(__file__).with_name("serve.py"))]
    return RuntimeProcess(f"Keras ({backend})", command, Path(sys.prefix), environment)


def runtime() -> str:
    """The runtime, its version and back end: those that ran the last file, or would run one now."""
    chosen = _last[0] if _last else process(installed()[0])
    return str(chosen.ask({"ask": "runtime"})["runtime"])


def run(path: Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The outputs for the inputs, both in the model's order."""
    names = [tensor["name"] for tensor in interface(path)]
    if len(names) != len(inputs):
        raise UsageError(f"expected {len(names)} inputs: {names}. Received: {len(inputs)}")
    answer = process_for(path).run(path, dict(zip(names, map(as_plain, inputs), strict=True)))
    return [answer.outputs[name] for name in answer.order]


def observe(path: Path, inputs: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
    """What each layer gives, by its name."""
    names = [tensor["name"] for tensor in interface(path)]
    return process_for(path).run(path, dict(zip(names, map(as_plain, inputs), strict=True)), observe=True).outputs


def predict(path: Path, x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> dict[str, np.ndarray]:
    """The outputs by name, for arrays by input name, in order, or for the only input; they get the inputs' dtypes."""
    inputs = {t["name"]: TensorType(t["dtype"], tuple(t["shape"])) for t in interface(path)}
    answer = process_for(path).run(path, dict(zip(inputs, map(as_plain, arrays_for(inputs, x)), strict=True)))
    return {name: answer.outputs[name] for name in answer.order}


def interface(path: Path) -> list[dict[str, Any]]:
    """Name, shape and dtype of each input."""
    found: list[dict[str, Any]] = process_for(path).ask({"ask": "interface", "artifact": str(path.resolve())})["inputs"]
    return found


def as_plain(array: np.ndarray) -> np.ndarray:
    """Text in arrays of fixed width, as it travels."""
    return array.astype(str) if array.dtype == object else array
