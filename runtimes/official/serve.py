"""Answers requests, one a line, as runtimes/PROTOCOL.md says."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the reference is computed where everybody has it
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # with it graphs are fused into what only TensorFlow runs, on some machines only
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # what tensorflowjs expects


def answers() -> TextIO:
    """Where answers go. Whatever converters print goes to standard error instead."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return stream


class Server:
    """Keeps what it opened for later requests."""

    def __init__(self) -> None:
        self.opened: dict[str, Any] = {}

    def open(self, request: dict[str, Any]) -> Any:
        from opening import open_graph

        shapes = request.get("shapes") or {}
        key = json.dumps([request["artifact"], shapes], sort_keys=True)
        if key not in self.opened:
            self.opened[key] = open_graph(Path(request["artifact"]), shapes)
        return self.opened[key]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request."""
        ask = request.get("ask")
        if ask == "runtime":
            return {"runtime": runtime()}
        if ask == "open":
            return self.open(request).interface() | {"runtime": runtime()}
        if ask == "run":
            return self.run(request)
        if ask == "convert":
            return apart(lambda: self.convert(request))
        raise ValueError(f"expected a request to ask: runtime, open, run or convert. Received: {ask!r}")

    def convert(self, request: dict[str, Any]) -> dict[str, Any]:
        from conversions import convert

        graph = self.open(request)
        converter = convert(request["to"], graph, Path(request["place"]), request.get("options") or {})
        return {"converter": converter, "runtime": runtime()}

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        import numpy as np

        start = time.perf_counter()
        graph = self.open(request)
        load = time.perf_counter() - start
        inputs = {name: np.load(file, allow_pickle=False) for name, file in request["inputs"].items()}
        runs = []
        for _ in range(request.get("times", 1)):
            start = time.perf_counter()
            outputs = graph.run(inputs)
            runs.append(1000 * (time.perf_counter() - start))
        files = {}
        for i, (name, array) in enumerate(outputs.items()):
            files[name] = str(Path(request["folder"]) / f"{i}.npy")
            np.save(files[name], array, allow_pickle=False)
        return {"outputs": files, "order": list(outputs), "load_ms": 1000 * load, "run_ms": runs}


def apart(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer of a copy of this process, which is then gone: what a converter leaves behind in TensorFlow, or the end that
    it comes to, is nothing to the next one."""
    if not hasattr(os, "fork"):
        return work()
    runtime()  # imported once for all copies
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(said(work)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return json.loads(answer) if answer else {"error": "the converter's process ended without a word"}


def said(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, or the error as one."""
    try:
        return work()
    except Exception as error:  # converters raise whatever they like
        return {"error": str(error) or type(error).__name__}
    except SystemExit as end:  # and some of them end the process
        return {"error": f"the converter gave up with status {end.code}"}


def runtime() -> str:
    """TensorFlow and its version."""
    import tensorflow as tf

    return f"tensorflow {tf.__version__}"


def main() -> None:
    """Reads requests to the end of the input. A request that fails is answered with its error."""
    out, server = answers(), Server()
    for line in sys.stdin:
        answer = said(lambda request=line: server.answer(json.loads(request)))  # type: ignore[misc]
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main()
