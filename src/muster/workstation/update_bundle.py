"""A signed update as it comes on a drive: its signatures are checked, and what it brings is handed on whole.

A bundle is a repository of The Update Framework (TUF 1.0), in a folder or in one zip::

    metadata/N.root.json, timestamp.json, N.snapshot.json, N.targets.json
    targets/SHA256.release.json, targets/SHA256.PROGRAM.zip

python-tuf checks it: enough of the right signatures (the threshold stands in the root, and so does who may name
new keys), nothing older than this computer has seen, nothing after its day, every octet as it was signed. Nothing
is asked of a network. What was seen last lies in a folder of ours, and the first root comes with the program.

By the clock alone an attacker who may set it could pass an old update off as new, or an honest station with an
empty battery refuse a good one. So the release says when it was made: a clock before that day is wrong, and is
said to be.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

from muster.clock import Clock, parse_rfc3339
from muster.durable import disk_errors
from muster.errors import BadInput, Code, NotAuthentic, Refused

UPDATE_UNREADABLE = Code(
    "UPDATE_UNREADABLE", "This is no update for this program, or it was not copied whole. Copy it again."
)
UPDATE_NOT_SIGNED = Code(
    "UPDATE_NOT_SIGNED",
    "This update is not signed by enough of the people who may release this program. Do not install it.",
)
UPDATE_CHANGED = Code(
    "UPDATE_CHANGED",
    "A part of this update is not what was signed. Copy it again; if it stays so, do not install it.",
)
UPDATE_OLDER = Code(
    "UPDATE_OLDER", "This update is older than one that this computer already knows. Ask for the newest."
)
UPDATE_EXPIRED = Code(
    "UPDATE_EXPIRED",
    "By the clock of this computer ({now}) this update is too old. Check the clock; if it is right, ask for a "
    "newer update.",
)
UPDATE_CLOCK_BEHIND = Code(
    "UPDATE_CLOCK_BEHIND",
    "This update was made on {made}, and the clock of this computer says {now}. Set the clock and try again.",
)
UPDATE_FOR_OTHERS = Code("UPDATE_FOR_OTHERS", "This update has nothing for a computer of this kind ({kind}).")
_METADATA, _TARGETS, _RELEASE = "metadata/", "targets/", "release.json"
_CHUNK = 1 << 20


def this_kind() -> str:
    """As releases name it: ``linux-x86_64``."""
    return f"{sys.platform}-{platform.machine().lower()}"


@dataclass(frozen=True, slots=True)
class Release:
    """What the releasers signed. ``programs`` are files in the bundle by the kind of computer they are for."""

    version: str
    made_at: datetime
    programs: dict[str, str]

    @classmethod
    def parse(cls, content: bytes) -> Release:
        """Raises ``BadInput``: signed, and yet not a release as this version knows it."""
        try:
            said = json.loads(content)
            release = cls(said["version"], parse_rfc3339(said["made_at"]), dict(said["programs"]))
            names = [release.version, *release.programs.values()]
            if not all(re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._+-]*", name) for name in names):
                raise ValueError("a name that is no plain one")
            version_key(release.version)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadInput(UPDATE_UNREADABLE) from error
        return release


def version_key(version: str) -> tuple[int, ...]:
    """Raises ``ValueError`` for what is not numbers and dots."""
    return tuple(int(part) for part in version.split("."))


class UpdateBundle:
    """One bundle, held against ``root``, the TUF root that came with the program, and what was ``seen`` before.

    ``seen`` is TUF's folder of trusted metadata: without it an older bundle cannot be told from the newest.
    """

    def __init__(self, bundle: Path, root: bytes, seen: Path, clock: Clock) -> None:
        self._fetcher = _Drive(bundle)
        self._root, self._seen, self._clock = root, seen, clock

    def verify(self, into: Path, kind: str | None = None) -> tuple[Release, Path]:
        """The release, and the program for ``kind`` (this computer's) as a file in ``into``; ``seen`` is kept.

        Raises ``BadInput``, ``NotAuthentic``, ``Refused``, ``StorageUnavailable``.
        """
        copy = into / "metadata"
        with _trouble(self._clock), disk_errors():
            if self._seen.exists():
                shutil.copytree(self._seen, copy, symlinks=True)
            updater = self._updater(copy, into)
            release = Release.parse(_fetched(updater, _RELEASE).read_bytes())
            now = self._clock()
            if now < release.made_at:
                raise BadInput(UPDATE_CLOCK_BEHIND, made=f"{release.made_at:%Y-%m-%d}", now=_shown(now))
            program = release.programs.get(kind or this_kind())
            if program is None:
                raise BadInput(UPDATE_FOR_OTHERS, kind=kind or this_kind())
            return release, _fetched(updater, program)

    def remember(self) -> None:
        """From now on nothing older is accepted. Each file is replaced whole; a part of them is no harm."""
        with _trouble(self._clock), disk_errors():
            self._updater(self._seen, self._seen)

    def _updater(self, metadata: Path, into: Path) -> Updater:
        metadata.mkdir(parents=True, exist_ok=True)
        updater = Updater(str(metadata), _METADATA, str(into), _TARGETS, self._fetcher, bootstrap=self._root)
        updater.refresh()
        return updater


class _Drive(FetcherInterface):
    """The bundle's files, out of a folder or out of one zip."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle

    def _fetch(self, url: str) -> Iterator[bytes]:
        with self._opened(url) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        """Raises ``DownloadHTTPError``, TUF's word for a file that is not there."""
        try:
            if self._bundle.is_dir():
                with (self._bundle / name).open("rb") as stream:
                    yield stream
            else:
                with zipfile.ZipFile(self._bundle) as archive, archive.open(name) as member:
                    yield member
        except (FileNotFoundError, KeyError) as error:
            raise DownloadHTTPError("absent", 404) from error
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
            raise DownloadError("unreadable") from error


def _fetched(updater: Updater, name: str) -> Path:
    target = updater.get_targetinfo(name)
    if target is None:
        raise BadInput(UPDATE_UNREADABLE)
    return Path(updater.download_target(target))


@contextmanager
def _trouble(clock: Clock) -> Iterator[None]:
    """TUF's errors as sentences; which comes first matters, some are kinds of others."""
    try:
        yield
    except ExpiredMetadataError as error:
        raise BadInput(UPDATE_EXPIRED, now=_shown(clock())) from error
    except BadVersionNumberError as error:
        raise Refused(UPDATE_OLDER) from error
    except UnsignedMetadataError as error:
        raise NotAuthentic(UPDATE_NOT_SIGNED) from error
    except (LengthOrHashMismatchError, DownloadLengthMismatchError) as error:
        raise NotAuthentic(UPDATE_CHANGED) from error
    except (RepositoryError, DownloadError) as error:
        raise BadInput(UPDATE_UNREADABLE) from error


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
