"""Images distorted as if they were of rubber."""

from __future__ import annotations

from typing import Any

from ... import ops, random
from ...ops.blur import bell
from ...registry import layers
from .random_image import RandomImageLayer, chosen
from .ranges import drawn_from, one_of

_FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
_INTERPOLATIONS = ("nearest", "bilinear")
_REACH, _STRENGTH, _SMOOTHNESS = 6, 0.1, 0.05


@layers()
class RandomElasticTransform(RandomImageLayer):
    """In training: an image distorted by a smooth random field, with the probability `factor`.

    With s drawn from `scale`, σ = 0.05 s min(height, width) and α = 0.1 s max(height, width), each pixel takes the value
    at a place that is α σ noise away, blurred by a bell of deviation σ, as much down as to the right.
    factor: the probability, in [0, 1], or a range to draw it from for each image; scale: a number x for (0, x), or a range
    in [0, 1]. Masks are distorted by the same field, all values are cut to `value_range`.
    Source: Simard et al. 2003, "Best practices for convolutional neural networks"; `keras.layers.RandomElasticTransform`.
    """

    moves_pixels = True

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.factor = drawn_from(factor, low=0.0, high=1.0)
        self.scale = drawn_from(scale, "scale", 0.0, 1.0)
        self.interpolation = one_of("interpolation", interpolation, _INTERPOLATIONS)
        self.fill_mode = one_of("fill_mode", fill_mode, _FILL_MODES)
        self.fill_value = fill_value
        self.value_range = value_range

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training or 0 in (self.scale[1], self.factor[1]):
            return None
        dtype = self.compute_dtype
        batch, height, width = self.sizes_of(data)
        applied = self.drawn_with(data, batch, self.factor, seed)
        scale = self.draw(data, (), *self.scale, seed, dtype)
        strength = ops.multiply(ops.multiply(scale, _STRENGTH), ops.cast(ops.maximum(height, width), dtype))
        deviation = ops.multiply(ops.multiply(scale, _SMOOTHNESS), ops.cast(ops.minimum(height, width), dtype))
        noise = random.normal((batch, height, width), self.like(data, 0.0, dtype), 1.0, dtype, self.seed_from(seed))
        field = ops.multiply(strength, _smoothed(ops.multiply(noise, deviation), deviation))
        return {"apply_transform": applied, "displacement": field, "size": (height, width)}

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        if transformation is None:
            return images
        height, width = transformation["size"]
        field = transformation["displacement"]
        rows, columns = (ops.cast(ops.arange(side), self.compute_dtype) for side in (height, width))
        moved = ops.displaced(
            images,
            ops.add(ops.reshape(rows, (1, -1, 1)), field),
            ops.add(ops.reshape(columns, (1, 1, -1)), field),
            "nearest" if nearest else self.interpolation,
            self.fill_mode,
            self.fill_value,
        )
        images = chosen(transformation["apply_transform"], moved, images)
        return ops.cast(ops.clip(images, *self.value_range), self.compute_dtype)

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.refuse_boxes() if training else bounding_boxes


def _smoothed(field: Any, deviation: Any) -> Any:
    """(batch, height, width) blurred by a bell, of 6 ⌊deviation⌋ + 1 pixels, along one axis and then the other."""
    size = ops.add(ops.multiply(_REACH, ops.cast(deviation, "int32")), 1)
    weights = bell(size, ops.maximum(deviation, 1e-6))
    field = ops.expand_dims(field, -1)
    for shape in ((-1, 1, 1, 1), (1, -1, 1, 1)):
        field = ops.conv(field, ops.reshape(weights, shape), padding="same")
    return ops.squeeze(field, -1)
