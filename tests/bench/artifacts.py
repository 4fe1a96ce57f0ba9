"""Two .onnx files of one model: their nodes, and how long a call takes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np


@dataclass
class Latency:
    """Milliseconds a call of each of two artifacts takes, medians, and their ratio."""

    first: float
    second: float
    ratio: float


def latency(first: Path, second: Path, feeds: dict[str, np.ndarray], calls: int = 200) -> Latency | None:
    """Two ONNX files on the same inputs, call by call in turns in one process; None if ONNX Runtime refuses one.

    An input that only one of them asks for (tf2onnx turns some constants into inputs) gets ones.
    """
    import onnxruntime as ort
    from onnxruntime.capi.onnxruntime_pybind11_state import InvalidGraph

    try:
        sessions = [ort.InferenceSession(str(p), providers=["CPUExecutionProvider"]) for p in (first, second)]
    except InvalidGraph:
        return None
    bound = []
    for session in sessions:
        known = dict(zip([i.name for i in session.get_inputs()], feeds.values(), strict=False))
        further = session.get_inputs()[len(feeds) :]
        bound.append(known | {i.name: np.ones(i.shape, np.float32) for i in further})
    times: list[list[float]] = [[], []]
    for turn in range(calls + 3):
        for i in (0, 1) if turn % 2 else (1, 0):  # who comes second finds the caches as the other left them
            start = time.perf_counter()
            sessions[i].run(None, bound[i])
            if turn >= 3:  # the first calls warm up
                times[i].append((time.perf_counter() - start) * 1000)
    first_time, second_time = median(times[0]), median(times[1])
    return Latency(first_time, second_time, first_time / second_time)


def compare(ours: Path, theirs: Path | None) -> tuple[int, int | None, Latency | None]:
    """Nodes of both files and their latency; None where there is no second file."""
    if theirs is None:
        return nodes(ours), None, None
    return nodes(ours), nodes(theirs), latency(ours, theirs, inputs_of(ours))


def nodes(path: Path) -> int:
    import onnx

    return len(onnx.load(path, load_external_data=False).graph.node)


def inputs_of(path: Path) -> dict[str, np.ndarray]:
    """One seeded sample for an artifact."""
    import onnxruntime as ort

    rng = np.random.default_rng(0)
    feeds = {}
    for tensor in ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).get_inputs():
        shape = [d if isinstance(d, int) else 1 for d in tensor.shape]
        integer = "int" in tensor.type
        feeds[tensor.name] = rng.integers(1, 1000, shape).astype("int32") if integer else rng.random(shape).astype("float32")
    return feeds
