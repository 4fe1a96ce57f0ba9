"""What a learning-rate schedule is."""

from __future__ import annotations

from typing import Any

from ...configurable import Configurable


class LearningRateSchedule(Configurable):
    """Called with the number of steps so far, gives the learning rate of the next; written in `kport.ops`, so that it computes
    on a number as well as within a TensorFlow graph."""

    keras_module = "keras.optimizers.schedules"

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"learning rate schedule '{type(self).__name__}' must define `__call__(self, step)`")
