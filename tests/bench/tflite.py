"""TFLite beside TensorFlow's own converter, both from the same .h5, each a cold process."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from tests.bench import measure, models
from tests.bench.measure import Run
from tests.bench.section import JUDGED, KPORT, WORK, Goal, Section, turns

CONVERTER = [sys.executable, "-m", "tests.bench.tflite_converter"]
NAMES = ("MobileNetV2", "ResNet50", "EfficientNetB0", "U-Net", "BiLSTM with mask", "GRU stack", "Transformer encoder")
THREADS = (1, 2)
FLEX = "Flex"
"""How operators are called that are TensorFlow's own and need its kernels beside the runtime."""


@dataclass
class Artifacts:
    """Two files of one model. ratios: by number of threads, the median of pairs of calls, kport's over the converter's."""

    size: int
    converter_size: int | None
    operators: int
    converter_operators: int | None
    flex: list[str]
    milliseconds: Mapping[int, float]
    ratios: Mapping[int, float]


@dataclass
class Row:
    """One model's figures; what the converter couldn't convert is None."""

    name: str
    unverified: Run
    verified: Run
    converter: Run | None
    artifacts: Artifacts


def measure_model(name: str, times: int) -> Row:
    source = models.path_of(WORK / "models", name)
    ours, theirs = WORK / f"{source.stem}.kport.tflite", WORK / f"{source.stem}.converter.tflite"
    found = measure.in_turns(
        {
            "verified": ([*KPORT, str(source), "--to", "tflite", "-o", str(ours), "-q"], ours),
            "unverified": ([*KPORT, str(source), "--to", "tflite", "-o", str(ours), "-q", "--no-verify"], ours),
            "converter": ([*CONVERTER, str(source), str(theirs)], theirs),
        },
        times,
    )
    other = found["converter"] if found["converter"].succeeded and theirs.exists() else None
    compared = measure.apart(compare, ours, theirs if other else None)
    return Row(name, found["unverified"], found["verified"], other, compared)


def compare(ours: Path, theirs: Path | None) -> Artifacts:
    """Sizes, operators and latencies, without a golden case in kport's file: the other one has none."""
    names = [_operators(path) for path in (ours, theirs) if path is not None]
    timed = {n: _latency([ours, *([theirs] if theirs else [])], n) for n in THREADS}
    return Artifacts(
        ours.stat().st_size,
        theirs.stat().st_size if theirs else None,
        len(names[0]),
        len(names[1]) if theirs else None,
        sorted({name for name in names[0] if name.startswith(FLEX)}),
        {n: median(times[0]) for n, times in timed.items()},
        {n: median(a / b for a, b in zip(*times, strict=True)) for n, times in timed.items() if theirs},
    )


def _opened(path: Path, threads: int = 1, **options: Any) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    opened = Interpreter(str(path), num_threads=threads, **options)
    opened.allocate_tensors()
    return opened


def _operators(path: Path) -> list[str]:
    """The operators as the file has them, those of loops not counted."""
    from ai_edge_litert.interpreter import OpResolverType

    kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return [op["op_name"] for op in _opened(path, experimental_op_resolver_type=kernels)._get_ops_details()]


def _latency(paths: list[Path], threads: int, calls: int = 30) -> list[list[float]]:
    """Milliseconds of each call of each file, call by call in turns (who is first takes turns too), on one seeded sample."""
    found = [_opened(path, threads) for path in paths]
    times: list[list[float]] = [[] for _ in paths]
    for opened in found:
        _feed(opened)
    for turn in range(calls + 3):
        for i in range(len(found)) if turn % 2 else reversed(range(len(found))):
            opened = found[i]
            start = time.perf_counter()
            opened.invoke()
            if turn >= 3:  # the first calls warm up
                times[i].append((time.perf_counter() - start) * 1000)
    return times


def _feed(opened: Any) -> None:
    rng = np.random.default_rng(0)
    for detail in opened.get_input_details():
        shape, dtype = detail["shape"], detail["dtype"]
        integer = np.issubdtype(dtype, np.integer)
        array = rng.integers(1, 1000, shape) if integer else rng.random(shape)
        opened.set_tensor(detail["index"], array.astype(dtype))


HEAD = (
    "model",
    "kport s",
    "with check s",
    "converter s",
    "times faster",
    "kport MB",
    "converter MB",
    "file MB",
    "converter's",
    "operators",
    "converter's",
    "ms, 1 thread",
    "ratio",
    "ms, 2 threads",
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
        str(a.operators),
        str(a.converter_operators) if a.converter_operators else "-",
        *(text for n in THREADS for text in (f"{a.milliseconds[n]:.2f}", f"{a.ratios[n]:.2f}" if n in a.ratios else "-")),
    ]


def goals(rows: list[Row]) -> list[Goal]:
    checks: list[Goal] = []
    judged = next((r for r in rows if r.name == JUDGED), None)
    if judged is not None and judged.converter is not None:
        faster = judged.converter.seconds / judged.unverified.seconds
        smaller = judged.converter.memory / judged.unverified.memory
        checks += [
            Goal(f"{JUDGED}, not verified: at least 20 times faster", faster >= 20, f"{faster:.1f}"),
            Goal(f"{JUDGED}, not verified: at most a fifth of the memory", smaller >= 5, f"1/{smaller:.1f}"),
        ]
    both = [r for r in rows if r.artifacts.converter_size is not None]
    larger = [r.name for r in both if r.artifacts.size > (r.artifacts.converter_size or 0)]
    checks.append(Goal("no file larger", not larger, ", ".join(larger) or f"all {len(both)}"))
    slower = [f"{r.name} {n} threads {x:.2f}" for r in both for n, x in r.artifacts.ratios.items() if x > 1.05]
    checks.append(Goal("no slower in LiteRT (ratio ≤ 1.0, 5 % noise)", not slower, ", ".join(slower) or f"all {len(both)}"))
    flex = [r.name for r in rows if r.artifacts.flex]
    checks.append(Goal("no operators of TensorFlow's own", not flex, ", ".join(flex) or f"all {len(rows)}"))
    return checks


ABOUT = """The converter is TensorFlow 2.21's TFLiteConverter.from_keras_model. kport's files are those written without a
check, which hold no golden case, as the converter's don't. Ratio: the median over pairs of calls in LiteRT with XNNPACK,
kport's artifact over the converter's, batch of one; below 1 is faster; "-" where the converter fails."""


def section(times: int) -> Section:
    """All models."""
    measure_model(NAMES[0], 1)  # once without counting: everything is compiled and in the file cache
    rows = [measure_model(name, turns(name, times)) for name in NAMES]
    return Section("TFLite, beside TFLiteConverter", ABOUT, HEAD, [cells(r) for r in rows], goals(rows))


def main() -> None:
    found = section(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    print(found.table())
    for goal in found.goals:
        print(f"{'reached' if goal.reached else 'MISSED '} {goal.text}: {goal.figure}")


if __name__ == "__main__":
    main()
