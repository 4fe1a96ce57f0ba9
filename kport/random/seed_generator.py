"""Where seeds come from: a generator that gives another one at each call, and the one that everything unseeded shares."""

from __future__ import annotations

import operator
import random
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from ..configurable import Configurable
from ..errors import UsageError
from ..naming import UniqueNames
from ..ops.backend import is_traced_by_tensorflow, tf
from ..ops.variable import Variable

LARGEST_DEFAULT = 10**9
"""Default seeds are whole numbers from 1 to this."""
STATE_DTYPE = "int64"
"""That of Keras on TensorFlow, whose random functions take signed seeds only."""
FACTOR, MODULUS = 5387, 933199
"""state' = (state + 1) · FACTOR mod MODULUS: the steps of the shared generator."""

_names = UniqueNames()


class SeedGenerator(Configurable):
    """Gives a new seed at each call of `next`: (seed, number of the call).

    seed: a whole number; None takes one from Python's `random`. The state is a variable, so that a seed drawn
    in a TensorFlow function differs from run to run of the function.
    """

    keras_module = "keras.random"

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any):
        kwargs.pop("backend", None)  # a file of Keras may say it
        if kwargs:
            raise UsageError(f"expected the arguments seed and name of SeedGenerator. Received: {', '.join(kwargs)}")
        self.seed = seed
        self.name = name or _names.next("seed_generator")
        first = make_default_seed() if seed is None else whole_seed(seed)
        start = np.array([first, 0], STATE_DTYPE)
        self.state = Variable(start, dtype=STATE_DTYPE, name="seed_generator_state", trainable=False)
        self.state.path = f"{self.name}/seed_generator_state"

    def next(self, ordered: bool = True) -> Any:
        """The next seed, (2,) int64. Without `ordered` seeds of several generators that began alike don't follow each other."""
        state = self.state
        if is_traced_by_tensorflow():
            state.in_tensorflow()
        seed = tf.identity(state.stored) if state.is_in_tensorflow else state.stored
        if ordered:
            state.assign_add(np.array([0, 1], STATE_DTYPE))
        else:
            state.assign((seed + 1) * FACTOR % MODULUS)
        return seed


def outside_graphs() -> AbstractContextManager[None]:
    """Within the block numbers are drawn now, also while a TensorFlow function is being traced."""
    return tf.init_scope() if is_traced_by_tensorflow() else nullcontext()


def make_default_seed() -> int:
    """A seed from Python's `random`, which `set_random_seed` seeds."""
    return random.randint(1, LARGEST_DEFAULT)


def whole_seed(seed: Any) -> int:
    """The seed as a whole number; what isn't one is a UsageError."""
    try:
        return operator.index(seed)
    except TypeError:
        raise UsageError(f"expected a whole number as seed. Received: seed={seed!r}") from None


_shared: list[SeedGenerator] = []


def shared_seed_generator() -> SeedGenerator:
    """The generator that random functions without a seed use."""
    if not _shared:
        _shared.append(SeedGenerator())
    return _shared[0]


def forget_shared_seed_generator() -> None:
    """The next unseeded draw begins a new generator, with a seed from Python's `random`."""
    _shared.clear()


def draw_seed(seed: Any) -> Any:
    """The seed (2,) int64 of one draw: from a whole number always the same, from a generator the next, from None the shared
    generator's next. Anything else is a UsageError."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        return shared_seed_generator().next(ordered=False)
    try:
        return np.array([operator.index(seed), 0], STATE_DTYPE)
    except TypeError:
        raise UsageError(f"expected a whole number, a SeedGenerator or None as seed. Received: seed={seed!r}") from None
