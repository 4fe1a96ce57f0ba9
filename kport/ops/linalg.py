"""Decompositions and solutions."""

__all__: list[str] = []
