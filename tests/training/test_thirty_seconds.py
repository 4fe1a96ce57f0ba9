"""Getting started as Keras 1, 2 and 3 said it: the scripts run as a user runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
WARNED = {
    1: ["units=64", "units=10", "learning_rate=0.01", "epochs=5", "predict(x).argmax(axis=-1)", "predict(x)", "to_categorical"],
    2: ["input_shape=(100,)", "InverseTimeDecay", "fit(generator)"],
    3: [],
}


@pytest.mark.parametrize("generation", [1, 2, 3])
def test_getting_started(generation: int) -> None:
    pytest.importorskip("tensorflow")
    path = EXAMPLES / f"thirty_seconds_keras{generation}.py"
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": ""}
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    loss, accuracy = map(float, re.findall(r"loss and accuracy: \[([\d.]+), ([\d.]+)\]", done.stdout)[0])
    assert loss < 2.0 and accuracy > 0.3  # 10 classes: chance is 0.1 and ln 10 = 2.3
    messages = [line for line in done.stderr.splitlines() if "KportDeprecationWarning" in line]
    assert all(f"{path}:" in line for line in messages)
    for new in WARNED[generation]:
        assert any(new in line for line in messages), new
    assert bool(messages) == bool(WARNED[generation])
    assert len(messages) == len(set(messages))
