"""A runtime outside Python as a process that answers requests: runtimes/PROTOCOL.md says how."""

from __future__ import annotations

import atexit
import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import KportError

TIMEOUT = 600.0
"""Seconds after which a runtime that doesn't answer is ended."""
TAIL = 2000
"""Characters of a dead runtime's own last words that an error shows."""


@dataclass(frozen=True)
class Answer:
    """What a run gave: arrays by name, the artifact's order of its outputs, milliseconds to load and for each run."""

    outputs: Mapping[str, np.ndarray]
    order: Sequence[str]
    load_ms: float
    run_ms: Sequence[float]


class RuntimeProcess:
    """Starts when it is first asked, and stays for later requests; ends with this process.

    name: as errors call it; command: how it is started; folder: where.
    """

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None):
        self.name = name
        self._command = list(command)
        self._folder = folder
        self._environment = None if environment is None else dict(environment)
        self._process: subprocess.Popen[str] | None = None
        self._said: Any = None
        self._lock = threading.Lock()

    def ask(self, request: Mapping[str, Any], timeout: float = TIMEOUT) -> dict[str, Any]:
        """The answer to one request. KportError: the runtime's own error, or its end without an answer."""
        with self._lock:
            process = self._started()
            assert process.stdin is not None and process.stdout is not None
            late = threading.Timer(timeout, process.kill)
            late.start()
            try:
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except BrokenPipeError:
                line = ""
            finally:
                late.cancel()
            if not line:
                raise KportError(self._last_words())
            answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise KportError(f"{self.name}: {answer['error']}")
        return answer

    def run(self, artifact: Path, inputs: Mapping[str, np.ndarray], *, observe: bool = False, **more: Any) -> Answer:
        """Runs an artifact on arrays by input name."""
        with tempfile.TemporaryDirectory(prefix="kport-run-") as made:
            folder = Path(made)
            files = {}
            for i, (name, array) in enumerate(inputs.items()):
                files[name] = str(folder / f"input{i}.npy")
                np.save(files[name], np.asarray(array, order="C"), allow_pickle=False)
            request = {"ask": "run", "artifact": str(artifact.resolve()), "inputs": files, "folder": made, "observe": observe}
            answer = self.ask(request | more)
            outputs = {name: np.load(file, allow_pickle=False) for name, file in answer["outputs"].items()}
        return Answer(outputs, answer["order"], answer["load_ms"], answer["run_ms"])

    def close(self) -> None:
        """Ends the process; the next request starts a new one."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None and process.stdout is not None
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
            self._said.close()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._said = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  it lives as long as the process
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                text=True,
                encoding="utf-8",
            )
            atexit.register(self.close)
        return self._process

    def _last_words(self) -> str:
        self._said.seek(0)
        words = self._said.read()[-TAIL:].strip()
        self.close()
        return f"{self.name} ended without an answer: {words or 'it said nothing'}"
