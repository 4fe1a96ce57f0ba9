"""A command as a cold process: seconds and peak memory."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np


@dataclass
class Run:
    """One run of a command. memory: the largest resident set, in bytes."""

    seconds: float
    memory: int
    succeeded: bool


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> Run:
    """Runs a command to its end. Memory is the operating system's own account of the process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | (environment or {})
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(time.perf_counter() - start, usage.ru_maxrss * 1024, process.returncode == 0)


def in_turns(commands: dict[str, Sequence[str]], times: int) -> dict[str, Run]:
    """The medians of several runs of each command, one of each in turn, after one run of each that isn't counted."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    warm = {name: run(command) for name, command in commands.items()}
    for _ in range(times):
        for name, command in commands.items():
            runs[name].append(run(command) if warm[name].succeeded else warm[name])
    return {
        name: Run(median(r.seconds for r in found), int(median(r.memory for r in found)), all(r.succeeded for r in found))
        for name, found in runs.items()
    }


@dataclass
class Latency:
    """Milliseconds a call of each of two artifacts takes, and the median of the pairs' ratios."""

    first: float
    second: float
    ratio: float


def latency(first: Path, second: Path, feeds: dict[str, np.ndarray], calls: int = 30) -> Latency | None:
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
        for i, (session, feed) in enumerate(zip(sessions, bound, strict=True)):
            start = time.perf_counter()
            session.run(None, feed)
            if turn >= 3:  # the first calls warm up
                times[i].append((time.perf_counter() - start) * 1000)
    ratios = [a / b for a, b in zip(*times, strict=True)]
    return Latency(median(times[0]), median(times[1]), median(ratios))
