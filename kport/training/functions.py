"""Steps as TensorFlow's functions: traced once, compiled where that is faster, repeated in one execution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ops.backend import tf
from .failures import told_shortly

Step = Callable[[Any], Any]
"""(batch) → logs or outputs"""


class StepFunction:
    """A model's step on the next batch of an iterator, or on several: `function(iterator, count)`.

    jit_compile: True compiles with XLA; "auto" does so where it can, and goes on without it where XLA refuses the model.
    model: its name, for messages.
    """

    is_new: bool = True
    """It hasn't run: what it needs may have to be made."""

    def __init__(self, step: Step, *, run_eagerly: bool, jit_compile: bool | str, model: str):
        self._step = step
        self._model = model
        self._eager = run_eagerly
        self._tried = jit_compile != "auto"
        self._make(bool(jit_compile))

    def _make(self, jit_compile: bool) -> None:
        if self._eager:
            self.on_batch = self._step
            return
        self.on_batch = self._compiled(self._step, jit_compile)
        inner = self.on_batch if jit_compile else self._step

        def one(iterator: Any) -> Any:
            return inner(iterator.get_next())

        def several(iterator: Any, count: Any) -> Any:
            """The first step outside of the loop: it says what a step gives."""
            return tf.while_loop(
                lambda i, _: i < count,
                lambda i, _: (i + 1, inner(iterator.get_next())),
                (tf.constant(1), inner(iterator.get_next())),
            )[1]

        self._one, self._several = self._compiled(one, False), self._compiled(several, False)

    def _compiled(self, function: Any, jit_compile: bool) -> Any:
        return tf.function(function, autograph=False, reduce_retracing=True, jit_compile=jit_compile)

    def __call__(self, iterator: Any, count: int = 1) -> Any:
        """Runs `count` steps; StopIteration where the data ends before the first. Data that can't be are a UsageError."""
        self.is_new = False
        with told_shortly(self._model):
            return self._run(iterator, count)

    def _run(self, iterator: Any, count: int) -> Any:
        if not isinstance(iterator, (tf.data.Iterator, tf.distribute.DistributedIterator)):
            return self._on_python(iterator, count)
        if self._eager or not self._tried:
            return self._on_python(iterator, count)
        try:
            return self._one(iterator) if count == 1 else self._several(iterator, tf.constant(count))
        except tf.errors.OutOfRangeError:
            raise StopIteration from None

    def _on_python(self, iterator: Any, count: int) -> Any:
        outputs: Any = None
        for i in range(count):
            try:
                batch = next(iterator)
            except (StopIteration, tf.errors.OutOfRangeError):
                if i:
                    break
                raise StopIteration from None
            outputs = self.on_batch(batch) if self._tried or self._eager else self._try(batch)
        return outputs

    def _try(self, batch: Any) -> Any:
        """The first step: where XLA can't compile it, nothing has run yet, and it runs without XLA."""
        self._tried = True
        try:
            return self.on_batch(batch)
        except (
            tf.errors.InvalidArgumentError,
            tf.errors.UnimplementedError,
            tf.errors.NotFoundError,
            tf.errors.InternalError,
        ) as error:
            if not any(word in str(error) for word in ("XLA", "xla", "ompil", "tf2xla")):
                raise
            self._make(False)
            return self.on_batch(batch)


def has_accelerator() -> bool:
    """Whether TensorFlow sees a device beside CPUs."""
    return any(device.device_type != "CPU" for device in tf.config.list_physical_devices())
