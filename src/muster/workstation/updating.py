"""Which version of the program runs on this computer, and changing that: forward by a signed update, and back.

::

    FOLDER/running             one or two lines: the version that runs, the one before it
    FOLDER/versions/0.2.0/     a version, whole: bin/muster starts it, bin/prepare makes it ready once
    FOLDER/seen/               what TUF trusted last (update_bundle.py)
    FOLDER/lock                held by whoever changes any of this

``installed-0.1.0`` in ``running`` is what the system's own packages brought, outside this folder. The program that
is started first (packaging/deb/muster) reads ``running`` and nothing else, and one file that is replaced by one
rename names both versions: pull the plug at any moment, and a whole version runs, the old or the new. What was
unpacked by halves lies under a name of its own until the next update sweeps it away.

A new version has to start (``bin/muster --version``) before it is switched to. The one before it is kept, others
go. Whoever may write the folder decides what runs, so it is the administrator's: ``muster update`` is run by root.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import muster
from muster import durable
from muster.clock import Clock
from muster.errors import BadInput, Code, Refused, Unavailable
from muster.file_lock import FileLock, of_this_system
from muster.workstation.update_bundle import UPDATE_UNREADABLE, Release, UpdateBundle, version_key

UPDATES_NOT_SET_UP = Code(
    "UPDATES_NOT_SET_UP",
    "This program was built without the public keys of those who release it, so it cannot check an update. "
    "Install the new version as you installed this one.",
)
UPDATE_NOT_NEWER = Code(
    "UPDATE_NOT_NEWER",
    "Version {version} is not newer than version {running}, which runs here. Nothing was changed.",
)
UPDATE_DOES_NOT_START = Code(
    "UPDATE_DOES_NOT_START",
    "Version {version} does not start on this computer. Nothing was changed; tell those who released it.",
)
UPDATE_NOTHING_BEFORE = Code(
    "UPDATE_NOTHING_BEFORE", "No earlier version is kept here, so there is none to go back to."
)

INSTALLED = "installed-"
DEFAULT_FOLDER = Path("/var/lib/muster/updates")
_STARTS_WITHIN_S = 120
_SYSTEM_PYTHON = PurePosixPath("/usr/bin")


@dataclass(frozen=True, slots=True)
class Running:
    """``before`` is None until the first update."""

    version: str
    before: str | None = None


def number_of(name: str) -> str:
    """The version behind a name in ``running``."""
    return name.removeprefix(INSTALLED)


def shipped_root() -> bytes:
    """The TUF root this program was built with. Raises ``Unavailable``."""
    try:
        return Path(muster.__file__).with_name("_release").joinpath("root.json").read_bytes()
    except OSError as error:
        raise Unavailable(UPDATES_NOT_SET_UP) from error


class Updating:
    """``root`` is theirs who release; ``installed`` is this program's version, for the time before any update."""

    def __init__(
        self,
        folder: Path,
        root: bytes,
        clock: Clock,
        installed: str = muster.__version__,
        lock: FileLock | None = None,
    ) -> None:
        self._folder, self._root, self._clock, self._installed = folder, root, clock, installed
        self._lock = lock or of_this_system()

    @property
    def running(self) -> Running:
        try:
            lines = (self._folder / "running").read_text(encoding="utf-8").split()
        except FileNotFoundError:
            lines = []
        return Running(*lines[:2]) if lines else Running(INSTALLED + self._installed)

    def verify(self, bundle: Path) -> Release:
        """Everything ``apply`` would ask of it, without changing anything but a folder it removes again.

        Raises ``BadInput``, ``NotAuthentic``, ``Refused``, ``StorageUnavailable``.
        """
        with tempfile.TemporaryDirectory() as scratch:
            return self._verified(self._opened(bundle), Path(scratch))[0]

    def apply(self, bundle: Path) -> Release:
        """Unpack, try, switch. Raises as ``verify`` does; then, and when killed, what ran before still runs.
        Whoever comes meanwhile waits."""
        with self._alone():
            return self._apply(bundle)

    def roll_back(self) -> Running:
        """To the version before, which then has this one before it. Raises ``BadInput(UPDATE_NOTHING_BEFORE)``,
        ``StorageUnavailable``."""
        if not self._folder.is_dir():
            raise BadInput(UPDATE_NOTHING_BEFORE)
        with self._alone():
            now = self.running
            if now.before is None or not (now.before.startswith(INSTALLED) or self._of(now.before).is_dir()):
                raise BadInput(UPDATE_NOTHING_BEFORE)
            self._switch(Running(now.before, now.version))
            return self.running

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else changes what runs. The lock is the operating system's, and nobody's but the administrator's
        to take; it ends with the process."""
        with durable.disk_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with durable.disk_errors():
                self._lock.take(file)
            try:
                yield
            finally:
                self._lock.leave(file)
        finally:
            os.close(file)

    def _apply(self, bundle: Path) -> Release:
        opened = self._opened(bundle)
        with durable.disk_errors():
            self._sweep()
            scratch = self._folder / "versions" / f".{secrets.token_hex(4)}{durable.UNFINISHED}"
            scratch.mkdir(parents=True)
        try:
            release, program = self._verified(opened, scratch)
            unpacked = scratch / release.version
            with durable.disk_errors():
                unpack(program, unpacked)
            _check_starts(unpacked, release.version)
            with durable.disk_errors():
                if hasattr(os, "sync"):
                    os.sync()  # ten thousand files; one fsync each would take minutes
                self._put(unpacked, release.version)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        opened.remember()
        self._switch(Running(release.version, self.running.version))
        self._sweep()
        return release

    def _opened(self, bundle: Path) -> UpdateBundle:
        return UpdateBundle(bundle, self._root, self._folder / "seen", self._clock)

    def _verified(self, opened: UpdateBundle, scratch: Path) -> tuple[Release, Path]:
        release, program = opened.verify(scratch)
        running = number_of(self.running.version)
        if version_key(release.version) <= version_key(running):
            raise Refused(UPDATE_NOT_NEWER, version=release.version, running=running)
        return release, program

    def _of(self, version: str) -> Path:
        return self._folder / "versions" / version

    def _put(self, unpacked: Path, version: str) -> None:
        goal = self._of(version)
        folders = [each for each in unpacked.rglob("*") if each.is_dir() and not each.is_symlink()]
        for each in (self._folder, goal.parent, unpacked, *folders):
            each.chmod(0o755)  # it is for everybody here, whatever the administrator's umask
        if goal.exists():  # gone back from, or left when the plug was pulled; it does not run
            goal.rename(unpacked.with_name("replaced"))
        unpacked.rename(goal)
        durable.sync_folder(goal.parent)

    def _switch(self, running: Running) -> None:
        text = "".join(f"{line}\n" for line in (running.version, running.before) if line)
        temporary = durable.prepare(self._folder / "running", text.encode())
        with durable.disk_errors():
            temporary.chmod(0o644)
        durable.publish(temporary, self._folder / "running")

    def _sweep(self) -> None:
        kept = {self.running.version, self.running.before}
        for each in self._folder.glob("versions/*"):
            if each.name not in kept:
                shutil.rmtree(each, ignore_errors=True)


def unpack(program: Path, folder: Path) -> None:
    """A signed zip with its modes. Raises ``BadInput`` for a name or a link that leads out of the folder.

    The one way out is the system's Python, which a version that brings none links to.
    """
    try:
        with zipfile.ZipFile(program) as archive:
            for entry in archive.infolist():
                _unpack(archive, entry, folder)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise BadInput(UPDATE_UNREADABLE) from error


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    name, mode = PurePosixPath(entry.filename), entry.external_attr >> 16
    if name.is_absolute() or ".." in name.parts or "\\" in entry.filename:
        raise ValueError("a name that leads out of the folder")
    goal = folder / name
    if entry.is_dir():
        goal.mkdir(parents=True, exist_ok=True)
        return
    goal.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(mode):
        link = PurePosixPath(archive.read(entry).decode())
        inside = not link.is_absolute() and ".." not in link.parts
        if not inside and not (link.parent == _SYSTEM_PYTHON and link.name.startswith("python3")):
            raise ValueError("a link that leads out of the folder")
        goal.symlink_to(link)
        return
    with archive.open(entry) as source, goal.open("xb") as sink:
        shutil.copyfileobj(source, sink)
    goal.chmod(0o755 if mode & stat.S_IXUSR else 0o644)


def _check_starts(folder: Path, version: str) -> None:
    """Raises ``BadInput(UPDATE_DOES_NOT_START)``."""
    prepare, start = folder / "bin" / "prepare", [str(folder / "bin" / "muster"), "--version"]
    try:
        if prepare.exists():
            patience_s = 10 * _STARTS_WITHIN_S
            subprocess.run([str(prepare)], check=True, capture_output=True, timeout=patience_s, umask=0o022)
        said = subprocess.run(start, check=True, capture_output=True, text=True, timeout=_STARTS_WITHIN_S).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise BadInput(UPDATE_DOES_NOT_START, version=version) from error
    if said.split() != ["muster", version]:
        raise BadInput(UPDATE_DOES_NOT_START, version=version)
