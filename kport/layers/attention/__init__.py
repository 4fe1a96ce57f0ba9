"""Layers in which positions attend to others."""

from .attention import AdditiveAttention as AdditiveAttention
from .attention import Attention as Attention
from .multi_head import GroupedQueryAttention as GroupedQueryAttention
from .multi_head import MultiHeadAttention as MultiHeadAttention

GroupQueryAttention = GroupedQueryAttention  # the name that Keras exports
