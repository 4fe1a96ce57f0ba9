"""What users say for each output of a model: losses, weights, metrics, labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import UsageError
from ..tree import flatten


class Outputs:
    """The outputs of a model in order, with their names where they are known.

    y_pred: what the model gave. names: of the outputs in the order of `flatten`; None for a model of the user's own.
    """

    def __init__(self, y_pred: Any, names: Sequence[str] | None):
        self.count = len(flatten(y_pred))
        own = sorted(y_pred) if isinstance(y_pred, dict) and len(y_pred) == self.count else None
        self.names: list[str] | None = own or (list(names) if names is not None and len(names) == self.count else None)

    def each(self, given: Any, what: str, *, repeat: bool = False) -> list[Any]:
        """What `given` says of each output: a list in order, a dict by name, or the outputs' own structure.

        repeat: what isn't a list or dict is said of every output. Anything else is a UsageError that names the argument, `what`.
        """
        if not isinstance(given, (list, tuple, dict)):
            if self.count == 1 or repeat or given is None:
                return [given] * self.count
        elif isinstance(given, dict):
            return self._by_name(given, what)
        elif len(given) == self.count:
            return list(given)
        elif len(flatten(given)) == self.count:
            return flatten(given)
        names = f" ({', '.join(self.names)})" if self.names else ""
        received = f"{len(given)} entries" if isinstance(given, (list, tuple)) else f"{type(given).__name__}"
        raise UsageError(
            f"expected `{what}` for {self.count} outputs{names}: a list in order, or a dict by name. Received: {received}"
        )

    def labels(self, y_true: Any, judged: list[int]) -> list[Any]:
        """The labels of each output; where they are as many as the `judged` outputs (by number) alone, theirs."""
        leaves = flatten(y_true)
        if not isinstance(y_true, dict) and len(leaves) == len(judged) < self.count:
            by_index = dict(zip(judged, leaves, strict=True))
            return [by_index.get(i) for i in range(self.count)]
        return self.each(unwrapped(y_true, self.count), "y")

    def _by_name(self, given: dict[str, Any], what: str) -> list[Any]:
        if self.names is None:
            if self.count == 1 and len(given) == 1:
                return list(given.values())
            raise UsageError(
                f"expected `{what}` as a list: the model's outputs have no names. Received: a dict with keys {list(given)}"
            )
        unknown = [key for key in given if key not in self.names]
        if unknown:
            raise UsageError(f"expected keys of `{what}` among the outputs {self.names}. Received: {unknown}")
        return [given.get(name) for name in self.names]


def unwrapped(given: Any, count: int) -> Any:
    """A list of one thing, where there is one output, is that thing."""
    return given[0] if count == 1 and isinstance(given, (list, tuple)) and len(given) == 1 else given
