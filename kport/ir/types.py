"""The type of a tensor: dtype and shape."""

from __future__ import annotations

from dataclasses import dataclass, replace

Dimension = int | None
Shape = tuple[Dimension, ...]


@dataclass(frozen=True, slots=True)
class TensorType:
    """dtype by its NumPy name ("float32", "int64", "bool", "bfloat16") or "string"; shape with `None` where a size is not known.

    A scalar has the shape ().
    """

    dtype: str
    shape: Shape

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int | None:
        """Number of elements, `None` if a dimension is not known."""
        size = 1
        for dimension in self.shape:
            if dimension is None:
                return None
            size *= dimension
        return size

    def with_shape(self, shape: Shape) -> TensorType:
        return replace(self, shape=tuple(shape))

    def with_dtype(self, dtype: str) -> TensorType:
        return replace(self, dtype=dtype)

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join('?' if d is None else str(d) for d in self.shape)}]"
