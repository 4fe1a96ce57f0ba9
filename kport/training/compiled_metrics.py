"""The metrics of a model's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import UsageError
from ..metrics.by_output import metric_for
from ..tree import flatten
from .outputs import Outputs, unwrapped


class CompiledMetrics:
    """What `compile(metrics=..., weighted_metrics=...)` said. Built when the outputs are first known.

    metrics: for each output its metrics; sample weights count for `weighted` ones only.
    """

    name = "compile_metrics"

    def __init__(self, plain: Any, weighted: Any, output_names: Sequence[str] | None):
        for argument, given in (("metrics", plain), ("weighted_metrics", weighted)):
            if given is not None and not isinstance(given, (list, tuple, dict)):
                raise UsageError(f"expected a list, tuple or dict. Received: {argument}={given!r}")
        self._said = {"metrics": plain, "weighted_metrics": weighted}
        self.output_names = output_names
        self.outputs: Outputs | None = None
        self._plain: list[list[Any]] = []
        self._weighted: list[list[Any]] = []

    @property
    def metrics(self) -> list[Any]:
        """All of them, in order."""
        return [m for group in (*self._plain, *self._weighted) for m in group]

    @property
    def variables(self) -> list[Any]:
        """Those of all of them."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if self.outputs is None:
            self.build(y_true, y_pred)
        if not self.metrics:
            return
        assert self.outputs is not None
        predicted = flatten(y_pred)
        wanted = self._labels(y_true)
        weights = self.outputs.each(unwrapped(sample_weight, self.outputs.count), "sample_weight", repeat=True)
        for i, y in enumerate(predicted):
            for metric in self._plain[i]:
                metric.update_state(wanted[i], y)
            for metric in self._weighted[i]:
                metric.update_state(wanted[i], y, sample_weight=weights[i])

    def result(self) -> dict[str, Any]:
        """The results by name: that of the output before it where there are several, and a number where one repeats."""
        return {name: metric.result() for name, metric in zip(self.names, self.metrics, strict=True)}

    @property
    def names(self) -> list[str]:
        """The names under which results are reported."""
        found: list[str] = []
        for groups, again in ((self._plain, ""), (self._weighted, "weighted_")):
            for i, group in enumerate(groups):
                output = self.outputs.names[i] if self.outputs and self.outputs.names and self.outputs.count > 1 else None
                for metric in group:
                    name = f"{output}_{metric.name}" if output else metric.name
                    if again and name in found:
                        name = f"{output}_{again}{metric.name}" if output else f"{again}{metric.name}"
                    found.append(_numbered(name, found))
        return found

    def reset_state(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    def _labels(self, y_true: Any) -> list[Any]:
        """The labels of each output; where they are fewer, those of the outputs that have metrics."""
        assert self.outputs is not None
        judged = [i for i in range(self.outputs.count) if self._plain[i] or self._weighted[i]]
        return self.outputs.labels(y_true, judged)

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Takes the outputs to be like these."""
        outputs = Outputs(y_pred, self.output_names)
        said = {name: self._groups(given, outputs, name) for name, given in self._said.items()}
        self.outputs = outputs
        self._plain, self._weighted = said["metrics"], said["weighted_metrics"]  # identifiers, for _labels
        wanted, predicted = self._labels(y_true) if any(map(any, said.values())) else [None] * outputs.count, flatten(y_pred)
        self._plain, self._weighted = (
            [[metric_for(m, wanted[i], predicted[i]) for m in group] for i, group in enumerate(groups)]
            for groups in said.values()
        )

    def _groups(self, given: Any, outputs: Outputs, what: str) -> list[list[Any]]:
        if not given:
            return [[] for _ in range(outputs.count)]
        if outputs.count == 1:
            return [flatten(given)]
        return [[] if one is None else flatten(one) for one in outputs.each(given, what)]


def _numbered(name: str, taken: list[str]) -> str:
    """The name, or name_1, name_2, ... where it is taken."""
    count, found = 0, name
    while found in taken:
        count += 1
        found = f"{name}_{count}"
    return found
