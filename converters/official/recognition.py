"""Whether a file is a TensorFlow graph, told by its content and without TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...errors import FileError, UnsafeFileError
from ...saving.containers.protobuf import all_of, fields, one_of

SAVED_MODEL = "saved_model.pb"
NODE = b"\x0a"
"""How a GraphDef begins: with its first node."""
PROGRAMS = frozenset({"EagerPyFunc", "MatchingFiles", "PyFunc", "PyFuncStateless", "ReadFile", "WriteFile"})
"""Operations by which a graph reads and writes files of its choice or calls Python."""


def is_frozen_graph(path: Path) -> bool:
    """Whether the file is a GraphDef: its first field is a node that has a name and an operation."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(1) != NODE:
            return False
    try:
        number, node = next(fields(path.read_bytes()))
        return number == 1 and isinstance(node, bytes) and bool(re.fullmatch(rb"[A-Z]\w*", one_of(node, 2)) and one_of(node, 1))
    except (FileError, StopIteration):
        return False


def serves(path: Path) -> bool:
    """Whether it is a SavedModel's directory with a signature that has outputs."""
    try:
        return any(all_of(one_of(entry, 2), 2) for entry in all_of(_meta_graph(path), 5))
    except (FileError, OSError):
        return False


def refuse_programs(path: Path) -> None:
    """UnsafeFileError if running the graph would read or write files of its choice, or call Python."""
    graph = one_of(_meta_graph(path), 2) if path.is_dir() else path.read_bytes()
    found = sorted(set(_operations(graph)) & PROGRAMS)
    if found:
        raise UnsafeFileError(f"expected a graph that computes. Received: {path}, which has the operations {', '.join(found)}")


def _meta_graph(path: Path) -> bytes:
    return one_of((path / SAVED_MODEL).read_bytes(), 2)


def _operations(graph: bytes) -> Iterator[str]:
    """The names of the operations of a GraphDef and of its functions."""
    functions = all_of(one_of(graph, 2), 1)
    for node in (*all_of(graph, 1), *(node for function in functions for node in all_of(function, 3))):
        yield one_of(node, 2).decode("utf-8", "replace")
