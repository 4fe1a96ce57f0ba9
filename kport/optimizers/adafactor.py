"""Adam in little memory: the second moments of a matrix from those of its rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..ops.backend import tf
from ..ops.promotion import dtype_of
from ..registry import optimizers
from .gradients import summed, summed_square
from .resources import assign, assign_sub, read
from .stepwise import Stepwise


class AdafactorStep(NamedTuple):
    """Scalar tensors: the relative step size, and β₂ of this step."""

    size: Any
    beta_2: Any


def root_mean_square(x: Any) -> Any:
    return tf.sqrt(tf.reduce_mean(tf.square(x)))


@optimizers("adafactor")
class Adafactor(Stepwise):
    """β = 1 - t^beta_2_decay; for matrices R ← β · R + (1 - β) · mean(g² + ε₁ over columns), C the same over rows,
    v = R · C / mean(R); for vectors v ← β · v + (1 - β) · (g² + ε₁); u = g / √v;
    w ← w - max(ε₂, rms(w)) · min(r, 1 / √t) · u / max(1, rms(u) / clip_threshold)

    relative_step bounds r by 1 / √t once more, which changes nothing. Source: Shazeer & Stern 2018, Adafactor: Adaptive
    Learning Rates with Sublinear Memory Cost.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 0.001,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        *common: Any,
        **named: Any,
    ):
        super().__init__(learning_rate, *common, **named)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, variables: Sequence[Any]) -> None:
        if self.built:
            return
        super().build(variables)
        self._rows: list[Any] = []
        self._columns: list[Any] = []
        self._velocities: list[Any] = []
        for variable in variables:
            shape = tuple(variable.shape)
            matrix = len(shape) >= 2
            name = variable.name.replace("/", "_").replace(":", "_")
            dtype = dtype_of(variable) if matrix else "int32"  # vectors have these in files, unused
            self._rows.append(self.add_variable(shape[:-1] if matrix else (), dtype=dtype, name=name))
            self._columns.append(self.add_variable((*shape[:-2], shape[-1]) if matrix else (), dtype=dtype, name=name))
            self._velocities.append(self.add_variable_from_reference(variable, "velocity"))

    def shared(self, rate: Any, step: Any) -> AdafactorStep:
        return AdafactorStep(tf.minimum(rate, 1 / tf.sqrt(step)), 1 - tf.pow(step, self.beta_2_decay))

    def update(self, gradient: Any, variable: Any, index: int, now: AdafactorStep) -> None:
        square = summed_square(gradient)
        regular = square + self.epsilon_1
        velocity = self._velocity(regular, index, now.beta_2)
        assign(self._velocities[index], velocity)
        root = tf.sqrt(velocity)
        update = summed(gradient) / root
        length = tf.sqrt(tf.reduce_mean(square / velocity))
        size = tf.maximum(tf.constant(self.epsilon_2, update.dtype), root_mean_square(read(variable))) * now.size
        assign_sub(variable, size * update / tf.maximum(tf.ones_like(length), length / self.clip_threshold))

    def _velocity(self, regular: Any, index: int, beta_2: Any) -> Any:
        if len(regular.shape) < 2:
            return beta_2 * read(self._velocities[index]) + (1 - beta_2) * regular
        for slot, axis in ((self._rows[index], -1), (self._columns[index], -2)):
            assign(slot, beta_2 * read(slot) + (1 - beta_2) * tf.reduce_mean(regular, axis=axis))
        rows, columns = read(self._rows[index]), read(self._columns[index])
        return (rows / tf.reduce_mean(rows, axis=-1, keepdims=True))[..., None] * columns[..., None, :]
