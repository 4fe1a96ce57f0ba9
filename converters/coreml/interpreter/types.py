"""The types of MIL: what an operation of a program says that it takes and gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DTYPES: dict[int, str] = {
    1: "bool",
    2: "string",
    10: "fp16",
    11: "fp32",
    12: "fp64",
    21: "int8",
    22: "int16",
    23: "int32",
    24: "int64",
    25: "int4",
    31: "uint8",
    32: "uint16",
    33: "uint32",
    34: "uint64",
    35: "uint4",
    36: "uint2",
    37: "uint1",
    38: "uint6",
    39: "uint3",
}
"""MIL.proto, DataType, as MIL's own text calls them"""
SUB_BYTE: dict[str, int] = {"int4": 4, "uint4": 4, "uint2": 2, "uint1": 1, "uint6": 6, "uint3": 3}
"""Types of which several share a byte, and their bits"""
NUMPY: dict[str, np.dtype] = {
    "bool": np.dtype(np.bool_),
    "string": np.dtype(object),
    "fp16": np.dtype("<f2"),
    "fp32": np.dtype("<f4"),
    "fp64": np.dtype("<f8"),
    "int8": np.dtype("i1"),
    "int16": np.dtype("<i2"),
    "int32": np.dtype("<i4"),
    "int64": np.dtype("<i8"),
    "int4": np.dtype("i1"),
    "uint8": np.dtype("u1"),
    "uint16": np.dtype("<u2"),
    "uint32": np.dtype("<u4"),
    "uint64": np.dtype("<u8"),
    "uint4": np.dtype("u1"),
    "uint2": np.dtype("u1"),
    "uint1": np.dtype("u1"),
    "uint6": np.dtype("u1"),
    "uint3": np.dtype("u1"),
}
"""What NumPy holds them in"""


@dataclass(frozen=True)
class TensorType:
    """shape: None for a size that isn't known; the whole is None if the rank isn't."""

    dtype: str
    shape: tuple[int | None, ...] | None

    def admits(self, shape: tuple[int, ...]) -> bool:
        """Whether a value of this shape is of this type."""
        if self.shape is None:
            return True
        return len(shape) == len(self.shape) and all(d in (None, s) for d, s in zip(self.shape, shape, strict=True))

    def __str__(self) -> str:
        sizes = "*" if self.shape is None else ", ".join("?" if d is None else str(d) for d in self.shape)
        return f"{self.dtype}[{sizes}]"


@dataclass(frozen=True)
class ListType:
    """A list of tensors of one type; length: None if it isn't known."""

    element: Type
    length: int | None

    def __str__(self) -> str:
        return f"list of {self.element}"


@dataclass(frozen=True)
class StateType:
    """A tensor that outlives one run."""

    of: Type

    def __str__(self) -> str:
        return f"state of {self.of}"


@dataclass(frozen=True)
class OtherType:
    """A tuple or a dictionary, which no operation that is known here takes."""

    kind: str

    def __str__(self) -> str:
        return self.kind


Type = TensorType | ListType | StateType | OtherType
