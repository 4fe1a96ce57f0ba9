"""Activation functions that targets have natively, as operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .attached import attach_logits
from .backend import tf
from .bounds import clip
from .casting import promote
from .elementwise import FloatUnary, absolute, add, divide, exp, maximum, minimum, multiply, negative, tanh, where
from .error_function import erf
from .logic import greater
from .math import expm1, log1p
from .op import Elementwise, fail
from .shapes import broadcast

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
"""Source: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515"""


class Parametric(FloatUnary, abstract=True):
    """As FloatUnary, with attributes: `formula` is the NumPy function."""

    def formula(self, x: np.ndarray) -> Any:
        raise NotImplementedError(f"{self.name} has no formula")

    def numpy(self, x: np.ndarray) -> Any:
        return np.asarray(self.formula(x)).astype(x.dtype, copy=False)


class Relu(FloatUnary):
    """y = max(x, 0)"""

    tf_kernel = "nn.relu"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        return np.clip(x, *np.array([0, np.inf], x.dtype))  # a third of the time of np.maximum

    def decompose(self, x: Any) -> Any:
        return maximum(x, 0.0)


class LeakyRelu(Parametric):
    """y = x where x > 0, alpha · x elsewhere. Source: Maas et al. 2013, Rectifier nonlinearities improve acoustic models."""

    alpha: float

    def formula(self, x: np.ndarray) -> Any:
        return np.where(x > 0, x, self.alpha * x)

    def tensorflow(self, x: Any) -> Any:
        return tf.nn.leaky_relu(x, self.alpha)

    def decompose(self, x: Any) -> Any:
        return add(maximum(x, 0.0), multiply(minimum(x, 0.0), self.alpha))


class PRelu(Elementwise):
    """y = x where x > 0, alpha · x elsewhere; alpha is a tensor that broadcasts to x.

    Source: He et al. 2015, https://arxiv.org/abs/1502.01852
    """

    def infer(self, x: TensorType, alpha: TensorType) -> TensorType:
        try:
            shape = broadcast(x.shape, alpha.shape)
        except ShapeError:
            shape = ()
        if len(shape) != x.rank or any(d is not None and d != s for d, s in zip(x.shape, shape, strict=True)):
            raise fail(self, "alpha that broadcasts to x", x=x, alpha=alpha)
        return x

    def numpy(self, x: np.ndarray, alpha: np.ndarray) -> np.ndarray:
        return np.where(x > 0, x, alpha * x)

    def tensorflow(self, x: Any, alpha: Any) -> Any:
        return tf.nn.relu(x) - alpha * tf.nn.relu(-x)

    def decompose(self, x: Any, alpha: Any) -> Any:
        return add(maximum(x, 0.0), multiply(minimum(x, 0.0), alpha))


class ThresholdedRelu(Parametric):
    """y = x where x > theta, 0 elsewhere. Source: Konda et al. 2014, https://arxiv.org/abs/1402.3337"""

    theta: float

    def formula(self, x: np.ndarray) -> Any:
        return np.where(x > self.theta, x, 0)

    def tensorflow(self, x: Any) -> Any:
        return tf.where(x > self.theta, x, tf.zeros_like(x))

    def decompose(self, x: Any) -> Any:
        return where(greater(x, self.theta), x, 0.0)


class Elu(Parametric):
    """y = x where x > 0, alpha · (e^x - 1) elsewhere. Source: Clevert et al. 2016, https://arxiv.org/abs/1511.07289"""

    alpha: float = 1.0

    def formula(self, x: np.ndarray) -> Any:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

    def tensorflow(self, x: Any) -> Any:
        y = tf.nn.elu(x)
        return y if self.alpha == 1 else tf.where(x > 0, y, self.alpha * y)

    def decompose(self, x: Any) -> Any:
        return add(maximum(x, 0.0), multiply(expm1(minimum(x, 0.0)), self.alpha))


class Selu(FloatUnary):
    """y = scale · elu(x, alpha) with the two constants that keep mean 0 and variance 1.

    Source: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
    """

    tf_kernel = "nn.selu"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))

    def decompose(self, x: Any) -> Any:
        return multiply(elu(x, SELU_ALPHA), SELU_SCALE)


class Sigmoid(FloatUnary):
    """y = 1 / (1 + e^-x)"""

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        # the half-angle form neither overflows nor loses digits for large |x|
        y = np.asarray(0.5 * x)
        np.tanh(y, out=y)
        y *= 0.5
        y += 0.5
        return y

    def tensorflow(self, x: Any) -> Any:
        return attach_logits(tf.sigmoid(x), x)

    def decompose(self, x: Any) -> Any:
        return add(multiply(tanh(multiply(x, 0.5)), 0.5), 0.5)


