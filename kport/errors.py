"""Every error kport raises on purpose, as one tree.

    KportError                      exit status 2 unless said otherwise
    ├── UsageError                  an argument or option is wrong
    │   └── ArgumentError           an argument is unknown or missing
    ├── FileError                   the file can't be read as what it should be
    │   ├── UnsafeFileError         reading on would run code, leave the archive or exhaust memory
    │   └── MissingPartError        the file lacks architecture, weights or metadata
    ├── LayerError                  a layer's configuration or input is wrong
    │   ├── ShapeError              shapes or dtypes do not fit an operation
    │   ├── NotBuiltError           a weight is read before there is one
    │   └── UnknownLayerError       no such layer; it needs the user's own code
    ├── UnsupportedError            the target has no way to say what the model does
    ├── MissingComponentError       (exit 3) an optional package is not installed
    ├── ParityError                 (exit 1) the artifact disagrees with the reference
    └── GraphError                  a graph breaks its own rules: a defect of kport

The command line prints the message alone and exits with `exit_status`.
"""

from __future__ import annotations


class KportError(Exception):
    """Base of every error that kport raises on purpose."""

    exit_status = 2


class UsageError(KportError, ValueError):
    """An argument, option or call is wrong. (A ValueError, as Keras raises.)"""


class ArgumentError(UsageError, TypeError):
    """An argument that isn't known, or a missing one. (A TypeError, too, as Python raises.)"""


class FileError(KportError):
    """A file can't be read as what it claims or needs to be."""


class UnsafeFileError(FileError):
    """Reading on would run code from the file, leave the archive or exhaust memory."""


class MissingPartError(FileError):
    """The file holds no architecture, no weights or no metadata, and one of them is needed."""


class LayerError(KportError, ValueError):
    """A layer's configuration or input is wrong. (A ValueError, as Keras raises.)

    `layer` is the path of the layer ("encoder/attention"), added once as the error travels outwards.
    """

    def __init__(self, message: str, layer: str | None = None):
        super().__init__(message)
        self.layer = layer

    def __str__(self) -> str:
        message = super().__str__()
        return f"layer '{self.layer}': {message}" if self.layer else message


class ShapeError(LayerError):
    """Shapes or dtypes do not fit an operation."""


class NotBuiltError(LayerError, AttributeError):
    """A weight of a layer that has none yet. (An AttributeError, too, as Python raises.)"""


class UnknownLayerError(LayerError):
    """No layer of this name is known; the user's own code is needed."""


class UnsupportedError(KportError):
    """A target can't express what the model does; lists every such place at once."""


class MissingComponentError(KportError):
    """An optional package is needed: says which, and the command that installs it."""

    exit_status = 3


class ParityError(KportError):
    """An artifact disagrees with the reference."""

    exit_status = 1


class GraphError(KportError):
    """A graph breaks its own rules. Always a defect of kport, never the user's mistake."""
