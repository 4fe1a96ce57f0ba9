"""What an operation is, and how one definition means three things.

Applied to NumPy arrays an operation computes (the reference), to TensorFlow tensors it computes and
differentiates (training), to a symbolic value it records itself (conversion).
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, TensorType, as_array
from .backend import is_tensorflow, is_traced_by_tensorflow, tf
from .variable import Variable

if TYPE_CHECKING:
    from typing import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Any:
        """Means something to type checkers only, and Python 3.10 lacks it."""
        return lambda cls: cls


OPS: dict[str, type[Op]] = {}
"""Every operation by class name."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
@dataclass(frozen=True, kw_only=True, repr=False)
class Op:
    """An operation with its attributes: an immutable record; subclasses declare attributes as annotated fields.

    A subclass gives
    - `infer(*types)`: the output's TensorType (or a tuple of them) from the inputs' types; raises ShapeError;
    - `numpy(*arrays)` and `tensorflow(*tensors)`: the two kernels;
    - `decompose(*values)`, where the operation is composite: the same outputs from simpler operations;
    - `permuted(permutation)`, where it can work on data whose axes are in another order.
    Absent optional inputs are `None` everywhere.
    """

    name: ClassVar[str] = ""
    broadcasts: ClassVar[bool] = False
    """Inputs of lower rank broadcast as in NumPy."""
    differentiable: ClassVar[bool] = True
    """The TensorFlow kernel has a gradient (or is piecewise constant)."""
    data_inputs: ClassVar[int | None] = None
    """How many leading inputs are data whose axes `permuted` speaks of (kernels and the like are not); None: all."""

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if inspect.get_annotations(cls):  # without fields of its own a class inherits what it needs
            dataclass(frozen=True, kw_only=True, repr=False)(cls)
        if abstract:
            return
        if cls.__name__ in OPS:
            raise TypeError(f"operation {cls.__name__} is defined twice: {OPS[cls.__name__].__module__} and {cls.__module__}")
        cls.name = cls.__name__
        OPS[cls.name] = cls

    def infer(self, *inputs: Any) -> Any:
        raise NotImplementedError(f"{self.name} has no type rule")

    def numpy(self, *inputs: Any) -> Any:
        raise NotImplementedError(f"{self.name} has no NumPy kernel")

    def tensorflow(self, *inputs: Any) -> Any:
        raise NotImplementedError(f"{self.name} has no TensorFlow kernel")

    def decompose(self, *inputs: Any) -> Any:
        """The same outputs from simpler operations; NotImplemented if there is no simpler form."""
        return NotImplemented

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None] | None:
        """The operation that does the same on data whose axes were transposed by `permutation`.

        Returns it with the permutation that its output then has (`None`: the output is in the original order),
        or None if the operation needs the original order. Data are the first `data_inputs` inputs, those of the
        permutation's rank.
        """
        return None

    def __call__(self, *inputs: Any) -> Any:
        return apply(self, inputs)

    def __repr__(self) -> str:
        attributes = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"{self.name}({attributes})" if attributes else self.name


class Elementwise(Op, abstract=True):
    """The output has the broadcast shape of the inputs; axes may come in any order."""

    broadcasts = True

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None]:
        return self, permutation


def apply(op: Op, inputs: Sequence[Any]) -> Any:
    """Computes or records, by what the inputs are."""
    for x in inputs:
        if isinstance(x, Symbolic):
            return x.record_op(op, inputs)
    if any(_belongs_to_tensorflow(x) for x in inputs):
        return op.tensorflow(*(None if x is None else tf.convert_to_tensor(x) for x in inputs))
    values = [x.value if isinstance(x, Variable) else x for x in inputs]
    with np.errstate(all="ignore"):  # infinities and NaN are results like others, as on every target
        return op.numpy(*(None if x is None else as_array(x) for x in values))


def _belongs_to_tensorflow(x: Any) -> bool:
    """Whether TensorFlow is to compute with `x`: what it records must not take a variable's present value for a constant."""
    return x.is_in_tensorflow or is_traced_by_tensorflow() if isinstance(x, Variable) else is_tensorflow(x)


def infer_like(first: TensorType, *others: TensorType | None) -> TensorType:
    """Type rule: the output is like the first input."""
    return first


def fail(op: Op, expected: str, **received: Any) -> ShapeError:
    """The error for inputs that don't fit: what was expected, what was received."""
    got = ", ".join(f"{name}={value}" for name, value in received.items())
    return ShapeError(f"{op.name}: expected {expected}. Received: {got}")
