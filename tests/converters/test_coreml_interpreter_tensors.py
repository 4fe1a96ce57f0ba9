"""The CoreML interpreter's operations on whole tensors against TensorFlow and plain formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.converters.mil_case import Case, check, floats, integers, truths

X = floats(2, 3, 4)
WHOLE = integers(2, 3, 4)
IMAGE = floats(2, 8, 4, 6)
SEQUENCES = floats(3, 5, 2)
INDICES = np.int32([[2, 0], [1, 2]])


def _images(x: np.ndarray, function: object, *arguments: int) -> np.ndarray:
    """A function of TensorFlow's images, which have the channels last."""
    return function(x.transpose(0, 2, 3, 1), *arguments).numpy().transpose(0, 3, 1, 2)  # type: ignore[operator]


def _shuffled(x: np.ndarray, f: int) -> np.ndarray:
    n, c, h, w = x.shape
    y = np.zeros((n, c // f**2, h * f, w * f), x.dtype)
    for i in range(f):
        for j in range(f):
            y[:, :, i::f, j::f] = x[:, i * f + j :: f * f]
    return y


TENSORS = [
    Case("band_part", {"x": X}, lambda x: tf.linalg.band_part(x, 1, 0), {"lower": 1, "upper": 0}),
    Case("band_part", {"x": WHOLE}, lambda x: tf.linalg.band_part(x, -1, 1), {"upper": 1}),
    *[
        Case("cumsum", {"x": X}, lambda x, e=e, r=r: tf.cumsum(x, 1, e, r), {"axis": 1, "exclusive": e, "reverse": r})
        for e in (False, True)
        for r in (False, True)
    ],
    Case("cumsum", {"x": WHOLE}, lambda x: tf.cumsum(x)),
    Case("fill", {"shape": np.int32([2, 3])}, np.full((2, 3), 1.5, np.float32), {"value": 1.5}, single=True),
    Case("fill", {"shape": np.int32([2])}, np.full(2, 7), {"value": np.int32(7)}),
    Case("fill_like", {"ref_tensor": X}, np.full((2, 3, 4), 7), {"value": np.int32(7)}, ios=16),
    Case("non_zero", {"x": WHOLE}, lambda x: tf.where(x)),
    Case("non_zero", {"x": truths(3, 4)}, lambda x: tf.where(x)),
    Case("one_hot", {"indices": INDICES}, lambda i: tf.one_hot(i, 3, dtype=tf.int32), {"one_hot_vector_size": 3}),
    Case(
        "one_hot",
        {"indices": INDICES, "one_hot_vector_size": np.int32(4)},
        lambda i, n: tf.one_hot(i, n, 2.5, -1.0, axis=1),
        {"axis": 1, "on_value": np.float32(2.5), "off_value": np.float32(-1)},
        single=True,
    ),
    Case("pad", {"x": X}, lambda x: tf.pad(x, [(0, 0), (1, 2), (0, 3)]), {"pad": np.int32([1, 2, 0, 3]), "constant_val": 0.0}),
    Case(
        "pad",
        {"x": X},
        lambda x: tf.pad(x, [(0, 0), (0, 0), (2, 1)], constant_values=-1.5),
        {"pad": np.int32([2, 1]), "constant_val": -1.5},
    ),
    Case(
        "pad",
        {"x": X},
        lambda x: tf.pad(x, [(0, 0), (2, 1), (3, 2)], "REFLECT"),
        {"pad": np.int32([2, 1, 3, 2]), "mode": "reflect", "constant_val": 0.0},
    ),
    Case(
        "pad",
        {"x": X},
        lambda x: x[:, [0, 0, 0, 1, 2, 2]],
        {"pad": np.int32([2, 1, 0, 0]), "mode": "replicate", "constant_val": 0.0},
    ),
    Case("pad", {"x": X, "pad": np.int32([0, 1, 1, 0, 2, 0])}, lambda x, p: tf.pad(x, p.reshape(3, 2)), {"constant_val": 0.0}),
    Case("range_1d", {"start": np.int32(2), "end": np.int32(11), "step": np.int32(3)}, lambda *a: tf.range(*a)),
    Case("range_1d", {"start": np.float32(2), "end": np.float32(-1), "step": np.float32(-0.75)}, lambda *a: tf.range(*a)),
    Case("tile", {"x": X}, lambda x: tf.tile(x, [1, 2, 3]), {"reps": np.int32([1, 2, 3])}),
    Case("tile", {"x": WHOLE, "reps": np.int32([2, 1, 2])}, lambda x, r: tf.tile(x, r)),
    Case("argsort", {"x": X}, lambda x: tf.argsort(x, 1, "DESCENDING"), {"axis": 1}),
    Case("argsort", {"x": WHOLE}, lambda x: tf.argsort(x, 0, stable=True), {"axis": 0, "ascending": True}),
    Case("topk", {"x": X}, lambda x: tuple(tf.math.top_k(x, 2)), {"k": 2}),
    Case("topk", {"x": X}, lambda x: (np.sort(x, 1)[:, :2], np.argsort(x, 1)[:, :2]), {"k": 2, "axis": 1, "ascending": True}),
    Case("topk", {"x": X}, lambda x: tf.math.top_k(x, 3)[0], {"k": 3, "return_indices": False}, ios=16),
    Case("topk", {"x": X}, lambda x: tuple(tf.math.top_k(x, 3)), {"k": np.int32(3), "output_indices_dtype": "uint16"}, ios=17),
    Case("shape", {"x": X}, np.int32([2, 3, 4]), unknown=True),
    Case("concat", {"values": [X, X[:, :1] * 2]}, lambda v: tf.concat(v, 1), {"axis": 1}),
    Case(
        "concat",
        {"values": [np.int32([[1, 2], [3, 4], [5, 6]]), np.int32([[7, 8], [9, 10], [11, 12]])]},
        np.int32([[1, 2], [7, 8], [3, 4], [9, 10], [5, 6], [11, 12]]),
        {"axis": 0, "interleave": True},
    ),
    Case("split", {"x": X}, lambda x: tf.split(x, 2, -1), {"axis": -1, "num_splits": 2}),
    Case("split", {"x": WHOLE}, lambda x: tf.split(x, [1, 2], 1), {"axis": 1, "split_sizes": np.int32([1, 2])}),
    Case("stack", {"values": [X, X + 1]}, lambda v: tf.stack(v, 1), {"axis": 1}),
    Case(
        "quantize",
        {"input": X * 100},
        lambda x: np.clip(np.round(x / 0.7) - 3, -128, 127).astype(int),
        {"scale": 0.7, "zero_point": np.int8(-3), "output_dtype": "int8"},
        ios=17,
        single=True,
    ),
    Case(
        "dequantize",
        {"input": np.uint8([[3, 200], [7, 9]])},
        np.float32([[1, 98], [3, -93]]),
        {"scale": np.float32([0.5, 1]), "zero_point": np.uint8([1, 102]), "axis": 1},
        ios=17,
        single=True,
    ),
]
TRANSFORMATIONS = [
    Case("depth_to_space", {"x": IMAGE}, lambda x: _images(x, tf.nn.depth_to_space, 2), {"block_size": 2}),
    Case("space_to_depth", {"x": IMAGE}, lambda x: _images(x, tf.nn.space_to_depth, 2), {"block_size": 2}),
    Case("pixel_shuffle", {"x": IMAGE}, lambda x: _shuffled(x, 2), {"upscale_factor": 2}),
    Case("pixel_unshuffle", {"x": _shuffled(IMAGE, 2)}, IMAGE, {"downscale_factor": np.uint32(2)}, ios=16),
    Case(
        "space_to_batch",
        {"x": IMAGE},
        lambda x: _images(x, lambda i: tf.space_to_batch(i, [2, 4], [[1, 1], [0, 2]])),
        {"block_shape": np.int32([2, 4]), "paddings": np.int32([[1, 1], [0, 2]])},
    ),
    Case(
        "batch_to_space",
        {"x": floats(12, 2, 3, 4)},
        lambda x: _images(x, lambda i: tf.batch_to_space(i, [2, 3], [[1, 0], [2, 1]])),
        {"block_shape": np.int32([2, 3]), "crops": np.int32([[1, 0], [2, 1]])},
    ),
    Case("expand_dims", {"x": X}, lambda x: x[:, None, :, :, None], {"axes": np.int32([1, -1])}),
    Case("squeeze", {"x": X[:, None, :, :, None]}, X, {"axes": np.int32([1, -1])}),
    Case("squeeze", {"x": X[:, None]}, X),
    *[
        Case("flatten2d", {"x": floats(*shape)}, lambda x, o=out: x.reshape(o), {"axis": axis})
        for shape, axis, out in (
            ((3,), -1, (1, 3)),
            ((3,), 1, (3, 1)),
            ((4, 3), -1, (4, 3)),
            ((2, 3, 2), -1, (6, 2)),
            ((5, 5, 2), 1, (5, 10)),
        )
    ],
    Case("reshape", {"x": X}, lambda x: x.reshape(2, 12), {"shape": np.int32([2, -1])}, unknown=True),
    Case("reshape", {"x": X, "shape": np.int32([3, 8])}, lambda x, s: x.reshape(3, 8)),
    Case("reshape", {"x": WHOLE}, lambda x: x.reshape(2, 12, 1), {"shape": np.int32([0, -1, 1])}),
    Case("reshape", {"x": floats(2, 50)}, lambda x: x.reshape(1, 1, 2, 50), {"shape": np.int32([1, 0, -1, 0])}, ios=17),
    Case(
        "reshape_like",
        {"x": floats(60), "ref_tensors": [floats(2, 3, 4), floats(1, 5, 2)]},
        lambda x, r: x.reshape(2, 3, 5, 2),
        {"begins": [0, 1], "ends": [2, 0], "end_masks": [False, True]},
        ios=16,
    ),
    Case("reverse", {"x": X}, lambda x: x[::-1, :, ::-1], {"axes": np.int32([0, -1])}),
    Case("reverse", {"x": X}, lambda x: x[::-1, ::-1, ::-1]),
    Case(
        "reverse_sequence",
        {"x": SEQUENCES, "lengths": np.int32([3, 0, 5])},
        lambda x, n: tf.reverse_sequence(x, n, 1, batch_axis=0),
        {"seq_axis": 1, "batch_axis": 0},
    ),
    Case(
        "reverse_sequence",
        {"x": SEQUENCES, "lengths": np.int32([3, 1])},
        lambda x, n: tf.reverse_sequence(x, n, 1, batch_axis=2),
        {"seq_axis": 1, "batch_axis": 2},
    ),
    Case("transpose", {"x": X}, lambda x: tf.transpose(x, [2, 0, 1]), {"perm": np.int32([2, 0, -2])}, unknown=True),
    Case(
        "slice_by_index",
        {"x": X},
        lambda x: x[1:2, 0:3:2, -3:-1],
        {"begin": np.int32([1, 0, -3]), "end": np.int32([2, 3, -1]), "stride": np.int32([1, 2, 1])},
    ),
    Case(
        "slice_by_index",
        {"x": X},
        lambda x: x[:, 1:, ::-1],
        {
            "begin": np.int32([0, 1, 9]),
            "end": np.int32([1, 9, 9]),
            "stride": np.int32([1, 1, -1]),
            "begin_mask": [True, False, True],
            "end_mask": [True, True, True],
        },
    ),
    Case(
        "slice_by_index",
        {"x": WHOLE},
        lambda x: x[1, :, 2],
        {
            "begin": np.int32([1, 0, 2]),
            "end": np.int32([0, 0, 0]),
            "end_mask": [False, True, False],
            "squeeze_mask": [True, False, True],
        },
    ),
    Case(
        "slice_by_size",
        {"x": X, "begin": np.int32([0, 1, 2])},
        lambda x, b: tf.slice(x, b, [2, -1, 1]),
        {"size": np.int32([2, -1, 1])},
    ),
    Case(
        "slice_update",
        {"x": X, "update": floats(2, 2, 2)},
        lambda x, u: np.concatenate([x[:, :1], np.concatenate([u, x[:, 1:, 2:]], 2)], 1),
        {"begin": np.int32([0, 1, 0]), "end": np.int32([2, 3, 2])},
        ios=18,
    ),
    Case("sliding_windows", {"x": floats(2, 9)}, lambda x: tf.signal.frame(x, 4, 2), {"axis": 1, "size": 4, "stride": 2}),
    Case("sliding_windows", {"x": X}, lambda x: np.stack([x[:, 0:2], x[:, 1:3]], 1), {"axis": 1, "size": 2}),
]
CASES = TENSORS + TRANSFORMATIONS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_single_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage")


def _has_floats(case: Case) -> bool:
    values = [v for value in case.inputs.values() for v in (value if isinstance(value, list) else [value])]
    return any(np.asarray(v).dtype == np.float32 for v in values)


@pytest.mark.parametrize("case", [c for c in CASES if not c.single and _has_floats(c)], ids=lambda case: case.id)
def test_half_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage", half=True)
