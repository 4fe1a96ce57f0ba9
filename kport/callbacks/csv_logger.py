"""Writes losses and metrics into a table."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from .callback import Callback


class CSVLogger(Callback):
    """Writes one line an epoch into a CSV file: "epoch" (from 0) and the logs, sorted by name.

    filename: the file; separator: between two values; append: True goes on with a file that is there, writing no second
    header; False begins it anew. Values of a first epoch without validation leave columns for later ones with it; what is
    missing is "NA".
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False):
        super().__init__()
        self.sep = separator
        self.filename = os.fspath(filename)
        self.append = append
        self.writer: Any = None
        self.keys: list[str] | None = None
        self.append_header = True
        self.csv_file: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        if self.append and os.path.exists(self.filename):
            with open(self.filename) as file:
                self.append_header = not file.readline()
        self._close()
        # it stays open while the model trains
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="")  # noqa: SIM115
        self.writer = self.keys = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
        if self.writer is None:
            self.writer = csv.DictWriter(self.csv_file, ["epoch", *self.keys], delimiter=self.sep)
            if self.append_header:
                self.writer.writeheader()
        self.writer.writerow({"epoch": epoch, **{key: _cell(logs.get(key, "NA")) for key in self.keys}})
        self.csv_file.flush()

    def on_train_end(self, logs: Any = None) -> None:
        self._close()
        self.writer = None

    def _close(self) -> None:
        if self.csv_file and not self.csv_file.closed:
            self.csv_file.close()


def _cell(value: Any) -> Any:
    """A number or text as it is, several numbers as a list in quotes."""
    is_scalar = isinstance(value, str) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value if is_scalar or not isinstance(value, Iterable) else f'"[{", ".join(map(str, value))}]"'
