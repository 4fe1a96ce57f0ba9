"""What a layer adds to the loss of a training."""

from __future__ import annotations

from typing import Any

from .. import ops, regularizers
from ..ir import Symbolic
from ..ops.backend import is_tensorflow, tf
from ..ops.promotion import dtype_of
from ..tree import flatten
from .weight_holder import WeightHolder


class Penalties(WeightHolder):
    """Part of Layer: penalties on weights (regularizers), on outputs (activity_regularizer), and the user's own."""

    activity_regularizer: Any
    _penalties: list[Any]

    def add_loss(self, loss: Any) -> None:
        """Adds a scalar (or several) to what training minimises. Lasts until the next call of the outermost layer.

        While a graph is recorded nothing is added: it holds what the outputs come from.
        """
        for one in flatten(loss):
            if not isinstance(one, Symbolic):
                self._penalties.append(tf.convert_to_tensor(one) if is_tensorflow(one) or not callable(one) else one())

    @property
    def losses(self) -> list[Any]:
        """The scalars that `add_loss` and activity regularizers gave in the last call, and those of the weights' regularizers."""
        found = [loss for layer in self.all_layers() for loss in layer._penalties]
        for weight in self.trainable_weights:
            if weight.regularizer is not None:
                found.append(weight.regularizer(weight))
        return found

    def forget_penalties(self) -> None:
        """An outermost call begins: those of the last one are gone."""
        for layer in self.all_layers():
            if layer._penalties:
                layer._penalties.clear()

    def penalise_activity(self, outputs: Any) -> None:
        """The activity regularizer's penalty on each output, per sample: Keras 3.15 divides by the batch size."""
        regularizer = regularizers.get(self.activity_regularizer)
        for output in flatten(outputs):
            if not is_tensorflow(output):
                continue
            penalty = regularizer(output)
            if len(output.shape) > 0:
                penalty = tf.math.divide_no_nan(penalty, ops.cast(ops.shape(output)[0], dtype_of(penalty) or "float32"))
            self._penalties.append(penalty)
