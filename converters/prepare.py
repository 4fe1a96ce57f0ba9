"""A traced graph made ready for a target: the passes, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..check import check
from ..ir import Graph
from .passes.common_subexpressions import common_subexpressions
from .passes.dead_code import dead_code
from .passes.decompose import decompose
from .passes.fold_batchnorm import fold_batchnorm
from .passes.fold_constants import fold_constants
from .passes.fuse_activation import fuse_activation
from .passes.layout import layout
from .passes.merge_padding import merge_padding
from .passes.rewrite import Pass
from .passes.simplify import simplify
from .target import Options, Target


def passes(target: Target, options: Options) -> Iterator[tuple[str, Pass]]:
    """The passes for a target by name, in order.

    Folding works on what the layers said, so it comes before anything is taken apart; the layout comes last, on the
    operations that the target will really see.
    """
    yield "dead_code", dead_code
    yield "fold_constants", fold_constants
    yield "simplify", simplify
    yield "fuse_activation", fuse_activation
    yield "fold_batchnorm", fold_batchnorm
    yield "merge_padding", merge_padding
    yield "decompose", partial(decompose, target=target, options=options)
    yield "fold_constants", fold_constants
    yield "layout", partial(layout, target=target)
    yield "simplify", simplify
    yield "common_subexpressions", common_subexpressions
    yield "dead_code", dead_code


def prepare(graph: Graph, target: Target, options: Options) -> Graph:
    """The graph that the target's writer takes. The rules of a graph are checked after every pass."""
    for name, rewrite in passes(target, options):
        graph, changes = rewrite(graph)
        if changes:
            check(graph, after=name)
    return graph
