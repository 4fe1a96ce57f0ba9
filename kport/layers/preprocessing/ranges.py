"""What arguments of image layers may be: ranges to draw from, ranges of values, names."""

from __future__ import annotations

from collections.abc import Callable, Collection
from numbers import Real
from typing import Any

from ...errors import UsageError

Range = tuple[float, float]


def drawn_from(factor: Any, name: str = "factor", low: float = -1.0, high: float = 1.0) -> Range:
    """The range that a factor is drawn from: a pair in rising order; of a number x, (-x, x) as far as [low, high] goes.

    A number beyond [low, high], or a pair that lies beyond it, is a UsageError.
    """
    pair = _pair(factor, name, f"[{low}, {high}]")
    if pair is None:
        if not low <= factor <= high:
            raise _refusal(factor, name, f"[{low}, {high}]")
        return max(-abs(factor), low), abs(factor)
    if pair[0] > high or pair[1] < low:
        raise _refusal(factor, name, f"[{low}, {high}]")
    return min(pair), max(pair)


def drawn_within(
    factor: Any, name: str, interval: str, within: Callable[[float], bool], least: Callable[[float], float] = lambda x: -abs(x)
) -> Range:
    """As `drawn_from`, where each number has to be `within` what `interval` says; of a number x, (least(x), |x|)."""
    pair = _pair(factor, name, interval)
    if not all(map(within, (factor,) if pair is None else pair)):
        raise _refusal(factor, name, interval)
    return (least(factor), abs(factor)) if pair is None else (min(pair), max(pair))


def value_range_of(value_range: Any) -> tuple[Any, Any]:
    """The least and the greatest value that images have; anything but two numbers is a UsageError."""
    if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
        raise UsageError(f"expected value_range to be a list of two numbers. Received: value_range={value_range}")
    return min(value_range), max(value_range)


def one_of(name: str, value: Any, known: Collection[str]) -> Any:
    """`value`, if it is one of the `known`; else a UsageError."""
    if value not in known:
        raise UsageError(f"expected {name} to be one of {', '.join(known)}. Received: {name}={value!r}")
    return value


def _pair(factor: Any, name: str, interval: str) -> Range | None:
    """The two numbers of a pair, None for a single number."""
    if isinstance(factor, (tuple, list)) and len(factor) == 2:
        return factor[0], factor[1]
    if not isinstance(factor, Real):
        raise _refusal(factor, name, interval)
    return None


def _refusal(factor: Any, name: str, interval: str) -> UsageError:
    return UsageError(
        f"expected {name} to be a number (or a list of two numbers) in the range {interval}. Received: {name}={factor}"
    )
