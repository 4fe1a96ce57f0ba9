"""Training on two virtual devices, and on two machines that are processes here, gives what one device gives."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .on_devices import RUNS

ROOT = Path(__file__).parent.parent.parent
WITHIN = 1e-5
SECONDS = 400
"""What a process may take on a busy machine; it takes a tenth."""


def start(devices: int, names: Sequence[str], **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.training.on_devices", str(devices), *names]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def result(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, errors = process.communicate(timeout=SECONDS)
    found = [line for line in output.splitlines() if line.startswith("FOUND")]
    assert found, errors[-3000:]
    return dict(json.loads(found[0].removeprefix("FOUND")))


@cache
def on(devices: int) -> dict[str, Any]:
    return result(start(devices, list(RUNS)))


def assert_close(actual: Any, expected: Any, path: str = "") -> None:
    if isinstance(expected, dict):
        assert set(actual) == set(expected), path
        for key in expected:
            assert_close(actual[key], expected[key], f"{path}/{key}")
    elif isinstance(expected, list) and expected and isinstance(expected[0], list):
        for i, (a, b) in enumerate(zip(actual, expected, strict=True)):
            assert_close(a, b, f"{path}/{i}")
    else:
        np.testing.assert_allclose(np.array(actual), np.array(expected), atol=WITHIN, rtol=WITHIN, err_msg=path)


@pytest.mark.parametrize("name", RUNS)
def test_two_devices_are_one(name: str) -> None:
    """Losses, metrics, predictions and weights after twenty steps; batches that don't divide into two equal parts."""
    assert len(on(1)[name]["history"]["loss"]) == 5
    assert_close(on(2)[name], on(1)[name])


def ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("localhost", 0))
    found = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return found


def on_machines(names: Sequence[str], **environment: str) -> list[dict[str, Any]]:
    """The results of two processes that train together."""
    workers = [f"localhost:{port}" for port in ports(2)]
    configs = [json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": i}}) for i in range(2)]
    return [result(process) for process in [start(1, names, TF_CONFIG=config, **environment) for config in configs]]


def test_two_machines_are_one() -> None:
    names = ["momentum", "dataset", "lstm"]
    for found in on_machines(names):
        for name in names:
            assert_close(found[name], on(1)[name])


def test_a_backup_goes_on_with_another_number_of_devices(tmp_path: Path) -> None:
    """Two epochs on one device, two more on two, two more on one: as six on one."""

    def run(devices: int, epochs: int, backup: str) -> dict[str, Any]:
        return dict(result(start(devices, ["resumed"], BACKUP=str(tmp_path / backup), EPOCHS=str(epochs)))["resumed"])

    whole = run(1, 6, "whole")
    parts = [run(devices, epochs, "parts") for devices, epochs in ((1, 2), (2, 4), (1, 6))]
    assert_close([loss for part in parts for loss in part["history"]["loss"]], whole["history"]["loss"])
    assert_close(parts[-1]["weights"], whole["weights"])
