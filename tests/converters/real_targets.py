"""The real models to every target: what becomes of each, as docs/models-by-target.md tells it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from kport.converters import targets
from kport.converters.api import convert
from kport.converters.report import PASSED, TargetReport
from kport.errors import KportError
from tests.conftest import MODELS
from tests.saving.real import CUSTOM, Entry, entries, expected_error

REFUSED = "refused"
REASONS_SHOWN = 3
_LAYER_LINE = re.compile(r"^ +layer '[^']*': (.*)$", re.MULTILINE)

Outcome = tuple[str, str]
"""A status (passed, failed, refused, not run, error), and the error's magnitude or the reason."""


def openable() -> list[Entry]:
    """The entries that open, with their authors' code where they need it."""
    return [e for e in entries() if e["file"] in CUSTOM or expected_error(e) is None]


def outcomes(entry: Entry, names: list[str]) -> dict[str, Outcome]:
    """What becomes of one model, by target."""
    file = MODELS / entry["file"]
    source = MODELS / entry["architecture"] if entry.get("architecture") else file
    options: dict[str, Any] = {"custom": CUSTOM.get(entry["file"]), "weights": file if source != file else None}
    with tempfile.TemporaryDirectory() as folder:
        try:
            report = convert(source, names, Path(folder), **options)
        except KportError as error:
            return dict.fromkeys(names, ("error", first_line(str(error))))
    return {found.target: outcome(found) for found in report.targets}


def outcome(found: TargetReport) -> Outcome:
    if found.status == PASSED:
        return PASSED, f"{found.max_abs_error:.0e}"
    reason = found.reason or ""
    if found.status == "error":
        refused = sorted({line.strip() for line in _LAYER_LINE.findall(reason)})
        if refused:
            return REFUSED, "; ".join(refused[:REASONS_SHOWN]) + ("; ..." if len(refused) > REASONS_SHOWN else "")
    return found.status, first_line(reason)


def first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def all_targets() -> list[str]:
    return list(targets.MODULES)
