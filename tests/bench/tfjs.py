"""TF.js graph models beside tensorflowjs's, both from the same .h5, each a cold process."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from tests.bench import measure, models
from tests.bench.measure import Run
from tests.bench.section import JUDGED, KPORT, WORK, Goal, Section, turns

CONVERTER = [str(Path(__file__).parent / "tfjs_converter.py")]
NAMES = ("MobileNetV2", "ResNet50", "EfficientNetB0", "U-Net", "BiLSTM with mask", "GRU stack", "Transformer encoder")
ROUNDS, CALLS, WARM = 8, 6, 2
"""How often the two artifacts take turns, calls in a turn, and how many of them warm up."""


@dataclass
class Artifacts:
    """Two folders of one model. ratio: the median over turns of kport's latency over the converter's."""

    size: int
    converter_size: int | None
    nodes: int
    converter_nodes: int | None
    milliseconds: float
    ratio: float | None


@dataclass
class Row:
    """One model's figures; what the converter couldn't convert is None."""

    name: str
    unverified: Run
    verified: Run
    converter: Run | None
    artifacts: Artifacts


def measure_model(name: str, times: int) -> Row:
    from kport.converters.official.environment import python

    source = models.path_of(WORK / "models", name)
    ours, theirs = WORK / f"{source.stem}.kport.tfjs", WORK / f"{source.stem}.converter.tfjs"
    found = measure.in_turns(
        {
            "verified": ([*KPORT, str(source), "--to", "tfjs", "-o", str(ours), "-q"], ours),
            "unverified": ([*KPORT, str(source), "--to", "tfjs", "-o", str(ours), "-q", "--no-verify"], ours),
            "converter": ([str(python()), *CONVERTER, str(source), str(theirs)], theirs),
        },
        times,
    )
    other = found["converter"] if found["converter"].succeeded and theirs.exists() else None
    compared = measure.apart(compare, ours, theirs if other else None)
    return Row(name, found["unverified"], found["verified"], other, compared)


def compare(ours: Path, theirs: Path | None) -> Artifacts:
    """Sizes, nodes and latencies, without a golden case in kport's folder: the other one has none."""
    folders = [ours, *([theirs] if theirs else [])]
    sizes = [sum(p.stat().st_size for p in folder.iterdir() if p.name != "kport.json") for folder in folders]
    counts = [nodes(folder) for folder in folders]
    try:
        times = latencies(folders)
    except Exception as error:  # the converter's artifact may not run
        print(f"{theirs}: {error}", file=sys.stderr)
        times = latencies([ours])
    ratio = median(a / b for a, b in zip(*times, strict=True)) if len(times) > 1 else None
    both = theirs is not None
    return Artifacts(sizes[0], sizes[1] if both else None, counts[0], counts[1] if both else None, median(times[0]), ratio)


def nodes(folder: Path) -> int:
    """Operations, those of loops' bodies too, constants not."""
    graph = json.loads((folder / "model.json").read_text())["modelTopology"]
    bodies = (function["nodeDef"] for function in graph.get("library", {}).get("function", []))
    return sum(node["op"] != "Const" for body in (graph["node"], *bodies) for node in body)


def latencies(folders: list[Path]) -> list[list[float]]:
    """Milliseconds of a call of each artifact in WebAssembly in Node, in turns, on one seeded sample."""
    from kport.converters.installation import get

    process = get("browser").process()
    times: list[list[float]] = [[] for _ in folders]
    for turn in range(ROUNDS):
        for i in range(len(folders)) if turn % 2 else reversed(range(len(folders))):
            answer = process.run(folders[i], sample(folders[i]), times=CALLS, backend="wasm")
            times[i].append(median(answer.run_ms[WARM:]))
    return times


def sample(folder: Path) -> Mapping[str, np.ndarray]:
    """One sample by input name; unknown sizes are 1."""
    from kport.converters.tfjs.reader import interface

    rng = np.random.default_rng(0)
    feeds: dict[str, Any] = {}
    for name, kind in interface(folder)[0].items():
        shape = [d or 1 for d in kind.shape]
        feeds[name] = rng.integers(1, 1000, shape).astype("int32") if "int" in kind.dtype else rng.random(shape).astype("float32")
    return feeds


HEAD = (
    "model",
    "kport s",
    "with check s",
    "converter s",
    "times faster",
    "kport MB",
    "converter MB",
    "artifact MB",
    "converter's",
    "nodes",
    "converter's",
    "ms",
    "ratio",
)


def cells(r: Row) -> list[str]:
    c, a = r.converter, r.artifacts
    return [
        r.name,
        f"{r.unverified.seconds:.2f}",
        f"{r.verified.seconds:.2f}",
        f"{c.seconds:.1f}" if c else "fails",
        f"{c.seconds / r.unverified.seconds:.0f}" if c else "-",
        f"{r.unverified.memory / 1e6:.0f}",
        f"{c.memory / 1e6:.0f}" if c else "-",
        f"{a.size / 1e6:.2f}",
        f"{a.converter_size / 1e6:.2f}" if a.converter_size else "-",
        str(a.nodes),
        str(a.converter_nodes) if a.converter_nodes else "-",
        f"{a.milliseconds:.1f}",
        f"{a.ratio:.2f}" if a.ratio is not None else "-",
    ]


def goals(rows: list[Row]) -> list[Goal]:
    checks: list[Goal] = []
    judged = next((r for r in rows if r.name == JUDGED), None)
    if judged is not None and judged.converter is not None:
        faster = judged.converter.seconds / judged.unverified.seconds
        smaller = judged.converter.memory / judged.unverified.memory
        checks += [
            Goal(f"{JUDGED}, not verified: at least 15 times faster", faster >= 15, f"{faster:.1f}"),
            Goal(f"{JUDGED}, not verified: at most a fifth of the memory", smaller >= 5, f"1/{smaller:.1f}"),
        ]
    both = [r for r in rows if r.artifacts.converter_size is not None]
    # of a model of a few kilobytes the names of its nodes are a part
    larger = [r.name for r in both if r.artifacts.size > (r.artifacts.converter_size or 0) * 1.02]
    checks.append(Goal("no artifact larger (2 % for names)", not larger, ", ".join(larger) or f"all {len(both)}"))
    compared = [(r.name, r.artifacts.ratio) for r in rows if r.artifacts.ratio is not None]
    slower = [f"{name} {ratio:.2f}" for name, ratio in compared if ratio > 1.05]
    checks.append(
        Goal("no slower in WebAssembly (ratio ≤ 1.0, 5 % noise)", not slower, ", ".join(slower) or f"all {len(compared)}")
    )
    return checks


ABOUT = """The converter is tensorflowjs 4.22.0 with TensorFlow 2.19.0 in the environment of `kport official install tfjs`;
its command line refuses what Keras 3 wrote, so the model is exported as a SavedModel first. Ratio: the median over turns in
TF.js's WebAssembly back end in Node, kport's artifact over the converter's, batch of one; below 1 is faster; "-" where the
converter fails, or TF.js its artifact."""


def section(times: int) -> Section:
    """All models."""
    measure_model(NAMES[0], 1)  # once without counting: everything is compiled and in the file cache
    rows = [measure_model(name, turns(name, times)) for name in NAMES]
    return Section("TF.js, beside tensorflowjs", ABOUT, HEAD, [cells(r) for r in rows], goals(rows))


def main() -> None:
    found = section(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    print(found.table())
    for goal in found.goals:
        print(f"{'reached' if goal.reached else 'MISSED '} {goal.text}: {goal.figure}")


if __name__ == "__main__":
    main()
