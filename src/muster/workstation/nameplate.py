"""What a station tells of itself before anybody has signed in: who it is, and who may.

The sign-in page needs no more, so nothing is loaded here that opens a key or a database; that takes longer than
the page itself (decision 43).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from muster.errors import BadInput, Code, KeyUnavailable, StorageUnavailable

STATION_ABSENT = Code(
    "STATION_ABSENT",
    "There is no station in this folder yet. Open the window once, or run 'muster station create'.",
)
STATION_UNREADABLE = Code("STATION_UNREADABLE", "The station's settings cannot be read: station.json is damaged.")
STATION_NEWER = Code(
    "STATION_NEWER", "This station was set up or changed by a newer version of Muster. Update the program."
)
DATA_FOLDER_IS_FILE = Code("DATA_FOLDER_IS_FILE", "This is a file: choose the folder the station lies in.")
DATA_FOLDER_UNREADABLE = Code(
    "DATA_FOLDER_UNREADABLE", "The station's folder cannot be read. Check the disk and its permissions."
)
DEMO_PASSWORDS_MISSING = Code(
    "DEMO_PASSWORDS_MISSING",
    "The passwords of this demo station are gone: demo-credentials.json is missing or damaged. "
    "Begin a new demo in another folder.",
)

PROTECTED_BY_PASSWORDS = Code(
    "PROTECTED_BY_PASSWORDS",
    "Passwords alone open this station. Whoever has a copy of its disk can try passwords on it.",
)
PROTECTED_BY_KEYRING = Code(
    "PROTECTED_BY_KEYRING",
    "This station opens with a password and the keyring of your account at this computer.",
)
PROTECTED_BY_TPM = Code(
    "PROTECTED_BY_TPM",
    "This station opens with a password on this computer only: its TPM holds a part of the key.",
)
NOT_BOUND = "nothing"
PROTECTION: Mapping[str, Code] = MappingProxyType(
    {NOT_BOUND: PROTECTED_BY_PASSWORDS, "keyring": PROTECTED_BY_KEYRING, "tpm": PROTECTED_BY_TPM}
)
"""What stands between a stolen disk and the station, by the name of what its key slots are bound to."""

DEFAULT_CENTER = "10001"
DEFAULT_MACHINE = "10001"
STATION_FILE = "station.json"
DEMO_CREDENTIALS_FILE = "demo-credentials.json"
FORMAT = 1
FORMAT_BOUND = 2  # the key slots have the machine's layer, which programs of before would call a wrong password

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class Nameplate:
    """``operators``: the user ids that have a password, for the sign-in page to offer."""

    center: str
    machine: str
    is_demo: bool
    operators: tuple[str, ...]
    protection: Code

    @classmethod
    def at(cls, data: Path) -> Nameplate:
        """Raises what :func:`station_file` raises. Key slots are looked at when they are opened."""
        content = station_file(data)
        with reading_station_file():
            return cls(
                text(content["center"]),
                text(content["machine"]),
                flag(content["demo"]),
                some(tuple(text(each["user_id"]) for each in content["key_slots"])),
                PROTECTION[content["binding"]["to"] if "binding" in content else NOT_BOUND],
            )


def has_station(data: Path) -> bool:
    with reading_disk():
        return (data / STATION_FILE).exists()


def station_file(data: Path) -> Any:
    """``station.json`` as it stands in the folder. Raises ``KeyUnavailable`` when there is none or a newer program
    wrote it, ``BadInput`` when damaged, ``StorageUnavailable`` when the disk does not hand it out."""
    if data.is_file():
        raise BadInput(DATA_FOLDER_IS_FILE)
    try:
        with reading_station_file():
            with reading_disk():
                content = json.loads((data / STATION_FILE).read_text(encoding="utf-8"))
            if int(content.get("format", FORMAT)) > FORMAT_BOUND:
                raise KeyUnavailable(STATION_NEWER)
            return content
    except FileNotFoundError as error:
        raise KeyUnavailable(STATION_ABSENT) from error


def demo_credentials(data: Path) -> tuple[tuple[str, str], ...]:
    """User ids and passwords of a demo station, officer first. Raises ``KeyUnavailable`` when their file is gone
    or damaged."""
    try:
        with reading_disk():
            content = json.loads((data / DEMO_CREDENTIALS_FILE).read_text(encoding="utf-8"))
        return some(tuple((text(each["user_id"]), text(each["password"])) for each in content))
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise KeyUnavailable(DEMO_PASSWORDS_MISSING) from error


@contextmanager
def reading_station_file() -> Iterator[None]:
    """What does not stand in ``station.json`` as it should leaves as ``BadInput``."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(STATION_UNREADABLE) from error


@contextmanager
def reading_disk() -> Iterator[None]:
    """A disk that does not hand out what lies on it leaves as ``StorageUnavailable``; a file that is not there
    as it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageUnavailable(DATA_FOLDER_UNREADABLE) from error


def text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def some(entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    if not entries:
        raise ValueError("at least one")
    return entries
