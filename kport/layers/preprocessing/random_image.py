"""What the layers that change images at random share."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from ... import ops, random
from ...errors import LayerError
from ...ir import Symbolic, current_scope
from ...ops.backend import is_tensorflow, tf
from ...tree import flatten, map_structure
from .image_layer import ImageLayer
from .ranges import Range


class TrainingImageLayer(ImageLayer):
    """Base of the layers that change images in training only: at inference the output is the input.

    x: images, or a dict with "images" and more → the same, changed. At inference integers become the layer's float dtype
    unless `keeps_integers`, which says what Keras does; in training they do in any case, but where it is said.

    `training` of a call that nobody told is that of the model around it; it is true of a layer that is called by itself, and
    of TensorFlow's tensors in general, as in Keras. In a function of TensorFlow (`Dataset.map`) all entries take the layer's
    float dtype. Arrays give arrays.

    A subclass says by `changed` what becomes of channels-last images.
    """

    keeps_integers: ClassVar[bool] = False
    moves_pixels: ClassVar[bool] = False
    """Segmentation masks change as the images do."""

    def call(self, data: Any, training: bool | None = None) -> Any:
        if not self.trains(data, training):
            return data | {"images": self._unchanged(data["images"])} if isinstance(data, dict) else self._unchanged(data)
        if not any(map(is_tensorflow, flatten(data))):
            return map_structure(_as_array, self.transformed(data, True))
        if not tf.executing_eagerly():
            data = map_structure(lambda x: self._as_float(x), data)
        return self.transformed(data, True)

    def trains(self, data: Any, training: bool | None) -> bool:
        """Whether a call that was told `training` changes `data`. Values of a graph never change: it is what inference does."""
        leaves = flatten(data)
        if any(isinstance(x, Symbolic) for x in leaves):
            return False
        if training is None:
            return any(map(is_tensorflow, leaves)) or current_scope() == self.name
        return bool(training)

    def _as_float(self, x: Any) -> Any:
        return tf.cast(x, self.compute_dtype) if isinstance(x, tf.Tensor) and x.dtype != tf.string else x

    def _unchanged(self, images: Any) -> Any:
        return images if self.keeps_integers else ops.cast(images, self.compute_dtype)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        if not training:
            return self._unchanged(images)
        images = ops.cast(images, self.compute_dtype)
        return self.in_channels_last(lambda x: self.changed(x, transformation), images)

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        if not (training and self.moves_pixels):
            return segmentation_masks
        return self.in_channels_last(lambda x: self.changed(x, transformation, nearest=True), segmentation_masks)

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        """Channels-last images in training; `nearest`: of masks, whose values can't be mixed."""
        raise NotImplementedError


class RandomImageLayer(TrainingImageLayer):
    """Base of those that do it at random.

    Argument: seed. The same seed gives the same sequence of draws, which is Keras's on TensorFlow.
    """

    def __init__(self, *, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)

    @property
    def generator(self) -> Any:
        """The seed generator, by the name that Keras's image layers give it."""
        return self.seed_generator

    def draw(self, data: Any, shape: Any, low: float = 0.0, high: Any = 1.0, seed: Any = None, dtype: str = "float32") -> Any:
        """Uniform numbers in [low, high), drawn by what `data` is of: NumPy or TensorFlow."""
        return random.uniform(shape, self.like(data, low, dtype), high, dtype, self.seed_from(seed))

    def drawn_with(self, data: Any, batch: Any, factor: Range, seed: Any = None) -> Any:
        """(batch,): true with a probability that is drawn from the range `factor` for each image."""
        probability = self.draw(data, (batch,), *factor, seed)
        return ops.less(self.draw(data, (batch,), seed=seed), probability)

    def refuse_boxes(self) -> NoReturn:
        """As Keras, where nothing says what becomes of boxes."""
        raise LayerError(
            f"expected data without bounding boxes, which {type(self).__name__} can't move in training. "
            "Received: 'bounding_boxes'; leave them out",
            self.name,
        )

    def seed_from(self, seed: Any) -> Any:
        """The layer's own seeds where a caller gave none."""
        return self.seed_generator if seed is None else seed

    def like(self, data: Any, value: float, dtype: str = "float32") -> Any:
        """A number, as a tensor if `data` is of tensors: what is drawn with it is then drawn by TensorFlow."""
        images = data["images"] if isinstance(data, dict) else data
        return tf.constant(value, dtype) if is_tensorflow(images) else value


def chosen(applied: Any, changed: Any, images: Any) -> Any:
    """Of a batch (batch, ...), the images `changed` where `applied` (batch,) is true."""
    return ops.where(ops.reshape(applied, (-1, *[1] * (len(images.shape) - 1))), changed, images)


def _as_array(x: Any) -> Any:
    return x.numpy() if is_tensorflow(x) and tf.executing_eagerly() else x
