"""Where a model came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """The file that a model was opened from, for reports and contracts.

    path; weights: the file of its weights, where it is another one; sha256: of the file (of a directory: of its files'
    names and contents, in order), followed by the weights' own file; format: the container; keras_version and backend as
    recorded, None if they weren't; dialect: the generation of Keras, "Keras 0" to "Keras 3".
    """

    path: Path
    format: str
    keras_version: str | None
    backend: str | None
    dialect: str
    weights: Path | None = None

    @cached_property
    def sha256(self) -> str:
        """Computed when it is first asked for."""
        return sha256_of(self.path, *([self.weights] if self.weights is not None else []))


def sha256_of(*paths: Path) -> str:
    """The hexadecimal SHA-256 of files, or directories' files, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            if path.is_dir():
                digest.update(f"{file.relative_to(path).as_posix()}\0{file.stat().st_size}\0".encode())
            with file.open("rb") as stream:
                while block := stream.read(1 << 18):
                    digest.update(block)
    return digest.hexdigest()
