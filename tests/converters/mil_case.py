"""Programs of one operation, made by Apple's own builder, for the tests of the CoreML interpreter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kport.converters.coreml.interpreter import run
from kport.converters.coreml.library import mil

SINGLE_ALWAYS = {"scale_factor_height", "scale_factor_width", "spatial_scale"}
"""Parameters that are single precision in a program of half precision, too"""
ITEM = {"author": "com.apple.CoreML", "name": "model.mlmodel", "description": "", "path": "com.apple.CoreML/model.mlmodel"}
MANIFEST = {"fileFormatVersion": "1.0.0", "itemInfoEntries": {"model": ITEM}, "rootModelIdentifier": "model"}
CODES = {"fp32": 65568, "float32": 65568, "fp16": 65552, "float16": 65552, "int32": 131104}
"""FeatureTypes.proto, ArrayDataType"""
DTYPES = {"float32": "fp32", "float16": "fp16", "bool": "bool"}


@dataclass(frozen=True)
class Case:
    """An operation with inputs that are computed and constants, and what it gives by an independent oracle.

    expected: the outputs, or a function of the inputs in order; single: has no half precision; unknown: the sizes of the inputs
    are left open. Names of arguments are the parameters' names; a list of arrays is several values of one.
    """

    op: str
    inputs: Mapping[str, Any]
    expected: Any
    constants: Mapping[str, Any] = field(default_factory=dict)
    ios: int = 15
    single: bool = False
    unknown: bool = False
    rtol: float = 2e-5
    atol: float = 1e-5

    @property
    def id(self) -> str:
        constants = ",".join(f"{k}={_short(v)}" for k, v in self.constants.items())
        return f"{self.op}-{self.ios}({constants})"

    def outputs(self) -> list[np.ndarray]:
        found = self.expected(*self.inputs.values()) if callable(self.expected) else self.expected
        return [np.asarray(a) for a in (found if isinstance(found, tuple | list) else [found])]


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"{value.dtype.name}{list(value.shape)}"
    return str(value.tolist() if isinstance(value, np.ndarray) else value).replace(" ", "")


def floats(*shape: int, seed: int = 0, low: float = -2, high: float = 2) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).uniform(low, high, shape).astype(np.float32)


def integers(*shape: int, seed: int = 0, low: int = -5, high: int = 6) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).integers(low, high, shape).astype(np.int32)


def truths(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).random(shape) < 0.5


def check(case: Case, path: Path, half: bool = False) -> None:
    """The interpreter computes from the written program what the oracle says."""
    path, inputs = written(case, path, half)
    outputs = run(path, inputs)
    expected = case.outputs()
    assert len(outputs) == len(expected)
    rtol, atol = (4e-3, 4e-3) if half else (case.rtol, case.atol)
    for output, value in zip(outputs, expected, strict=True):
        assert output.shape == value.shape
        if value.dtype.kind == "f":
            limit = atol * (float(np.abs(value[np.isfinite(value)]).max(initial=1)) if half else 1)
            np.testing.assert_allclose(output.astype(np.float64), value, rtol, limit)
        else:
            np.testing.assert_array_equal(output, value)


def written(case: Case, path: Path, half: bool = False) -> tuple[Path, list[np.ndarray]]:
    """A package of the case's operation alone, and its inputs. What CoreML has no input of is cast from one that it has."""
    ios = max(case.ios, 16) if half else case.ios
    given: dict[str, np.ndarray] = {}
    names: dict[str, Any] = {}
    for name, value in case.inputs.items():
        values = value if isinstance(value, list) else [value]
        keys = [f"{name}_{i}" if isinstance(value, list) else name for i in range(len(values))]
        names[name] = keys if isinstance(value, list) else keys[0]
        given.update({k: _halved(v, half) for k, v in zip(keys, values, strict=True)})
    constants = {k: v if k in SINGLE_ALWAYS else _constant(v, half) for k, v in case.constants.items()}

    def body(**tensors: Any) -> Any:
        arguments = {k: tensors[v] if isinstance(v, str) else [tensors[n] for n in v] for k, v in names.items()}
        return getattr(mil().Builder, case.op)(**arguments, **constants)

    return build(body, given, path, ios, case.unknown), [_border(a) for a in given.values()]


