"""Functions of images and signals, made of operations, judged by keras.ops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.check import check
from kport.errors import ShapeError
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.ir.arrays import dtype_name
from kport.tree import flatten
from tests.compare import assert_same
from tests.data import Exactly, Floats, Ints, make, seed_of

pytestmark = pytest.mark.filterwarnings("ignore")

IMAGES = Floats((2, 5, 6, 3), 0, 1)
ONE = Floats((5, 6, 3), 0, 1)
BYTES = Ints((2, 5, 6, 3), 256, dtype="uint8")
COLORS = Exactly([[[[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.2], [0.2, 0.5, 0.5], [0.5, 0.2, 0.5], [1, 0, 0.1]]]])
TURN = Exactly([[0.8, -0.6, 2.0, 0.6, 0.8, -1.0, 0.0, 0.0], [1, 0.3, -2, 0.1, 1.1, 0.6, 0.01, 0.02]])
SHIFT = Exactly([1, 0, 9.5, 0, 1, -7.5, 0, 0])
CORNERS = Exactly([[0, 0], [5, 0], [0, 4], [5, 4]])
SEEN = Exactly([[0.7, 0.3], [4.2, -0.4], [0.2, 3.6], [5.5, 4.4]])
INSIDE = Exactly([[[0.4, -1.2, 2.5], [-3, 2.0, 1.5]], [[0.2, 3.3, -0.5], [1.0, -4, 4.5]]])
PLACES = Exactly([[[0.4, -1.2, 2.5], [7.3, 4.0, 1.5]], [[0.2, 3.3, -0.5], [1.0, 8.1, 5.0]]])
SOUND = Floats((2, 40))
FRAMES = [Floats((2, 6, 5)), Floats((2, 6, 5))]
SPECTRUM = [Floats((2, 6, 8)), Floats((2, 6, 8))]

ROWS: list[tuple[str, list[Any], dict[str, Any]]] = [
    ("image.rgb_to_grayscale", [IMAGES], {}),
    ("image.rgb_to_grayscale", [BYTES], {}),
    ("image.rgb_to_grayscale", [ONE], {}),
    ("image.rgb_to_grayscale", [Floats((2, 3, 4, 5))], {"data_format": "channels_first"}),
    ("image.rgb_to_hsv", [IMAGES], {}),
    ("image.rgb_to_hsv", [COLORS], {}),
    ("image.hsv_to_rgb", [IMAGES], {}),
    ("image.hsv_to_rgb", [Floats((3, 4, 5), 0, 1)], {"data_format": "channels_first"}),
    ("image.resize", [IMAGES], {"size": (3, 9)}),
    ("image.resize", [ONE], {"size": (7, 4), "interpolation": "nearest"}),
    ("image.resize", [IMAGES], {"size": (4, 4), "crop_to_aspect_ratio": True}),
    ("image.resize", [IMAGES], {"size": (4, 9), "pad_to_aspect_ratio": True, "fill_value": 3.0}),
    ("image.resize", [BYTES], {"size": (3, 9), "antialias": True}),
    ("image.crop_images", [IMAGES], {"top_cropping": 1, "target_height": 3, "left_cropping": 2, "right_cropping": 1}),
    ("image.crop_images", [ONE], {"bottom_cropping": 1, "target_height": 3, "right_cropping": 2, "target_width": 2}),
    ("image.pad_images", [IMAGES], {"top_padding": 1, "target_height": 9, "left_padding": 2, "right_padding": 1}),
    ("image.pad_images", [ONE], {"bottom_padding": 1, "target_height": 9, "left_padding": 2, "target_width": 8}),
    ("image.extract_patches", [IMAGES], {"size": (2, 3)}),
    ("image.extract_patches", [IMAGES], {"size": 3, "strides": 2, "padding": "same"}),
    ("image.gaussian_blur", [IMAGES], {}),
    ("image.gaussian_blur", [ONE], {"kernel_size": (5, 5), "sigma": (0.7, 2.0)}),
    *(
        # Keras's own "mirror" fails beyond the edges
        (
            "image.map_coordinates",
            [Floats((5, 6)), INSIDE if mode == "mirror" else PLACES],
            {"order": order, "fill_mode": mode, "fill_value": 0.5},
        )
        for order in (0, 1)
        for mode in ("constant", "nearest", "mirror", "reflect", "wrap")
    ),
    ("image.map_coordinates", [Ints((5, 6), 99), PLACES], {"order": 1}),
    *(
        ("image.affine_transform", [IMAGES, matrix], {"interpolation": method, "fill_mode": mode, "fill_value": 0.3})
        for matrix in (TURN, SHIFT)
        for method in ("bilinear", "nearest")
        for mode in ("constant", "nearest", "reflect", "wrap")
    ),
    ("image.affine_transform", [ONE, SHIFT], {}),
    ("image.perspective_transform", [IMAGES, CORNERS, SEEN], {"fill_value": 0.3}),
    ("image.perspective_transform", [ONE, CORNERS, SEEN], {"interpolation": "nearest"}),
    ("stft", [SOUND], {"sequence_length": 8, "sequence_stride": 3, "fft_length": 8}),
    ("stft", [SOUND], {"sequence_length": 6, "sequence_stride": 4, "fft_length": 11, "window": "hamming", "center": False}),
    ("stft", [Floats((2, 3, 20))], {"sequence_length": 5, "sequence_stride": 5, "fft_length": 8, "window": None}),
    ("stft", [SOUND], {"sequence_length": 7, "sequence_stride": 5, "fft_length": 8}),
    ("stft", [SOUND], {"sequence_length": 3, "sequence_stride": 5, "fft_length": 4, "window": [0.5, 1.0, 0.25]}),
    ("rfft", [SOUND], {}),
    ("rfft", [SOUND], {"fft_length": 16}),
    ("rfft", [SOUND], {"fft_length": 45}),
    ("irfft", [SPECTRUM], {}),
    ("irfft", [SPECTRUM], {"fft_length": 9}),
    ("istft", [FRAMES], {"sequence_length": 8, "sequence_stride": 2, "fft_length": 8}),
    ("istft", [FRAMES], {"sequence_length": 7, "sequence_stride": 3, "fft_length": 8, "window": "hamming", "center": False}),
    ("istft", [FRAMES], {"sequence_length": 8, "sequence_stride": 4, "fft_length": 8, "window": None, "length": 11}),
    ("fft", [SPECTRUM], {}),
    ("fft2", [SPECTRUM], {}),
    ("ifft2", [SPECTRUM], {}),
]


def by_path(module: Any, path: str) -> Any:
    for part in path.split("."):
        module = getattr(module, part)
    return module


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[2]}")
def test_agrees_with_keras(row: tuple[str, list[Any], dict[str, Any]]) -> None:
    """On arrays, on tensors, and in a graph whose batch has no known size."""
    import keras
    import tensorflow as tf

    name, specs, kwargs = row
    inputs = make(specs, seed_of(str(row)))
    arrays = flatten(inputs)
    tensors = [[tf.constant(a) for a in x] if isinstance(x, list) else tf.constant(x) for x in inputs]
    theirs = by_path(keras.ops, name)(*[tuple(t) if isinstance(t, list) else t for t in tensors], **kwargs)
    expected = [np.asarray(e) for e in flatten(theirs)]
    function = by_path(ops, name)
    for given in (inputs, tensors):
        outputs = flatten(function(*given, **kwargs))
        assert_same(outputs, expected, 1e-5, 1e-5, name)
        assert [dtype_name(np.asarray(o)) for o in outputs] == [dtype_name(e) for e in expected]
    graph = Graph("case")
    unknown = name not in ("image.map_coordinates",) and arrays[0].ndim == 4
    values = iter(
        [
            graph.add_input("x", TensorType(dtype_name(a), (None, *a.shape[1:]) if unknown and a.ndim == 4 else a.shape))
            for a in arrays
        ]
    )
    symbols = [[next(values) for _ in x] if isinstance(x, list) else next(values) for x in inputs]
    graph.set_outputs(flatten(function(*symbols, **kwargs)))
    check(graph)
    assert_same(interpret(graph, arrays), expected, 1e-5, 1e-5, f"{name} in a graph")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: ops.image.resize(x, (2, 2), "cubic"), "interpolation='cubic'"),
        (lambda x: ops.image.resize(x, (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "at most one"),
        (lambda x: ops.image.crop_images(x, top_cropping=1), "two of three"),
        (lambda x: ops.image.pad_images(x, 1, 1, None, 1, 2), "at least the size 5"),
        (lambda x: ops.image.rgb_to_hsv(x[..., :2]), "3 channels"),
        (lambda x: ops.image.affine_transform(x, [1.0] * 8, "cubic"), "interpolation='cubic'"),
        (lambda x: ops.image.map_coordinates(x, x, 2), "order=2"),
        (lambda x: ops.image.rgb_to_grayscale(x[0, 0]), "rank 3 or 4"),
        (lambda x: ops.stft(x[0, :, :, 0], 9, 1, 8), "sequence_length=9"),
        (lambda x: ops.stft(x[0, :, :, 0], 2, 1, 2, "kaiser"), "kaiser"),
    ],
)
def test_errors_say_what_is_wrong(call: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        call(np.ones((2, 5, 6, 3), "float32"))
