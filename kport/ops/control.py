"""Choices and loops given as functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic, as_array
from ..tree import flatten, map_structure, pack_like
from .backend import is_tensorflow, tf
from .elementwise import where
from .logic import less_equal
from .scan import scan


def _symbolic(*trees: Any) -> bool:
    return any(isinstance(x, Symbolic) for x in flatten(trees))


def _tensorflow(*trees: Any) -> bool:
    return any(is_tensorflow(x) for x in flatten(trees))


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """What `true_fn` gives if the scalar `pred` is true, else what `false_fn` gives.

    In a graph both are computed, and one of the results is taken: operations have no side effects.
    """
    if isinstance(pred, Symbolic):
        return map_structure(lambda a, b: where(pred, a, b), true_fn(), false_fn())
    if is_tensorflow(pred):
        return tf.cond(tf.cast(pred, tf.bool), true_fn, false_fn)
    return true_fn() if bool(np.asarray(pred)) else false_fn()


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """What the branch of number `index` gives for the operands; an index that is too small or great means the nearest."""
    if not isinstance(index, Symbolic) and not is_tensorflow(index):
        return branches[min(max(int(np.asarray(index)), 0), len(branches) - 1)](*operands)
    if is_tensorflow(index):
        place = tf.clip_by_value(tf.cast(index, tf.int32), 0, len(branches) - 1)
        return tf.switch_case(place, [partial(branch, *operands) for branch in branches])

    def chosen(number: int) -> Any:
        if number == len(branches) - 1:
            return branches[number](*operands)
        return cond(less_equal(index, number), lambda: branches[number](*operands), lambda: chosen(number + 1))

    return chosen(0)


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """`f` of each slice of `xs` along the first axis, the results stacked; both may be nested. In a graph `f` is traced once."""
    structure: list[Any] = []

    def step(states: list[Any], slices: list[Any], invariants: list[Any]) -> tuple[list[Any], list[Any]]:
        result = f(pack_like(xs, slices))
        structure[:] = [result]
        return [], flatten(result)

    _, stacked = scan(step, [], [as_array(x) if isinstance(x, (list, int, float)) else x for x in flatten(xs)])
    return pack_like(structure[0], stacked)


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """As map."""
    return map(function, elements)


def fori_loop(lower: int, upper: int, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """The state after `body_fun(i, state)` for i = lower, ..., upper - 1; both must be numbers."""
    if _symbolic(lower, upper):
        raise ShapeError(f"expected bounds that are known in a graph. Received: lower={lower}, upper={upper}; see ops.scan")
    for i in range(int(lower), int(upper)):
        init_val = body_fun(i, init_val)
    return init_val


def while_loop(cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None) -> Any:
    """The loop variables after `body` for as long as `cond` of them holds, and not more than `maximum_iterations` times.

    How often can't be known in a graph: there it is a ShapeError.
    """
    if _symbolic(loop_vars):
        raise ShapeError("expected arrays: in a graph the number of iterations must be known. Use ops.fori_loop or ops.scan")
    single = not isinstance(loop_vars, (list, tuple))
    state = (loop_vars,) if single else tuple(loop_vars)

    def step(*state: Any) -> tuple[Any, ...]:
        result = body(*state)
        return tuple(result) if isinstance(result, (list, tuple)) else (result,)

    if _tensorflow(loop_vars):
        state = tf.while_loop(cond, step, state, maximum_iterations=maximum_iterations)
    else:
        count = 0
        while (maximum_iterations is None or count < maximum_iterations) and bool(np.asarray(cond(*state))):
            state = step(*state)
            count += 1
    return state[0] if single else state


__all__ = [
    "cond",
    "fori_loop",
    "map",
    "switch",
    "vectorized_map",
    "while_loop",
]
