"""A layer whose kernel is kept at a spectral norm of 1."""

from __future__ import annotations

from typing import Any

from ... import initializers, ops
from ...errors import LayerError
from ...ops.variable import Variable
from ...registry import layers
from ..core.wrapper import Wrapper


@layers()
class SpectralNormalization(Wrapper):
    """y = layer(x). In training the layer's kernel W is first replaced by W / σ, with σ its largest singular value, so a
    saved kernel is normalised already.

    σ is estimated by `power_iterations` steps of v = u·Wᵀ / |u·Wᵀ|, u = v·W / |v·W| from the vector kept from the step
    before, with W as a matrix (the rest, C_out). `layer` has a kernel or embeddings. Weights: that kernel, vector_u
    (1, C_out), then the layer's other ones.
    Source: Miyato et al. 2018, https://arxiv.org/abs/1802.05957
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any):
        super().__init__(layer, **kwargs)
        if power_iterations < 1:
            raise LayerError(f"expected at least one iteration. Received: power_iterations={power_iterations}", self.name)
        self.power_iterations = power_iterations

    def build(self, input_shape: Any) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)
        kernel = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if not isinstance(kernel, Variable):
            raise LayerError(f"expected a layer with a kernel or embeddings. Received: layer={self.layer!r}", self.name)
        self.kernel = kernel
        self.own_weights.append(kernel)
        initializer = initializers.get({"class_name": "TruncatedNormal", "config": {"stddev": 0.02}})
        self.vector_u = self.add_weight((1, kernel.shape[-1]), initializer, name="vector_u", trainable=False)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if training:
            self.normalize_kernel()
        return self.layer(inputs)

    def normalize_kernel(self) -> None:
        """One update of the kernel and the vector."""
        matrix = ops.reshape(self.kernel, (-1, self.kernel.shape[-1]))
        u: Any = self.vector_u
        for _ in range(self.power_iterations):
            v = ops.l2_normalize(ops.matmul(u, ops.transpose(matrix)), None)
            u = ops.l2_normalize(ops.matmul(v, matrix), None)
        sigma = ops.matmul(ops.matmul(v, matrix), ops.transpose(u))
        # a kernel of zeros has σ = 0 and stays as it is
        divisor = ops.where(ops.equal(sigma, 0.0), 1.0, sigma)
        self.vector_u.assign(ops.where(ops.equal(sigma, 0.0), self.vector_u, u))
        self.kernel.assign(ops.reshape(ops.divide(matrix, divisor), self.kernel.shape))
