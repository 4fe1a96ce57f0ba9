"""Sums, differences, products and means of several inputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from ... import ops
from ...registry import layers
from .merge import Merge, expect_two


@layers()
class Add(Merge):
    """y = x_1 + ... + x_n"""

    def merge(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        return reduce(ops.add, inputs)


@layers()
class Subtract(Merge):
    """y = x_1 - x_2"""

    def merge(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        expect_two(inputs, self.name)
        return ops.subtract(*inputs)


@layers()
class Average(Merge):
    """y = (x_1 + ... + x_n) / n"""

    def merge(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        return ops.divide(reduce(ops.add, inputs), float(len(inputs)))


@layers()
class Multiply(Merge):
    """y = x_1 · ... · x_n. A masked step of an input counts as 1; what is masked in all of them is 0."""

    def merge(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        factors = [x if m is None else ops.where(ops.expand_dims(m, -1), x, 1) for x, m in zip(inputs, masks, strict=True)]
        product = reduce(ops.multiply, factors)
        if any(m is None for m in masks):
            return product
        return ops.where(ops.expand_dims(reduce(ops.logical_or, masks), -1), product, 0)


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """As the layer Add."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """As the layer Subtract."""
    return Subtract(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """As the layer Average."""
    return Average(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """As the layer Multiply."""
    return Multiply(**kwargs)(inputs)
