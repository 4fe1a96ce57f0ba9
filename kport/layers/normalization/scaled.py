"""What normalisations that are scaled by gamma and shifted by beta have in common."""

from __future__ import annotations

from typing import Any

from ... import constraints, initializers, ops, regularizers
from ...ops.autocast import autocast
from ...ops.promotion import dtype_of, result_dtype
from ..layer import Layer


class Scaled(Layer):
    """y = normalize(x) · gamma + beta, computed in at least float32, whatever the policy.

    Arguments: center (there is a beta), scale (there is a gamma); initializer, regularizer and constraint of each.
    """

    supports_masking = True

    def __init__(
        self,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def add_gamma_and_beta(self, shape: tuple[int | None, ...], scale: bool, center: bool) -> None:
        """The weights gamma and beta, None where `scale` or `center` is off."""
        self.gamma = self.beta = None
        if scale:
            self.gamma = self.add_weight(
                shape,
                self.gamma_initializer,
                name="gamma",
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if center:
            self.beta = self.add_weight(
                shape,
                self.beta_initializer,
                name="beta",
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )

    def call(self, inputs: Any) -> Any:
        return in_float32(self, self.normalize, inputs)

    def normalize(self, inputs: Any) -> Any:
        """The outputs for `inputs` of at least 32 bits."""
        raise NotImplementedError(f"layer {type(self).__name__} has no normalize")


def in_float32(layer: Layer, function: Any, inputs: Any) -> Any:
    """function(inputs) with inputs and weights of at least 32 bits, the result in the layer's compute dtype."""
    with autocast(None):
        outputs = function(ops.cast(inputs, result_dtype(dtype_of(inputs) or "float32", "float32")))
    return ops.cast(outputs, layer.compute_dtype)
