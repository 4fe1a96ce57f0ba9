"""Further functions of one element: roots, trigonometry, rounding, error functions."""

__all__: list[str] = []
