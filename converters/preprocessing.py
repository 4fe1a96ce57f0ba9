"""The part of a model that is text, tables and statistics, as a program: a list of steps that JSON holds and NumPy runs.

docs/preprocessing.md describes the JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FileError, UsageError
from ..ir import TensorType
from ..ops import buckets, casting, elementwise, logic, text
from ..ops.op import OPS, Op
from ..ops.promotion import numpy_dtype
from ..ops.shape import Concatenate, ExpandDims, Reshape, Squeeze

SUFFIX = ".preprocessing.json"
"""What the name of a program's file ends with, after the artifact's."""
APART: frozenset[type[Op]] = frozenset(
    {
        text.AsString,
        text.Lookup,
        text.NGrams,
        text.RegexReplace,
        text.StringLower,
        text.StringSplit,
        buckets.CrossHash,
        buckets.StringHash,
    }
)
"""Operations on text and tables, which many platforms lack."""
BESIDE: frozenset[type[Op]] = frozenset(
    {
        buckets.Bucketize,
        casting.Cast,
        elementwise.Add,
        elementwise.Divide,
        elementwise.Maximum,
        elementwise.Multiply,
        elementwise.Subtract,
        logic.Equal,
        logic.NotEqual,
        elementwise.Where,
        Concatenate,
        ExpandDims,
        Reshape,
        Squeeze,
    }
)
"""Operations that a program may have around them."""
STEPS = {op.name: op for op in APART | BESIDE}


@dataclass(frozen=True)
class Step:
    """One operation. inputs: names of what was computed before, arrays, or None for what is left out."""

    op: Op
    inputs: tuple[str | np.ndarray | None, ...]
    output: str


@dataclass(frozen=True)
class Program:
    """inputs: the model's, by name; steps, in order; outputs: the artifact's inputs, each with the name of what it is."""

    inputs: Mapping[str, TensorType]
    steps: Sequence[Step]
    outputs: Mapping[str, str]

    def compute(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The artifact's inputs for the model's, both in order."""
        values: dict[str, Any] = dict(zip(self.inputs, arrays, strict=True))
        for step in self.steps:
            given = [values[x] if isinstance(x, str) else x for x in step.inputs]
            with np.errstate(all="ignore"):  # infinities and NaN are results like others
                values[step.output] = step.op.numpy(*given)
        return [np.asarray(values[name]) for name in self.outputs.values()]

    def run(self, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """The artifact's inputs by name for the model's by name."""
        if set(inputs) != set(self.inputs):
            raise UsageError(f"expected arrays for the inputs {list(self.inputs)}. Received: {sorted(inputs)}")
        arrays = [np.asarray(inputs[name], numpy_dtype(type.dtype)) for name, type in self.inputs.items()]
        return dict(zip(self.outputs, self.compute(arrays), strict=True))

    def to_json(self) -> dict[str, Any]:
        """As docs/preprocessing.md says."""
        return {
            "inputs": [{"name": n, "shape": list(t.shape), "dtype": t.dtype} for n, t in self.inputs.items()],
            "steps": [_said(step) for step in self.steps],
            "outputs": [{"name": name, "is": value} for name, value in self.outputs.items()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Program:
        """The program that `to_json` wrote; FileError for anything else."""
        try:
            inputs = {t["name"]: TensorType(t["dtype"], tuple(t["shape"])) for t in data["inputs"]}
            outputs = {output["name"]: output["is"] for output in data["outputs"]}
            return cls(inputs, [_read(step) for step in data["steps"]], outputs)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FileError(f"expected a program of preprocessing. Received: {error!r}") from error


def read(path: str | Path) -> Program:
    """The program in a file that was written beside an artifact."""
    try:
        return Program.from_json(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise FileError(f"expected a JSON file of preprocessing. Received: {path} ({error})") from error


def preprocess(path: str | Path, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What an artifact takes, by name, for the model's own inputs by name.

    path: the `.preprocessing.json` that `--split-preprocessing` wrote beside the artifact.
    """
    return read(path).run(inputs)


def write(path: Path, program: Program) -> None:
    """Writes a program's file, a line for each step."""
    parts = (f'"{key}": [\n  ' + ",\n  ".join(map(_line, items)) + "\n ]" for key, items in program.to_json().items())
    path.write_text("{\n " + ",\n ".join(parts) + "\n}\n", encoding="utf-8")


def _line(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False)


def _said(step: Step) -> dict[str, Any]:
    attributes = {f.name: getattr(step.op, f.name) for f in fields(step.op)}
    inputs = [_constant(x) if isinstance(x, np.ndarray) else x for x in step.inputs]
    return {"step": step.op.name, "inputs": inputs, **attributes, "output": step.output}


def _constant(array: np.ndarray) -> dict[str, Any]:
    dtype = "string" if array.dtype == object else array.dtype.name
    return {"constant": array.tolist(), "shape": list(array.shape), "dtype": dtype}


def _read(data: Mapping[str, Any]) -> Step:
    if data["step"] not in STEPS:
        raise ValueError(f"no step {data['step']!r}")
    kind: Any = OPS[data["step"]]
    attributes = {f.name: _tuple(data[f.name]) for f in fields(kind)}
    inputs = tuple(_array(x) if isinstance(x, dict) else x for x in data["inputs"])
    return Step(kind(**attributes), inputs, data["output"])


def _array(data: Mapping[str, Any]) -> np.ndarray:
    return np.asarray(data["constant"], numpy_dtype(data["dtype"])).reshape(data["shape"])


def _tuple(value: Any) -> Any:
    """JSON has lists where operations have tuples."""
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
