"""How models of Keras 1 and 2 were trained: methods and arguments that have other names now."""

from __future__ import annotations

import inspect
import itertools
import math
from typing import Any

import numpy as np

from ..errors import UsageError
from ..legacy import old_arguments, warn
from ..tree import flatten
from .py_dataset import PyDataset

_WORKERS = ("max_queue_size", "workers", "use_multiprocessing")
_ANY = ("show_accuracy", *_WORKERS)
METHODS = {
    "compile": old_arguments(("sample_weight_mode", "class_mode", "experimental_run_tf_function")),
    "fit": old_arguments(_ANY, nb_epoch="epochs"),
    "evaluate": old_arguments(_ANY),
    "predict": old_arguments(_ANY),
}
"""The methods of a trainer whose arguments had other names, or did what the data says itself now."""

GENERATORS = old_arguments(
    nb_epoch="epochs",
    max_q_size="max_queue_size",
    nb_worker="workers",
    pickle_safe="use_multiprocessing",
    nb_val_samples="validation_samples",
    val_samples="samples",
    samples_per_epoch="samples",
)


class LegacyTraining:
    """Part of Trainer: what Keras 1 and 2 called otherwise. Each call warns with the new form."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("kport."):
            for name in METHODS.keys() & vars(cls).keys():
                setattr(cls, name, METHODS[name](vars(cls)[name]))

    def predict_proba(self: Any, x: Any, batch_size: int | None = None, verbose: Any = 0, steps: int | None = None) -> Any:
        """`predict`, of a model whose outputs are probabilities."""
        warn("predict_proba(x) is an old form of predict(x)")
        return self.predict(x, batch_size=batch_size, verbose=verbose, steps=steps)

    def predict_classes(self: Any, x: Any, batch_size: int | None = None, verbose: Any = 0, steps: int | None = None) -> Any:
        """The class with the highest output, or for one output whether it is above 0.5: (batch, 1) of 0 and 1."""
        outputs = self.predict(x, batch_size=batch_size, verbose=verbose, steps=steps)
        if outputs.shape[-1] > 1:
            warn("predict_classes(x) is an old form of predict(x).argmax(axis=-1)")
            return outputs.argmax(axis=-1)
        warn("predict_classes(x) is an old form of (predict(x) > 0.5).astype('int32')")
        return (outputs > 0.5).astype("int32")

    @GENERATORS
    def fit_generator(
        self: Any,
        generator: Any,
        steps_per_epoch: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_data: Any = None,
        validation_steps: int | None = None,
        validation_freq: Any = 1,
        class_weight: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: Any = True,
        initial_epoch: int = 0,
        samples: int | None = None,
        validation_samples: int | None = None,
    ) -> Any:
        """`fit` with a generator or a PyDataset. Numbers of samples (Keras 1) are counted in batches of the first's size."""
        warn("fit_generator(generator) is an old form of fit(generator)")
        _set_workers(generator, workers, use_multiprocessing, max_queue_size)
        generator, steps = _steps(generator, steps_per_epoch, samples)
        if validation_samples is not None:
            validation_data, validation_steps = _steps(validation_data, validation_steps, validation_samples)
        return self.fit(
            generator, steps_per_epoch=steps, epochs=epochs, verbose=verbose, callbacks=callbacks,
            validation_data=validation_data, validation_steps=validation_steps, validation_freq=validation_freq,
            class_weight=class_weight, shuffle=shuffle, initial_epoch=initial_epoch,
        )  # fmt: skip

    @GENERATORS
    def evaluate_generator(
        self: Any,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
        samples: int | None = None,
    ) -> Any:
        """`evaluate` with a generator or a PyDataset."""
        warn("evaluate_generator(generator) is an old form of evaluate(generator)")
        _set_workers(generator, workers, use_multiprocessing, max_queue_size)
        generator, steps = _steps(generator, steps, samples)
        return self.evaluate(generator, steps=steps, callbacks=callbacks, verbose=verbose)

    @GENERATORS
    def predict_generator(
        self: Any,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
        samples: int | None = None,
    ) -> Any:
        """`predict` with a generator or a PyDataset."""
        warn("predict_generator(generator) is an old form of predict(generator)")
        _set_workers(generator, workers, use_multiprocessing, max_queue_size)
        generator, steps = _steps(generator, steps, samples)
        return self.predict(generator, steps=steps, callbacks=callbacks, verbose=verbose)


def _set_workers(dataset: Any, workers: int, use_multiprocessing: bool, max_queue_size: int) -> None:
    """A dataset knows its workers itself now."""
    if isinstance(dataset, PyDataset) and (workers, use_multiprocessing) != (1, False):
        dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size = workers, use_multiprocessing, max_queue_size


def _steps(data: Any, steps: int | None, samples: int | None) -> tuple[Any, int | None]:
    """The data, and how many of its batches have so many samples at least. A generator's first batch is looked at for it."""
    if samples is None:
        return data, steps
    if steps is not None:
        raise UsageError(f"expected a number of steps or of samples. Received: steps={steps}, samples={samples}")
    if inspect.isgenerator(data) or hasattr(data, "__next__"):
        first = next(data)
        data = itertools.chain([first], data)
    else:
        first = next(iter(data))
    size = len(np.asarray(flatten(first)[0]))
    return data, math.ceil(samples / size)
