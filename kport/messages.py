"""What is said to the user while something runs: on the terminal, or in the log of a job that has none."""

from __future__ import annotations

import logging
import sys

_LOG = "absl"
"""Where Keras sends messages that aren't for a terminal: who reads that log finds kport's there, too."""

_interactive = True


def enable_interactive_logging() -> None:
    """From now on messages are printed; so it is from the start."""
    global _interactive
    _interactive = True


def disable_interactive_logging() -> None:
    """From now on messages go to the log "absl" as information."""
    global _interactive
    _interactive = False


def is_interactive_logging_enabled() -> bool:
    """Whether messages are printed."""
    return _interactive


def print_message(message: str, line_break: bool = True) -> None:
    """Prints the message at once, or logs it. What the terminal can't show is left out; the bar's lines become "="."""
    if not _interactive:
        logging.getLogger(_LOG).info(message)
        return
    text = f"{message}\n" if line_break else message
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.replace("━", "=").encode(encoding, "ignore").decode(encoding))
    sys.stdout.flush()
