"""A runtime outside Python as a process that answers requests: runtimes/PROTOCOL.md says how."""

from __future__ import annotations

import atexit
import contextlib
import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..errors import KportError, MissingComponentError

TIMEOUT = 600.0
"""Seconds after which a runtime that doesn't answer is ended."""
GRACE = 5.0
"""Seconds that a process has to end by itself once its input has ended."""
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
    """Starts when it is first asked, and stays for later requests; ends with this process. Threads take turns.

    name: as errors call it; command: how it is started; folder: where.
    """

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None):
        self.name = name
        self._command = list(command)
        self._folder = folder
        self._environment = None if environment is None else dict(environment)
        self._process: subprocess.Popen[str] | None = None
        self._said: IO[str] | None = None
        self._lock = threading.RLock()

    @property
    def pid(self) -> int | None:
        """The process's number; None if it isn't running."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def ask(self, request: Mapping[str, Any], timeout: float = TIMEOUT) -> dict[str, Any]:
        """The answer to one request. KportError: the runtime's own error, or its end or silence instead of an answer."""
        with self._lock:
            process = self._started()
            is_late = threading.Event()

            def give_up() -> None:
                is_late.set()
                process.kill()

            timer = threading.Timer(timeout, give_up)
            timer.start()
            try:
                answer = self._exchange(process, json.dumps(request))
            except BaseException:
                self.close()  # what is still under way would be taken for the next request's answer
                raise
            finally:
                timer.cancel()
            if answer is None:
                words = self._last_words()
                self.close()
                fate = f"gave no answer in {timeout:g} seconds" if is_late.is_set() else "ended without an answer"
                raise KportError(f"{self.name} {fate}: {words or 'it said nothing'}")
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
                little = np.asarray(array, array.dtype.newbyteorder("<"), order="C")
                np.save(files[name], little, allow_pickle=False)
            request = {"ask": "run", "artifact": str(artifact.resolve()), "inputs": files, "folder": made, "observe": observe}
            answer = self.ask(request | more)
            outputs = {name: np.load(file, allow_pickle=False) for name, file in answer["outputs"].items()}
        return Answer(outputs, answer["order"], answer["load_ms"], answer["run_ms"])

    def close(self) -> None:
        """Ends the process; the next request starts a new one."""
        process, self._process = self._process, None
        said, self._said = self._said, None
        if process is not None:
            atexit.unregister(self.close)
            _end(process)
        if said is not None:
            said.close()

    def _started(self) -> subprocess.Popen[str]:
        if self.pid is None:
            self.close()  # it may have ended between requests
        if self._process is None:
            self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115  lives with the process
            try:
                self._process = subprocess.Popen(
                    self._command,
                    cwd=self._folder,
                    env=self._environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._said,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as error:
                self.close()
                raise MissingComponentError(f"{self.name} does not start: {error}") from error
            atexit.register(self.close)
        return self._process

    def _exchange(self, process: subprocess.Popen[str], request: str) -> dict[str, Any] | None:
        """The answer to a request; None if the process ended first. Other lines are what the runtime has to say."""
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(f"{request}\n")
            process.stdin.flush()
        except OSError:
            return None
        for line in process.stdout:
            answer = _object(line)
            if answer is not None:
                return answer
            self._note(line)
        return None

    def _note(self, line: str) -> None:
        assert self._said is not None
        self._said.seek(0, 2)
        self._said.write(line)
        self._said.flush()

    def _last_words(self) -> str:
        assert self._said is not None
        self._said.seek(0)
        return self._said.read()[-TAIL:].strip()


def _object(line: str) -> dict[str, Any] | None:
    """The JSON object that a whole line is; None for any other line, or part of one."""
    try:
        answer = json.loads(line) if line.endswith("\n") else None
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _end(process: subprocess.Popen[str]) -> None:
    """Ends a process: its input ends, so that it can tidy up; if it stays, it is killed."""
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(OSError):  # it has ended already
        process.stdin.close()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
