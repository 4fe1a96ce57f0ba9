"""CoreML beside coremltools' own way from a Keras model, which runs in an environment of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.bench import measure, models
from tests.bench.measure import Run
from tests.bench.section import JUDGED, KPORT, ROOT, WORK, Goal, Section, turns

COREMLTOOLS = [str(WORK / "coremltools" / "bin" / "python"), str(ROOT / "tests" / "bench" / "coreml_converter.py")]
NAMES = (
    "MobileNetV2",
    "ResNet50",
    "EfficientNetB0",
    "DenseNet121",
    "U-Net",
    "BiLSTM with mask",
    "GRU stack",
    "Transformer encoder",
)


@dataclass
class Row:
    """One model's figures; what coremltools couldn't convert is None. Sizes are in bytes."""

    name: str
    unverified: Run
    verified: Run
    coremltools: Run | None
    size: int
    coremltools_size: int | None


def measure_model(name: str, times: int) -> Row:
    source = models.path_of(WORK / "models", name)
    ours, theirs = WORK / f"{source.stem}.kport.mlpackage", WORK / f"{source.stem}.coremltools.mlpackage"
    found = measure.in_turns(
        {
            "verified": ([*KPORT, str(source), "--to", "coreml", "-o", str(ours), "-q"], ours),
            "unverified": ([*KPORT, str(source), "--to", "coreml", "-o", str(ours), "-q", "--no-verify"], ours),
            "coremltools": ([*COREMLTOOLS, str(source), str(theirs)], theirs),
        },
        times,
    )
    other = found["coremltools"] if found["coremltools"].succeeded and theirs.exists() else None
    return Row(name, found["unverified"], found["verified"], other, size_of(ours), size_of(theirs) if other else None)


def size_of(package: Path) -> int:
    return sum(p.stat().st_size for p in package.rglob("*") if p.is_file())


HEAD = (
    "model",
    "kport s",
    "with check s",
    "coremltools s",
    "times faster",
    "with check",
    "kport MB",
    "with check MB",
    "coremltools MB",
    "package MB",
    "coremltools'",
)


def cells(r: Row) -> list[str]:
    c = r.coremltools
    return [
        r.name,
        f"{r.unverified.seconds:.2f}",
        f"{r.verified.seconds:.2f}",
        f"{c.seconds:.1f}" if c else "fails",
        f"{c.seconds / r.unverified.seconds:.1f}" if c else "-",
        f"{c.seconds / r.verified.seconds:.1f}" if c else "-",
        f"{r.unverified.memory / 1e6:.0f}",
        f"{r.verified.memory / 1e6:.0f}",
        f"{c.memory / 1e6:.0f}" if c else "-",
        f"{r.size / 1e6:.2f}",
        f"{r.coremltools_size / 1e6:.2f}" if r.coremltools_size else "-",
    ]


def goals(rows: list[Row]) -> list[Goal]:
    checks: list[Goal] = []
    for r in rows:
        if r.name == JUDGED and r.coremltools is not None:
            faster, less = r.coremltools.seconds / r.unverified.seconds, r.coremltools.memory / r.unverified.memory
            checks += [
                Goal(f"{JUDGED}: at least 4 times faster", faster >= 4, f"{faster:.1f}"),
                Goal(f"{JUDGED}: at most a fifth of the memory", less >= 5, f"1/{less:.1f}"),
            ]
    larger = [r.name for r in rows if r.coremltools_size and r.size > r.coremltools_size * 1.02]
    checks.append(Goal("packages are no larger (2 % for names and contract)", not larger, ", ".join(larger) or "all"))
    return checks


ABOUT = """coremltools is 9.0 with TensorFlow 2.19.0 in an environment of its own: the model is loaded by Keras, traced with a
batch of one, and converted in single precision without being loaded into CoreML. kport's check is its interpreter of the
package. Its packages are those written without a check, which hold no golden case, as coremltools' don't."""


def section(times: int) -> Section:
    """All models."""
    measure_model(NAMES[0], 1)  # once without counting: everything is compiled and in the file cache
    rows = [measure_model(name, turns(name, times)) for name in NAMES]
    return Section("CoreML, beside coremltools", ABOUT, HEAD, [cells(r) for r in rows], goals(rows))
