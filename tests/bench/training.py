"""Training beside Keras 3 on the same TensorFlow: steps per second, and the time to the first step."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from statistics import quantiles

from tests.bench.section import ROOT, Goal, Section
from tests.bench.training_run import STEPS

BATCHES = {"MLP": (32, 1024), "CNN": (32, 256), "LSTM": (32, 256)}
LIBRARIES = ("kport", "keras")
EPOCHS = 32
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


def undisturbed(seconds: list[float]) -> float:
    """The first quartile: at the other end is what else the machine did."""
    return quantiles(seconds, n=4)[0]


def measure(model: str, batch: int, times: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """The seconds to the first step, and those of epochs, by library, in pairs."""
    first: dict[str, list[float]] = {library: [] for library in LIBRARIES}
    for turn in range(2 * times):
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
    rows: list[Sequence[str]] = []
    goals: list[Goal] = []
    for model, batches in BATCHES.items():
        for batch in batches:
            first, epochs = measure(model, batch, times)
            seconds = {library: undisturbed(epochs[library]) for library in LIBRARIES}
            waited = {library: undisturbed(first[library]) for library in LIBRARIES}
            ratio, late = seconds["keras"] / seconds["kport"], waited["kport"] / waited["keras"]
            rows.append(
                [
                    f"{model}, batches of {batch}",
                    *(f"{STEPS[model, batch] / seconds[library]:.0f}" for library in LIBRARIES),
                    f"{ratio:.2f}",
                    *(f"{waited[library]:.1f}" for library in LIBRARIES),
                    f"{late:.2f}",
                ]
            )
            goals += [
                Goal(f"{model}, batches of {batch}: at least Keras's steps per second", ratio >= 1, f"{ratio:.2f}"),
                Goal(f"{model}, batches of {batch}: the first step no later than Keras's", late <= 1, f"{late:.2f}"),
            ]
    return Section(
        "Training beside Keras 3",
        "Each library trains the same model on the same data with the same TensorFlow in a process of its own "
        f"(tests/bench/training_run.py), {EPOCHS} epochs in turns. The time to the first step is that of a cold process from its "
        f"start: imports, model, compilation, one step; {2 * times} processes each. Figures are first quartiles: a machine that "
        "others use, too, is at times half as fast, whoever runs.",
        ["", "kport, steps/s", "Keras, steps/s", "ratio", "kport, first step [s]", "Keras, first step [s]", "ratio"],
        rows,
        goals,
        of_files=False,
    )
