"""How each target says each layer, from the table that `make docs` generates."""

from __future__ import annotations

import json
from importlib import resources

from . import targets

FILE = "support.json"
Row = dict[str, str]
"""A layer's name under "layer", and under each target's name: native, decomposed or unsupported, with the reason."""


def matrix(target: str | None = None) -> list[Row]:
    """One row a layer, for all targets or one."""
    rows: list[Row] = json.loads((resources.files(__package__) / FILE).read_text())
    if target is None:
        return rows
    name = targets.get(target).name
    return [{"layer": row["layer"], name: row[name]} for row in rows]
