"""Slices, gathering and scattering."""

__all__: list[str] = []
