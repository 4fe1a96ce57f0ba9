"""Runs SavedModels in TensorFlow, in a fresh process: what was written, not what wrote it."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import MissingComponentError, UsageError
from ...ir import TensorType
from ..runtime_process import Answer, RuntimeProcess
from ..samples import arrays_for


@cache
def process() -> RuntimeProcess:
    """TensorFlow, on the CPU."""
    if importlib.util.find_spec("tensorflow") is None:
        raise MissingComponentError("TensorFlow is needed to run this: pip install 'kport[tensorflow]'")
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "TF_ENABLE_ONEDNN_OPTS": "0"}
    command = [sys.executable, str(Path(__file__).with_name("serve.py"))]
    return RuntimeProcess("TensorFlow", command, Path(sys.prefix), {**os.environ, **quiet})


def runtime() -> str:
    """The runtime and its version."""
    return str(process().ask({"ask": "runtime"})["runtime"])


def run(path: Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The outputs for the inputs, both in the model's order."""
    answer = _run(path, inputs)
    return [answer.outputs[name] for name in answer.order]


def observe(path: Path, inputs: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
    """Every value of the graph by name."""
    return _run(path, inputs, observe=True).outputs


def predict(path: Path, x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> dict[str, np.ndarray]:
    """The outputs by name, for arrays by input name, in order, or for the only input; they get the inputs' dtypes."""
    answer = _run(path, arrays_for({t["name"]: TensorType(t["dtype"], tuple(t["shape"])) for t in interface(path)}, x))
    return {name: answer.outputs[name] for name in answer.order}


def interface(path: Path) -> list[dict[str, Any]]:
    """Name, shape and dtype of each input."""
    found: list[dict[str, Any]] = process().ask({"ask": "interface", "artifact": str(path.resolve())})["inputs"]
    return found


def _run(path: Path, inputs: Sequence[np.ndarray], *, observe: bool = False) -> Answer:
    names = [tensor["name"] for tensor in interface(path)]
    if len(names) != len(inputs):
        raise UsageError(f"expected {len(names)} inputs: {names}. Received: {len(inputs)}")
    arrays = [a.astype(str) if a.dtype == object else a for a in inputs]  # text in arrays of fixed width, as it travels
    return process().run(path, dict(zip(names, arrays, strict=True)), observe=observe)
