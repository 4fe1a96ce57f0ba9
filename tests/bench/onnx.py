"""ONNX beside tf2onnx, which runs in an environment of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.bench import artifacts, measure, models
from tests.bench.artifacts import Latency
from tests.bench.measure import Run
from tests.bench.section import JUDGED, KPORT, WORK, Goal, Section, turns

TF2ONNX = [str(WORK / "tf2onnx" / "bin" / "python"), "-m", "tf2onnx.convert", "--opset", "17", "--keras"]
BASE = 200 << 20
"""Memory allowed beyond twice the weights."""


@dataclass
class Row:
    """One model's figures; what tf2onnx couldn't convert is None."""

    name: str
    file: int
    unverified: Run
    verified: Run
    tf2onnx: Run | None
    nodes: int
    tf2onnx_nodes: int | None
    latency: Latency | None


def measure_model(name: str, times: int) -> Row:
    source = models.path_of(WORK / "models", name)
    ours, theirs = WORK / f"{source.stem}.kport.onnx", WORK / f"{source.stem}.tf2onnx.onnx"
    found = measure.in_turns(
        {
            "unverified": ([*KPORT, str(source), "--to", "onnx", "-o", str(ours), "-q", "--no-verify"], ours),
            "verified": ([*KPORT, str(source), "--to", "onnx", "-o", str(ours), "-q"], ours),
            "tf2onnx": ([*TF2ONNX, str(source), "--output", str(theirs)], theirs),
        },
        times,
    )
    other = found["tf2onnx"] if found["tf2onnx"].succeeded and theirs.exists() else None
    return Row(
        name,
        source.stat().st_size,
        found["unverified"],
        found["verified"],
        other,
        *measure.apart(artifacts.compare, ours, theirs if other else None),
    )


HEAD = (
    "model",
    ".h5 MB",
    "kport s",
    "with check s",
    "tf2onnx s",
    "times faster",
    "with check",
    "kport MB",
    "with check MB",
    "tf2onnx MB",
    "nodes",
    "tf2onnx's",
    "latency ratio",
)


def cells(r: Row) -> list[str]:
    t = r.tf2onnx
    return [
        r.name,
        f"{r.file / 1e6:.1f}",
        f"{r.unverified.seconds:.2f}",
        f"{r.verified.seconds:.2f}",
        f"{t.seconds:.1f}" if t else "fails",
        f"{t.seconds / r.unverified.seconds:.0f}" if t else "-",
        f"{t.seconds / r.verified.seconds:.0f}" if t else "-",
        f"{r.unverified.memory / 1e6:.0f}",
        f"{r.verified.memory / 1e6:.0f}",
        f"{t.memory / 1e6:.0f}" if t else "-",
        str(r.nodes),
        str(r.tf2onnx_nodes) if r.tf2onnx_nodes is not None else "-",
        f"{r.latency.ratio:.2f}" if r.latency else "-",
    ]


def goals(rows: list[Row]) -> list[Goal]:
    by_name = {r.name: r for r in rows}
    checks: list[Goal] = []
    resnet = by_name.get(JUDGED)
    if resnet is not None and resnet.tf2onnx is not None:
        t, u, v = resnet.tf2onnx, resnet.unverified, resnet.verified
        checks += [
            Goal("ResNet50, not verified: at least 20 times faster", t.seconds / u.seconds >= 20, f"{t.seconds / u.seconds:.1f}"),
            Goal(
                "ResNet50, not verified: at most a tenth of the memory", u.memory <= t.memory / 10, f"1/{t.memory / u.memory:.1f}"
            ),
            Goal("ResNet50, verified: at least 8 times faster", t.seconds / v.seconds >= 8, f"{t.seconds / v.seconds:.1f}"),
        ]
    excess = {r.name: (r.unverified.memory - 2 * r.file) / 1e6 for r in rows}
    worst = max(excess, key=lambda name: excess[name])
    checks.append(
        Goal(
            "peak memory at most twice the weights plus 200 MB", excess[worst] <= BASE / 1e6, f"{worst}: {excess[worst]:+.0f} MB"
        )
    )
    small, large = by_name.get(JUDGED), by_name.get("VGG16")
    if small is not None and large is not None:
        time_ratio, size_ratio = large.unverified.seconds / small.unverified.seconds, large.file / small.file
        checks.append(
            Goal(
                "cost at most linear in file size",
                time_ratio <= size_ratio * 1.2,
                f"{size_ratio:.1f} times the size: {time_ratio:.1f}",
            )
        )
    compared = [r for r in rows if r.tf2onnx_nodes is not None and r.latency is not None]
    more = [r.name for r in compared if r.nodes > (r.tf2onnx_nodes or 0)]
    checks.append(Goal("no more nodes than tf2onnx", not more, ", ".join(more) or f"all {len(compared)}"))
    slower = [f"{r.name} {r.latency.ratio:.2f}" for r in compared if r.latency is not None and r.latency.ratio > 1.05]
    checks.append(
        Goal("no slower in ONNX Runtime (ratio ≤ 1.0, 5 % noise)", not slower, ", ".join(slower) or f"all {len(compared)}")
    )
    return checks


ABOUT = """tf2onnx is 1.17.0 with TensorFlow 2.19.0 in an environment of its own. Latency ratio: medians of 200 calls in
turns in ONNX Runtime, kport's artifact over tf2onnx's, batch of one; below 1 is faster; "-" where tf2onnx fails or ONNX Runtime
refuses its artifact."""


def section(times: int) -> Section:
    """All models."""
    measure_model(models.NAMES[0], 1)  # once without counting: everything is compiled and in the file cache
    rows = [measure_model(name, turns(name, times)) for name in models.NAMES]
    return Section(
        "ONNX, beside tf2onnx",
        ABOUT,
        HEAD,
        [cells(r) for r in rows],
        goals(rows),
        "\n![Seconds to convert](onnx.svg)\n",
        [lambda folder: plot(rows, folder / "onnx.svg")],
    )


def plot(rows: list[Row], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "kport"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 4.5))
    names = [r.name for r in rows]
    position = np.arange(len(rows))
    series: list[tuple[str, list[Run | None]]] = [
        ("kport", [r.unverified for r in rows]),
        ("kport, verified", [r.verified for r in rows]),
        ("tf2onnx", [r.tf2onnx for r in rows]),
    ]
    for i, (label, runs) in enumerate(series):
        axes.bar(position + (i - 1) * 0.27, [0 if r is None else r.seconds for r in runs], 0.27, label=label)
    axes.set_yscale("log")
    axes.set_ylabel("seconds (log)")
    axes.set_xticks(position, names, rotation=30, ha="right")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
