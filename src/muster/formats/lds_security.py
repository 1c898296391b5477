"""What a travel document's chip says it can do to open itself and to prove itself: EF.CardAccess, DG14, DG15
(ICAO Doc 9303-11, 9.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from muster.errors import MalformedData
from muster.formats.lds import File
from muster.formats.octets import RECORD_LENGTH_WRONG, RECORD_MAGIC_WRONG
from muster.formats.tlv import Tlv, parse_one


@dataclass(frozen=True, slots=True)
class SecurityInfo:
    """One entry of EF.CardAccess or DG14 (9303-11, 9.2): the protocol's object identifier, dotted, and what stands
    behind it: numbers, and the whole of each structure."""

    protocol: str
    numbers: tuple[int, ...]
    structures: tuple[bytes, ...] = field(repr=False)
    protocols: tuple[str, ...] = ()


def card_access(content: bytes) -> tuple[SecurityInfo, ...]:
    """Raises ``MalformedData``."""
    return _security_infos(parse_one(content, File.CARD_ACCESS.tag))


def security_options(dg14: bytes) -> tuple[SecurityInfo, ...]:
    """Raises ``MalformedData``."""
    return _security_infos(parse_one(dg14, File.DG14.tag).child(0x31))


def public_key(dg15: bytes) -> bytes:
    """The chip's key for Active Authentication, a SubjectPublicKeyInfo. Raises ``MalformedData``."""
    return parse_one(dg15, File.DG15.tag).child(0x30).whole


def _security_infos(entries: Tlv) -> tuple[SecurityInfo, ...]:
    return tuple(_security_info(each.is_(0x30)) for each in entries.children())


def _security_info(entry: Tlv) -> SecurityInfo:
    children = entry.children()
    if not children:
        raise MalformedData(RECORD_MAGIC_WRONG, offset=entry.start)
    first, *rest = children
    return SecurityInfo(
        _object_identifier(first),
        tuple(int.from_bytes(each.value, signed=True) for each in rest if each.tag == 0x02),
        tuple(each.whole for each in rest if each.tag == 0x30),
        tuple(_object_identifier(each) for each in rest if each.tag == 0x06),
    )


_LONGEST_IDENTIFIER = 32


def _object_identifier(element: Tlv) -> str:
    """X.690, 8.19."""
    value = element.is_(0x06).value
    if not value or value[-1] & 0x80 or len(value) > _LONGEST_IDENTIFIER:
        raise MalformedData(RECORD_LENGTH_WRONG, offset=element.at)
    arcs, arc = [], 0
    for octet in value:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
