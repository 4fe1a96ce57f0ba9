"""One application of one operation, and what it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.compare import ATOL, RTOL


@dataclass(frozen=True)
class OpCase:
    """A row of the operation grid.

    op: the operation's class name (what the call must record);
    call: a function of the inputs that uses `kport.ops`, such as `ops.relu` or `lambda x: ops.pad(x, ...)`;
    inputs: as `tests.data.make` takes them, one for each argument (None for an absent optional one);
    expected: a function of the NumPy inputs from an independent source (NumPy, SciPy, Keras), `source` says which;
    gradient: also compare TensorFlow's gradient of the kernel with that of `expected_tf` (a function of tensors from
    Keras or TensorFlow) when given, or else check that it is finite and not missing;
    reason: why a tolerance is wider than the default.
    """

    op: str
    call: Callable[..., Any]
    inputs: list[Any]
    expected: Callable[..., Any] | None = None
    expected_tf: Callable[..., Any] | None = None
    source: str = ""
    rtol: float = RTOL
    atol: float = ATOL
    reason: str = ""
    skip: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.rtol > RTOL or self.atol > ATOL) and not self.reason:
            raise ValueError(f"{self.op}: a wider tolerance needs a reason")
        if self.expected is None and self.expected_tf is None:
            raise ValueError(f"{self.op}: needs an independent source: expected or expected_tf")

    @property
    def id(self) -> str:
        return f"{self.op} {self.inputs}".replace("[", "(").replace("]", ")")