class HardSigmoid(Parametric):
    """y = min(max(alpha · x + beta, 0), 1). Keras 3 has alpha = 1/6, earlier Keras 0.2; both have beta = 0.5."""

    alpha: float
    beta: float

    def formula(self, x: np.ndarray) -> Any:
        return np.clip(self.alpha * x + self.beta, 0, 1)

    def tensorflow(self, x: Any) -> Any:
        scaled = x if 6 * self.alpha == 1 else 6 * self.alpha * x
        return tf.nn.relu6(scaled + 6 * self.beta) / 6  # the gradient of clipping takes more operations

    def decompose(self, x: Any) -> Any:
        return clip(add(multiply(x, self.alpha), self.beta), 0.0, 1.0)


class Silu(FloatUnary):
    """y = x · sigmoid(x), also called swish. Source: Ramachandran et al. 2017, https://arxiv.org/abs/1710.05941"""

    tf_kernel = "nn.silu"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        y = Sigmoid.kernel(x)
        y *= x
        return y

    def decompose(self, x: Any) -> Any:
        return multiply(x, sigmoid(x))


class HardSwish(FloatUnary):
    """y = x · min(max(x / 6 + 1/2, 0), 1). Source: Howard et al. 2019, https://arxiv.org/abs/1905.02244"""

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        return x * np.clip(x / 6 + 0.5, 0, 1)

    def tensorflow(self, x: Any) -> Any:
        return x * tf.nn.relu6(x + 3) / 6

    def decompose(self, x: Any) -> Any:
        return multiply(x, hard_sigmoid(x))


class Softplus(FloatUnary):
    """y = ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)"""

    tf_kernel = "math.softplus"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        return np.logaddexp(x, np.zeros((), x.dtype))

    def decompose(self, x: Any) -> Any:
        return add(maximum(x, 0.0), log1p(exp(negative(absolute(x)))))


class Softsign(FloatUnary):
    """y = x / (1 + |x|)"""

    tf_kernel = "nn.softsign"

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        return x / (1 + np.abs(x))

    def decompose(self, x: Any) -> Any:
        return divide(x, add(absolute(x), 1.0))


class Mish(FloatUnary):
    """y = x · tanh(softplus(x)). Source: Misra 2019, https://arxiv.org/abs/1908.08681"""

    @staticmethod
    def kernel(x: np.ndarray) -> np.ndarray:
        return x * np.tanh(Softplus.kernel(x))

    def tensorflow(self, x: Any) -> Any:
        return x * tf.tanh(tf.math.softplus(x))

    def decompose(self, x: Any) -> Any:
        return multiply(x, tanh(softplus(x)))


class Gelu(Parametric):
    """y = x · Φ(x) = x / 2 · (1 + erf(x / √2)), or with `approximate` x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).

    Source: Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415
    """

    approximate: bool

    def formula(self, x: np.ndarray) -> Any:
        return self.decompose(x)

    def tensorflow(self, x: Any) -> Any:
        return tf.nn.gelu(x, approximate=self.approximate)

    def decompose(self, x: Any) -> Any:
        if self.approximate:
            cubic = add(x, multiply(multiply(multiply(x, x), x), 0.044715))
            phi = tanh(multiply(cubic, float(np.sqrt(2 / np.pi))))
        else:
            phi = erf(multiply(x, float(np.sqrt(0.5))))
        return multiply(multiply(x, 0.5), add(phi, 1.0))


relu = Relu()
selu = Selu()
sigmoid = Sigmoid()
silu = swish = Silu()
hard_silu = hard_swish = HardSwish()
softplus = Softplus()
softsign = Softsign()
mish = Mish()


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x where it is positive, negative_slope · x elsewhere."""
    return LeakyRelu(alpha=float(negative_slope))(x)


def prelu(x: Any, alpha: Any) -> Any:
    """x where it is positive, alpha · x elsewhere; `alpha` is a tensor that broadcasts to `x`."""
    return PRelu()(*promote(x, alpha))


def thresholded_relu(x: Any, theta: float = 1.0) -> Any:
    """x where it is above `theta`, 0 elsewhere."""
    return ThresholdedRelu(theta=float(theta))(x)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, alpha · (e^x - 1) elsewhere."""
    return Elu(alpha=float(alpha))(x)


def hard_sigmoid(x: Any, alpha: float = 1 / 6, beta: float = 0.5) -> Any:
    """alpha · x + beta, cut off at 0 and 1."""
    return HardSigmoid(alpha=float(alpha), beta=float(beta))(x)


def gelu(x: Any, approximate: bool = True) -> Any:
    """x · Φ(x). As in `keras.ops`, the default is the approximation by tanh (that of `keras.activations` is the exact one)."""
    return Gelu(approximate=bool(approximate))(x)


__all__ = [
    "Elu",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "LeakyRelu",
    "Mish",
    "PRelu",
    "Relu",
    "Selu",
    "Sigmoid",
    "Silu",
    "Softplus",
    "Softsign",
    "ThresholdedRelu",
    "elu",
    "gelu",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "leaky_relu",
    "mish",
    "prelu",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "softplus",
    "softsign",
    "swish",
    "thresholded_relu",
]
