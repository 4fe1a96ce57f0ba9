"""The learning rates of a model's optimizer, or of its several optimizers."""

from __future__ import annotations

from typing import Any

from .logs import as_float


def optimizers_of(model: Any) -> list[tuple[str, Any]]:
    """The optimizers that have a learning rate, each with its name: "" where there is only one."""
    optimizer = model.optimizer
    if hasattr(optimizer, "optimizers"):
        return [(inner.name, inner) for inner in optimizer.optimizers]
    return [("", optimizer)]


def learning_rate_of(optimizer: Any) -> float:
    return float(as_float(optimizer.learning_rate))


def learning_rates_of(model: Any) -> dict[str, float]:
    """The learning rates by the names that logs have for them."""
    return {
        f"learning_rate_{name}" if name else "learning_rate": learning_rate_of(optimizer)
        for name, optimizer in optimizers_of(model)
    }
