"""Data that a Python object gives batch by batch, in threads or processes if it wishes."""

from __future__ import annotations

import itertools
import multiprocessing
import random
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any


class PyDataset:
    """Base of datasets that compute each batch in `__getitem__(index)`; `__len__` says how many there are.

    A subclass may overwrite `on_epoch_begin` and `on_epoch_end`, to change the data between epochs, and `num_batches`
    in place of `__len__`: None is without end. `__getitem__` gives x, (x, y) or (x, y, sample_weight) of one batch;
    where there are workers, None stands for a batch to leave out.

    Arguments: workers (how many threads or processes compute batches ahead of training; 1 thread is the caller itself);
    use_multiprocessing (processes in place of threads, each with a copy of the dataset, as Python's `multiprocessing`
    starts them; for work in Python itself, of which threads do one at a time); max_queue_size (how many batches are
    computed ahead). Iterating over the dataset uses no workers.
    """

    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__(index): it computes the batch of this index")

    @property
    def num_batches(self) -> int | None:
        """How many batches an epoch has; None without end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(f"{type(self).__name__} has neither __len__ nor num_batches: how many batches are there?")

    def __iter__(self) -> Iterator[Any]:
        try:
            count = self.num_batches
        except NotImplementedError:
            count = None
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


Sequence = PyDataset
"""Keras 2's name."""


def batches(dataset: Any, shuffle: bool = False) -> Iterator[Any]:
    """The batches of one epoch in order, or those without end.

    shuffle: the order of the batches is random (Python's `random`), where their number is known.
    Errors of `__getitem__` come out as they are. Closing the iterator ends the workers. `on_epoch_begin` and
    `on_epoch_end` are the caller's to call: workers see a dataset as it is when the iteration begins.
    """
    count = dataset.num_batches
    indices: Iterable[int] = itertools.count() if count is None else range(count)
    if shuffle and count is not None:
        indices = list(indices)
        random.shuffle(indices)
    if dataset.workers > 1 or (dataset.workers > 0 and dataset.use_multiprocessing):
        yield from _ahead(dataset, iter(indices))
    else:
        for index in indices:
            yield dataset[index]


def _ahead(dataset: Any, indices: Iterator[int]) -> Iterator[Any]:
    """The batches of these indices, in order, computed by workers while earlier ones are in use."""
    waiting: deque[Future[Any]] = deque()
    executor = _executor(dataset)
    get = _get_in_process if dataset.use_multiprocessing else dataset.__getitem__
    try:
        while True:
            room = max(dataset.max_queue_size, 1) - len(waiting)
            waiting.extend(executor.submit(get, index) for index in itertools.islice(indices, room))
            if not waiting:
                return
            batch = waiting.popleft().result()
            if batch is not None:
                yield batch
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _executor(dataset: Any) -> Executor:
    if not dataset.use_multiprocessing:
        return ThreadPoolExecutor(dataset.workers, thread_name_prefix="kport_data")
    context = multiprocessing.get_context()
    return ProcessPoolExecutor(dataset.workers, mp_context=context, initializer=_receive, initargs=(dataset,))


_received: list[Any] = []
"""In a worker process: its copy of the dataset."""


def _receive(dataset: Any) -> None:
    _received[:] = [dataset]


def _get_in_process(index: int) -> Any:
    return _received[0][index]
