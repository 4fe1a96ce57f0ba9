"""The official converters' environment: its packages, where it is, and making it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

from ...errors import MissingComponentError, UsageError
from ..installation import MARK, TAIL, home
from ..runtime_process import RuntimeProcess

PYTHONS = ("3.11", "3.12", "3.10")
"""For which all of the packages exist."""
BASE = ("tensorflow==2.19.0", "numpy==1.26.4", "protobuf==5.29.6", "keras==3.15.1", "tf-keras==2.19.0")
PACKAGES: dict[str, tuple[str, ...]] = {
    "onnx": ("tf2onnx==1.17.0", "onnx==1.22.0"),
    "tflite": (),
    "tfjs": ("tensorflowjs==4.22.0", "tensorflow-decision-forests==1.12.0", "ydf==0.12.0"),
    "coreml": ("coremltools==9.0",),
    "savedmodel": (),
}
"""Target → what its converter needs beside the base; all of it together is known to work in one environment."""


def folder() -> Path:
    """Where it is, or would be."""
    return home() / "official"


def python() -> Path:
    """Its interpreter."""
    return folder() / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pins(targets: Iterable[str]) -> list[str]:
    """The packages for targets, with their versions."""
    return sorted({*BASE, *(pin for target in targets for pin in PACKAGES[target])})


def installed() -> set[str]:
    """The packages that an installation has brought."""
    mark = folder() / MARK
    return set(mark.read_text(encoding="utf-8").split()) if mark.exists() else set()


def is_installed(*targets: str) -> bool:
    """Whether TensorFlow and the converters of targets are there."""
    return installed().issuperset(pins(targets))


def install(targets: Iterable[str]) -> Path:
    """Makes the environment for targets (default: all), or adds what they lack. Gives its folder."""
    asked = tuple(targets) or tuple(PACKAGES)
    unknown = [target for target in asked if target not in PACKAGES]
    if unknown:
        raise UsageError(f"expected targets with an official converter: {', '.join(PACKAGES)}. Received: {', '.join(unknown)}")
    needed = sorted({*pins(asked), *(pin for pin in installed() if pin in pins(PACKAGES))})
    if is_installed(*asked):
        return folder()
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / MARK).unlink(missing_ok=True)
    if not python().exists():
        done([interpreter(), "-m", "venv", str(folder() / "env")])
    done([str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needed])
    (folder() / MARK).write_text("\n".join(needed) + "\n", encoding="utf-8")
    return folder()


def interpreter() -> str:
    """A Python that the packages exist for: this one, or one on the PATH."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" in PYTHONS:
        return sys.executable
    for version in PYTHONS:
        found = shutil.which(f"python{version}")
        if found is not None:
            return found
    raise MissingComponentError(
        f"the official converters exist for Python {', '.join(sorted(PYTHONS))} only: install one of them by your system's "
        "package manager, so that it is on the PATH"
    )


def done(command: list[str]) -> None:
    """Runs a command to its end; MissingComponentError with its last words if it fails."""
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=clean(), cwd=folder())
    if result.returncode:
        said = re.sub(r"\s*\n\s*", "; ", (result.stdout + result.stderr)[-TAIL:].strip())
        raise MissingComponentError(f"the official converters: {' '.join(command[:4])} failed: {said}")


def clean() -> dict[str, str]:
    """This process's environment without what leads Python to other packages."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return kept | {"PYTHONHASHSEED": "0"}  # names that converters make from sets are then the same every time


def process() -> RuntimeProcess:
    """The process that runs TensorFlow, one for all who ask. MissingComponentError if it isn't installed."""
    require()
    return _process(python(), "TensorFlow")


def converter(target: str) -> RuntimeProcess:
    """The process that converts. MissingComponentError if the target's converter isn't installed."""
    require(target)
    return _process(python(), "the official converter")


def require(*targets: str) -> None:
    """MissingComponentError, with the command that installs them, unless the converters of targets are there."""
    if not is_installed(*targets):
        names = " ".join(["", *targets])
        raise MissingComponentError(f"the official converters' environment is not installed: kport official install{names}")


@cache
def _process(interpreter: Path, name: str) -> RuntimeProcess:
    script = resources.files("kport.runtimes") / "official" / "serve.py"
    return RuntimeProcess(name, [str(interpreter), "-u", str(script)], Path(tempfile.gettempdir()), clean())
