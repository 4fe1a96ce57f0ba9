"""Where runtimes are installed, when they are out of date, and what is said if they can't be."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kport.converters.installation import MARK, RUNTIMES, Runtime, get
from kport.errors import MissingComponentError, UsageError


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """The browser's project with a build that takes no time, in a home of its own."""
    monkeypatch.setenv("KPORT_HOME", str(tmp_path / "home"))
    return replace(RUNTIMES["browser"], needs={}, build=(("mkdir", "node_modules"),))


def tool(folder: Path, name: str, version: str) -> None:
    """A command that says its version."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\nprintf '{version}\\n'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_what_is_not_installed_says_how(runtime: Runtime) -> None:
    with pytest.raises(MissingComponentError, match=r"the TF\.js runtime is not installed: kport runtimes install browser"):
        runtime.require()


def test_it_is_installed_once(runtime: Runtime) -> None:
    folder = runtime.install()
    assert (folder / "serve.mjs").exists() and (folder / "node_modules").is_dir()
    (folder / "sign").touch()
    assert runtime.install() == folder
    assert (folder / "sign").exists()
    assert [p.name for p in folder.parent.iterdir()] == ["browser"]


def test_what_another_version_installed_is_brought_up_to_date(runtime: Runtime) -> None:
    folder = runtime.install()
    (folder / MARK).write_text("another")
    (folder / "old").touch()
    assert not runtime.is_installed
    assert runtime.require() == folder
    assert runtime.is_installed and not (folder / "old").exists()


def test_packages_stay_while_their_list_does(runtime: Runtime) -> None:
    """Who has no network can go on to a version of kport that needs the same packages."""
    folder = runtime.install()
    (folder / MARK).write_text("another")
    (folder / "node_modules" / "package").touch()
    offline = replace(runtime, build=(("ls", "no-such-file"),))
    assert offline.require() == folder
    assert (folder / "node_modules" / "package").exists() and (folder / "serve.mjs").exists()
    (folder / MARK).write_text("another")
    (folder / "package-lock.json").write_text("{}")
    with pytest.raises(MissingComponentError, match="ls no-such-file failed"):
        offline.require()


def test_another_build_is_another_fingerprint(runtime: Runtime) -> None:
    runtime.install()
    assert not replace(runtime, build=(("mkdir", "target"),)).is_installed


def test_a_failed_build_leaves_what_was_there(runtime: Runtime) -> None:
    runtime = replace(runtime, kept=None)
    folder = runtime.install()
    broken = replace(runtime, build=(("ls", "no-such-file"),))
    with pytest.raises(MissingComponentError, match=r"ls no-such-file failed: .*no-such-file"):
        broken.install()
    assert runtime.is_installed and [p.name for p in folder.parent.iterdir()] == ["browser"]


@pytest.mark.parametrize(
    ("needs", "problem"),
    [
        ({"node": 18}, r"node 18 or newer \(found: 16\)"),
        ({"mvn": 4}, r"mvn 4 or newer \(found: 3\)"),
        ({"nothing-of-the-kind": 1}, "nothing-of-the-kind 1 or newer"),
    ],
)
def test_commands_that_are_missing_or_too_old(
    needs: Mapping[str, int], problem: str, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(tmp_path / "bin", "node", "v16.20.2")
    tool(tmp_path / "bin", "mvn", "\\033[1mApache Maven 3.8.7\\033[m")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(MissingComponentError, match=problem):
        replace(runtime, needs=needs).install()


def test_an_unknown_runtime_is_refused() -> None:
    with pytest.raises(UsageError, match="expected a runtime: browser, jvm"):
        get("android")
