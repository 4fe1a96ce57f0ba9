"""docs/models-by-target.md says what is: every model, to every target, as the table has it."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from docs.generate_models_by_target import DATA, PAGE, page
from tests.converters.real_targets import all_targets, openable, outcomes
from tests.saving.real import Entry

pytestmark = pytest.mark.filterwarnings("ignore")
TABLE = json.loads(DATA.read_text()) if DATA.exists() else {}
SHARE = 20
"""One model of so many is measured again by every run; the others by `make test-all`."""


def parameters() -> list[Any]:
    return [
        pytest.param(e, id=e["file"], marks=() if zlib.crc32(e["file"].encode()) % SHARE == 0 else pytest.mark.slow)
        for e in openable()
    ]


@pytest.mark.parametrize("entry", parameters())
def test_each_target_does_what_the_table_says(entry: Entry, models: Path) -> None:
    found = outcomes(entry, all_targets())
    said = {name: status for name, (status, _) in TABLE[entry["file"]].items()}
    assert {name: status for name, (status, _) in found.items()} == said, found


def test_the_table_is_whole_and_shown(models: Path) -> None:
    assert set(TABLE) == {e["file"] for e in openable()}
    assert all(set(row) == set(all_targets()) for row in TABLE.values())
    assert PAGE.read_text() == page(TABLE)


def test_nothing_fails_without_a_reason(models: Path) -> None:
    """A model is converted and agrees, or is refused, withheld or not compared, each with its reason."""
    for file, row in TABLE.items():
        for name, (status, detail) in row.items():
            assert detail, (file, name, status)
            assert status in ("passed", "refused", "failed", "not run"), (file, name, status, detail)
