"""Layers that move, add or drop elements."""

from .flatten import Flatten as Flatten
