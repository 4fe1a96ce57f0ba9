"""Runs SavedModels in TensorFlow, in a process of its own, driven as runtimes/PROTOCOL.md says.

Started as a script: it imports TensorFlow and NumPy, nothing of kport.
"""

from __future__ import annotations

import json
import re
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

SIGNATURE, MARK = "serving_default", "_kport"
LOADED: dict[str, Any] = {}
"""The last model by path and time, so that a second request doesn't load it again."""


def model_of(path: str) -> Any:
    key = f"{path}:{(Path(path) / 'saved_model.pb').stat().st_mtime_ns}"
    if key not in LOADED:
        LOADED.clear()
        LOADED[key] = tf.saved_model.load(path)
    return LOADED[key].signatures[SIGNATURE]


def meta_graph(path: str) -> Any:
    """The graph and its signatures, as the file has them."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel.FromString((Path(path) / "saved_model.pb").read_bytes())
    return saved.meta_graphs[0]


def ordered(tensors: Any) -> list[str]:
    """Names in the model's order, which kport writes into the names of the tensors; by anybody else, sorted."""
    numbers = {name: re.match(r"(?:in|out)put_(\d+):0$", info.name) for name, info in tensors.items()}
    if all(numbers.values()):
        return sorted(tensors, key=lambda name: int(numbers[name][1]))  # type: ignore[index]
    return sorted(tensors)


def interface(path: str) -> dict[str, Any]:
    signature = meta_graph(path).signature_def[SIGNATURE]
    inputs = []
    for name in ordered(signature.inputs):
        info = signature.inputs[name]
        shape = [None if d.size < 0 else d.size for d in info.tensor_shape.dim]
        inputs.append({"name": name, "shape": shape, "dtype": tf.as_dtype(info.dtype).name})
    return {"inputs": inputs, "outputs": ordered(signature.outputs)}


def tensor_of(array: np.ndarray) -> Any:
    return tf.constant(array.tolist(), tf.string, array.shape) if array.dtype.kind == "U" else tf.constant(array)


def array_of(array: Any) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype == object:
        array = np.array([item.decode("utf-8") for item in array.reshape(-1)], str).reshape(array.shape)
    return array


def run(request: dict[str, Any]) -> dict[str, Any]:
    path = request["artifact"]
    start = time.perf_counter()
    serve = model_of(path)
    loaded = time.perf_counter()
    names = interface(path)
    expected = [tensor["name"] for tensor in names["inputs"]]
    if set(request["inputs"]) != set(expected):
        raise ValueError(f"expected inputs {expected}. Received: {sorted(request['inputs'])}")
    given = {name: np.load(file, allow_pickle=False) for name, file in request["inputs"].items()}
    tensors = {name: tensor_of(array) for name, array in given.items()}
    times = []
    for _ in range(request.get("times", 1)):
        before = time.perf_counter()
        results = serve(**tensors)
        arrays = {name: array_of(results[name].numpy()) for name in names["outputs"]}
        times.append(1000 * (time.perf_counter() - before))
    if request.get("observe"):
        arrays = inner(path, given) | arrays
    written = {}
    for i, (name, array) in enumerate(arrays.items()):
        written[name] = str(Path(request["folder"]) / f"{i}.npy")
        np.save(written[name], array, allow_pickle=False)
    return {"outputs": written, "order": names["outputs"], "load_ms": 1000 * (loaded - start), "run_ms": times}


def inner(path: str, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The values of the graph by the names that kport's mark on their operations says."""
    meta = meta_graph(path)
    places = {
        attribute.s.decode(): f"{node.name}:{key.removeprefix(MARK)}"
        for node in meta.graph_def.node
        for key, attribute in node.attr.items()
        if key.startswith(MARK)
    }
    inputs = meta.signature_def[SIGNATURE].inputs
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.saved_model.load(session, ["serve"], path)
        feed = {inputs[name].name: array for name, array in given.items()}
        return {name: array_of(value) for name, value in session.run(places, feed).items()}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    if request["ask"] == "runtime":
        return {"runtime": f"tensorflow {tf.__version__}"}
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
