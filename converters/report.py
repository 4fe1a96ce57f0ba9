"""What a conversion found, as data: the JSON of `--json` and what the table shows."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

PASSED = "passed"
FAILED = "failed"
NOT_RUN = "not run"
ERROR = "error"


@dataclass
class Tensor:
    """An input or output as the user sees it."""

    name: str
    shape: list[int | None]
    dtype: str


@dataclass
class TargetReport:
    """One target's artifact: where it is, and what the check found. Errors are None where nothing was compared; converter
    is who wrote the artifact if it wasn't kport."""

    target: str
    path: str | None = None
    bytes: int | None = None
    status: str = NOT_RUN
    reason: str | None = None
    runtime: str | None = None
    converter: str | None = None
    max_abs_error: float | None = None
    max_rel_error: float | None = None
    worst_output: str | None = None
    first_diverging_layer: str | None = None
    rtol: float | None = None
    atol: float | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    exit_status: int = 0


@dataclass
class Report:
    """A whole conversion."""

    kport: str
    source: dict[str, Any]
    inputs: list[Tensor]
    outputs: list[Tensor]
    targets: list[TargetReport]

    def to_json(self) -> dict[str, Any]:
        """The object of `--json`."""
        data = asdict(self)
        for target in data["targets"]:
            del target["exit_status"]
            if target["converter"] is None:
                del target["converter"]
            for key in ("max_abs_error", "max_rel_error"):
                if target[key] is not None and not math.isfinite(target[key]):
                    target[key] = None  # JSON has no infinity; the reason says what it was
        return data

    @property
    def exit_status(self) -> int:
        """0 if every artifact was written and passed (or wasn't run, with the reason shown); else the gravest: 3, 2, 1."""
        return max((t.exit_status for t in self.targets), default=0)
