"""One seed for everything."""

from __future__ import annotations

import contextlib
import random

import numpy as np

from ..errors import MissingComponentError
from ..ops.backend import tf
from .seed_generator import forget_shared_seed_generator, whole_seed

_seed: list[int] = []


def set_random_seed(seed: int) -> None:
    """Makes what follows repeatable: seeds Python's, NumPy's and, where it is installed, TensorFlow's random numbers.

    Initial weights, dropout, shuffles and unseeded draws follow from these. Anything but a whole number is a UsageError.
    """
    seed = whole_seed(seed)
    _seed[:] = [seed]
    forget_shared_seed_generator()
    with contextlib.suppress(MissingComponentError):
        tf.random.set_seed(seed)  # first: importing TensorFlow draws from Python's numbers
    random.seed(seed)
    np.random.seed(seed)


def get_random_seed() -> int | None:
    """What `set_random_seed` was last given; None if it was not called."""
    return _seed[0] if _seed else None