def build(body: Callable[..., Any], inputs: Mapping[str, np.ndarray], path: Path, ios: int = 15, unknown: bool = False) -> Path:
    """A package whose program is what `body` builds from the inputs."""
    library = mil()
    kinds = library.types
    version = library.AvailableTarget(ios - 9)
    shapes = {
        name: [library.new_symbol() if unknown else size for size in np.shape(_border(array))] for name, array in inputs.items()
    }
    placeholders = {
        name: library.Placeholder(
            shapes[name], kinds.string_to_builtin(DTYPES.get(_border(array).dtype.name, "int32")), name=name
        )
        for name, array in inputs.items()
    }
    with library.Function(placeholders, opset_version=version) as function:
        tensors = {name: _inner(library, function.inputs[name], array) for name, array in inputs.items()}
        result = body(**tensors)
        outputs = [_outer(library, o) for o in (result if isinstance(result, tuple | list) else [result])]
        function.set_outputs(outputs)
    program = library.Program()
    program.add_function("main", function)
    return save(path, program, inputs, outputs, version, unknown)


def save(
    path: Path,
    program: Any,
    inputs: Mapping[str, np.ndarray],
    outputs: list[Any],
    version: Any,
    unknown: bool = False,
    states: Mapping[str, np.ndarray] = {},
) -> Path:
    """The package of a program, with its description."""
    library = mil()
    data = path / "Data" / "com.apple.CoreML"
    (data / "weights").mkdir(parents=True)
    model = library.model.Model(specificationVersion=version.value)
    model.mlProgram.CopyFrom(library.Exporter(program, str(data / "weights"), version.value).export())
    description = model.description
    for name, array in inputs.items():
        kind = description.input.add(name=name).type.multiArrayType
        kind.dataType = CODES[_border(array).dtype.name]
        kind.shape.extend(np.shape(_border(array)))
        for _ in kind.shape if unknown else ():
            kind.shapeRange.sizeRanges.add(lowerBound=1, upperBound=4096)
    for name, array in states.items():
        kind = description.state.add(name=name).type.stateType.arrayType
        kind.dataType = CODES[array.dtype.name]
        kind.shape.extend(array.shape)
    for var in outputs:
        kind = description.output.add(name=var.name).type.multiArrayType
        kind.dataType = CODES[library.types.builtin_to_string(var.dtype)]
    (data / "model.mlmodel").write_bytes(model.SerializeToString())
    (path / "Manifest.json").write_text(json.dumps(MANIFEST))
    return path


def _border(array: np.ndarray) -> np.ndarray:
    """As it is given: numbers of 16 or 32 bits, and not a scalar."""
    array = np.asarray(array)
    array = array if array.dtype.kind == "f" else array.astype(np.int32)
    return array.reshape(array.shape or (1,))


def _inner(library: Any, x: Any, array: np.ndarray) -> Any:
    array = np.asarray(array)
    x = x if array.ndim else library.Builder.squeeze(x=x, axes=[0])
    return library.Builder.cast(x=x, dtype=array.dtype.name) if array.dtype.kind in "bu" else x


def _outer(library: Any, y: Any) -> Any:
    """As CoreML gives it: numbers of 16 or 32 bits."""
    kind = library.types.builtin_to_string(y.dtype)
    y = y if kind in ("fp16", "fp32", "int32") else library.Builder.cast(x=y, dtype="int32")
    return library.Builder.identity(x=y)


def _halved(value: Any, half: bool) -> np.ndarray:
    array = np.asarray(value)
    return array.astype(np.float16) if half and array.dtype == np.float32 else array


def _constant(value: Any, half: bool) -> Any:
    """Floats in the program's precision; what isn't a number or an array as it is."""
    if isinstance(value, float):
        return np.float16(value) if half else np.float32(value)
    return _halved(value, half) if isinstance(value, np.ndarray) else value
