"""The paper that goes with packets on a drive: what is on it, and who handed it over.

Our own format, JSON inside a JWS of the station's machine key::

    {"format": 1, "station": "10001_10001", "key": "<base64url of the public key>", "at": "<RFC 3339>",
     "packets": [{"packetId", "registrationId", "process", "sha256", "size", "language", "supervisorStatus",
                  "additionalInfoReqId"}]}

Of the person it says nothing but the registration's number, which is the packet's file name as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

from muster import base64url
from muster.clock import rfc3339
from muster.errors import Code
from muster.formats.json_part import JsonPart

HANDOVER_UNREADABLE = Code(
    "HANDOVER_UNREADABLE",
    "The list of what is on the drive cannot be read: {part} is missing or has a wrong form.",
)

FORMAT = 1
_PACKET_ID = re.compile(r"[0-9A-Za-z]{1,60}(-[0-9]{1,10}_[0-9]{1,10}-[0-9]{14})?")
_REGISTRATION_ID = re.compile(r"[0-9]{29}")
_STATION = re.compile(r"[0-9]{1,10}_[0-9]{1,10}")
_DIGEST = re.compile(r"[0-9A-F]{64}")
_LANGUAGE = re.compile(r"[a-z]{3}")
_WORD = re.compile(r"[A-Z_]{1,40}")
_REQUEST = re.compile(r"[0-9A-Za-z_-]{1,80}")
MOST_PACKETS = 100_000


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One packet on the drive. ``digest`` is the upper-case hex SHA-256 of the file."""

    packet_id: str
    registration_id: str
    process: str
    digest: str
    size: int
    language: str
    supervisor_status: str
    additional_info_request: str | None


@dataclass(frozen=True, slots=True)
class HandoverList:
    """``key`` is the public key of the station that signs it, in the form MOSIP sends such keys."""

    station: str
    key: bytes
    at: datetime
    packets: tuple[HandedOver, ...]

    def encode(self) -> bytes:
        content = {
            "format": FORMAT,
            "station": self.station,
            "key": base64url.encode(self.key),
            "at": rfc3339(self.at),
            "packets": [
                {
                    "packetId": each.packet_id,
                    "registrationId": each.registration_id,
                    "process": each.process,
                    "sha256": each.digest,
                    "size": each.size,
                    "language": each.language,
                    "supervisorStatus": each.supervisor_status,
                    "additionalInfoReqId": each.additional_info_request,
                }
                for each in self.packets
            ],
        }
        return json.dumps(content, separators=(",", ":")).encode()

    @classmethod
    def parse(cls, content: bytes) -> HandoverList:
        """Raises ``MalformedData``. A packet's number is a file's name from here on, so nothing else passes."""
        body = JsonPart.of(content, HANDOVER_UNREADABLE)
        if body.number("format") != FORMAT:
            raise body.malformed("format")
        packets = body.parts("packets")
        names = {each.text("packetId") for each in packets}
        if len(names) != len(packets) or len(packets) > MOST_PACKETS:
            raise body.malformed("packets")
        return cls(
            _matching(body, "station", _STATION),
            body.octets("key"),
            body.moment("at"),
            tuple(_packet(each) for each in packets),
        )


def _packet(part: JsonPart) -> HandedOver:
    size = part.number("size")
    if size <= 0:
        raise part.malformed("size")
    return HandedOver(
        _matching(part, "packetId", _PACKET_ID),
        _matching(part, "registrationId", _REGISTRATION_ID),
        _matching(part, "process", _WORD),
        _matching(part, "sha256", _DIGEST),
        size,
        _matching(part, "language", _LANGUAGE),
        _matching(part, "supervisorStatus", _WORD),
        _matching(part, "additionalInfoReqId", _REQUEST) if part.holds("additionalInfoReqId") else None,
    )


def _matching(part: JsonPart, name: str, pattern: re.Pattern[str]) -> str:
    text = part.text(name)
    if not pattern.fullmatch(text):
        raise part.malformed(name)
    return text
