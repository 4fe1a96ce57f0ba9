"""Comparison and logic."""

__all__: list[str] = []
