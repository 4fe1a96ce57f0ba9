"""What every container gives: an architecture and arrays, neither of them interpreted yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FileError, KportError


@dataclass(frozen=True)
class Stored:
    """An array in a file: name, shape and dtype are known, the numbers are read when they are needed."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], np.ndarray] = field(repr=False)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @classmethod
    def of(cls, name: str, array: np.ndarray) -> Stored:
        """An array that is in memory already."""
        return cls(name, tuple(array.shape), str(array.dtype), lambda: array)


@dataclass
class LayerWeights:
    """Arrays by layer, each layer's in one list (trainable ones first): HDF5 of Keras 0 to 3, and SavedModel.

    keras_version and backend are those that wrote the arrays; None where they weren't recorded. by_attribute: layers are
    known by the path of attributes that leads to them (`encoder`, `blocks/0`), as in the SavedModel of a subclassed model.
    top: the weights of the model itself, which no layer has.
    """

    layers: dict[str, list[Stored]]
    keras_version: str | None = None
    backend: str | None = None
    by_attribute: bool = False
    top: list[Stored] = field(default_factory=list)

    def __iter__(self) -> Iterator[Stored]:
        return (array for arrays in (*self.layers.values(), self.top) for array in arrays)


@dataclass
class TreeWeights:
    """Arrays by the path of attributes that leads to their layer: `layers/dense` → {"0": kernel, "1": bias}.

    What `.keras` zips and `.weights.h5` hold. `names` are the layers' names where the file records them.
    """

    arrays: dict[str, dict[str, Stored]]
    names: dict[str, str] = field(default_factory=dict)
    keras_version: str | None = None

    @cached_property
    def places(self) -> set[str]:
        """Every path at which or within which there are arrays."""
        steps = (path.split("/") for path in self.arrays)
        return {"/".join(parts[: i + 1]) for parts in steps for i in range(len(parts))}

    def __iter__(self) -> Iterator[Stored]:
        return (array for arrays in self.arrays.values() for array in arrays.values())


@dataclass
class Archive:
    """An opened file. `architecture` is Keras's model configuration as stored; `assets` are files by layer path.

    inputs: the types of a subclassed model's inputs (`containers/input_types.py`), where the file records them;
    training: what the model was compiled with, as stored; optimizer: the optimizer's state, where an HDF5 file has it.
    """

    path: Path
    format: str
    architecture: Any = None
    weights: LayerWeights | TreeWeights | None = None
    keras_version: str | None = None
    backend: str | None = None
    assets: dict[str, dict[str, bytes]] = field(default_factory=dict)
    inputs: Any = None
    training: Any = None
    optimizer: list[Stored] = field(default_factory=list)


@contextmanager
def reading(path: Path, what: str) -> Iterator[None]:
    """Whatever a damaged file makes the readers raise becomes one FileError."""
    try:
        yield
    except KportError:
        raise
    except RecursionError:
        raise FileError(f"expected {what} in {path}. Received: data nested too deeply") from None
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise FileError(f"expected {what} in {path}. Received: damaged or incomplete data ({reason})") from error
