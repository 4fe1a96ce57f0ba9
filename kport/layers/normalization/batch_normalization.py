"""Normalisation with the statistics of the training data."""

from __future__ import annotations

from typing import Any

from ... import initializers, ops
from ...errors import LayerError
from ...ops.promotion import dtype_of
from ...ops.shapes import normalize_axes
from ...registry import layers
from .scaled import Scaled, in_float32


@layers("BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization")
class BatchNormalization(Scaled):
    """y = (x - moving_mean) / √(moving_variance + epsilon) · gamma + beta, per index of `axis`.

    x: any shape → the same. Weights: gamma, beta, moving_mean, moving_variance, each (C,) with C the size of `axis`;
    in training the batch's own statistics are used, and the moving ones follow them with `momentum`.

    Several axes (tf.keras only) have weights of x's rank, with size 1 in the other axes. Batch renormalisation has
    three more weights and changes training only, which kport can't do; `synchronized` matters in distributed training.
    Source: Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
    """

    def __init__(
        self,
        axis: int | list[int] | tuple[int, ...] = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        *,
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        renorm: bool = False,
        renorm_clipping: dict[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ):
        super().__init__(center=center, scale=scale, **kwargs)
        several = isinstance(axis, (list, tuple)) and len(axis) > 1
        self.axis = list(axis) if several else int(axis[0] if isinstance(axis, (list, tuple)) else axis)  # type: ignore[arg-type]
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """As of any layer; `fused` of tf.keras, which chooses a kernel, is left out."""
        return super().from_config({name: value for name, value in config.items() if name != "fused"})

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape: tuple[int | None, ...]
        if isinstance(self.axis, int):
            shape = (input_shape[self.axis],)
        else:
            axes = normalize_axes(self.axis, len(input_shape))
            shape = tuple(d if i in axes else 1 for i, d in enumerate(input_shape))
        self.add_gamma_and_beta(shape, self.scale, self.center)
        mean, variance = self.moving_mean_initializer, self.moving_variance_initializer
        self.moving_mean = self.add_weight(shape, mean, name="moving_mean", trainable=False)
        self.moving_variance = self.add_weight(shape, variance, name="moving_variance", trainable=False)
        if self.renorm:
            self.moving_stddev = self.add_weight(shape, variance, name="moving_stddev", trainable=False)
            self.renorm_mean = self.add_weight(shape, mean, name="renorm_mean", trainable=False)
            self.renorm_stddev = self.add_weight(shape, variance, name="renorm_stddev", trainable=False)

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        if training and self.trainable:
            return in_float32(self, lambda x: self.normalize_by(x, *self.update_statistics(x, mask)), inputs)
        return in_float32(self, self.normalize, inputs)

    def normalize(self, inputs: Any) -> Any:
        return self.normalize_by(inputs, self.moving_mean, self.moving_variance)

    def normalize_by(self, x: Any, mean: Any, variance: Any) -> Any:
        if isinstance(self.axis, int):
            return ops.batch_norm(x, mean, variance, self.gamma, self.beta, axis=self.axis, epsilon=self.epsilon)
        y = ops.divide(ops.subtract(x, mean), ops.sqrt(ops.add(variance, self.epsilon)))
        y = y if self.gamma is None else ops.multiply(y, self.gamma)
        return y if self.beta is None else ops.add(y, self.beta)

    def update_statistics(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Mean and variance of the batch, without what the mask excludes; the moving ones are updated with them."""
        if self.renorm:
            raise LayerError("expected renorm=False in training. Received: renorm=True; freeze the layer", self.name)
        kept = normalize_axes(self.axis, len(x.shape))
        axes = tuple(a for a in range(len(x.shape)) if a not in kept)
        keepdims = not isinstance(self.axis, int)
        if mask is None:
            mean = ops.mean(x, axes, keepdims=True)
            variance = ops.mean(ops.square(ops.subtract(x, mean)), axes, keepdims)
        else:
            weight = ops.multiply(ops.ones_like(x), ops.cast(ops.expand_dims(mask, -1), dtype_of(x) or "float32"))
            total = ops.add(ops.sum(weight, axes, keepdims=True), 1e-7)
            mean = ops.divide(ops.sum(ops.multiply(x, weight), axes, keepdims=True), total)
            squares = ops.multiply(ops.square(ops.subtract(x, mean)), weight)
            variance = ops.divide(ops.sum(squares, axes, keepdims), total if keepdims else ops.squeeze(total, axes))
        mean = mean if keepdims else ops.squeeze(mean, axes)
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(ops.add(ops.multiply(moving, self.momentum), ops.multiply(batch, 1.0 - self.momentum)))
        return mean, variance
