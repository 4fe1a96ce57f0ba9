"""The runtimes outside Python: where they are installed, what installs them, and the process of each."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from ..errors import MissingComponentError, UsageError
from .runtime_process import RuntimeProcess

MARK = ".ready"
"""In a folder whose installation went to its end: the fingerprint of what was installed."""
BUILT = ("node_modules", "target")
"""What a build makes in a project's folder."""
TAIL = 2000
"""Characters of a failed build's last words that an error shows."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""Maven colours its version."""


@dataclass(frozen=True)
class Runtime:
    """A runtime outside Python: a project in `runtimes/`, copied to a folder of its own and built there.

    needs: commands that have to be there, each with the lowest major version that will do; build: what is run in the folder;
    command: what is run there to serve requests, and environment: with what, unless the user's own says otherwise;
    kept: what the build makes, and the file that it makes it of alone: it stays as long as that file is the same.
    """

    name: str
    title: str
    needs: Mapping[str, int]
    build: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, str] | None = None

    @property
    def folder(self) -> Path:
        """Where it is installed, or would be."""
        return home() / self.name

    @property
    def is_installed(self) -> bool:
        """Whether what is installed is what this kport has."""
        mark = self.folder / MARK
        return mark.exists() and mark.read_text() == self.fingerprint()

    def fingerprint(self) -> str:
        """A digest of the project's files and of how it is built: another one means that it has to be installed again."""
        digest = hashlib.sha256(repr(self.build).encode())
        with resources.as_file(resources.files("kport.runtimes") / self.name) as source:
            for path in sorted(p for p in source.rglob("*") if p.is_file() and is_source(p.relative_to(source))):
                digest.update(f"\n{path.relative_to(source).as_posix()}\n".encode() + path.read_bytes())
        return digest.hexdigest()

    def require(self) -> Path:
        """Its folder. MissingComponentError, with the command that installs it, if it isn't there; what another kport
        installed is brought up to date."""
        absent = self.absent()
        if absent or not (self.folder / MARK).exists():
            first = f"install {absent} by your system's package manager, then " if absent else ""
            raise MissingComponentError(f"{self.title} is not installed: {first}kport runtimes install {self.name}")
        return self.install()

    def absent(self) -> str:
        """The commands that it needs and that are not on the PATH."""
        return ", ".join(f"{command} {least} or newer" for command, least in self.needs.items() if shutil.which(command) is None)

    def require_needs(self) -> None:
        """MissingComponentError for commands that are not there or too old."""
        absent = self.absent() or ", ".join(
            f"{command} {least} or newer (found: {found})"
            for command, least in self.needs.items()
            if (found := major_version(command)) is not None and found < least
        )
        if absent:
            raise MissingComponentError(f"{self.title} needs {absent}: install it by your system's package manager")

    def install(self) -> Path:
        """Copies the project and builds it, unless that is done already; what was there before stays until this is complete."""
        if self.is_installed:
            return self.folder
        self.require_needs()
        home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{self.name}-", dir=home(), ignore_cleanup_errors=True) as made:
            new, old = Path(made) / "new", Path(made) / "old"
            with resources.as_file(resources.files("kport.runtimes") / self.name) as source:
                shutil.copytree(source, new, ignore=shutil.ignore_patterns(*BUILT, "__pycache__"))
            keeps = self._keeps_build(new)
            if not keeps:
                self._build(new)
            (new / MARK).write_text(self.fingerprint())
            try:
                if self.folder.exists():
                    self.folder.rename(old)
                    if keeps and self.kept is not None:
                        (old / self.kept[0]).rename(new / self.kept[0])
                new.rename(self.folder)
            except OSError:
                if not self.is_installed:  # by another process meanwhile
                    raise
        return self.folder

    def _keeps_build(self, new: Path) -> bool:
        """Whether the project would be built as it is already."""
        if self.kept is None or not (self.folder / MARK).exists() or not (self.folder / self.kept[0]).is_dir():
            return False
        before, after = self.folder / self.kept[1], new / self.kept[1]
        return before.exists() and before.read_bytes() == after.read_bytes()

    def _build(self, folder: Path) -> None:
        for command in self.build:
            done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode:
                said = (done.stdout + done.stderr)[-TAIL:].strip()
                raise MissingComponentError(f"{self.title}: {' '.join(command)} failed: {said}")

    def process(self) -> RuntimeProcess:
        """Its process, one for all who ask. MissingComponentError if it isn't installed."""
        return _process(self.name, self.require())


@cache
def _process(name: str, folder: Path) -> RuntimeProcess:
    runtime = RUNTIMES[name]
    return RuntimeProcess(runtime.title, runtime.command, folder, {**runtime.environment, **os.environ})


def is_source(path: Path) -> bool:
    """Whether a file of a project's folder is its source: not made by a build or by Python."""
    return not {*BUILT, "__pycache__"} & set(path.parts)


def major_version(command: str) -> int | None:
    """The first number that `command --version` says; None if it says none."""
    done = subprocess.run([command, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    found = re.search(r"\d+", COLOUR.sub("", done.stdout))
    return int(found[0]) if found else None


def home() -> Path:
    """Where kport keeps what it installs: $KPORT_HOME, or kport in the user's cache."""
    given = os.environ.get("KPORT_HOME")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else cache / "kport"


JAR = "target/kport-runtime-jvm.jar"
JVM = ("-XX:+IgnoreUnrecognizedVMOptions", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:disable")
"""Options for a short life: less compiling, no threads that collect garbage; the classes that it loads are kept from the
installation on (Java 13 and newer). What a JVM says of itself would go to standard output, where the answers are."""

RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        Runtime(
            "browser",
            "the TF.js runtime",
            needs={"node": 18, "npm": 8},
            build=(("npm", "ci", "--no-audit", "--no-fund"),),
            command=("node", "serve.mjs"),
            kept=("node_modules", "package-lock.json"),
        ),
        Runtime(
            "jvm",
            "the DL4J runtime",
            needs={"java": 11, "mvn": 3},
            build=(
                ("mvn", "-q", "-B", "package"),
                ("java", *JVM, "-XX:ArchiveClassesAtExit=target/classes.jsa", "-cp", JAR, "dev.kport.WarmUp"),
            ),
            command=("java", *JVM, "-XX:SharedArchiveFile=target/classes.jsa", "-jar", JAR),
            # its threads wait for one another in loops: where others work too, several take many times as long as one
            environment={"OMP_NUM_THREADS": "1"},
        ),
    )
}


def get(name: str) -> Runtime:
    """The runtime of this name; UsageError lists those there are."""
    if name not in RUNTIMES:
        raise UsageError(f"expected a runtime: {', '.join(RUNTIMES)}. Received: {name}")
    return RUNTIMES[name]
