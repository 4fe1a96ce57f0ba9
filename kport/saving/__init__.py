"""Opening files: containers told by content, dialects upgraded step by step to Keras 3."""

from .opening import load as load
from .opening import load_source as load_source
from .source import Source as Source
