"""Images mixed with others of the batch, or with noise. At inference images stay as they are."""

from __future__ import annotations

from typing import Any

from ... import ops, random
from ...errors import UsageError
from ...ops.promotion import dtype_of, is_float
from ...ops.shapes import CHANNELS_FIRST
from ...registry import layers
from .random_image import RandomImageLayer, chosen
from .ranges import drawn_from

_LEAST_ALPHA = 1e-6


def mixed(weight: Any, first: Any, second: Any) -> Any:
    """weight · first + (1 - weight) · second; weight: (batch,), integers become floats of its dtype."""
    dtype = dtype_of(first) or "float32"
    weight = ops.reshape(weight, (-1, *[1] * (len(first.shape) - 1)))
    weight = ops.cast(weight, dtype) if is_float(dtype) else weight
    return ops.add(ops.multiply(weight, first), ops.multiply(ops.subtract(1.0, weight), second))


class MixingLayer(RandomImageLayer):
    """Base of those that mix each image with another of the batch: {"permutation_order", "mix_weight"} says with which one,
    and how much stays."""

    moves_pixels = True

    def order(self, data: Any, batch: Any, seed: Any, dtype: str) -> Any:
        """The numbers of the images of a batch in random order."""
        numbers = ops.cast(ops.arange(batch), dtype)
        zero = self.like(data, 0, dtype)
        return random.shuffle(ops.add(numbers, zero), seed=self.seed_from(seed))

    def transform_labels(self, labels: Any, transformation: Any = None, training: bool = True) -> Any:
        """Labels (batch, ...), such as one-hot ones, mixed as much as the images are."""
        if not training or transformation is None:
            return labels
        others = ops.take(labels, transformation["permutation_order"], 0)
        return mixed(transformation["mix_weight"], labels, others)


@layers()
class MixUp(MixingLayer):
    """In training: λ x + (1 - λ) x', x' another image of the batch, λ drawn from Beta(alpha, alpha); labels and masks likewise;
    each image has the boxes of both. Source: Zhang et al. 2018, https://arxiv.org/abs/1710.09412; `keras.layers.MixUp`.
    """

    keeps_integers = True

    def __init__(self, alpha: float = 0.2, **kwargs: Any):
        super().__init__(**kwargs)
        self.alpha = alpha

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        batch = self.sizes_of(data)[0]
        order = self.order(data, batch, seed, "int64")
        weight = random.beta((batch,), self.like(data, self.alpha), self.alpha, seed=self.seed_from(seed))
        return {"mix_weight": weight, "permutation_order": order}

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        return mixed(transformation["mix_weight"], images, ops.take(images, transformation["permutation_order"], 0))

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        if not training:
            return bounding_boxes
        order = transformation["permutation_order"]
        both = {key: ops.concatenate([x, ops.take(x, order, 0)], 1) for key, x in bounding_boxes.items()}
        return bounding_boxes | both


class RectangleLayer(RandomImageLayer):
    """Base of those that draw a rectangle in each image."""

    def rectangles(self, data: Any, batch: Any, shares: tuple[Any, Any], seed: Any) -> tuple[Any, Any]:
        """Masks of rectangles, which broadcast to the images, and their areas as shares (batch,) of the image's.

        shares: of the width and of the height that a rectangle has, (batch,).
        """
        dtype = self.compute_dtype
        _, height, width = self.sizes_of(data)
        inside, area = [], ops.cast(1.0, dtype)
        for side, share in zip((width, height), shares, strict=True):
            whole = ops.cast(side, dtype)
            length = ops.multiply(share, whole)
            start = ops.multiply(self.draw(data, (batch,), seed=seed, dtype=dtype), ops.subtract(whole, length))
            start, end = (ops.expand_dims(place, 1) for place in (start, ops.add(start, length)))
            places = ops.cast(ops.arange(side), dtype)
            inside.append(ops.logical_and(ops.greater_equal(places, start), ops.less(places, end)))
            area = ops.multiply(area, ops.divide(ops.squeeze(ops.subtract(end, start), 1), whole))
        masks = ops.logical_and(ops.expand_dims(inside[1], 2), ops.expand_dims(inside[0], 1))
        return ops.expand_dims(masks, 1 if self.data_format == CHANNELS_FIRST else 3), area


