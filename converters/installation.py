"""The runtimes outside Python: where they are installed, and what installs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from .. import __version__
from ..errors import MissingComponentError, UsageError

MARK = ".ready"
"""In a folder whose installation went to its end."""
TAIL = 2000


@dataclass(frozen=True)
class Runtime:
    """A runtime outside Python: a project in `runtimes/`, copied to a folder of its own and built there.

    needs: commands that have to be there; build: what is run in the folder; env: more for their environment.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    build: tuple[tuple[str, ...], ...]

    @property
    def folder(self) -> Path:
        """Where it is installed, or would be."""
        return home() / self.name

    @property
    def is_installed(self) -> bool:
        mark = self.folder / MARK
        return mark.exists() and mark.read_text() == __version__

    def require(self) -> Path:
        """Its folder. MissingComponentError, with the command that installs it, if it isn't there."""
        if not self.is_installed:
            raise MissingComponentError(f"{self.title} is not installed: kport runtimes install {self.name}")
        self.require_needs()
        return self.folder

    def require_needs(self) -> None:
        absent = [command for command in self.needs if shutil.which(command) is None]
        if absent:
            raise MissingComponentError(
                f"{self.title} needs {', '.join(absent)} on the PATH: install it by your system's package manager"
            )

    def install(self) -> Path:
        """Copies the project and builds it. What was installed before is replaced."""
        self.require_needs()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with resources.as_file(resources.files("kport.runtimes") / self.name) as source:
            shutil.copytree(source, self.folder, ignore=shutil.ignore_patterns("node_modules", "target"))
        for command in self.build:
            done = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode:
                said = (done.stdout + done.stderr)[-TAIL:].strip()
                raise MissingComponentError(f"{self.title}: {' '.join(command)} failed in {self.folder}: {said}")
        (self.folder / MARK).write_text(__version__)
        return self.folder


def home() -> Path:
    """Where kport keeps what it installs: $KPORT_HOME, or kport in the user's cache."""
    given = os.environ.get("KPORT_HOME")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else cache / "kport"


RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        Runtime("browser", "the TF.js runtime", ("node", "npm"), (("npm", "ci", "--no-audit", "--no-fund"),)),
        Runtime("jvm", "the DL4J runtime", ("java", "mvn"), (("mvn", "-q", "-B", "package"),)),
    )
}


def get(name: str) -> Runtime:
    """The runtime of this name; UsageError lists those there are."""
    if name not in RUNTIMES:
        raise UsageError(f"expected a runtime: {', '.join(RUNTIMES)}. Received: {name}")
    return RUNTIMES[name]
