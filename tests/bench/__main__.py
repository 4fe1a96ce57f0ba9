"""Runs the benchmark and writes docs/benchmarks/. `python -m tests.bench [SECTION...]` runs some sections only."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tests.bench import all_targets, coreml, onnx, tfjs, tflite, training
from tests.bench.section import PAGES, ROOT, WORK, Section

SECTIONS: dict[str, Callable[[int], Section]] = {
    "onnx": onnx.section,
    "tflite": tflite.section,
    "tfjs": tfjs.section,
    "coreml": coreml.section,
    "all": all_targets.section,
    "training": training.section,
}
"""Name, also of its page → what measures it, given how often."""
WITHOUT_FILES = {"training"}
"""Those that convert no model files."""


def main() -> None:
    times = int(os.environ.get("KPORT_BENCH_RUNS", "3"))
    names = sys.argv[1:] or list(SECTIONS)
    if set(names) - WITHOUT_FILES:
        subprocess.run([sys.executable, "-m", "tests.bench.models", str(WORK / "models")], check=True, cwd=ROOT)
    PAGES.mkdir(exist_ok=True)
    missed = 0
    for name in names:
        found = SECTIONS[name](times)
        print(found.table(), flush=True)
        for goal in found.goals:
            print(f"{'reached' if goal.reached else 'MISSED '} {goal.text}: {goal.figure}", flush=True)
            missed += not goal.reached
        (PAGES / f"{name}.md").write_text(found.page(times))
        for plot in found.plots:
            plot(PAGES)
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
