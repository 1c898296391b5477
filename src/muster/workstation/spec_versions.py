"""What the server sent in versions (forms, lists, configuration, people, certificates): which counts, where it
came from, and what changed from one to the next.

Every answer was signed by the server when it was taken; its digest stands in the trail. Differences are told by
the way through the JSON, entries of a list by their code where they have one: a new entry is one difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.domain.operators import Permission
from muster.errors import BadInput, Code
from muster.store.server_copies import ServerCopy, Source, Whence
from muster.workstation.journal import Journal
from muster.workstation.master_data import MasterData

__all__ = ["Source", "SpecDifference", "SpecVersion", "SpecVersions", "Whence", "differences"]

SPEC_VERSION_UNKNOWN = Code(
    "SPEC_VERSION_UNKNOWN", "The station keeps no version {number} of what the server sent."
)

MOST_DIFFERENCES = 500
_NAMED_BY = ("id", "code", "key", "name", "langCode", "regCenterId", "userId")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class SpecVersion:
    """``version`` is the server's own word for it; ``before`` the number of the one it replaced, as far as that is
    still here, ``whence`` where it came from and who had it fetched or brought it."""

    number: int
    kind: str
    version: str
    came_at: datetime
    digest: str
    counts: bool
    before: int | None
    whence: Whence


@dataclass(frozen=True, slots=True)
class SpecDifference:
    """``was`` is empty for what is new, ``becomes`` for what is gone."""

    path: str
    was: str
    becomes: str


class SpecVersions:
    def __init__(self, journal: Journal, master_data: MasterData) -> None:
        self._journal = journal
        self._master_data = master_data

    def list(self) -> tuple[SpecVersion, ...]:
        """The newest first. Raises ``Refused``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        copies, counting = self._copies(), self._master_data.counting()
        return tuple(
            SpecVersion(
                each.number,
                each.kind,
                each.version,
                each.came_at,
                each.digest,
                each.number in counting,
                next((older.number for older in copies[place + 1 :] if older.kind == each.kind), None),
                each.whence,
            )
            for place, each in enumerate(copies)
        )

    def diff(self, one: int, other: int) -> tuple[SpecDifference, ...]:
        """What changed from one copy to another, the first ``MOST_DIFFERENCES`` of it. Raises ``Refused``,
        ``BadInput``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        copies = {each.number: each for each in self._copies()}
        for number in (one, other):
            if number not in copies:
                raise BadInput(SPEC_VERSION_UNKNOWN, number=number)
        return tuple(differences(copies[one].content, copies[other].content))[:MOST_DIFFERENCES]

    def _copies(self) -> tuple[ServerCopy, ...]:
        with self._journal.database.read() as work:
            return work.server_copies.all()


def differences(one: bytes, other: bytes) -> Iterator[SpecDifference]:
    """By their ways, in order."""
    was, becomes = dict(_leaves(_read(one))), dict(_leaves(_read(other)))
    for path in sorted({*was, *becomes}):
        if was.get(path) != becomes.get(path):
            yield SpecDifference(path, was.get(path, "")[:_LONGEST], becomes.get(path, "")[:_LONGEST])


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        inner = _inside(value)
        if inner is not None:  # JSON in a text, as MOSIP sends schemas
            yield from _leaves(inner, path)
            return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for name, inner in _entries(value):
            yield from _leaves(inner, f"{path}[{name}]")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value)


def _inside(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _entries(values: list[Any]) -> Iterator[tuple[str, Any]]:
    """Each with what it is called by, if that tells them apart."""
    names = [_name(each) for each in values]
    told_apart = len(set(names)) == len(names) and all(names)
    for place, each in enumerate(values):
        yield (names[place] if told_apart else str(place)), each


def _name(entry: Any) -> str:
    if isinstance(entry, Mapping):
        return "/".join(str(entry[each]) for each in _NAMED_BY if isinstance(entry.get(each), str | int))
    return entry if isinstance(entry, str) else ""
