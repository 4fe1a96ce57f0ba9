"""Boxes and edges as a picture: where everything lies, and drawing it as SVG or in pixels.

A box lies one rank below the lowest that it reads; within a rank boxes lie in the order of the middle of those that they read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from ..errors import MissingComponentError
from .model_graph import Picture

SIZE, HEIGHT, PAD, GAP, MARGIN = 14.0, 28.0, 10.0, 40.0, 20.0
"""Of text, of a row, beside text, between boxes, around all: in points."""
WIDTH = 0.6
"""Of a letter, of its size."""
POINTS = 72.0
"""Points in an inch."""


@dataclass
class Drawing:
    """Rectangles (x, y, width, height, fill, dashed), texts (x, y of the middle, text, ink) and lines (points)."""

    width: float
    height: float
    rectangles: list[tuple[float, float, float, float, str | None, bool]] = field(default_factory=list)
    texts: list[tuple[float, float, str, str]] = field(default_factory=list)
    lines: list[list[tuple[float, float]]] = field(default_factory=list)


def drawn(picture: Picture, rankdir: str = "TB") -> Drawing:
    """The picture laid out. rankdir: "TB" from top to bottom, "BT", "LR" from left to right, "RL"."""
    sizes = [_size(box.rows) for box in picture.boxes]
    sideways, backwards = rankdir in ("LR", "RL"), rankdir in ("BT", "RL")
    ranks = _ranks(picture)
    along = 0 if sideways else 1
    places: dict[int, tuple[float, float]] = {}
    extent = [sum(sizes[b][1 - along] for b in rank) + GAP * (len(rank) - 1) for rank in ranks]
    widest, position = max(extent, default=0.0), MARGIN
    for rank, taken in zip(reversed(ranks) if backwards else ranks, reversed(extent) if backwards else extent, strict=True):
        across = MARGIN + (widest - taken) / 2
        for number in rank:
            places[number] = (position, across) if sideways else (across, position)
            across += sizes[number][1 - along] + GAP
        position += max(sizes[number][along] for number in rank) + GAP
    total = (position - GAP + MARGIN, widest + 2 * MARGIN)
    drawing = Drawing(*(total if sideways else total[::-1]))
    _draw_groups(drawing, picture, places, sizes)
    for source, target in picture.edges:
        drawing.lines.append(_line(places[source], sizes[source], places[target], sizes[target], along, backwards))
    for number, box in enumerate(picture.boxes):
        _draw_box(drawing, box.rows, places[number], sizes[number][0])
    return drawing


def _size(rows: list[list[Any]]) -> tuple[float, float]:
    width = max(sum(len(cell.text) * SIZE * WIDTH + 2 * PAD for cell in row) for row in rows)
    return width, HEIGHT * len(rows)


def _ranks(picture: Picture) -> list[list[int]]:
    """The boxes of each rank in order. An edge back to a box that comes first, as of a shared layer, doesn't count."""
    sources: dict[int, list[int]] = defaultdict(list)
    for source, target in picture.edges:
        if source < target:
            sources[target].append(source)
    rank: dict[int, int] = {}
    for box in range(len(picture.boxes)):
        rank[box] = max((rank[s] + 1 for s in sources[box]), default=0)
    rows: list[list[int]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    place: dict[int, float] = {}
    for box in sorted(rank, key=lambda b: rank[b]):
        rows[rank[box]].append(box)
    for row in rows:
        row.sort(key=lambda b: sum(place[s] for s in sources[b]) / len(sources[b]) if sources[b] else 0.0)
        place.update((box, (i + 0.5) / len(row)) for i, box in enumerate(row))
    return rows


def _line(a: Any, size_a: Any, b: Any, size_b: Any, along: int, backwards: bool) -> list[tuple[float, float]]:
    """From the side where a box ends to where the other begins, with right angles."""
    first, last = ((b, size_b), (a, size_a)) if backwards else ((a, size_a), (b, size_b))
    start, end = first[0][along] + first[1][along], last[0][along]
    x, y = (p[1 - along] + s[1 - along] / 2 for p, s in (first, last))
    middle = end - GAP / 2
    corners = [(start, x), (middle, x), (middle, y), (end, y)]
    points = corners if along == 0 else [(q, p) for p, q in corners]
    return points[::-1] if backwards else points


def _draw_box(drawing: Drawing, rows: list[list[Any]], place: tuple[float, float], width: float) -> None:
    for i, row in enumerate(rows):
        wanted = [len(cell.text) * SIZE * WIDTH + 2 * PAD for cell in row]
        x, y = place[0], place[1] + i * HEIGHT
        for cell, own in zip(row, wanted, strict=True):
            share = width * own / sum(wanted)
            drawing.rectangles.append((x, y, share, HEIGHT, cell.fill, False))
            drawing.texts.append((x + share / 2, y + HEIGHT / 2, cell.text, cell.ink))
            x += share


def _draw_groups(drawing: Drawing, picture: Picture, places: dict[int, tuple[float, float]], sizes: list[Any]) -> None:
    """A dashed frame around the boxes of each model in the model, with its name."""
    members: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, box in enumerate(picture.boxes):
        for group in box.group:
            members[group].append(number)
    for (_, name), boxes in members.items():
        left, top = (min(places[b][i] for b in boxes) - PAD for i in (0, 1))
        right, bottom = (max(places[b][i] + sizes[b][i] for b in boxes) + PAD for i in (0, 1))
        drawing.rectangles.append((left, top, right - left, bottom - top, None, True))
        drawing.texts.append((left + len(name) * SIZE * WIDTH / 2, top - SIZE / 2, name, "#000000"))


def as_svg(drawing: Drawing) -> str:
    """The drawing as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width:.0f}pt" height="{drawing.height:.0f}pt" '
        f'viewBox="0 0 {drawing.width:.1f} {drawing.height:.1f}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="{SIZE:.0f}">',
        '<defs><marker id="end" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M 0 0 L 10 5 L 0 10 z"/></marker></defs>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for points in drawing.lines:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="#000000" stroke-width="1.5" marker-end="url(#end)"/>')
    for x, y, width, height, fill, dashed in drawing.rectangles:
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'fill="{fill or "none"}" stroke="#000000"{dash}/>'
        )
    for x, y, text, ink in drawing.texts:
        parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{ink}" text-anchor="middle" dominant-baseline="central">{escape(text)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def write_pixels(drawing: Drawing, path: Path, kind: str, dpi: float) -> None:
    """The drawing in pixels, by Pillow. kind: "png", "jpg" and others that it writes. MissingComponentError without it."""
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise MissingComponentError(
            "Pillow is needed to write a picture in pixels and is not installed: pip install 'kport[plot]'; or write a .svg"
        ) from error
    scale = dpi / POINTS
    image = Image.new("RGB", (max(round(drawing.width * scale), 1), max(round(drawing.height * scale), 1)), "white")
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(SIZE * scale)
    for points in drawing.lines:
        scaled = [(x * scale, y * scale) for x, y in points]
        canvas.line(scaled, fill="black", width=max(round(1.5 * scale), 1))
        canvas.polygon(_arrow(scaled, 6 * scale), fill="black")
    for x, y, width, height, fill, dashed in drawing.rectangles:
        corners = [x * scale, y * scale, (x + width) * scale, (y + height) * scale]
        canvas.rectangle(corners, fill=fill, outline="#888888" if dashed else "black", width=max(round(scale), 1))
    for x, y, text, ink in drawing.texts:
        canvas.text((x * scale, y * scale), text, fill=ink, font=font, anchor="mm")
    image.save(path, format={"jpg": "jpeg"}.get(kind, kind), dpi=(dpi, dpi))


def _arrow(points: list[tuple[float, float]], size: float) -> list[tuple[float, float]]:
    (x, y), (u, v) = points[-1], points[-2]
    length = max(((x - u) ** 2 + (y - v) ** 2) ** 0.5, 1e-9)
    dx, dy = (x - u) / length * size, (y - v) / length * size
    return [(x, y), (x - dx - dy / 2, y - dy + dx / 2), (x - dx + dy / 2, y - dy - dx / 2)]
