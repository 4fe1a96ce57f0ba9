"""A traced graph made ready for a target: the passes, in their order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import partial

from ..check import check
from ..ir import Graph
from .passes.channels_last import channels_last
from .passes.common_subexpressions import common_subexpressions
from .passes.dead_code import dead_code
from .passes.decompose import decompose, require_said
from .passes.fewer_axes import fewer_axes
from .passes.fold_affine import fold_affine
from .passes.fold_constants import fold_constants
from .passes.fuse_activation import fuse_activation
from .passes.layout import layout
from .passes.loops import loops
from .passes.merge_affine import merge_affine
from .passes.merge_padding import merge_padding
from .passes.rewrite import Pass
from .passes.simplify import simplify
from .passes.unfold import unfold
from .target import Options, Target

FURTHEST = {"float16": 16.0}
"""Precision → how far from 1 a scale may be that a kernel takes in: four of the 14 powers of two below 1 that it has."""


def shared_passes(options: Options) -> Iterator[tuple[str, Pass]]:
    """The passes by name, in order, that are the same for every target.

    Folding works on what the layers said, so it comes before anything is taken apart, and padding joins a convolution
    before and after it: what is scaled before the padding can be folded then, and what is padded before that too.
    """
    yield "dead_code", dead_code
    yield "fold_constants", fold_constants
    yield "simplify", simplify
    yield "fuse_activation", fuse_activation
    yield "merge_padding", merge_padding
    yield "merge_affine", merge_affine
    yield "dead_code", dead_code
    yield "fold_affine", partial(fold_affine, furthest=FURTHEST.get(options.precision, math.inf))
    yield "merge_padding", merge_padding


def own_passes(target: Target, options: Options) -> Iterator[tuple[str, Pass]]:
    """The passes of a target, after those that all share. The layout comes last, on the operations that the target will
    really see."""
    if target.unfolds:
        yield "unfold", unfold
        yield "dead_code", dead_code
    if target.most_axes is not None:
        yield "fewer_axes", partial(fewer_axes, most=target.most_axes)
        yield "dead_code", dead_code
    if target.channels_last:
        yield "channels_last", partial(moved_to_channels_last, options=options)
    yield "decompose", partial(decompose, target=target, options=options)
    yield "loops", partial(loops, rewritten=partial(rewritten, target=target, options=options))
    yield "fold_constants", fold_constants
    yield "layout", partial(layout, target=target)
    yield "simplify", simplify
    yield "common_subexpressions", common_subexpressions
    yield "dead_code", dead_code


def moved_to_channels_last(graph: Graph, options: Options) -> tuple[Graph, int]:
    """`channels_last`, and the passes that find more to do after it."""
    moved, changes = channels_last(graph)
    return (lower(moved, options), changes) if changes else (graph, 0)


def prepare(graph: Graph, target: Target, options: Options) -> Graph:
    """The graph that the target's writer takes. UnsupportedError names all that the target can't say."""
    return fit(lower(graph, options), target, options)


def lower(graph: Graph, options: Options) -> Graph:
    """What `prepare` does for all targets alike."""
    return applied(shared_passes(options), graph)


def fit(lowered: Graph, target: Target, options: Options) -> Graph:
    """What `prepare` does for one target, of a graph that is lowered."""
    fitted = applied(own_passes(target, options), lowered)
    require_said(fitted, target, options)
    return fitted


def rewritten(graph: Graph, target: Target, options: Options) -> Graph:
    """The graph, and the bodies of its loops, after all passes."""
    return applied(own_passes(target, options), lower(graph, options))


def applied(passes: Iterable[tuple[str, Pass]], graph: Graph) -> Graph:
    """The graph after passes. The rules of a graph are checked after every one that changed it."""
    for name, rewrite in passes:
        graph, changes = rewrite(graph)
        if changes:
            check(graph, after=name)
    return graph
