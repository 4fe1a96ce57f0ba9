"""The command line: parses, calls the Python API, prints. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import errno
import gc
import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from . import __version__
from .errors import KportError, UsageError

DEBUG = "kport.debug"
INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""
YOUNG = 50_000
"""New objects after which garbage is looked for: a command's objects live to its end, and looking every 700 of them, as Python
does, is a tenth of its time."""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


class Command(click.Command):
    """A command with `--debug`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help = "Show the traceback of an error."
        self.params.append(click.Option(["--debug"], is_flag=True, expose_value=False, callback=note_debug, help=help))


def note_debug(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    """Notes the option where the group finds it."""
    ctx.meta[DEBUG] = value


class Group(click.Group):
    """Prints errors as one message, with their exit status; `--debug` lets the traceback through."""

    command_class = Command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("kport: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if ctx.meta.get(DEBUG) or (isinstance(error, OSError) and error.errno == errno.EPIPE):
                raise
            click.echo(f"kport: {message(error)}", err=True)
            ctx.exit(error.exit_status if isinstance(error, KportError) else KportError.exit_status)


def message(error: Exception) -> str:
    """What the user reads of an error."""
    if isinstance(error, (KportError, OSError)):
        return str(error)
    return f"a defect of kport: {type(error).__name__}: {error}. Please report it, with what --debug shows"


@click.group(cls=Group, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="kport")
def main() -> None:
    """Opens any Keras model ever saved and puts it on every platform, with proof that the numbers are the same."""
    gc.set_threshold(YOUNG)


def shared(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one decorator."""

    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


opening = shared(
    click.option("--weights", type=click.Path(), metavar="F", help="Weights for an architecture file."),
    click.option(
        "--custom", type=click.Path(), metavar="F.py", help="Your own code: custom layers, made known with @kport.register."
    ),
)
checking = shared(
    click.option("--samples", type=click.Path(), metavar="F.npz", help="Inputs to verify with, instead of the seeded ones."),
    click.option("--rtol", type=float, help="Relative tolerance, instead of the target's own."),
    click.option("--atol", type=float, help="Absolute tolerance, instead of the target's own."),
)


@main.command()
@click.argument("model", type=click.Path())
@click.option("--to", required=True, metavar="TARGET[,TARGET...]|all", help="Where it is to run: see `kport targets`.")
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="A file (one target) or a directory.")
@opening
@click.option(
    "--input-shape", multiple=True, metavar="NAME=1,224,224,3", help="Fixes unknown dimensions (NAME= only with several inputs)."
)
@click.option("--precision", default="float32", show_default=True, type=click.Choice(["float32", "float16"]))
@click.option("--opset", type=int, metavar="N", help="onnx: the operator set.")
@click.option(
    "--input-layout", type=click.Choice(["nhwc", "nchw"]), help="Layout of images at the border; default: the Keras model's."
)
@click.option("--min-os", metavar="ios15..ios18", help="coreml: the oldest system that the model is to run on.")
@click.option("--format", type=click.Choice(["graph", "layers"]), help="tfjs: a graph model (default) or a layers model.")
@click.option(
    "--split-preprocessing",
    is_flag=True,
    help="Text, lookups and statistics at the inputs as JSON beside the artifact, not in it.",
)
@checking
@click.option("--no-verify", is_flag=True, help="Don't check; the report then says so.")
@click.option("--allow-mismatch", is_flag=True, help="Keep an artifact that failed the check.")
@click.option("--force", is_flag=True, help="Replace a file that kport did not write.")
@click.option("--json", "json_file", metavar="F|-", help="The report as JSON, to a file or to standard output.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Print times of the steps as well.")
def convert(
    model: str, json_file: str | None, quiet: bool, verbose: bool, input_shape: tuple[str, ...], no_verify: bool, **options: Any
) -> None:
    """Writes MODEL for each target and checks every artifact in its real runtime."""
    from . import console
    from .converters import api

    if json_file not in (None, "-"):
        check_json_place(Path(str(json_file)), Path(model))
    say = console.Console(quiet=quiet or json_file == "-", verbose=verbose)
    with terminating(), say.working(model) as progress:
        report = api.convert(model, input_shape=parse_shapes(input_shape), verify=not no_verify, progress=progress, **options)
    say.table(report)
    finish(report, json_file)


@main.command()
@click.argument("model", type=click.Path())
@click.argument("artifact", type=click.Path())
@opening
@checking
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(model: str, artifact: str, as_json: bool, **options: Any) -> None:
    """Checks ARTIFACT, by whomever it was written, against MODEL."""
    from . import console
    from .converters import api

    report = api.verify(model, artifact, **options)
    say = console.Console(quiet=as_json)
    say.table(report)
    for target in report.targets:
        say.complaint(target)
    finish(report, "-" if as_json else None)


@main.command()
@click.argument("model", type=click.Path())
@opening
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def inspect(model: str, as_json: bool, **options: Any) -> None:
    """Shows what is in MODEL, and what each target can't take."""
    from . import console
    from .converters import api

    found = api.inspect(model, **options)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        console.Console().inspection(found)


@main.command()
@click.argument("model", metavar="MODEL_OR_ARTIFACT", type=click.Path())
@click.option("--input", "inputs", required=True, metavar="F.npz|F.npy|IMAGE", type=click.Path(), help="What to compute on.")
@click.option("-o", "--output", metavar="OUT.npz", type=click.Path(), help="Where the outputs go; default: a summary is printed.")
@opening
def predict(model: str, inputs: str, output: str | None, **options: Any) -> None:
    """Computes MODEL's outputs in the reference, or runs an ARTIFACT in its runtime."""
    import numpy as np

    from .converters import api, files

    place = None if output is None else npz_place(Path(output), {Path(model), Path(inputs)})
    outputs = api.predict(model, inputs, **options)
    if place is not None:
        files.write_arrays(place, outputs)
    for name, array in outputs.items():
        with np.printoptions(precision=6, threshold=12, edgeitems=3):
            click.echo(f"{name} {array.dtype.name}{list(array.shape)}\n{array}" if place is None else f"{name} -> {place}")


def npz_place(path: Path, sources: set[Path]) -> Path:
    """Where outputs go: .npz is added if it isn't there; what they are computed from is never replaced."""
    place = path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")
    if any(place.exists() and source.exists() and place.samefile(source) for source in sources):
        raise UsageError(f"the outputs would replace {place}, which they are computed from: give another --output")
    return place


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def targets(as_json: bool) -> None:
    """Lists the targets: whether they can be written and checked here, and what installs the rest."""
    from . import console
    from .converters.installation import RUNTIMES
    from .converters.targets import MODULES, get, missing

    rows = []
    for name in MODULES:
        target = get(name)
        install = [f"pip install 'kport[{target.extra}]'"] if missing(target) else []
        if target.checked_by is not None and not RUNTIMES[target.checked_by].is_installed:
            install.append(f"kport runtimes install {target.checked_by} (to check artifacts)")
        rows.append(
            {
                "target": name,
                "title": target.title,
                "suffix": target.suffix,
                "installed": not missing(target),
                "install": "; ".join(install) or None,
            }
        )
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        console.Console().rows(("target", "title", "suffix", "installed", "install"), rows)


@main.group(cls=Group)
def runtimes() -> None:
    """The runtimes outside Python that check artifacts: TF.js in Node and a browser, DL4J on the JVM."""


@runtimes.command("install")
@click.argument("names", nargs=-1, metavar="[NAME...]")
def install_runtimes(names: tuple[str, ...]) -> None:
    """Installs the runtimes NAME (default: all) in kport's folder: $KPORT_HOME, or kport in the user's cache."""
    from .converters import installation

    for name in names or tuple(installation.RUNTIMES):
        click.echo(f"{name}: {installation.get(name).install()}")


@main.group(cls=Group)
def official() -> None:
    """The official converters (tf2onnx, TFLiteConverter, tensorflowjs, coremltools), for what is only a TensorFlow graph."""


@official.command("install")
@click.argument("names", nargs=-1, metavar="[TARGET...]")
def install_official(names: tuple[str, ...]) -> None:
    """Makes their environment in kport's folder ($KPORT_HOME, or kport in the user's cache), for TARGETs or for all: 3 GB.

    TensorFlow runs such a graph. It is a program: convert only files of those whom you trust.
    """
    from .converters.official import environment

    click.echo(f"official converters: {environment.install(names)}")


@main.command()
@click.option("--target", metavar="T", help="Only this target.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def layers(target: str | None, as_json: bool) -> None:
    """Shows how each target says each layer: natively, decomposed, or why not at all."""
    from . import console
    from .converters.support import matrix

    rows = matrix(target)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        console.Console().rows(tuple(rows[0]), rows)


def parse_shapes(given: tuple[str, ...]) -> dict[str, tuple[int | None, ...]] | None:
    """Shapes by input name from NAME=1,224,224,3; "?" is an unknown size; the name "" means the only input."""
    shapes: dict[str, tuple[int | None, ...]] = {}
    for text in given:
        name, _, sizes = text.rpartition("=")
        try:
            shapes[name] = tuple(None if s.strip() == "?" else int(s) for s in sizes.split(","))
        except ValueError:
            raise UsageError(f"expected --input-shape NAME=1,224,224,3. Received: --input-shape {text}") from None
    return shapes or None


@contextmanager
def terminating() -> Iterator[None]:
    """While the block runs, SIGTERM ends it as Ctrl-C does: nothing half-written is left behind."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def check_json_place(place: Path, model: Path) -> None:
    """UsageError before any work is done, if the report can't go there."""
    if place.is_dir() or not place.parent.is_dir():
        raise UsageError(f"expected a file for the report, in a directory that exists. Received: --json {place}")
    if place.exists() and model.exists() and place.samefile(model):
        raise UsageError(f"the report would replace the source {place}: give another --json")


def finish(report: Any, json_file: str | None) -> None:
    """Writes the JSON where it is wanted and exits with the report's status."""
    if json_file is not None:
        text = json.dumps(report.to_json(), indent=2, allow_nan=False)
        if json_file == "-":
            click.echo(text)
        else:
            from .files import whole

            with whole(Path(json_file)) as draft:
                draft.write_text(text + "\n", encoding="utf-8")
    raise SystemExit(report.exit_status)
