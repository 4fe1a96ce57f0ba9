"""HDF5 files that are the same whenever they are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ATTRIBUTE = 64000
"""Bytes that an HDF5 attribute may have."""


def timeless_file(path: Path) -> Any:
    """A new file, of the form that HDF5 1.8 reads, that doesn't say when it was made."""
    from h5py import h5f, h5p

    creation, access = h5p.create(h5p.FILE_CREATE), h5p.create(h5p.FILE_ACCESS)
    creation.set_obj_track_times(False)
    access.set_libver_bounds(h5f.LIBVER_V18, h5f.LIBVER_V18)
    return h5f.create(str(path).encode(), h5f.ACC_TRUNC, creation, access)


def timeless_group(file: Any, path: str) -> Any:
    """The group at `path`, which is made, with those on the way to it, if it isn't there; none says when."""
    from h5py import h5g, h5p

    creation = h5p.create(h5p.GROUP_CREATE)
    creation.set_obj_track_times(False)
    group = file
    for part in path.split("/"):
        if part not in group:
            h5g.create(group.id, part.encode(), gcpl=creation)
        group = group[part]
    return group


def write_array(group: Any, name: str, array: Any) -> None:
    """An array at `name`, which may be a path."""
    folder, _, last = name.rpartition("/")
    place = timeless_group(group, folder) if folder else group
    place.create_dataset(last, data=np.asarray(array), track_times=False)


def write_names(group: Any, attribute: str, names: Sequence[str]) -> None:
    """A list of names, in several numbered attributes where it is too large for one, as Keras writes it."""
    for key, part in split_names(attribute, names).items():
        # an empty array of byte strings can't be written: Keras writes floats then
        group.attrs[key] = np.asarray([name.encode() for name in part], "S") if part else np.zeros(0)


def split_names(attribute: str, names: Sequence[str]) -> dict[str, Sequence[str]]:
    """The names by attribute: all under its name, or in parts under its name and a number."""
    each = ATTRIBUTE // max((len(name.encode()) for name in names), default=1)
    if len(names) <= each:
        return {attribute: names}
    return {f"{attribute}{i // each}": names[i : i + each] for i in range(0, len(names), each)}
