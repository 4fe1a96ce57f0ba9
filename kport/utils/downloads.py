"""Files from the network, kept in a folder of the user's and checked."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from ..callbacks.progress_bar import Progbar
from ..errors import FileError, UnsafeFileError, UsageError
from ..legacy import warn
from ..messages import print_message

_BLOCK = 1 << 16


def get_file(
    fname: Any = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """The path of a file, or of the folder of an archive that is taken apart, downloaded once.

    fname: its name in the cache, that of `origin` by default. origin: a URL (http, https, ftp, file). file_hash: the SHA-256
    or MD5 in hexadecimal digits, which hash_algorithm ("auto", "sha256" or "md5") tells apart; a file that lacks it is
    downloaded again, and if it still lacks it a FileError. extract: archive_format is "auto", "tar", "zip", None or a
    list; members that would leave the folder are an UnsafeFileError. cache_dir: KERAS_HOME or ~/.keras by default.
    """
    if origin is None:
        raise UsageError("expected origin, the URL of the file. Received: origin=None")
    if md5_hash is not None:
        warn("get_file(md5_hash=...) is an old form of get_file(file_hash=..., hash_algorithm='md5')")
    if untar:
        warn("get_file(untar=True) is an old form of get_file(extract=True, archive_format='tar')")
        extract, archive_format = True, "tar"
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    name = os.fspath(fname) if fname else os.path.basename(urllib.parse.urlsplit(origin).path)
    if not name:
        raise UsageError(f"expected fname, because the origin names no file. Received: origin={origin!r}")
    if os.sep in name:
        raise UsageError(f"expected a name without folders; the folder is cache_dir. Received: fname={name!r}")
    folder = _cache(cache_dir) / cache_subdir
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    extracted = folder / name
    if extract and fname and "." in name:
        extracted = folder / f"{name.partition('.')[0]}_extracted"
    elif extract:
        target = folder / f"{name}_archive"
    if force_download or not _is_there(target, file_hash, hash_algorithm):
        _download(origin, target, file_hash, hash_algorithm)
    if not extract:
        return str(target)
    _take_apart(target, extracted, archive_format)
    return str(extracted)


def _cache(cache_dir: Any) -> Path:
    """The folder of everything that was downloaded; one for temporary files where it can't be written."""
    home = os.environ.get("KERAS_HOME") or Path("~", ".keras")
    folder = Path(cache_dir if cache_dir is not None else home).expanduser()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder if os.access(folder, os.W_OK) else Path(tempfile.gettempdir(), ".keras")


def _is_there(path: Path, file_hash: str | None, algorithm: str) -> bool:
    if not path.exists():
        return False
    if file_hash is None or _has_hash(path, file_hash, algorithm):
        return True
    print_message(f"{path} is there, but its hash is not {file_hash}: it is downloaded again")
    return False


def _has_hash(path: Path, file_hash: str, algorithm: str) -> bool:
    sha256 = algorithm == "sha256" or (algorithm == "auto" and len(file_hash) == 64)
    hasher = hashlib.sha256() if sha256 else hashlib.md5()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hasher.update(block)
    return hasher.hexdigest() == str(file_hash)


def _download(origin: str, target: Path, file_hash: str | None, algorithm: str) -> None:
    """Puts the file in its place when it is whole and has its hash."""
    print_message(f"Downloading data from {origin}")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".kport-") as folder:
        draft = Path(folder, target.name)
        try:
            with urllib.request.urlopen(origin) as source, draft.open("wb") as file:
                _copy(source, file)
        except (urllib.error.URLError, OSError) as error:
            raise FileError(f"expected a file at {origin}. Received: {getattr(error, 'code', '')} {error}") from error
        if file_hash is not None and not _has_hash(draft, file_hash, algorithm):
            raise UsageError(f"expected a file with the hash {file_hash} ({algorithm}) at {origin}. Received: another hash")
        os.replace(draft, target)


def _copy(source: Any, file: Any) -> None:
    """Copies with a progress bar."""
    length = source.headers.get("Content-Length")
    bar = Progbar(int(length) if length else None)
    size = 0
    while block := source.read(_BLOCK):
        file.write(block)
        size += len(block)
        bar.update(size)


def _take_apart(archive: Path, folder: Path, archive_format: Any) -> None:
    """Writes the archive's members into the folder."""
    formats = {"auto": ("tar", "zip"), "tar": ("tar",), "zip": ("zip",)}.get(archive_format, archive_format) or ()
    if not set(formats) <= {"tar", "zip"}:
        raise UsageError(f"expected 'tar', 'zip' or 'auto'. Received: archive_format={archive_format!r}")
    if "tar" in formats and tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            try:
                tar.extractall(folder, filter="data")
            except tarfile.FilterError as error:
                shutil.rmtree(folder, ignore_errors=True)
                raise _outside(archive, error) from error
    elif "zip" in formats and zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as members:
            place = folder.resolve()
            outside = [n for n in members.namelist() if not Path(place, n).resolve().is_relative_to(place)]
            if outside:
                raise _outside(archive, outside)
            members.extractall(folder)
    else:
        raise FileError(f"expected an archive ({archive_format}) to take apart. Received: {archive}")


def _outside(archive: Path, found: Any) -> UnsafeFileError:
    return UnsafeFileError(f"expected an archive whose members stay in their folder. Received: {archive}: {found}")
