"""MiTrust's scope grammar ("Advanced", Scope, grammar, granularity and attributes): items between spaces, each a
path of names with attributes behind ``#``.

``name#essential finances.income.table.date#period.P3M#limit.P9M tag:-sector.tax autoupdate``. What is read is
printed unchanged, attributes nobody knows included: the full list of claims is told to each customer alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from muster.errors import BadInput, Code

SCOPE_UNREADABLE = Code("SCOPE_UNREADABLE", "This is no scope of MiTrust: {item} is not understood.")

_ITEM = re.compile(
    r"(?P<tag>tag:-?)?(?P<path>[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)(?P<attributes>(?:#[A-Za-z0-9_.]+)*)"
)
_FEATURES = frozenset({"autoupdate", "certificate"})
_DURATION = re.compile(r"P(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?")  # ISO 8601, without a time of day
_TAG, _NOT_TAG = "tag:", "tag:-"
_LONGEST = 8_000


class Requirement(Enum):
    ESSENTIAL = "essential"
    SOFTLY_REQUIRED = "softly_required"


class Role(Enum):
    """In AutoUpdate: what has to stay the same from one transaction to the next, and what may change."""

    INVARIANT = "invariant"
    MUTABLE = "mutable"


@dataclass(frozen=True, slots=True)
class ScopeItem:
    """``attributes`` as they were written, without their ``#``. A ``tag`` says which sources are wanted (or not,
    ``excluded``), everything else which data, or a feature."""

    path: str
    attributes: tuple[str, ...] = ()
    tag: bool = False
    excluded: bool = False

    def __str__(self) -> str:
        prefix = (_NOT_TAG if self.excluded else _TAG) if self.tag else ""
        return prefix + self.path + "".join(f"#{each}" for each in self.attributes)

    @property
    def is_feature(self) -> bool:
        return not self.tag and self.path in _FEATURES

    @property
    def requirement(self) -> Requirement | None:
        return next((each for each in Requirement if each.value in self.attributes), None)

    @property
    def role(self) -> Role | None:
        return next((each for each in Role if each.value in self.attributes), None)

    @property
    def period(self) -> str | None:
        """How much time one row of a table is about: ``P3M``."""
        return self._behind("period.")

    @property
    def limit(self) -> str | None:
        """How far back a table goes: ``P9M``."""
        return self._behind("limit.")

    @property
    def is_normalized(self) -> bool:
        return "normalized" in self.attributes or self.path.endswith(".normalized")

    @property
    def is_raw(self) -> bool:
        return self.path.endswith(".raw")

    def _behind(self, name: str) -> str | None:
        return next((each.removeprefix(name) for each in self.attributes if each.startswith(name)), None)


@dataclass(frozen=True, slots=True)
class Scope:
    items: tuple[ScopeItem, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.items))

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Raises ``BadInput(SCOPE_UNREADABLE)``."""
        if len(text) > _LONGEST:
            raise BadInput(SCOPE_UNREADABLE, item=text[:40])
        items = tuple(_read(each) for each in text.split())
        if not items:
            raise BadInput(SCOPE_UNREADABLE, item="''")
        return cls(items)

    def __iter__(self) -> Iterator[ScopeItem]:
        return iter(self.items)

    @property
    def claims(self) -> tuple[ScopeItem, ...]:
        """The data that is asked for, without sources and features."""
        return tuple(each for each in self.items if not each.tag and not each.is_feature)

    @property
    def updates_itself(self) -> bool:
        return any(each.path == "autoupdate" and not each.tag for each in self.items)


def _read(text: str) -> ScopeItem:
    match = _ITEM.fullmatch(text)
    if match is None:
        raise BadInput(SCOPE_UNREADABLE, item=text[:40])
    tag = match["tag"] or ""
    attributes = tuple(match["attributes"].split("#")[1:])
    item = ScopeItem(match["path"], attributes, tag=bool(tag), excluded=tag == _NOT_TAG)
    durations = [each for each in (item.period, item.limit) if each is not None]
    if any(not _DURATION.fullmatch(each) or each == "P" for each in durations):
        raise BadInput(SCOPE_UNREADABLE, item=text[:40])
    if item.attributes and (item.is_feature or item.tag):
        raise BadInput(SCOPE_UNREADABLE, item=text[:40])
    return item
