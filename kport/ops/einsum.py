"""Sums of products by subscripts."""

__all__: list[str] = []
