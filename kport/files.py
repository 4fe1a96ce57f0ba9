"""Writing files and folders whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import UsageError


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file that takes the place of `path` when the block is done; if the block fails, nothing is left of it."""
    if path.is_dir():
        raise UsageError(f"expected a file to write. Received: {path}, a directory")
    with workshop(path) as folder:
        draft = folder / path.name
        yield draft
        os.replace(draft, path)


@contextmanager
def workshop(place: Path) -> Iterator[Path]:
    """A folder beside `place` to prepare it in. It goes in the end, and so does every folder that was made and holds nothing."""
    missing = [p for p in (place.parent, *place.parent.parents) if not p.exists()]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".kport-", dir=place.parent))
    except OSError as error:
        _remove_empty(missing)
        raise UsageError(f"expected a place that can be written. Received: {place} ({error.strerror or error})") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _remove_empty(missing)


def _remove_empty(folders: list[Path]) -> None:
    with suppress(OSError):
        for folder in folders:  # the innermost first
            folder.rmdir()
