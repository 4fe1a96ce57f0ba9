"""A model's graph as a picture, without Graphviz: `plot_model`; and as DOT, Graphviz's language: `model_to_dot`."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..files import whole
from ..models.model import Model
from .model_graph import Cell, Picture, Shown, picture_of
from .pictures import as_svg, drawn, write_pixels

DIRECTIONS = ("TB", "BT", "LR", "RL")
PIXELS = ("png", "jpg", "jpeg", "gif", "bmp", "tiff", "webp", "pdf")


def model_to_dot(
    model: Model,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> str:
    """The model's graph in DOT, as text. Arguments as in `plot_model`; subgraph: a cluster for another graph."""
    _check_direction(rankdir)
    shown = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable, expand_nested)
    picture = picture_of(model, shown)
    quoted = _quoted(model.name)
    if subgraph:
        head = [f"subgraph {_quoted(f'cluster_{model.name}')} {{", f'label={quoted}; style="dashed"; labeljust="l";']
    else:
        head = [f"digraph {quoted} {{", f"rankdir={rankdir}; dpi={dpi}; splines={_quoted(splines)}; concentrate=true;"]
    body = [*_nodes(picture), *(f"n{source} -> n{target} [penwidth=2];" for source, target in picture.edges)]
    return "\n".join([*head, 'node [shape="plaintext", fontname="Helvetica"];', *body, "}", ""])


def _nodes(picture: Picture) -> list[str]:
    """The boxes, those of a model in the model in a cluster."""
    lines: list[str] = []
    open_groups: tuple[tuple[int, str], ...] = ()
    for number, box in enumerate(picture.boxes):
        shared = 0
        while shared < min(len(open_groups), len(box.group)) and open_groups[shared] == box.group[shared]:
            shared += 1
        lines += ["}"] * (len(open_groups) - shared)
        lines += [f'subgraph cluster_{n} {{ label={_quoted(name)}; style="dashed";' for n, name in box.group[shared:]]
        open_groups = box.group
        rows = "".join(f"<tr>{_cells(row, max(map(len, box.rows)))}</tr>" for row in box.rows)
        lines.append(f'n{number} [label=<<table border="0" cellborder="1" cellspacing="0" cellpadding="8">{rows}</table>>];')
    return lines + ["}"] * len(open_groups)


def _cells(row: list[Cell], span: int) -> str:
    """The cells of a row; one alone is as wide as all of the widest row."""
    wide = span if len(row) == 1 else 1
    return "".join(f'<td bgcolor="{c.fill}" colspan="{wide}"><font color="{c.ink}">{escape(c.text)}</font></td>' for c in row)


def plot_model(
    model: Model,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Any:
    """Writes a picture of the model's graph: a box for each layer, an arrow for what goes from one to another.

    to_file: .svg, .dot, or .png and other pixels, which need Pillow (`kport[plot]`); png without a suffix. Boxes show the
    class, and if wanted name, shapes, dtype, activation and whether the layer is trained. rankdir: "TB", "BT", "LR" or "RL";
    expand_nested: models in the model with all their layers; dpi: pixels in an inch; splines: how lines run, in DOT alone.
    Returns the picture for a notebook, where there is one. UsageError for a model that wasn't built.
    """
    _check_direction(rankdir)
    path = Path(to_file)
    kind = path.suffix[1:].lower() or "png"
    shown = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable, expand_nested)
    if kind not in ("svg", "dot", *PIXELS):
        raise UsageError(f"expected to_file to end in .png, .svg or .dot. Received: to_file={str(path)!r}")
    with whole(path) as draft:
        if kind == "dot":
            options = {"show_layer_activations": show_layer_activations, "show_trainable": show_trainable, "splines": splines}
            dot = model_to_dot(model, show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, dpi, **options)  # type: ignore[arg-type]
            draft.write_text(dot, encoding="utf-8")
        elif kind == "svg":
            draft.write_text(as_svg(drawn(picture_of(model, shown), rankdir)), encoding="utf-8")
        else:
            write_pixels(drawn(picture_of(model, shown), rankdir), draft, kind, dpi)
    return _for_notebook(path, kind)


def _for_notebook(path: Path, kind: str) -> Any:
    import sys

    display = sys.modules.get("IPython.display")
    if display is None or kind not in ("svg", "png"):
        return None
    return display.SVG(filename=str(path)) if kind == "svg" else display.Image(filename=str(path))


def _check_direction(rankdir: str) -> None:
    if rankdir not in DIRECTIONS:
        raise UsageError(f"expected one of {', '.join(DIRECTIONS)}. Received: rankdir={rankdir!r}")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
