"""Takes away what no output of a program needs."""

from __future__ import annotations

from typing import Any


def prune(block: Any) -> None:
    """Removes the operations of a block, and of the blocks in it, whose outputs nobody reads."""
    for operation in reversed(list(block.operations)):
        for inner in operation.blocks:
            prune(inner)
        unread = all(not v.child_ops and not v.consuming_blocks for v in operation.outputs)
        if unread:
            block.remove_ops([operation])
