"""Training beside Keras 3 on the same TensorFlow: steps per second, and the time to the first step."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median

from tests.bench.section import ROOT, Goal, Section
from tests.bench.training_run import STEPS

BATCHES = {"MLP": (32, 1024), "CNN": (32, 256), "LSTM": (32, 256)}
LIBRARIES = ("kport", "keras")
EPOCHS = 16
"""How many are timed, in turns that begin with one and the other, after one that isn't."""


class Trainee:
    """A process that trains an epoch when asked."""

    def __init__(self, library: str, model: str, batch: int):
        command = [sys.executable, "-m", "tests.bench.training_run", library, model, str(batch)]
        # compiled modules are kept from run to run, as they are wherever a package is installed
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"KERAS_BACKEND": "tensorflow"}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.first_step = self._seconds()

    def epoch(self) -> float:
        """The seconds that one takes."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._seconds()

    def close(self) -> None:
        self.process.communicate()

    def _seconds(self) -> float:
        assert self.process.stdout is not None
        return float(self.process.stdout.readline())


def ratio_of_pairs(seconds: dict[str, list[float]]) -> float:
    """The median of how many times as long Keras takes: the machine's speed changes, less so within a pair."""
    return median(theirs / ours for ours, theirs in zip(seconds["kport"], seconds["keras"], strict=True))


def measure(model: str, batch: int, times: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """The seconds to the first step, and those of epochs, by library, in pairs."""
    first: dict[str, list[float]] = {library: [] for library in LIBRARIES}
    for turn in range(2 * times - 1):
        for library in LIBRARIES if turn % 2 == 0 else reversed(LIBRARIES):
            trainee = Trainee(library, model, batch)
            first[library].append(trainee.first_step)
            trainee.close()
    trainees = {library: Trainee(library, model, batch) for library in LIBRARIES}
    epochs: dict[str, list[float]] = {library: [] for library in LIBRARIES}
    for turn in range(EPOCHS + 1):
        for library in LIBRARIES if turn % 2 == 0 else reversed(LIBRARIES):
            seconds = trainees[library].epoch()
            if turn:
                epochs[library].append(seconds)
    for trainee in trainees.values():
        trainee.close()
    return first, epochs


def section(times: int) -> Section:
    rows: list[list[str]] = []
    goals: list[Goal] = []
    for model, batches in BATCHES.items():
        for batch in batches:
            first, epochs = measure(model, batch, times)
            ratio, sooner = ratio_of_pairs(epochs), ratio_of_pairs(first)
            rows.append(
                [
                    f"{model}, batches of {batch}",
                    *(f"{STEPS[model, batch] / median(epochs[library]):.0f}" for library in LIBRARIES),
                    f"{ratio:.2f}",
                    *(f"{median(first[library]):.1f}" for library in LIBRARIES),
                    f"{1 / sooner:.2f}",
                ]
            )
            goals += [
                Goal(f"{model}, batches of {batch}: at least Keras's steps per second", ratio >= 1, f"{ratio:.2f}"),
                Goal(f"{model}, batches of {batch}: the first step no later than Keras's", sooner >= 1, f"{1 / sooner:.2f}"),
            ]
    return Section(
        "Training beside Keras 3",
        "Each library trains the same model on the same data with the same TensorFlow in a process of its own "
        f"(tests/bench/training_run.py), {EPOCHS} epochs in turns. The time to the first step is that of a cold process from its "
        f"start: imports, model, compilation, one step; {2 * times - 1} processes each. Ratios are medians of those of pairs.",
        ["", "kport, steps/s", "Keras, steps/s", "ratio", "kport, first step [s]", "Keras, first step [s]", "ratio"],
        rows,
        goals,
        of_files=False,
    )
