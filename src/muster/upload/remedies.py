"""What follows from a delivery that failed: the rules, as one table. Pure.

1. Tried again is only what can succeed later. A packet is given up for nothing but the server's word about this
   packet, or because our own file is not the sealed one any more.
2. What is in the way of every packet (no network, a server in trouble or too busy, a sign-in that is over, a
   gateway's 4xx, a refused call) stops the round and says nothing about the packet at hand.
3. A wrong size or hash at the server is repaired by announcing again, since our file was compared with its digest
   before. Such a complaint after that is believed.
4. A code we do not know gives the packet up: trying again what nobody understands would hide it.

Codes of the packet receiver (RPR-PKR) and of the announcement (RPR-RGS): sections 7.2 and 7.3 of the packet notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from muster.errors import Code, MusterError, NotAuthentic, Refused
from muster.upload.signer import ServerNotAuthentic

PACKET_REFUSED = Code(
    "PACKET_REFUSED", "The server refused the packet (its code: {server_code}). Tell your supervisor."
)
PACKET_NOT_AS_ANNOUNCED = Code(
    "PACKET_NOT_AS_ANNOUNCED",
    "The server expects something else than this packet, even after it was announced anew (its code: "
    "{server_code}). Tell your administrator; the packet is kept.",
)
PACKET_NOT_TAKEN_NOW = Code(
    "PACKET_NOT_TAKEN_NOW",
    "The server cannot take the packet just now (its code: {server_code}). The packet is kept and will be sent "
    "again.",
)
PACKET_TOO_LARGE_THERE = Code(
    "PACKET_TOO_LARGE_THERE",
    "The packet is larger than the server takes (its code: {server_code}). Have the server's limit raised and try "
    "again, or register the person anew with smaller pictures of the documents.",
)
PACKET_FOUND_INFECTED = Code(
    "PACKET_FOUND_INFECTED",
    "The server's virus scan refused the packet (its code: {server_code}). Tell your administrator; the packet is "
    "kept.",
)
PACKET_NOT_OPENED = Code(
    "PACKET_NOT_OPENED",
    "The server cannot open the packet (its code: {server_code}). Tell your administrator: its certificate may "
    "have changed. The packet is kept.",
)
REQUEST_NOT_OPEN = Code(
    "REQUEST_NOT_OPEN",
    "The server has no open request with the number this correction answers (its code: {server_code}). Tell your "
    "supervisor.",
)

_TOO_LARGE_STATUS = 413


class Remedy(Enum):
    """``BLOCKED`` concerns all packets, the others the one at hand."""

    BLOCKED = auto()
    LATER = auto()
    ANNOUNCE_AGAIN = auto()
    GIVE_UP = auto()


_CODES: Mapping[str, tuple[Remedy, Code]] = {
    "RPR-PKR-001": (Remedy.ANNOUNCE_AGAIN, PACKET_NOT_AS_ANNOUNCED),  # not announced
    "RPR-PKR-002": (Remedy.GIVE_UP, PACKET_TOO_LARGE_THERE),
    "RPR-PKR-006": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),  # the file got lost on the way
    "RPR-PKR-007": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),  # "unknown exception"
    "RPR-PKR-008": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),  # the virus scanner does not answer
    "RPR-PKR-009": (Remedy.ANNOUNCE_AGAIN, PACKET_NOT_AS_ANNOUNCED),  # hash
    "RPR-PKR-010": (Remedy.GIVE_UP, PACKET_FOUND_INFECTED),
    "RPR-PKR-011": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),  # a service behind it does not answer
    "RPR-PKR-012": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),  # its database does not answer
    "RPR-PKR-013": (Remedy.ANNOUNCE_AGAIN, PACKET_NOT_AS_ANNOUNCED),  # size
    "RPR-PKR-014": (Remedy.ANNOUNCE_AGAIN, PACKET_NOT_AS_ANNOUNCED),  # hash, with newer servers
    "RPR-PKR-015": (Remedy.GIVE_UP, PACKET_NOT_OPENED),
    "RPR-PKR-016": (Remedy.GIVE_UP, REQUEST_NOT_OPEN),
    "RPR-RGS-001": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),
    "RPR-RGS-002": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),
    "RPR-RGS-018": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),
    "RPR-RGS-029": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),
    "RPR-RGS-030": (Remedy.LATER, PACKET_NOT_TAKEN_NOW),
    "RPR-RGS-036": (Remedy.GIVE_UP, REQUEST_NOT_OPEN),
}
_UNKNOWN = (Remedy.GIVE_UP, PACKET_REFUSED)


NOT_SAID = "?"


class PacketRefused(Refused):
    """The server's word about one packet, with its code for it, or ``NOT_SAID`` where it gave none. ``detail`` is
    for the sentence of ``code``."""

    def __init__(self, server_code: str, code: Code | None = None, **detail: str | int | float) -> None:
        super().__init__(code or _CODES.get(server_code, _UNKNOWN)[1], server_code=server_code, **detail)
        self.server_code = server_code


def too_large(error: Refused) -> PacketRefused | None:
    """What a gateway in front of the server says about a packet before the server has seen it, if it is that."""
    if error.detail.get("status") != _TOO_LARGE_STATUS:
        return None
    return PacketRefused(str(_TOO_LARGE_STATUS), PACKET_TOO_LARGE_THERE)


def what_follows(error: MusterError, told_before: str | None) -> Remedy:
    """``told_before`` is the server's code of the refusal before this one, if the packet was refused already."""
    if isinstance(error, PacketRefused):
        remedy = _CODES.get(error.server_code, _UNKNOWN)[0]
        repaired = told_before is not None and _CODES.get(told_before, _UNKNOWN)[0] is Remedy.ANNOUNCE_AGAIN
        return Remedy.GIVE_UP if repaired and remedy is Remedy.ANNOUNCE_AGAIN else remedy
    if isinstance(error, NotAuthentic) and not isinstance(error, ServerNotAuthentic):
        return Remedy.GIVE_UP
    return Remedy.BLOCKED
