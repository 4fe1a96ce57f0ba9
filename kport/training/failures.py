"""What TensorFlow says when a step can't be computed, in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import UsageError
from ..ops.backend import tf

_FRAME = re.compile(r'^\s*File "(?P<file>.*)", line (?P<line>\d+), in (?P<name>.*)$')
_OPS = str(Path(__file__).parents[1] / "ops")
_NOISE = re.compile(r"\{\{.*?\}\}|\[\[.*?\]\]|\[Op:.*?\]|name:\s*$|\x1b\[\d*m")
_HEADINGS = ("Graph execution error", "Detected at node", "Stack trace", "Original stack trace", "defined at (most recent")


@contextmanager
def told_shortly(model: str) -> Iterator[None]:
    """Data that a compiled function breaks on are a UsageError with TensorFlow's own sentence and the place, not its stack."""
    try:
        yield
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
        reason, place = _said(str(error))
        raise UsageError(
            f"expected data that model '{model}', its loss and its metrics can compute with. Received: {reason}{place}"
        ) from None


def _said(message: str) -> tuple[str, str]:
    """The sentence, and the last place in the stack that isn't an operation of kport's."""
    frames = [frame for line in message.splitlines() if (frame := _FRAME.match(line))]
    rest = [line for line in message.splitlines() if line.strip() and not _FRAME.match(line)]
    words = [_NOISE.sub("", line).strip() for line in rest if not line.strip().startswith(_HEADINGS)]
    own = [frame for frame in frames if not frame["file"].startswith(_OPS) and "site-packages" not in frame["file"]]
    place = ""
    if own:  # recorded in a function, whose own stack is gone
        name, file, line = own[-1].group("name", "file", "line")
        place = f" (in {name}, {file}, line {line}); compile(run_eagerly=True) stops at the operation"
    return " ".join(word for word in words if word) or message, place
