"""Files of a travel document's chip: the logical data structure (ICAO Doc 9303-10, eighth edition).

Each file is one object whose tag says which it is. What is signed are the octets of a whole file, so whoever
checks keeps them and reads them here afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from muster.errors import MalformedData
from muster.formats import mrz
from muster.formats.iso19794_5_2005 import PortraitRecord
from muster.formats.octets import RECORD_LENGTH_WRONG
from muster.formats.tlv import Tlv, parse_one

TRAVEL_DOCUMENT = bytes.fromhex("A0000002471001")  # the application's name, 9303-10, 3.4


class File(Enum):
    """Name, file identifier and tag (table 31 and what follows). ``CARD_ACCESS`` lies outside the application and
    is a bare set (tag 31)."""

    CARD_ACCESS = ("EF.CardAccess", 0x011C, 0x31)
    COM = ("EF.COM", 0x011E, 0x60)
    SOD = ("EF.SOD", 0x011D, 0x77)
    DG1 = ("DG1", 0x0101, 0x61)
    DG2 = ("DG2", 0x0102, 0x75)
    DG3 = ("DG3", 0x0103, 0x63)
    DG4 = ("DG4", 0x0104, 0x76)
    DG5 = ("DG5", 0x0105, 0x65)
    DG6 = ("DG6", 0x0106, 0x66)
    DG7 = ("DG7", 0x0107, 0x67)
    DG8 = ("DG8", 0x0108, 0x68)
    DG9 = ("DG9", 0x0109, 0x69)
    DG10 = ("DG10", 0x010A, 0x6A)
    DG11 = ("DG11", 0x010B, 0x6B)
    DG12 = ("DG12", 0x010C, 0x6C)
    DG13 = ("DG13", 0x010D, 0x6D)
    DG14 = ("DG14", 0x010E, 0x6E)
    DG15 = ("DG15", 0x010F, 0x6F)
    DG16 = ("DG16", 0x0110, 0x70)

    def __init__(self, label: str, identifier: int, tag: int) -> None:
        self.label = label
        self.identifier = identifier
        self.tag = tag

    @property
    def group(self) -> int | None:
        """The number of a data group."""
        return int(self.label.removeprefix("DG")) if self.label.startswith("DG") else None

    @classmethod
    def of_group(cls, number: int) -> File | None:
        return next((each for each in cls if each.group == number), None)


_BY_TAG = {each.tag: each for each in File if each.group is not None}


def present_groups(com: bytes) -> tuple[File, ...]:
    """What EF.COM lists, unknown tags left out. Nobody signs that list. Raises ``MalformedData``."""
    tags = parse_one(com, File.COM.tag).child(0x5C).value
    return tuple(_BY_TAG[tag] for tag in tags if tag in _BY_TAG)


def machine_readable_zone(dg1: bytes) -> mrz.Mrz:
    """Raises ``MalformedData``."""
    found = parse_one(dg1, File.DG1.tag).child(0x5F1F)
    columns = {90: 30, 72: 36, 88: 44}.get(found.end - found.start)
    if columns is None:
        raise MalformedData(RECORD_LENGTH_WRONG, offset=found.start)
    # Whatever is not ASCII becomes a letter that no zone has.
    text = found.value.decode("ascii", "replace")
    try:
        return mrz.parse([text[at : at + columns] for at in range(0, len(text), columns)])
    except MalformedData as error:
        raise MalformedData(error.code, offset=found.start + error.offset) from error


def portrait(dg2: bytes) -> PortraitRecord:
    """The first face in DG2. Raises ``MalformedData``, also for a record of ISO/IEC 39794-5 (allowed from
    2026)."""
    templates = parse_one(dg2, File.DG2.tag).child(0x7F61)
    template = templates.child(0x7F60)
    record = template.find(0x5F2E) or template.child(0x7F2E)
    try:
        return PortraitRecord.parse(record.value)[0]
    except MalformedData as error:
        raise MalformedData(error.code, offset=record.start + error.offset) from error


def signed_object(sod: bytes) -> bytes:
    """The signature in EF.SOD, a CMS ContentInfo. Raises ``MalformedData``."""
    return parse_one(sod, File.SOD.tag).value


# --- details that are not in the machine-readable zone -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """DG11 (9303-10, 4.7.11), as far as it says. ``names`` are surname and given names; ``birth_date`` is
    YYYYMMDD."""

    names: tuple[str, str] = field(default=("", ""), repr=False)
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """DG12 (9303-10, 4.7.12), as far as it says. ``issue_date`` is YYYYMMDD."""

    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


_FULL_NAME = 0x5F0E
_PERSON = {
    0x5F10: "personal_number",
    0x5F2B: "birth_date",
    0x5F11: "birth_place",
    0x5F42: "address",
    0x5F12: "telephone",
    0x5F13: "profession",
    0x5F14: "title",
}
_DOCUMENT = {0x5F19: "issuing_authority", 0x5F26: "issue_date"}
_DATES = (0x5F2B, 0x5F26)


def person_details(dg11: bytes) -> PersonDetails:
    """Raises ``MalformedData``."""
    fields = parse_one(dg11, File.DG11.tag).children()
    names = next((_names(each) for each in fields if each.tag == _FULL_NAME), ("", ""))
    return PersonDetails(names, _texts(fields, _PERSON))


def document_details(dg12: bytes) -> DocumentDetails:
    """Raises ``MalformedData``."""
    return DocumentDetails(_texts(parse_one(dg12, File.DG12.tag).children(), _DOCUMENT))


def _texts(fields: tuple[Tlv, ...], names: Mapping[int, str]) -> Mapping[str, str]:
    found = {names[each.tag]: _text(each) for each in fields if each.tag in names}
    return MappingProxyType({name: text for name, text in found.items() if text})


def _names(field_: Tlv) -> tuple[str, str]:
    surname, _, given = _decoded(field_).partition("<<")
    return _plain(surname), _plain(given)


def _text(field_: Tlv) -> str:
    if field_.tag in _DATES and field_.end - field_.start == 4:
        return field_.value.hex()  # two digits an octet, as the first editions had it
    return ", ".join(part for each in _decoded(field_).split("<") if (part := each.strip()))


def _decoded(field_: Tlv) -> str:
    """UTF-8 is asked for; older documents have ISO 8859-1. Control characters are nobody's text."""
    try:
        text = field_.value.decode()
    except UnicodeDecodeError:
        text = field_.value.decode("latin-1")
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _plain(name: str) -> str:
    return " ".join(name.replace("<", " ").split())
