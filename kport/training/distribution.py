"""Data and weights on several devices, by tf.distribute."""

from __future__ import annotations

from typing import Any

from ..ops.backend import tf
from .data import Batches, OfDataset


def share(model: Any, batches: Batches, strategy: Any) -> Batches:
    """The batches, each split among the strategy's replicas. Weights are made on every replica."""
    if not batches.of_tensorflow:
        raise NotImplementedError
    with strategy.scope():
        for variable in model.variables:
            variable.in_tensorflow()
    shared = OfDataset(strategy.experimental_distribute_dataset(batches.dataset))
    shared.size = batches.size
    return shared


__all__ = ["share", "tf"]
