"""What every test of files has: registrations of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kport.registry import CUSTOM


@pytest.fixture(autouse=True)
def _own_registrations() -> Iterator[None]:
    """What a test registers is forgotten after it."""
    before = dict(CUSTOM)
    yield
    CUSTOM.clear()
    CUSTOM.update(before)
