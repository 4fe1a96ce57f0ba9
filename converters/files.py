"""Reading arrays from files, and writing files and folders whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from ..errors import UsageError


def read_arrays(path: Path) -> np.ndarray | dict[str, np.ndarray]:
    """The array of a .npy or the arrays by name of a .npz; UsageError for anything else."""
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            return loaded if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except OSError as error:
        raise UsageError(f"expected a file of arrays (.npz, .npy). Received: {path} ({error.strerror or error})") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(f"expected numbers or text in .npz or .npy form. Received: {path}, which holds neither") from error


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes a .npz that opens without pickle: text is stored in arrays of fixed width."""
    with whole(path) as draft, zipfile.ZipFile(draft, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array.astype(str) if array.dtype == object else array, allow_pickle=False)


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
