"""Rectifiers."""

from __future__ import annotations

from typing import Any

from ... import activations, constraints, initializers, ops, regularizers
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer


class Rectifier(Layer):
    """Any shape in, the same out."""

    supports_masking = True

    def expect_positive(self, **values: float | None) -> None:
        """Negative numbers, and None where a number is needed, are a LayerError."""
        for name, value in values.items():
            if value is None or value < 0:
                raise LayerError(f"expected {name} ≥ 0 of {type(self).__name__}. Received: {name}={value}", self.name)


@layers()
class ReLU(Rectifier):
    """y = negative_slope · (x - threshold) where x < threshold, x from there on, at most max_value."""

    def __init__(self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold
        self.expect_positive(
            max_value=0.0 if max_value is None else max_value, negative_slope=negative_slope, threshold=threshold
        )

    def call(self, inputs: Any) -> Any:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


@layers()
class LeakyReLU(Rectifier):
    """y = x where x > 0, negative_slope · x elsewhere."""

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any):
        super().__init__(**kwargs)
        self.negative_slope = negative_slope
        self.expect_positive(negative_slope=negative_slope)

    def call(self, inputs: Any) -> Any:
        return ops.leaky_relu(inputs, self.negative_slope)


@layers()
class ThresholdedReLU(Rectifier):
    """y = x where x > theta, 0 elsewhere. Keras 2 only. Source: Konda et al. 2014, https://arxiv.org/abs/1402.3337"""

    def __init__(self, theta: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.theta = theta
        self.expect_positive(theta=theta)

    def call(self, inputs: Any) -> Any:
        return ops.thresholded_relu(inputs, self.theta)


@layers()
class ELU(Rectifier):
    """y = x where x > 0, alpha · (e^x - 1) elsewhere. Source: Clevert et al. 2016, https://arxiv.org/abs/1511.07289"""

    def __init__(self, alpha: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        return ops.elu(inputs, self.alpha)


@layers()
class PReLU(Rectifier):
    """y = x where x > 0, alpha · x elsewhere. Source: He et al. 2015, https://arxiv.org/abs/1502.01852

    Weights: alpha, of the shape of a sample, with size 1 in the `shared_axes` (counted with the batch, from 1).
    """

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.alpha = self.add_weight(
            parameter_shape(input_shape, self.shared_axes),
            self.alpha_initializer,
            name="alpha",
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )

    def call(self, inputs: Any) -> Any:
        return ops.prelu(inputs, self.alpha)


def parameter_shape(input_shape: tuple[int | None, ...], shared_axes: Any) -> tuple[int | None, ...]:
    """The shape of a sample with size 1 in the shared axes."""
    shared = {axis % len(input_shape) for axis in shared_axes or ()}
    return tuple(1 if axis in shared else size for axis, size in enumerate(input_shape) if axis > 0)
