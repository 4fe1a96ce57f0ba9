"""The CoreML interpreter's branches, loops, lists and states, and its compressed weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.converters.coreml.interpreter import run
from kport.converters.coreml.library import mil
from tests.converters.mil_case import build, floats, integers, save, truths


def _run(body: Any, inputs: dict[str, np.ndarray], tmp_path: Path, ios: int = 15, unknown: bool = False) -> list[np.ndarray]:
    path = build(body, inputs, tmp_path / "m.mlpackage", ios, unknown)
    return run(
        path,
        [
            np.asarray(a, np.int32 if np.asarray(a).dtype.kind in "bu" else None).reshape(np.shape(a) or (1,))
            for a in inputs.values()
        ],
    )


@pytest.mark.parametrize("truth", [True, False])
def test_a_branch(truth: bool, tmp_path: Path) -> None:
    b = mil().Builder

    def body(pred: Any, x: Any) -> Any:
        return b.cond(pred=pred, _true_fn=lambda: b.add(x=x, y=1.0), _false_fn=lambda: b.mul(x=x, y=3.0))

    x = floats(2, 3)
    (y,) = _run(body, {"pred": np.array(truth), "x": x}, tmp_path)
    np.testing.assert_allclose(y, x + 1 if truth else x * 3)


def test_a_loop_within_a_loop(tmp_path: Path) -> None:
    """Values of the blocks around are seen within; x is added i times in round i."""
    b = mil().Builder

    def body(x: Any) -> Any:
        def rounds(i: Any, total: Any) -> Any:
            inner = b.while_loop(
                _cond=lambda j, _: b.less(x=j, y=i), _body=lambda j, t: (b.add(x=j, y=1), b.add(x=t, y=x)), loop_vars=(0, total)
            )
            return b.add(x=i, y=1), inner[1]

        return b.while_loop(_cond=lambda i, _: b.less(x=i, y=5), _body=rounds, loop_vars=(0, b.mul(x=x, y=0.0)))[1]

    x = floats(3)
    (y,) = _run(body, {"x": x}, tmp_path)
    np.testing.assert_allclose(y, x * (0 + 1 + 2 + 3 + 4), rtol=1e-5)


def test_a_loop_over_an_unknown_number_of_steps_fills_a_list(tmp_path: Path) -> None:
    """The running maximum of a sequence."""
    b = mil().Builder

    def body(x: Any) -> Any:
        steps = b.slice_by_size(x=b.shape(x=x), begin=[0], size=[1])
        steps = b.squeeze(x=steps, axes=[0])
        rows = b.make_list(init_length=1, elem_shape=(3,), dtype="fp32")
        row = lambda i: b.reshape(x=b.gather(x=x, indices=i, axis=0), shape=[3])

        def step(i: Any, largest: Any, written: Any) -> Any:
            largest = b.maximum(x=largest, y=row(i))
            return b.add(x=i, y=1), largest, b.list_write(ls=written, index=i, value=largest)

        _, _, written = b.while_loop(_cond=lambda i, *_: b.less(x=i, y=steps), _body=step, loop_vars=(0, row(0), rows))
        places = b.range_1d(start=0, end=b.list_length(ls=written), step=1)
        return [b.list_gather(ls=written, indices=places), b.list_read(ls=written, index=2)]

    x = floats(7, 3)
    gathered, third = _run(body, {"x": x}, tmp_path, unknown=True)
    np.testing.assert_array_equal(gathered, np.maximum.accumulate(x))
    np.testing.assert_array_equal(third, x[:3].max(0))


def test_values_are_scattered_into_a_list(tmp_path: Path) -> None:
    b = mil().Builder

    def body(x: Any) -> Any:
        rows = b.make_list(init_length=4, dynamic_length=False, elem_shape=(3,), dtype="fp32")
        return b.list_gather(ls=b.list_scatter(ls=rows, indices=[3, 1], value=x), indices=[1, 3, 0])

    x = floats(2, 3)
    (y,) = _run(body, {"x": x}, tmp_path)
    np.testing.assert_array_equal(y, [x[1], x[0], [0, 0, 0]])


def test_a_state_is_written_and_read(tmp_path: Path) -> None:
    """It begins as zeros; x is added twice."""
    library = mil()
    from coremltools.converters.mil.mil.program import StateTensorPlaceholder

    b = library.Builder
    half = library.types.fp16
    placeholders = {"x": library.Placeholder((2, 3), half, name="x"), "s": StateTensorPlaceholder((2, 3), half, name="s")}
    version = library.AvailableTarget(9)
    with library.Function(placeholders, opset_version=version) as function:
        x, state = function.inputs["x"], function.inputs["s"]
        for _ in range(2):
            y = b.coreml_update_state(state=state, value=b.add(x=b.read_state(input=state), y=x))
        y = b.identity(x=y)
        function.set_outputs([y])
    program = library.Program()
    program.add_function("main", function)
    x = floats(2, 3).astype(np.float16)
    path = save(tmp_path / "m.mlpackage", program, {"x": x}, [y], version, False, {"s": x})
    np.testing.assert_array_equal(run(path, [x])[0], x * 2)


def _packed(numbers: np.ndarray, bits: int) -> np.ndarray:
    """Numbers of `bits` bits from the lowest bit on."""
    flat = [(int(n) >> i) & 1 for n in numbers.ravel() for i in range(bits)]
    flat += [0] * (-len(flat) % 8)
    return np.array([sum(bit << i for i, bit in enumerate(flat[p : p + 8])) for p in range(0, len(flat), 8)], np.uint8)


LUT = np.float32([-1, 0.5, 2, 7])
KEYS = integers(5, 3, low=0, high=4)
MASK = truths(5, 3)
BYTES = integers(5, 3, low=-128, high=128).astype(np.int8)
DENSE = np.where(MASK, floats(5, 3), 0).astype(np.float32)
KINDS: dict[str, tuple[int, Any, np.ndarray]] = {
    "affine, per row": (
        16,
        lambda b: b.constexpr_affine_dequantize(
            quantized_data=BYTES, zero_point=np.int8([1, 2, 3, 4, 5]), scale=np.float32([1, 2, 3, 4, 5]), axis=0
        ),
        (BYTES - np.float32([[1], [2], [3], [4], [5]])) * np.float32([[1], [2], [3], [4], [5]]),
    ),
    "affine": (
        16,
        lambda b: b.constexpr_affine_dequantize(quantized_data=BYTES, zero_point=np.int8(3), scale=np.float32(0.5), axis=0),
        (BYTES.astype(np.float32) - 3) / 2,
    ),
    "half": (
        16,
        lambda b: b.constexpr_cast(source_val=DENSE.astype(np.float16), output_dtype="fp32"),
        DENSE.astype(np.float16).astype(np.float32),
    ),
    "table": (
        16,
        lambda b: b.constexpr_lut_to_dense(indices=_packed(KEYS, 2), lut=LUT, shape=np.uint32([5, 3])),
        LUT[KEYS],
    ),
    "sparse": (
        16,
        lambda b: b.constexpr_sparse_to_dense(nonzero_data=DENSE[MASK], mask=_packed(MASK, 1), shape=np.uint32([5, 3])),
        DENSE,
    ),
    "blocks of 8 bits": (
        18,
        lambda b: b.constexpr_blockwise_shift_scale(
            data=BYTES, scale=np.float32([[1], [2], [3], [4], [5]]), offset=np.int8([[1], [0], [2], [0], [3]])
        ),
        (BYTES - np.float32([[1], [0], [2], [0], [3]])) * np.float32([[1], [2], [3], [4], [5]]),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_compressed_weights(kind: str, tmp_path: Path) -> None:
    ios, weight, expected = KINDS[kind]
    x = floats(2, 3)
    (y,) = _run(lambda x: mil().Builder.linear(x=x, weight=weight(mil().Builder)), {"x": x}, tmp_path, ios)
    np.testing.assert_allclose(y, x @ expected.T, rtol=1e-5, atol=1e-4)


def _narrow(array: np.ndarray, name: str) -> np.ndarray:
    """An array of a type of few bits, as Apple's builder marks it."""
    types = mil().types
    return np.asarray(array).astype(types.type_mapping.nptype_from_builtin(types.string_to_builtin(name)))


