"""The wheels of the core and of every driver, each built twice and compared.

::

    python packaging/wheels.py FOLDER [--revision HEAD]

What is built is what is committed: ``git archive`` writes the revision into two folders with different names, and
each project is built in both, under another umask. Two wheels of one name that differ are an error. The times
inside are those of the commit (``SOURCE_DATE_EPOCH``), so that anybody who has the revision gets the same bytes.

Prints ``SHA-256 NAME`` a wheel. Exit status: 0; 1 when two builds differ; 3 when git or the build tools are
missing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DIFFERENT, MISSING = 1, 3


class NotReproducible(Exception):
    """Two builds of one source differ; the message names the wheels."""


def projects(source: Path) -> list[Path]:
    """The core and every driver beside it."""
    return [source, *sorted(file.parent for file in source.glob("drivers/*/pyproject.toml"))]


def committed_at(revision: str = "HEAD") -> int:
    """When, in seconds since 1970: the date of everything that is built from it."""
    return int(_git("log", "-1", "--format=%ct", revision))


def checkout(revision: str, folder: Path) -> Path:
    """The committed files of a revision, and nothing else that lies about."""
    folder.mkdir(parents=True)
    archive = folder.parent / f"{folder.name}.tar"
    _git("archive", "--format=tar", "-o", str(archive), revision)
    with tarfile.open(archive) as packed:
        packed.extractall(folder)
    archive.unlink()
    return folder


def build(project: Path, folder: Path, date: int, *, umask: int = 0o022) -> Path:
    """One wheel. Raises ``subprocess.CalledProcessError``."""
    before = set(folder.glob("*.whl"))
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=project,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(date)},
        umask=umask,
        check=True,
        capture_output=True,
    )
    (wheel,) = set(folder.glob("*.whl")) - before
    return wheel


def build_twice(project: Path, again: Path, folder: Path, date: int) -> Path:
    """The wheel of ``project``, equal to that of ``again``, its copy. Raises ``NotReproducible``."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as elsewhere:
        first = build(project, folder, date)
        second = build(again, Path(elsewhere), date, umask=0o077)
        if first.name != second.name or digest(first) != digest(second):
            raise NotReproducible(f"{first.name} and {second.name} differ, though their source does not.")
    return first


def build_all(folder: Path, revision: str = "HEAD") -> list[Path]:
    """Every wheel of the revision in ``folder``. Raises ``NotReproducible``."""
    date = committed_at(revision)
    with tempfile.TemporaryDirectory() as scratch:
        one = checkout(revision, Path(scratch, "one"))
        two = checkout(revision, Path(scratch, "somewhere", "else"))
        return [
            build_twice(project, again, folder, date)
            for project, again in zip(projects(one), projects(two), strict=True)
        ]


def digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--revision", default="HEAD")
    asked = arguments.parse_args()
    if shutil.which("git") is None:
        print("git is not installed.", file=sys.stderr)
        return MISSING
    try:
        built = build_all(asked.folder, asked.revision)
    except NotReproducible as difference:
        print(difference, file=sys.stderr)
        return DIFFERENT
    except subprocess.CalledProcessError as failed:
        print(failed.stderr, file=sys.stderr)
        return MISSING
    for wheel in built:
        print(f"{digest(wheel)}  {wheel.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
