"""Normalisation with the statistics of the training data."""

from __future__ import annotations

from typing import Any

from ... import initializers, ops
from ...errors import LayerError
from ...ir import Symbolic
from ...ops.batch_statistics import moments, normalized_batch
from ...ops.shapes import normalize_axes
from ...ops.variable import Variable
from ...registry import layers
from .scaled import Scaled, in_float32


@layers("BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization")
class BatchNormalization(Scaled):
    """y = (x - moving_mean) / √(moving_variance + epsilon) · gamma + beta, per index of `axis`.

    x: any shape → the same. Weights: gamma, beta, moving_mean, moving_variance, each (C,) with C the size of `axis`;
    in training the batch's own statistics are used, and the moving ones follow them with `momentum`.

    mask: x's shape without the last axis, False where nothing counts for the statistics. A frozen layer computes as outside
    of training. Several axes (tf.keras only) have weights of x's rank, with size 1 in the other axes. `renorm` keeps three
    more weights and changes training only (see `renormalized`); with `synchronized` the statistics are those of the batches
    of all replicas of a distributed training. Source: Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
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
        if renorm:
            check_clipping(self.name, renorm_clipping)
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

        def add_moving(name: str, initializer: Any) -> Variable:
            return self.add_weight(shape, initializer, name=name, trainable=False, aggregation="mean")

        mean, variance = self.moving_mean_initializer, self.moving_variance_initializer

        def deviation(shape: tuple[int, ...], dtype: Any = None) -> Any:
            return ops.sqrt(variance(shape, dtype=dtype))

        self.moving_mean = add_moving("moving_mean", mean)
        self.moving_variance = add_moving("moving_variance", variance)
        if self.renorm:
            self.moving_stddev = add_moving("moving_stddev", deviation)
            self.renorm_mean = add_moving("renorm_mean", mean)
            self.renorm_stddev = add_moving("renorm_stddev", deviation)

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        if training and self.trainable:
            return in_float32(self, lambda x: self.normalize_batch(x, mask), inputs)
        return in_float32(self, self.normalize, inputs)

    def normalize(self, inputs: Any) -> Any:
        return self.normalize_by(inputs, self.moving_mean, self.moving_variance, self.gamma, self.beta)

    def normalize_by(self, x: Any, mean: Any, variance: Any, gamma: Any, beta: Any) -> Any:
        if isinstance(self.axis, int):
            return ops.batch_norm(x, mean, variance, gamma, beta, axis=self.axis, epsilon=self.epsilon)
        y = ops.divide(ops.subtract(x, mean), ops.sqrt(ops.add(variance, self.epsilon)))
        y = y if gamma is None else ops.multiply(y, gamma)
        return y if beta is None else ops.add(y, beta)

    # training

    def normalize_batch(self, x: Any, mask: Any) -> Any:
        """The outputs by the batch's own statistics, which the moving ones then follow."""
        if isinstance(self.axis, int) and mask is None and not (self.renorm or self.synchronized):
            y, mean, variance = normalized_batch(x, self.gamma, self.beta, self.axis, self.epsilon)
            self.follow(mean, variance)
            return y
        if mask is not None:
            if len(mask.shape) != len(x.shape) - 1:
                raise LayerError(
                    f"expected a mask of the input's shape without its last axis: {tuple(x.shape)[:-1]}. "
                    f"Received: mask.shape={tuple(mask.shape)}",
                    self.name,
                )
            mask = ops.expand_dims(ops.cast(mask, "bool"), -1)
        kept = normalize_axes(self.axis, len(x.shape))
        axes = [a for a in range(len(x.shape)) if a not in kept]
        several = not isinstance(self.axis, int)
        mean, variance = moments(x, axes, keepdims=several, mask=mask, synchronized=self.synchronized)
        gamma, beta = self.renormalized(mean, variance) if self.renorm else (self.gamma, self.beta)
        self.follow(mean, variance)
        return self.normalize_by(x, mean, variance, gamma, beta)

    def follow(self, mean: Any, variance: Any) -> None:
        """Moves the moving statistics towards those of a batch; symbols move nothing."""
        if isinstance(mean, Symbolic):
            return
        towards(self.moving_mean, mean, self.momentum)
        if not self.renorm:
            towards(self.moving_variance, variance, self.momentum)
            return
        deviation = ops.sqrt(ops.add(variance, self.epsilon))
        towards(self.renorm_mean, mean, self.renorm_momentum)
        towards(self.renorm_stddev, deviation, self.renorm_momentum)
        towards(self.moving_stddev, deviation, self.momentum)
        self.moving_variance.assign(ops.relu(ops.subtract(ops.square(self.moving_stddev), self.epsilon)))

    def renormalized(self, mean: Any, variance: Any) -> tuple[Any, Any]:
        """gamma and beta with which x, normalised by the batch, becomes what the statistics of the batches before make of it.

        (x · r + d) · gamma + beta with r = σ / σ_renorm and d = (mean - mean_renorm) / σ_renorm, within the bounds of
        renorm_clipping and without a gradient. Source: Ioffe 2017, https://arxiv.org/abs/1702.03275
        """
        clipping = self.renorm_clipping or {}
        before = ops.maximum(self.renorm_stddev, self.epsilon**0.5)
        r = ops.divide(ops.sqrt(ops.add(variance, self.epsilon)), before)
        d = ops.divide(ops.subtract(mean, self.renorm_mean), before)
        if clipping.get("rmin") is not None:
            r = ops.maximum(r, clipping["rmin"])
        if clipping.get("rmax") is not None:
            r = ops.minimum(r, clipping["rmax"])
        if clipping.get("dmax") is not None:
            d = ops.clip(d, -clipping["dmax"], clipping["dmax"])
        r, d = ops.stop_gradient(r), ops.stop_gradient(d)
        gamma, beta = (r, d) if self.gamma is None else (ops.multiply(r, self.gamma), ops.multiply(d, self.gamma))
        return gamma, beta if self.beta is None else ops.add(beta, self.beta)


def towards(moving: Variable, value: Any, momentum: float) -> None:
    """moving · momentum + value · (1 - momentum)"""
    moving.assign(ops.add(ops.multiply(moving, momentum), ops.multiply(value, 1.0 - momentum)))


def check_clipping(name: str, clipping: dict[str, float] | None) -> None:
    """Bounds that are none, or that nothing lies between, are a LayerError."""
    given = clipping or {}
    bounds = ("rmax", "rmin", "dmax")
    if set(given) - set(bounds):
        raise LayerError(f"expected renorm_clipping with keys among {', '.join(bounds)}. Received: renorm_clipping={given}", name)
    rmax, rmin, dmax = (given.get(bound) for bound in bounds)
    if (rmax is not None and rmin is not None and rmax < rmin) or (dmax is not None and dmax < 0):
        raise LayerError(f"expected renorm_clipping with rmin ≤ rmax and dmax ≥ 0. Received: renorm_clipping={given}", name)
