"""Initial values of weights, under their Keras names."""

from __future__ import annotations

from typing import Any

from ..registry import initializers as _registry
from .constant import Constant, Identity, Ones, Zeros
from .initializer import Initializer
from .random import Orthogonal, RandomNormal, RandomUniform, TruncatedNormal
from .scaling import GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, VarianceScaling
from .stft import STFT

__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "get",
]


def get(identifier: Any) -> Any:
    """The initializer that a name, a configuration or an instance means."""
    return _registry.get(identifier)
