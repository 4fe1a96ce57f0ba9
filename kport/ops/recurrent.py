"""Recurrences: whole layers as one operation, and a general loop."""

__all__: list[str] = []
