"""Real models of every generation as TF.js layers models: the same numbers, or a refusal that says which layers and why."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kport.converters import api
from kport.converters.runtime_process import RuntimeProcess
from tests.conftest import MODELS
from tests.converters.real_targets import openable
from tests.saving.real import CUSTOM, Entry

pytestmark = pytest.mark.filterwarnings("ignore")
SHARE = 20
"""One model of so many is always converted; the others by `make test-all`."""
REASON = re.compile(
    r"TF\.js's layers can't express \d+ layer\(s\) of this model:\n( +layer '[^']*': .+\n)+What to do: --format graph",
    re.MULTILINE,
)


def parameters() -> list[Any]:
    return [
        pytest.param(e, id=e["file"], marks=() if zlib.crc32(e["file"].encode()) % SHARE == 0 else pytest.mark.slow)
        for e in openable()
    ]


@pytest.mark.parametrize("entry", parameters())
def test_passed_or_refused(entry: Entry, models: Path, needs_runtime: Callable[[str], RuntimeProcess], tmp_path: Path) -> None:
    needs_runtime("browser")
    file = MODELS / entry["file"]
    source = MODELS / entry["architecture"] if entry.get("architecture") else file
    weights = file if source != file else None
    (found,) = api.convert(
        source, "tfjs", tmp_path / "model.tfjs", weights=weights, custom=CUSTOM.get(entry["file"]), format="layers"
    ).targets
    assert found.status == "passed" or REASON.match(found.reason or ""), found.reason
