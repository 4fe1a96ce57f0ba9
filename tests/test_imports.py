"""What an import and a command may pull in, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ["tensorflow", "keras", "tf_keras", "jax", "torch"]
ONNX = ["onnx", "onnxruntime"]
FIXTURE = Path(__file__).parent.parent / "fixtures" / "gender_mini_xception.h5"


def imported_by(code: str, *arguments: str) -> set[str]:
    """The top-level modules that a fresh Python has after running `code`."""
    script = f"{code}\nimport sys\nprint('MODULES', *{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    line = next(text for text in done.stdout.splitlines() if text.startswith("MODULES"))
    return set(line.split()[1:])


def test_importing_kport_loads_nothing_heavy() -> None:
    assert not imported_by("import kport") & {*HEAVY, *ONNX, "numpy", "h5py", "rich", "click"}


def test_the_version_loads_nothing_heavy() -> None:
    code = "from kport.cli import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass"
    assert not imported_by(code) & {*HEAVY, *ONNX, "numpy", "h5py", "rich"}


def test_layers_need_no_framework() -> None:
    assert not imported_by("import kport\nkport.layers.Dense(2)") & {*HEAVY, *ONNX, "h5py"}


def test_opening_and_converting_needs_no_tensorflow(tmp_path: Path) -> None:
    code = "import sys, kport\nreport = kport.convert(sys.argv[1], 'onnx', sys.argv[2])\nassert report.exit_status == 0, report"
    assert not imported_by(code, str(FIXTURE), str(tmp_path / "model.onnx")) & set(HEAVY)


def test_a_quiet_command_loads_no_tables(tmp_path: Path) -> None:
    code = (
        "import sys; from kport.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code"
    )
    output = str(tmp_path / "model.onnx")
    assert "rich" not in imported_by(code, "convert", str(FIXTURE), "--to", "onnx", "-o", output, "-q", "--no-verify")


def test_converting_unverified_needs_no_runtime(tmp_path: Path) -> None:
    code = "import sys, kport\nkport.convert(sys.argv[1], 'onnx', sys.argv[2], verify=False)"
    assert "onnxruntime" not in imported_by(code, str(FIXTURE), str(tmp_path / "model.onnx"))


@pytest.mark.parametrize("attempts", [5])
def test_the_version_is_printed_within_150_ms_of_starting_python(attempts: int) -> None:
    """The best of several runs, less what Python itself takes: other work on the machine can only slow a run down."""

    def seconds(*arguments: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
        return time.perf_counter() - start

    version = min(seconds("-m", "kport", "--version") for _ in range(attempts))
    python = min(seconds("-c", "pass") for _ in range(attempts))
    assert version - python < 0.150
