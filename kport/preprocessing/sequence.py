"""`keras.preprocessing.sequence`: sequences of numbers, word pairs, windows of series."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ..errors import UsageError
from ..training.py_dataset import PyDataset
from ..utils.sequences import pad_sequences as pad_sequences


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """With which probability `skipgrams` takes the i-th most frequent word: min(1, √(sampling_factor · r_i)).

    r_i = i · (ln i + 0.577) + 1/2 - 1 / (12 i), the inverse frequency of the i-th word where words follow Zipf's law; word 0
    is taken as word 1. Returns (size,). Source: the subsampling of word2vec (Mikolov et al. 2013,
    https://arxiv.org/abs/1310.4546).
    """
    rank = np.maximum(np.arange(size), 1)
    inverse_frequency = rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * inverse_frequency))


def skipgrams(
    sequence: Any,
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of a word and one at most window_size words away, labelled 1; and of a word and any word, labelled 0.

    sequence: word numbers, 0 being no word. negative_samples: how many of the second kind for one of the first. categorical:
    labels are [0, 1] and [1, 0]. sampling_table: the probability that a word is taken. The draws are those of Python's
    `random`. Source: Mikolov et al. 2013, https://arxiv.org/abs/1301.3781
    """
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    couples: list[list[int]] = []
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        around = range(max(0, i - window_size), min(len(sequence), i + window_size + 1))
        couples += [[word, sequence[j]] for j in around if j != i and sequence[j]]
    labels: list[Any] = [yes] * len(couples)
    if negative_samples > 0:
        count = int(len(labels) * negative_samples)
        words = [couple[0] for couple in couples]
        random.shuffle(words)
        couples += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)]
        labels += [no] * count
    if shuffle:
        seed = random.randint(0, 10_000_000) if seed is None else seed
        for shuffled in (couples, labels):
            random.seed(seed)
            random.shuffle(shuffled)
    return couples, labels


class TimeseriesGenerator(PyDataset):
    """Batches of windows of a series with the target that follows each. `timeseries_dataset_from_array` is newer.

    data: (steps, *s); targets: (steps, *t); length: steps of a window before a target, every sampling_rate-th of them taken;
    windows begin `stride` apart; shuffle: windows are drawn; reverse: the newest step first.
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise UsageError(f"expected a target for each step. Received: {len(data)} steps, {len(targets)} targets")
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise UsageError(
                f"expected steps for one window at least. Received: start_index + length = {self.start_index}, "
                f"end_index={self.end_index}"
            )

    def __len__(self) -> int:
        return -(-(self.end_index - self.start_index + 1) // (self.batch_size * self.stride))

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        size = self.batch_size * self.stride
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + size * index
            rows = np.arange(first, min(first + size, self.end_index + 1), self.stride)
        windows = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        return windows[:, ::-1] if self.reverse else windows, np.array([self.targets[row] for row in rows])
