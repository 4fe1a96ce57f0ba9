"""A command as a cold process: seconds and peak memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any


@dataclass
class Run:
    """One run of a command. memory: the largest resident set, in bytes."""

    seconds: float
    memory: int
    succeeded: bool


def run(command: Sequence[str], output: Path) -> Run:
    """Runs a command to its end, without its output of the last time. Memory is the operating system's own account."""
    if output.is_dir():
        shutil.rmtree(output)
    output.unlink(missing_ok=True)
    # compiled modules are kept from run to run, as they are wherever a package is installed
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(time.perf_counter() - start, usage.ru_maxrss * 1024, process.returncode == 0)


def in_turns(commands: dict[str, tuple[Sequence[str], Path]], times: int) -> dict[str, Run]:
    """The medians of several runs of each command, one of each in turn; what fails is not run again. Each command comes
    with what it writes."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(times):
        for name, (command, output) in commands.items():
            if all(r.succeeded for r in runs[name]):
                runs[name].append(run(command, output))
    return {
        name: Run(median(r.seconds for r in found), int(median(r.memory for r in found)), all(r.succeeded for r in found))
        for name, found in runs.items()
    }


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function in a process of its own: what this one holds would count as its children's memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()
