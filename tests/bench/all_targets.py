"""Every target with verification beside tf2onnx, which writes one and verifies nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from kport.converters.targets import MODULES
from tests.bench import measure, models, onnx
from tests.bench.measure import Run
from tests.bench.section import JUDGED, KPORT, WORK, Goal, Section, turns

NAMES = ("MobileNetV2", "ResNet50", "GRU stack")


@dataclass
class Row:
    """One model's figures. seconds: what each target took from lowering to the verdict, by name."""

    name: str
    kport: Run
    tf2onnx: Run | None
    seconds: dict[str, float]


def measure_model(name: str, times: int) -> Row:
    source = models.path_of(WORK / "models", name)
    folder, theirs, report = WORK / "all", WORK / f"{source.stem}.tf2onnx.onnx", WORK / "all.json"
    found = measure.in_turns(
        {
            "kport": ([*KPORT, str(source), "--to", "all", "-o", f"{folder}/", "--json", str(report)], folder),
            "tf2onnx": ([*onnx.TF2ONNX, str(source), "--output", str(theirs)], theirs),
        },
        times,
    )
    targets = json.loads(report.read_text())["targets"]
    unproven = {t["target"]: t["reason"] for t in targets if t["status"] != "passed"}
    if unproven:
        raise RuntimeError(f"{name}: expected all targets passed. Received: {unproven}")
    seconds = {t["target"]: sum(v for k, v in t["seconds"].items() if k != "load") for t in targets}
    return Row(name, found["kport"], found["tf2onnx"] if found["tf2onnx"].succeeded else None, seconds)


def cells(r: Row) -> list[str]:
    return [
        r.name,
        f"{r.kport.seconds:.1f}",
        f"{r.tf2onnx.seconds:.1f}" if r.tf2onnx else "fails",
        *(f"{r.seconds[name]:.1f}" for name in MODULES),
    ]


def section(times: int) -> Section:
    """All models."""
    measure_model(NAMES[0], 1)  # once without counting
    rows = [measure_model(name, turns(name, times)) for name in NAMES]
    judged = next(r for r in rows if r.name == JUDGED)
    assert judged.tf2onnx is not None
    figure = f"{judged.kport.seconds:.1f} s, {judged.tf2onnx.seconds:.1f} s"
    goal = Goal(
        f"{JUDGED}: all targets, each verified, sooner than tf2onnx alone", judged.kport.seconds < judged.tf2onnx.seconds, figure
    )
    about = """Each target's own seconds are from lowering to the verdict of its runtime; several are worked on at a time.
Memory is not shown: runtimes are processes of their own."""
    head = ("model", "kport, all targets s", "tf2onnx s", *(f"{name} s" for name in MODULES))
    return Section("All targets, verified, beside tf2onnx alone", about, head, [cells(r) for r in rows], [goal])
