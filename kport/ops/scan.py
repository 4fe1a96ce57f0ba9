"""A loop over a sequence with a body of its own."""

__all__: list[str] = []
