"""Tensors, operators and weights of a TFLite file that is being put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...ir import TensorType


class Weight:
    """The data of a constant: an array, transposed by `order`, in half precision if `half`. The bytes are made when they are
    written."""

    __slots__ = ("array", "half", "order")

    def __init__(self, array: np.ndarray, order: tuple[int, ...] | None, half: bool):
        self.array = array
        self.order = order
        self.half = half

    @property
    def dtype(self) -> str:
        return "float16" if self.half else self.array.dtype.name

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape if self.order is None else tuple(self.array.shape[p] for p in self.order)

    @property
    def size(self) -> int:
        return self.array.size * (2 if self.half else self.array.itemsize)

    def content(self) -> Any:
        """The bytes, little-endian."""
        array = self.array if self.order is None else transposed(self.array, self.order)
        array = array.astype(np.float16) if self.half else array
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        return array.reshape(-1).view(np.uint8).data


class Text(Weight):
    """A constant of text: how many there are, where each begins and the last one ends, and all of them in UTF-8.

    Source: https://github.com/google-ai-edge/LiteRT/blob/main/tflite/string_util.h
    """

    __slots__ = ()

    def __init__(self, values: Sequence[str]):
        encoded = [value.encode() for value in values]
        begin = 4 * (len(encoded) + 2)
        offsets = np.cumsum([begin, *map(len, encoded)], dtype=np.int64)
        head = np.asarray([len(encoded), *offsets], "<i4").tobytes()
        super().__init__(np.frombuffer(head + b"".join(encoded), np.uint8), None, half=False)

    @property
    def dtype(self) -> str:
        return "string"


BLOCK = (512, 64)
"""Rows and columns that a processor's cache holds while they are exchanged (measured: half the time of whole columns)."""


def transposed(array: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """`array` with its axes in another order, in memory too. Where the last axis comes first, as it does in every kernel, it is
    a matrix that is transposed, block by block."""
    last = array.ndim - 1
    if order != (last, *range(last)) or not array.flags.c_contiguous:
        return np.ascontiguousarray(array.transpose(order))
    matrix = array.reshape(-1, array.shape[last])
    y = np.empty(matrix.shape[::-1], array.dtype)
    rows, columns = BLOCK
    for row in range(0, matrix.shape[0], rows):
        for column in range(0, matrix.shape[1], columns):
            part = matrix[row : row + rows, column : column + columns]
            y[column : column + columns, row : row + rows] = part.T
    return y.reshape(array.shape[last], *array.shape[:last])


class Operator:
    """One operator of a subgraph. options: the fields of its options table."""

    __slots__ = ("inputs", "name", "options", "outputs")

    def __init__(self, name: str, inputs: Sequence[Tensor | None], options: dict[str, Any]):
        self.name = name
        self.inputs = list(inputs)
        self.options = options
        self.outputs: list[Tensor] = []


class Tensor:
    """A tensor of a subgraph: an input, a constant (`weight`), or what an operator gives.

    readers: how many operators read it; source: the constant that it is in another form; is_named: its name is final.
    """

    __slots__ = ("is_named", "name", "producer", "readers", "source", "type", "weight")

    def __init__(self, type: TensorType, name: str, producer: Operator | None = None, weight: Weight | None = None):
        self.type = type
        self.name = name
        self.producer = producer
        self.weight = weight
        self.source = weight
        self.readers = 0
        self.is_named = False

    @property
    def constant(self) -> Weight | None:
        """The weight that it holds, in whichever precision."""
        return self.source
