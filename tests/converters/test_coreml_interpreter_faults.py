"""Programs that a compiler of CoreML would refuse, and those whose result isn't documented: the interpreter says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.converters.coreml.interpreter import run
from kport.converters.coreml.library import mil
from kport.errors import FileError, UsageError
from tests.converters.mil_case import Case, build, floats, written

X = floats(2, 30)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """y = relu(linear(x))"""
    b = mil().Builder

    def body(x: Any) -> Any:
        return b.relu(x=b.linear(x=x, weight=floats(4, 30), name="product"), name="y")

    return build(body, {"x": X}, tmp_path / "m.mlpackage")


def _model(package: Path) -> Path:
    return package / "Data" / "com.apple.CoreML" / "model.mlmodel"


def _operation(model: Any, kind: str) -> Any:
    block = next(iter(model.mlProgram.functions["main"].block_specializations.values()))
    return next(op for op in block.operations if op.type == kind)


def _renamed_output(model: Any) -> None:
    _operation(model, "relu").outputs[0].name = "product"


def _computed_weight(model: Any) -> None:
    _operation(model, "linear").inputs["weight"].arguments[0].name = "x"


def _unknown_parameter(model: Any) -> None:
    _operation(model, "relu").inputs["slope"].arguments.add(name="x")


def _missing_parameter(model: Any) -> None:
    _operation(model, "relu").inputs.pop("x")


def _another_type(model: Any) -> None:
    _operation(model, "relu").outputs[0].type.tensorType.dataType = 10


def _another_shape(model: Any) -> None:
    _operation(model, "relu").outputs[0].type.tensorType.dimensions[1].constant.size = 5


def _six_axes(model: Any) -> None:
    tensor = _operation(model, "relu").outputs[0].type.tensorType
    tensor.rank = 6
    for _ in range(4):
        tensor.dimensions.add().constant.size = 1


def _newer_operation(model: Any) -> None:
    _operation(model, "relu").type = "scaled_dot_product_attention"


def _newer_parameter(model: Any) -> None:
    op = _operation(model, "linear")
    op.type = "gather"
    for name in list(op.inputs):
        op.inputs.pop(name)
    for name in ("x", "indices", "batch_dims"):
        op.inputs[name].arguments.add(name="x")


def _no_such_operation(model: Any) -> None:
    _operation(model, "relu").type = "swoosh"


def _bad_name(model: Any) -> None:
    _operation(model, "relu").outputs[0].name = "1/y"


def _another_version(model: Any) -> None:
    model.specificationVersion = 5


def _another_input(model: Any) -> None:
    model.description.input[0].name = "image"


def _input_of_another_shape(model: Any) -> None:
    model.description.input[0].type.multiArrayType.shape[0] = 3


def _input_with_ranges(model: Any) -> None:
    kind = model.description.input[0].type.multiArrayType
    for _ in range(2):
        kind.shapeRange.sizeRanges.add(lowerBound=1, upperBound=64)


def _range_without_an_end(model: Any) -> None:
    kind = model.description.input[0].type.multiArrayType
    for size in kind.shape:
        kind.shapeRange.sizeRanges.add(lowerBound=size, upperBound=-1)


def _word(model: Any) -> None:
    _operation(model, "relu").outputs[0].name = "true"


def _no_elements(model: Any) -> None:
    _operation(model, "relu").outputs[0].type.tensorType.dimensions[1].constant.size = 0


def _input_as_output(model: Any) -> None:
    next(iter(model.mlProgram.functions["main"].block_specializations.values())).outputs[0] = "x"


def _output_twice(model: Any) -> None:
    block = next(iter(model.mlProgram.functions["main"].block_specializations.values()))
    block.outputs.append(block.outputs[0])


def _half_output(model: Any) -> None:
    model.description.output[0].type.multiArrayType.dataType = 65552


def _no_outputs(model: Any) -> None:
    del model.description.output[:]


FAULTS: dict[Callable[[Any], None], str] = {
    _renamed_output: "two values are named 'product'",
    _computed_weight: "parameter weight: expected a constant. Received: 'x', which is computed",
    _unknown_parameter: "no parameter slope",
    _missing_parameter: "parameter x is missing",
    _another_type: "should be fp32. Declared: fp16",
    _another_shape: r"is declared as fp32\[2, 5\] but is float32\[2, 4\]",
    _six_axes: "has more than 5 axes",
    _newer_operation: "came with iOS 18; the program is for iOS 15",
    _newer_parameter: "no parameter batch_dims before iOS 16",
    _no_such_operation: "no operation of this name is known here",
    _bad_name: "'1/y' is no identifier",
    _another_version: "specificationVersion 5 is older than its operation set CoreML5",
    _another_input: "input 'image' isn't in the program",
    _input_of_another_shape: "in the description, fp32",
    _input_with_ranges: "ranges",
    _range_without_an_end: "sizes need an upper bound",
    _word: "'true' is a word of MIL's own language",
    _no_elements: "has no elements",
    _input_as_output: "output 'x' isn't what an operation computes",
    _output_twice: "is given 2 times",
    _half_output: "fp16 can't be at the border before iOS 16",
    _no_outputs: "the program gives",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_programs_that_a_compiler_would_refuse(fault: Callable[[Any], None], package: Path) -> None:
    model = mil().model.Model.FromString(_model(package).read_bytes())
    fault(model)
    _model(package).write_bytes(model.SerializeToString())
    with pytest.raises(FileError, match=FAULTS[fault]):
        run(package, [X])


RECURRENT = {"weight_ih": floats(4, 3), "weight_hh": floats(4, 1), "initial_c": np.zeros((2, 1), np.float32)}
REFUSED = [
    (Case("one_hot", {"indices": np.int32([0, 3])}, None, {"one_hot_vector_size": 3}), "expected indices from 0 to 2"),
    (Case("gather", {"x": X, "indices": np.int32([-1])}, None, ios=17), "expected indices from 0 to 1"),
    (Case("gather", {"x": X, "indices": np.int32([2])}, None), "expected indices from -2 to 1"),
    (
        Case("scatter_nd", {"data": X, "indices": np.int32([[0], [0]]), "updates": X}, None, {"mode": "update"}),
        "two different updates of one place",
    ),
    (Case("squeeze", {"x": X}, None, {"axes": np.int32([0])}, unknown=True), "expected sizes of 1"),
    (Case("real_div", {"x": np.int32([5]), "y": np.int32([2])}, None), "how a quotient of integers is rounded"),
    (Case("reduce_mean", {"x": np.int32([5, 2])}, None), "how this reduction of integers is rounded"),
    (Case("cast", {"x": X * 1e30}, None, {"dtype": "int32"}), "a value that int32 can't hold"),
    (Case("slice_by_size", {"x": X, "begin": np.int32([1, 0])}, None, {"size": np.int32([2, 1])}), "expected a slice within"),
    (Case("fill", {"shape": np.int32([2, 0])}, None, {"value": 1.0}), "expected sizes of at least 1"),
    (
        Case(
            "resize",
            {"x": floats(1, 1, 4, 4)},
            None,
            {
                "shape": np.int32([2, 2]),
                "resized_dims": np.uint32(2),
                "interpolation_mode": "NEAREST_NEIGHBOR",
                "sampling_mode": "UNALIGN_CORNERS",
            },
            ios=17,
        ),
        "the only one whose rounding is known",
    ),
    (Case("reshape", {"x": X, "shape": np.int32([0, 3, 10])}, None), "expected 0 only in a shape of rank 2 before iOS 17"),
    (
        Case("lstm", {"x": floats(5, 2, 3), "initial_h": floats(1, 1)}, None, RECURRENT, unknown=True),
        r"expected an initial state of shape \[2, 1\]. Received: \[1, 1\]",
    ),
    (Case("pad", {"x": X, "pad": np.int32([0, 0, 30, 0])}, None, {"mode": "reflect", "constant_val": 0.0}), "can't pad"),
    (
        Case(
            "avg_pool",
            {"x": floats(1, 1, 6, 6)},
            None,
            {"kernel_sizes": [3, 3], "strides": [2, 2], "pad_type": "valid", "ceil_mode": True},
        ),
        "counts for the average",
    ),
]


@pytest.mark.parametrize(("case", "message"), REFUSED, ids=lambda x: x.id if isinstance(x, Case) else "")
def test_what_isnt_documented_or_not_allowed_is_refused(case: Case, message: str, tmp_path: Path) -> None:
    path, inputs = written(case, tmp_path / "m.mlpackage")
    with pytest.raises(UsageError, match=f"CoreML can't compute {case.op} .*{message}"):
        run(path, inputs)


def test_a_tensor_without_elements_is_refused(tmp_path: Path) -> None:
    path, inputs = written(Case("non_zero", {"x": np.zeros((2, 3), np.float32)}, None), tmp_path / "m.mlpackage")
    with pytest.raises(UsageError, match="no tensors without elements"):
        run(path, inputs)
