"""What an artifact says about itself. Nothing of the model is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..contract import KEY
from ..contract import PARITY_KEY as PARITY
from .names import KEY as NAMES
from .names import Names

SIGNATURE = b"\x89HDF\r\n\x1a\n"


def attributes(path: Path) -> dict[str, str]:
    """The root attributes of an HDF5 file that are texts of kport's; none of any other file."""
    if not is_hdf5(path):
        return {}
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return {key: str(file.attrs[key]) for key in (KEY, PARITY, NAMES) if key in file.attrs}
    except OSError:
        return {}


def is_hdf5(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


def recognises(path: Path) -> bool:
    """Whether kport wrote the file for DL4J. Any other Keras file is a model, which may be for anything."""
    return NAMES in attributes(path)


def read_contract(path: Path) -> Mapping[str, str] | None:
    found = attributes(path)
    return {key: text for key, text in found.items() if key != NAMES} if {NAMES, KEY} <= found.keys() else None


def names(path: Path) -> Names:
    """The table of a file that kport wrote."""
    return Names.from_text(attributes(path)[NAMES])


def annotate(path: Path, entries: Mapping[str, str]) -> None:
    """Adds to the contract of a written artifact."""
    import h5py

    with h5py.File(path, "r+") as file:
        for key, text in entries.items():
            file.attrs[key] = text