NARROW: dict[str, tuple[Any, np.ndarray]] = {
    "4 bits, signed": (
        lambda b: b.constexpr_blockwise_shift_scale(
            data=_narrow(KEYS[:, :2] - 3, "int4"), scale=np.float32([[0.5], [1], [2], [3], [4]])
        ),
        (KEYS[:, :2] - 3) * np.float32([[0.5], [1], [2], [3], [4]]),
    ),
    "6 bits, a table for each group": (
        lambda b: b.constexpr_lut_to_dense(indices=_narrow(KEYS[:4] * 9, "uint6"), lut=floats(2, 1, 64, 1)),
        np.concatenate([floats(2, 1, 64, 1)[0, 0, :, 0][KEYS[:2] * 9], floats(2, 1, 64, 1)[1, 0, :, 0][KEYS[2:4] * 9]]),
    ),
    "2 bits, vectors": (
        lambda b: b.constexpr_lut_to_dense(indices=_narrow(KEYS, "uint2"), lut=floats(1, 1, 4, 2), vector_axis=1),
        floats(1, 1, 4, 2)[0, 0][KEYS].reshape(5, 6),
    ),
    "sparse": (
        lambda b: b.constexpr_sparse_to_dense(nonzero_data=DENSE[MASK], mask=_narrow(MASK, "uint1")),
        DENSE,
    ),
    "a sparse table": (
        lambda b: b.constexpr_sparse_to_dense(
            **dict(
                zip(
                    ("mask", "nonzero_data"),
                    b.constexpr_lut_to_sparse(
                        indices_mask=_narrow(MASK, "uint1"),
                        indices_nonzero_data=_narrow(KEYS[MASK], "uint2"),
                        lut=LUT.reshape(1, 1, 4, 1),
                    ),
                    strict=True,
                )
            )
        ),
        np.where(MASK, LUT[KEYS], 0),
    ),
    "sparse blocks": (
        lambda b: b.constexpr_sparse_to_dense(
            **dict(
                zip(
                    ("mask", "nonzero_data"),
                    b.constexpr_sparse_blockwise_shift_scale(
                        data_mask=_narrow(MASK, "uint1"), nonzero_data=BYTES[MASK], scale=np.float32([[0.5, 1, 2]])
                    ),
                    strict=True,
                )
            )
        ),
        np.where(MASK, BYTES * np.float32([0.5, 1, 2]), 0),
    ),
}


@pytest.mark.parametrize("kind", NARROW)
def test_weights_of_few_bits(kind: str, tmp_path: Path) -> None:
    weight, expected = NARROW[kind]
    x = floats(2, expected.shape[1])
    (y,) = _run(lambda x: mil().Builder.linear(x=x, weight=weight(mil().Builder)), {"x": x}, tmp_path, 18)
    np.testing.assert_allclose(y, x @ expected.T.astype(np.float32), rtol=1e-5, atol=1e-4)