@layers()
class CutMix(RectangleLayer, MixingLayer):
    """In training: a rectangle of each image replaced by that of another image of the batch; labels are mixed by its area.

    The rectangle's area is 1 - λ of the image's, λ drawn from Beta(a, a), a from `factor`: a pair, or one number x for (0, x),
    in [0, 1]. A single image stays. Source: Yun et al. 2019, https://arxiv.org/abs/1905.04899; `keras.layers.CutMix`.
    """

    def __init__(self, factor: Any = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = drawn_from(factor, low=0.0, high=1.0)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        images = data["images"] if isinstance(data, dict) else data
        if not training or len(images.shape) == 3:
            return None
        dtype = self.compute_dtype
        batch = self.sizes_of(data)[0]
        alpha = ops.add(self.draw(data, (), *self.factor, seed, dtype), _LEAST_ALPHA)
        kept = random.beta((batch,), alpha, alpha, dtype, self.seed_from(seed))
        share = ops.sqrt(ops.subtract(1.0, kept))
        masks, area = self.rectangles(data, batch, (share, share), seed)
        order = self.order(data, batch, seed, "int32")
        return {"permutation_order": order, "batch_masks": masks, "mix_weight": ops.subtract(1.0, area)}

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        return ops.where(transformation["batch_masks"], ops.take(images, transformation["permutation_order"], 0), images)

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.refuse_boxes() if training else bounding_boxes


@layers()
class RandomErasing(RectangleLayer):
    """In training: a rectangle of an image filled, with the probability `factor`, in [0, 1], or one drawn from a range.

    scale: the range, in [0, 1], that the squares of the rectangle's sides (as shares of the image's) are drawn from;
    fill_value: a number, three, or None for noise; cut to `value_range`.
    Source: Zhong et al. 2020, https://arxiv.org/abs/1708.04896; `keras.layers.RandomErasing`.
    """

    def __init__(
        self, factor: Any = 1.0, scale: Any = (0.02, 0.33), fill_value: Any = None, value_range: Any = (0, 255), **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.factor = drawn_from(factor, low=0.0, high=1.0)
        self.scale = drawn_from(scale, "scale", 0.0, 1.0)
        self.fill_value = fill_value
        if isinstance(fill_value, (tuple, list)) and len(fill_value) != 3:
            raise UsageError(f"expected fill_value to be None, a number or a list of three numbers. Received: {fill_value=}")
        self.value_range = value_range

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        dtype = self.compute_dtype
        batch = self.sizes_of(data)[0]
        shares = ops.sqrt(self.draw(data, (batch, 2), *self.scale, seed, dtype))
        masks, _ = self.rectangles(data, batch, (shares[:, 0], shares[:, 1]), seed)
        applied = self.drawn_with(data, batch, self.factor, seed)
        fill = ops.clip(self._fill(data, seed), *self.value_range)
        return {"apply_erasing": applied, "batch_masks": masks, "fill_value": ops.cast(fill, dtype)}

    def _fill(self, data: Any, seed: Any) -> Any:
        dtype = self.compute_dtype
        if self.fill_value is None:
            images = data["images"] if isinstance(data, dict) else data
            noise = random.normal(ops.shape(images), self.like(data, 0.0, dtype), 1.0, dtype, self.seed_from(seed))
            noise = ops.multiply(noise, self.value_range[1])
            return noise if len(images.shape) == 4 else ops.expand_dims(noise, 0)
        fill = ops.cast(ops.convert_to_tensor(self.fill_value, "float32"), dtype)
        three = len(fill.shape) == 1 and self.data_format == CHANNELS_FIRST
        return ops.reshape(fill, (1, 3, 1, 1)) if three else fill

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training:
            return images
        erased = ops.where(transformation["batch_masks"], transformation["fill_value"], images)
        return chosen(transformation["apply_erasing"], erased, images)
