"""The examples of the documentation run as a user runs them; each stops with an error if it didn't learn."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kport.converters.targets import MODULES

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SAYS = {
    "custom_training_loop": r"both give the same numbers; held-out accuracy 0\.9",
    "digits_cnn": r"held-out images: loss \S+ accuracy 0\.9[5-9]",
    "memory_network": r"onnx: passed",
    "neural_turing_machine": r"onnx: passed",
    "text_generation": r"onnx: passed[^\n]*\ntfjs: (passed|not run)",
    "transfer_learning": r"all of it tuned: accuracy 0\.[89]",
    "word2vec": r"of 120 nearest words are names of the same kind",
}
"""What each says when all went well: the example → a pattern of its output."""
SECONDS = 300
"""Far more than any takes alone: tests run beside one another."""


@pytest.mark.parametrize("example", SAYS)
def test_it_learns(example: str, tmp_path: Path) -> None:
    for needed in ("tensorflow", "sklearn", "onnxruntime"):
        pytest.importorskip(needed)
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": ""}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / f"{example}.py")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert re.search(SAYS[example], done.stdout), done.stdout[-2000:]
    assert not re.search("UserWarning|DeprecationWarning", done.stderr), done.stderr
    if example == "digits_cnn":
        table = dict(re.findall(r"^(\w+) +(passed|not run) ", done.stdout, re.MULTILINE))
        assert list(table) == list(MODULES)
        assert {name for name, status in table.items() if status != "passed"} <= {"tfjs", "dl4j"}  # not installed: not run
    assert not list(tmp_path.iterdir()), "an example leaves nothing where it was started"


def test_every_example_is_in_the_table_and_tested() -> None:
    there = {path.stem for path in EXAMPLES.glob("*.py")}
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert {name for name in there if f"({name}.py)" in table} == there
    assert {name for name in there if not name.startswith("thirty_seconds")} == set(SAYS)  # those have a test of their own
