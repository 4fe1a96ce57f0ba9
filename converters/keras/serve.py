"""Runs `.keras` files in Keras, in a process of its own, driven as runtimes/PROTOCOL.md says.

Started as a script: it imports Keras and NumPy, nothing of kport. The back end is that of KERAS_BACKEND.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

import numpy as np

warnings.filterwarnings("ignore")
MODELS: dict[str, Any] = {}
"""The last model by path and time, so that a second request doesn't load it again."""


def keras() -> Any:
    import keras

    return keras


def runtime() -> str:
    return f"keras {keras().__version__} ({keras().backend.backend()})"


def model_of(path: str) -> Any:
    key = f"{path}:{Path(path).stat().st_mtime_ns}"
    if key not in MODELS:
        MODELS.clear()
        keras().utils.clear_session()
        MODELS[key] = keras().saving.load_model(path, compile=False)
    return MODELS[key]


def named_leaves(structure: Any, names: list[str]) -> list[tuple[str, Any]]:
    """Tensors in Keras's order with their names: the keys of a dict, or `names`, numbered where they repeat."""
    leaves = keras().tree.flatten(structure)
    if isinstance(structure, dict) and len(structure) == len(leaves):
        return list(zip(sorted(structure), leaves, strict=True))
    unique: list[str] = []
    for base in names:
        name, count = base, 1
        while name in unique:
            name, count = f"{base}_{count}", count + 1
        unique.append(name)
    return list(zip(unique, leaves, strict=True))


def functional_of(model: Any) -> Any:
    """The model as a graph of calls: a Sequential model has one inside."""
    return getattr(model, "_functional", None) or model


def inputs_of(model: Any) -> tuple[Any, list[tuple[str, Any]]]:
    """The structure of the inputs, and the symbolic inputs in order with their names."""
    structure = functional_of(model)._inputs_struct
    return structure, named_leaves(structure, [tensor.name for tensor in keras().tree.flatten(structure)])


def interface(path: str) -> dict[str, Any]:
    """The inputs with their types, in order."""
    _, inputs = inputs_of(model_of(path))
    return {"inputs": [{"name": n, "shape": list(t.shape), "dtype": t.dtype} for n, t in inputs]}


def arrays_for(model: Any, files: dict[str, str]) -> Any:
    """The inputs in the model's structure."""
    structure, inputs = inputs_of(model)
    names = [name for name, _ in inputs]
    if set(files) != set(names):
        raise ValueError(f"expected inputs {names}. Received: {sorted(files)}")
    tensors = [tensor_of(np.load(files[name], allow_pickle=False)) for name in names]
    return keras().tree.pack_sequence_as(structure, tensors)


def tensor_of(array: np.ndarray) -> Any:
    if array.dtype.kind == "U":
        import tensorflow as tf

        return tf.constant(array)
    return keras().ops.convert_to_tensor(array)


def array_of(tensor: Any) -> np.ndarray:
    array = np.asarray(tensor) if not hasattr(tensor, "numpy") else np.asarray(tensor.numpy())
    if array.dtype == object:
        array = np.array([item.decode("utf-8") for item in array.reshape(-1)]).reshape(array.shape)
    return array


def run(request: dict[str, Any]) -> dict[str, Any]:
    start = time.perf_counter()
    model = model_of(request["artifact"])
    loaded = time.perf_counter()
    packed = arrays_for(model, request["inputs"])
    times = []
    for _ in range(request.get("times", 1)):
        before = time.perf_counter()
        results = model(packed, training=False)
        outputs = named_leaves(results, list(functional_of(model).output_names))
        arrays = {name: array_of(tensor) for name, tensor in outputs}
        times.append(1000 * (time.perf_counter() - before))
    order = list(arrays)
    if request.get("observe"):
        arrays = inner(model, packed) | arrays
    written = {}
    for i, (name, array) in enumerate(arrays.items()):
        written[name] = str(Path(request["folder"]) / f"{i}.npy")
        np.save(written[name], array, allow_pickle=False)
    return {"outputs": written, "order": order, "load_ms": 1000 * (loaded - start), "run_ms": times}


def inner(model: Any, packed: Any) -> dict[str, np.ndarray]:
    """What the layers of the model give, those that are called once, each by its name; nested models aren't looked into."""
    functional = functional_of(model)
    given: dict[str, list[Any]] = {}
    for nodes in functional._nodes_by_depth.values():
        for node in nodes:
            given.setdefault(node.operation.name, []).extend(node.outputs)
    found = {f"layer:{name}": tensors[0] for name, tensors in given.items() if len(tensors) == 1}
    values = keras().Function(functional._inputs_struct, list(found.values()))(packed)
    return {name: array_of(value) for name, value in zip(found, values, strict=True)}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    if request["ask"] == "runtime":
        return {"runtime": runtime()}
    if request["ask"] == "interface":
        return interface(request["artifact"])
    if request["ask"] == "run":
        return run(request)
    raise ValueError(f"expected ask: runtime, interface or run. Received: {request['ask']}")


def main() -> None:
    channel, sys.stdout = sys.stdout, sys.stderr  # whatever libraries print doesn't disturb the answers
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # the process goes on, whatever a request ran into
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=channel, flush=True)


if __name__ == "__main__":
    main()
