"""A part of the benchmark: a table beside another converter, and the goals that it holds kport to."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
WORK = ROOT / ".bench"
PAGES = ROOT / "docs" / "benchmarks"
KPORT = [str(Path(sys.executable).parent / "kport"), "convert"]
JUDGED, AT_LEAST = "ResNet50", 5
"""The model of the goals for speed, and how often it is converted at least."""


def turns(name: str, times: int) -> int:
    """How often a model is converted, if others are `times`."""
    return max(times, AT_LEAST) if name == JUDGED else times


@dataclass(frozen=True)
class Goal:
    """What is to be reached, whether it is, and the figure."""

    text: str
    reached: bool
    figure: str


@dataclass
class Section:
    """What one part found. head and rows: the table's cells; about: how it was measured, beyond what all parts share."""

    title: str
    about: str
    head: Sequence[str]
    rows: list[Sequence[str]]
    goals: list[Goal]
    after: str = ""
    of_files: bool = True
    """Whether models are converted that are files."""
    plots: list[Callable[[Path], None]] = field(default_factory=list)

    def page(self, times: int) -> str:
        reached = "\n".join(f"| {g.text} | {'yes' if g.reached else '**no**'} | {g.figure} |" for g in self.goals)
        medians = f"Every figure is the median of {times} cold processes ({turns(JUDGED, times)} for {JUDGED}),"
        figures = medians if self.of_files else "Measured with"
        models = "The models are Keras 3 .h5 files with seeded random weights. " if self.of_files else ""
        return f"""# {self.title}

Written by `make bench`. {figures}
contestants in turns, in one run on {os.cpu_count()} cores of {platform.machine()} with Python {platform.python_version()}.
{models}{self.about}

{self.table()}

| goal | reached | figure |
|---|---|---|
{reached}
{self.after}"""

    def table(self) -> str:
        lines = [f"| {' | '.join(self.head)} |", "|---|" + "---:|" * (len(self.head) - 1)]
        return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in self.rows)])
