"""Layers in which positions attend to others."""

from .attention import AdditiveAttention as AdditiveAttention
from .attention import Attention as Attention
