"""What a recurrent cell leaves out of its inputs and of its state in training: the same at every step of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import ops, random
from ...ops.backend import is_tensorflow, is_traced_by_tensorflow, tf
from ...random import SeedGenerator
from .arguments import CellArguments


class DropoutCell(CellArguments):
    """A cell with factors for its inputs and its state: 0 for the share `dropout` or `recurrent_dropout`, 1 / (1 - share) for
    the rest. They are drawn when they are first asked for and stay the same until they are reset, as a layer around the
    cell does after each sequence.

    Source: Gal & Ghahramani 2016, https://arxiv.org/abs/1512.05287
    """

    def use_seed(self, seed: int) -> None:
        self.seed_generator = SeedGenerator(seed)
        self._factors: dict[str, list[Any]] = {}

    @property
    def mask_count(self) -> int:
        """How many factors each input has: one for each gate, or one for all."""
        return 1

    def get_dropout_mask(self, step_input: Any) -> list[Any] | None:
        """The factors of the inputs of one step, (batch, ...) each; None if nothing is left out."""
        return self._mask("inputs", self.dropout, step_input)

    def get_recurrent_dropout_mask(self, state: Any) -> list[Any] | None:
        """The factors of a state, as `get_dropout_mask`."""
        return self._mask("state", self.recurrent_dropout, state)

    def reset_dropout_mask(self) -> None:
        """The next factors of inputs are drawn anew."""
        self._factors.pop("inputs", None)

    def reset_recurrent_dropout_mask(self) -> None:
        """The next factors of states are drawn anew."""
        self._factors.pop("state", None)

    def _mask(self, name: str, rate: float, x: Any) -> list[Any] | None:
        if rate == 0 or (rate == 1 and self.mask_count > 1):  # Keras's cells with gates leave out nothing rather than all
            return None
        if name not in self._factors or not all(map(_is_reachable, self._factors[name])):
            ones = ops.ones_like(x)
            self._factors[name] = [random.dropout(ones, rate, seed=self.seed_generator) for _ in range(self.mask_count)]
        return self._factors[name]


def draw_masks(cell: Any, x: Any, states: Sequence[Any]) -> None:
    """Draws the factors of a cell, or of those that it is made of, for a sequence of which `x` is one step."""
    if isinstance(cell, DropoutCell):
        cell.get_dropout_mask(x)
        cell.get_recurrent_dropout_mask(states[0])
    inner = getattr(cell, "cells", [])
    for index, (one, own) in enumerate(zip(inner, states, strict=False)):
        own = own if isinstance(own, (list, tuple)) else [own]
        draw_masks(one, x, own)
        if index < len(inner) - 1:
            x = one(x, own)[0]


def reset_masks(cell: Any) -> None:
    """The cell's next sequence gets other factors."""
    if isinstance(cell, DropoutCell):
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
    for one in getattr(cell, "cells", []):
        reset_masks(one)


def _is_reachable(tensor: Any) -> bool:
    """Whether a tensor can be computed with here: one of a traced function can't outside of it."""
    home = tensor.graph if is_tensorflow(tensor) and tf.is_symbolic_tensor(tensor) else None
    if home is None:
        return True
    graph = tf.compat.v1.get_default_graph() if is_traced_by_tensorflow() else None
    while graph is not None and graph is not home:
        graph = getattr(graph, "outer_graph", None)
    return graph is not None
