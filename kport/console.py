"""What people see on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from threading import Timer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # loaded when something is printed
    from rich.console import Console as Terminal
    from rich.text import Text

STYLES = {"passed": "green", "failed": "red", "error": "red", "not run": "yellow"}
WIDTH = 400
PATIENCE = 1.0
"""Seconds of work after which a terminal shows that something is going on."""
UNITS = (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10))


class Console:
    """Prints lines, tables and a spinner; `quiet` prints nothing but errors."""

    def __init__(self, quiet: bool = False, verbose: bool = False):
        self.quiet = quiet
        self.verbose = verbose

    @cached_property
    def out(self) -> Terminal:
        """Standard output. What is piped into a file or another program is never folded."""
        return terminal(width=None if sys.stdout.isatty() else WIDTH)

    @cached_property
    def err(self) -> Terminal:
        """Standard error."""
        return terminal(stderr=True)

    @contextmanager
    def working(self, what: str) -> Iterator[Callable[[Any], None]]:
        """While the block runs, and takes long, a terminal shows what is being worked on; the callable prints a target's line."""
        if self.quiet or not self.out.is_terminal:
            yield self.line
            return
        from rich.text import Text

        status = self.out.status(Text(f"converting {what}"))
        late = Timer(PATIENCE, status.start)
        late.start()
        try:
            yield self.line
        finally:
            late.cancel()
            late.join()
            status.stop()

    def line(self, target: Any) -> None:
        """One target, as soon as its result is known; several may be done at a time."""
        if not self.quiet:
            seconds = sum(v for k, v in target.seconds.items() if k != "load")
            style = STYLES[target.status]
            self.out.print(f"{target.target}: [{style}]{target.status}[/{style}] in {seconds:.2f} s")
            if self.verbose:
                self.out.print("  " + ", ".join(f"{k} {v:.2f} s" for k, v in target.seconds.items()))
        self.complaint(target)

    def complaint(self, target: Any) -> None:
        """Why a target failed, on standard error."""
        if target.reason and target.status in ("failed", "error"):
            where = f". First diverging layer: {target.first_diverging_layer}" if target.first_diverging_layer else ""
            self.err.print(f"kport: {target.target}: {target.reason}{where}", markup=False)

    def table(self, report: Any) -> None:
        """The whole conversion: target, file, size, maximum error, runtime, status, seconds."""
        columns = ("target", "file", "size", "max error", "checked by", "status", "seconds")
        rows = []
        for t in report.targets:
            rows.append(
                {
                    "target": t.target,
                    "file": t.path or "-",
                    "size": size(t.bytes),
                    "max error": "-" if t.max_abs_error is None else f"{t.max_abs_error:.2g}",
                    "checked by": t.runtime or "-",
                    "status": f"{t.status} ({t.reason})" if t.reason and t.status in ("passed", "not run") else t.status,
                    "seconds": f"{sum(t.seconds.values()):.2f}",
                }
            )
        self.rows(columns, rows)

    def rows(self, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
        """A table."""
        if self.quiet:
            return
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(_cell(row[column]) for column in columns))
        self.out.print(table)

    def inspection(self, found: dict[str, Any]) -> None:
        """What `kport inspect` shows."""
        source = found["source"] or {}
        for key in ("path", "format", "keras_version", "backend"):
            if source.get(key):
                self.out.print(f"{key:14} {source[key]}", markup=False)
        for kind in ("inputs", "outputs"):
            for t in found[kind]:
                sizes = ", ".join("?" if d is None else str(d) for d in t["shape"])
                self.out.print(f"{kind[:-1]:14} {t['name']}: {t['dtype']}[{sizes}]", markup=False)
        if found["parameters"] is not None:  # of a TensorFlow graph nothing inside is known
            self.out.print(f"{'parameters':14} {found['parameters']:,} ({found['trainable_parameters']:,} trainable)")
            self.out.print(f"{'MACs':14} {found['multiply_accumulates']:,} for one sample, unknown sizes counted as 1")
        for name, target in found["targets"].items():
            self.out.print(f"{name:14} {'convertible' if target['convertible'] else target['reason']}", markup=False)
        if found["layers"]:
            self.rows(("layer", "class", "parameters"), list(_flat(found["layers"], "")))


def terminal(**options: Any) -> Terminal:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, **options)


def _flat(layers: list[dict[str, Any]], prefix: str) -> Iterator[dict[str, Any]]:
    for layer in layers:
        path = prefix + layer["name"]
        yield {"layer": path, "class": layer["class"], "parameters": f"{layer['parameters']:,}"}
        yield from _flat(layer.get("layers", []), path + "/")


def _cell(value: Any) -> Text:
    """A table's cell: brackets in it are no markup."""
    from rich.text import Text

    if isinstance(value, bool):
        return Text("yes" if value else "no")
    return Text("" if value is None else str(value))


def size(count: int | None) -> str:
    """4.2 MB"""
    if count is None:
        return "-"
    for unit, factor in UNITS:
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"
