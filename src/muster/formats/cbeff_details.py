"""What a BIR can say beyond what tells MOSIP's samples apart, as values; ``cbeff`` reads and writes them.

Text that the schema leaves open (organizations, products, the creator) is kept to the last blank. A time is the
text that stands in the file, because XML has times that no ``datetime`` holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RegistryId:
    """Somebody's number for a format, product, device or algorithm."""

    organization: str
    type: str


@dataclass(frozen=True, slots=True)
class BirInfo:
    """``BIRInfo``. Empty text and nothing both stand for what is absent, where the schema forbids empty text."""

    integrity: bool = False
    creator: str | None = None
    index: str = ""
    payload: bytes | None = None
    created: str = ""
    not_valid_before: str = ""
    not_valid_after: str = ""


@dataclass(frozen=True, slots=True)
class BirDetails:
    """The rest of a BIR: its versions, ``BIRInfo``, ``SBInfo`` and most of ``BDBInfo``.

    ``quality_failed`` is why there is no score, and stands in its place. ``left_out`` names the elements that are
    absent, not merely empty; one that has something to hold is there whatever is said here.
    """

    version: Version | None = None
    cbeff_version: Version | None = None
    info: BirInfo = BirInfo()
    challenge_response: bytes | None = None
    format: RegistryId | None = None
    encryption: bool | None = None
    not_valid_before: str = ""
    not_valid_after: str = ""
    level: str = ""
    product: RegistryId | None = None
    capture_device: RegistryId | None = None
    feature_extraction: RegistryId | None = None
    comparison: RegistryId | None = None
    compression: RegistryId | None = None
    purpose: str = ""
    quality_algorithm: RegistryId | None = None
    quality_failed: str | None = None
    sb_format: RegistryId | None = None
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ManyOthers(Mapping[str, str]):
    """``others`` that are more than one list of keys with their texts: several lists, a key that stands twice,
    a list or an entry that says of itself that it is nothing (``None``). As one mapping, the last entry counts."""

    lists: tuple[tuple[tuple[str, str | None], ...] | None, ...]
    _merged: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once: merged anew for every key, a file of four hundred kilobytes took half a minute.
        merged = {key: value or "" for entries in self.lists for key, value in entries or ()}
        object.__setattr__(self, "_merged", merged)

    def __getitem__(self, key: str) -> str:
        return self._merged[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._merged)

    def __len__(self) -> int:
        return len(self._merged)
