"""Runs an .onnx file in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import UsageError
from .proto import output_field
from .reader import tensor_names


def runtime() -> str:
    """The runtime and its version."""
    import onnxruntime

    return f"onnxruntime {onnxruntime.__version__}"


def session(model: Path | bytes, folder: Path | None = None) -> Any:
    """A session on the CPU. Memory is given back after a run, and weights are not copied into another layout."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    if folder is not None:
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def run(path: Path, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The outputs for the inputs, both in the file's order."""
    opened = session(path)
    names = [i.name for i in opened.get_inputs()]
    if len(names) != len(inputs):
        raise UsageError(f"expected {len(names)} inputs: {names}. Received: {len(inputs)}")
    return list(opened.run(None, dict(zip(names, inputs, strict=True))))


def predict(path: Path, x: Mapping[str, np.ndarray] | Sequence[np.ndarray] | np.ndarray) -> dict[str, np.ndarray]:
    """The outputs by name, for arrays by input name, in order, or for the only input."""
    opened = session(path)
    names = [i.name for i in opened.get_inputs()]
    if not isinstance(x, Mapping):
        arrays = [x] if isinstance(x, np.ndarray) else list(x)
        if len(arrays) != len(names):
            raise UsageError(f"expected arrays for the inputs {names}. Received: {len(arrays)}")
        x = dict(zip(names, arrays, strict=True))
    if set(x) != set(names):
        raise UsageError(f"expected arrays for the inputs {names}. Received: {sorted(x)}")
    return dict(zip([o.name for o in opened.get_outputs()], opened.run(None, dict(x)), strict=True))


def observe(path: Path, inputs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Every tensor of the outermost graph by name."""
    model = path.read_bytes()
    names = tensor_names(model)
    # protobuf merges what is appended into the message: these become further outputs of the graph
    opened = session(model + output_field(names), path.parent)
    inputs_by_name = dict(zip([i.name for i in opened.get_inputs()], inputs, strict=True))
    outputs = [o.name for o in opened.get_outputs()]
    return dict(zip(outputs, opened.run(outputs, inputs_by_name), strict=True))
