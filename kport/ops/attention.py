"""Attention as one operation."""

__all__: list[str] = []
