"""Errors of callbacks that are also the ones of Python's that code written for Keras expects."""

from __future__ import annotations

from ..errors import FileError, KportError, MissingComponentError, UsageError


class InvalidLossError(KportError, RuntimeError):
    """The loss is no number, and training was to end there."""


class CheckpointPathError(FileError, OSError):
    """A checkpoint can't be written where it was to be."""


class PlaceholderError(UsageError, KeyError):
    """A path names something that the logs don't have."""

    __str__ = Exception.__str__  # a KeyError would show its message in quotes


class MissingPackageError(MissingComponentError, ImportError):
    """A package that only this callback needs is not installed."""
