"""Datasets that Python computes: order, workers, ends, errors; taking batches apart."""

from __future__ import annotations

import itertools
import os
import random
import threading
from typing import Any

import numpy as np
import pytest

from kport.errors import UsageError
from kport.training.py_dataset import PyDataset, batches
from kport.training.unpacking import pack_x_y_sample_weight, unpack_x_y_sample_weight

# JAX, which other tests load, warns of every fork, within a hook where a warning can't be raised
pytestmark = pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")


class Squares(PyDataset):
    def __init__(self, size: int = 7, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> Any:
        return np.full(2, index), np.array([os.getpid(), threading.get_ident()])


class Endless(PyDataset):
    num_batches = None

    def __getitem__(self, index: int) -> Any:
        return index


class WithHoles(Squares):
    def __getitem__(self, index: int) -> Any:
        return None if index % 2 else index


class Broken(Squares):
    def __getitem__(self, index: int) -> Any:
        if index == 3:
            raise RuntimeError("no such picture")
        return index


WORKERS = [{}, {"workers": 0}, {"workers": 3}, {"workers": 2, "use_multiprocessing": True, "max_queue_size": 1}]


@pytest.mark.parametrize("workers", WORKERS, ids=str)
def test_batches_come_in_order(workers: dict[str, Any]) -> None:
    dataset = Squares(**workers)
    for _ in range(2):
        found = list(batches(dataset))
        assert [int(x[0]) for x, _ in found] == list(range(7))
    elsewhere = {int(where[0]) for _, where in found} != {os.getpid()}
    assert elsewhere == bool(workers.get("use_multiprocessing"))
    threads = {int(where[1]) for _, where in found} != {threading.get_ident()}
    assert threads == (workers.get("workers") == 3)


def test_shuffled_batches_are_those_of_keras() -> None:
    from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter
    from keras.utils import PyDataset as KerasDataset

    class KerasSquares(KerasDataset):  # type: ignore[misc]
        __len__ = Squares.__len__
        __getitem__ = Squares.__getitem__
        size = 7

    random.seed(3)
    expected = [int(batch[0][0]) for batch in PyDatasetAdapter(KerasSquares(), shuffle=True)._get_iterator()]
    random.seed(3)
    assert [int(x[0]) for x, _ in batches(Squares(), shuffle=True)] == expected != list(range(7))


@pytest.mark.parametrize("workers", [1, 2])
def test_datasets_without_end(workers: int) -> None:
    stream = batches(Endless(workers=workers), shuffle=True)
    assert list(itertools.islice(stream, 30)) == list(range(30))
    stream.close()  # type: ignore[attr-defined]
    assert list(itertools.islice(Endless(), 5)) == list(range(5))


def test_workers_leave_out_none() -> None:
    assert list(batches(WithHoles(workers=2))) == [0, 2, 4, 6]


@pytest.mark.parametrize("workers", [{}, {"workers": 2}, {"workers": 1, "use_multiprocessing": True}], ids=str)
def test_errors_of_batches_come_out(workers: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="no such picture"):
        list(batches(Broken(**workers)))


def test_settings_without_the_base_constructor() -> None:
    class Old(PyDataset):
        def __init__(self) -> None:
            pass

        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> Any:
            return index

    assert list(batches(Old())) == [0, 1]
    assert (Old().workers, Old().use_multiprocessing, Old().max_queue_size) == (1, False, 10)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(NotImplementedError, match="__getitem__"):
        PyDataset()[0]
    with pytest.raises(NotImplementedError, match="num_batches"):
        _ = PyDataset().num_batches


BATCHES = [np.ones(3), (1,), (1, 2), (1, 2, 3), [1], [1, 2], {"a": 1}, ({"a": 1}, [1, 2])]


@pytest.mark.parametrize("data", BATCHES, ids=str)
def test_unpacking_is_that_of_keras(data: Any) -> None:
    from keras import utils

    np.testing.assert_equal(unpack_x_y_sample_weight(data), utils.unpack_x_y_sample_weight(data))


@pytest.mark.parametrize("data", [(1,), ([1, 2],), (1, 2), (1, 2, 3), (1, None, 3)], ids=str)
def test_packing_is_that_of_keras(data: Any) -> None:
    from keras import utils

    assert pack_x_y_sample_weight(*data) == utils.pack_x_y_sample_weight(*data)


@pytest.mark.parametrize("data", [(), (1, 2, 3, 4)], ids=str)
def test_no_batch(data: Any) -> None:
    with pytest.raises(UsageError, match="sample_weight"):
        unpack_x_y_sample_weight(data)
