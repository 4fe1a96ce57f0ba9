"""Image layers, at inference."""

from typing import Any

from tests.data import Floats, Ints
from tests.layers.case import LayerCase

INFERENCE = {"training": False}
PIXELS = Floats((2, 6, 8, 3), 0, 255)
BYTES = Ints((2, 6, 8, 3), 256, dtype="uint8")


def image(layer: str, config: dict[str, Any] | None = None, inputs: Any = PIXELS, **options: Any) -> LayerCase:
    return LayerCase(layer, inputs, config or {}, call=INFERENCE, **options)


UNCHANGED: list[tuple[str, dict[str, Any]]] = [
    ("AugMix", {"num_chains": 2, "factor": [0.1, 0.4], "all_ops": False}),
    ("CutMix", {"factor": 0.5, "seed": 3}),
    ("Equalization", {"value_range": [0, 1], "bins": 64}),
    ("MixUp", {"alpha": 0.4}),
    ("RandAugment", {"num_ops": 1, "value_range": [0, 1]}),
    ("RandomBrightness", {"factor": [-0.2, 0.1], "value_range": [0, 1]}),
    ("RandomColorDegeneration", {"factor": 0.5}),
    ("RandomColorJitter", {"brightness_factor": 0.2, "hue_factor": [0.1, 0.3]}),
    ("RandomContrast", {"factor": 0.3}),
    ("RandomCrop", {"height": 6, "width": 8, "seed": 1}),
    ("RandomElasticTransform", {"factor": 0.5, "scale": [0.1, 0.5]}),
    ("RandomErasing", {"scale": [0.1, 0.2], "fill_value": 3.0}),
    ("RandomFlip", {"mode": "horizontal"}),
    ("RandomGaussianBlur", {"kernel_size": [3, 5], "sigma": 0.5}),
    ("RandomGrayscale", {"factor": 0.7}),
    ("RandomHue", {"factor": 0.1}),
    ("RandomInvert", {"factor": 0.1}),
    ("RandomPerspective", {"factor": 0.1, "scale": 0.5}),
    ("RandomPosterization", {"factor": 4}),
    ("RandomRotation", {"factor": [-0.1, 0.2], "fill_mode": "nearest"}),
    ("RandomSaturation", {"factor": 0.2}),
    ("RandomSharpness", {"factor": 0.2}),
    ("RandomShear", {"x_factor": 0.1, "y_factor": [0.1, 0.2], "fill_mode": "wrap"}),
    ("RandomTranslation", {"height_factor": 0.1, "width_factor": [0.1, 0.2], "fill_mode": "constant"}),
    ("RandomZoom", {"height_factor": 0.1}),
    ("Solarization", {"addition_factor": 0.2, "threshold_factor": [0.1, 0.5]}),
]
FIRST = {"data_format": "channels_first"}
BRIGHT = Floats((2, 6, 8, 3), 1, 2)

CASES = [
    *(image(layer, config, inputs) for layer, config in UNCHANGED for inputs in (PIXELS, BYTES)),
    image("RandomFlip", FIRST, (2, 3, 5, 4)),
    image("RandomHeight", {"factor": [0.1, 0.2], "interpolation": "nearest"}, oracle="tf_keras"),
    image("RandomWidth", {"factor": 0.3}, oracle="tf_keras"),
    image("AutoContrast"),
    image("AutoContrast", {"value_range": [0, 1]}, Floats((2, 4, 5, 3), 0.2, 0.7)),
    image("AutoContrast", inputs=BYTES),
    image("AutoContrast", inputs=Floats((1, 3, 3, 2), 7, 7)),
    image("ContrastLimitedAdaptiveHistogramEqualization", {"tile_grid_size": [2, 2]}),
    image(
        "ContrastLimitedAdaptiveHistogramEqualization",
        {"tile_grid_size": [3, 4], "clip_limit": 0.0, "value_range": [0, 1]},
        Floats((2, 7, 9, 1), 0, 1),
    ),
    image("ContrastLimitedAdaptiveHistogramEqualization", {"clip_limit": 2.0}, Ints((1, 19, 17, 2), 256, dtype="uint8")),
    image("ContrastLimitedAdaptiveHistogramEqualization", {**FIRST, "tile_grid_size": [2, 3]}, Floats((1, 2, 8, 9), 0, 255)),
    image("CenterCrop", {"height": 3, "width": 5}),
    image("CenterCrop", {"height": 4, "width": 5}, BYTES),
    image("CenterCrop", {"height": 7, "width": 5}),
    image("CenterCrop", {"height": 4, "width": 12}),
    image("CenterCrop", {**FIRST, "height": 2, "width": 3}, (2, 3, 5, 6)),
    image("CenterCrop", {"height": 3, "width": 9}, oracle="tf_keras"),
    *(
        image("Resizing", {"height": height, "width": width, "interpolation": method}, BRIGHT)
        for method in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
        for height, width in ((9, 5), (3, 17), (6, 8))
    ),
    *(
        image("Resizing", {"height": 4, "width": 9, "interpolation": method}, oracle="tf_keras")
        for method in ("area", "gaussian", "mitchellcubic")
    ),
    image("Resizing", {"height": 3, "width": 3, "antialias": True}),
    image("Resizing", {"height": 3, "width": 3, "antialias": True, "interpolation": "bicubic"}, BYTES),
    image("Resizing", {"height": 4, "width": 11}, BYTES),
    image("Resizing", {"height": 4, "width": 11, "interpolation": "nearest"}, BYTES),
    image("Resizing", {**FIRST, "height": 4, "width": 3}, (2, 3, 5, 6)),
    image("Resizing", {"height": 4, "width": 3, "crop_to_aspect_ratio": True}),
    image("Resizing", {"height": 3, "width": 9, "crop_to_aspect_ratio": True}, BYTES),
    image("Resizing", {"height": 5, "width": 4, "pad_to_aspect_ratio": True, "fill_value": 2.0}),
    image("Resizing", {"height": 3, "width": 9, "pad_to_aspect_ratio": True, "fill_value": 7}, BYTES),
    image("MaxNumBoundingBoxes", {"max_number": 3}),
    LayerCase("Rescaling", (2, 3, 4, 3), {"scale": 2.0, "offset": -0.5}),
    LayerCase("Rescaling", BYTES, {"scale": [0.1, 0.2, 0.3], "offset": [1.0, 0.0, -1.0]}),
    LayerCase("Rescaling", Ints((2, 5)), {"scale": 1 / 255, "offset": 0}),
    LayerCase(
        "Pipeline",
        PIXELS,
        {
            "layers": [
                {
                    "class_name": "Rescaling",
                    "config": {"name": "rescaling", "scale": 0.1, "offset": 0.0},
                    "module": "keras.layers",
                },
                {
                    "class_name": "CenterCrop",
                    "config": {"name": "center_crop", "height": 2, "width": 3},
                    "module": "keras.layers",
                },
            ]
        },
    ),
]
