"""Registrations that travel to be reviewed, and the decisions that travel back.

Our own formats, JSON inside a JWS of the sending station's machine key. Who reviews for others tells its keys::

    {"format": 1, "kind": "reviewer", "station": "10001_10002", "key": "<base64url>",
     "encryptionKey": "<base64url>"}

What is to be reviewed is a list of files beside it, each sealed to the reviewer's encryption key
(``crypto.machine_data``)::

    {"format": 1, "kind": "cases", "station", "key", "for": "<fingerprint of the reviewer's key>", "at",
     "cases": [{"registrationId", "packetId", "sha256"}]}

and what was decided::

    {"format": 1, "kind": "decisions", "station", "key", "for", "at",
     "decisions": [{"registrationId", "packetId", "decision", "reason", "operator", "at", "signs"}]}

``reason`` is absent where there is none; ``signs`` are what whoever decided was shown of it. In a list, of the
person it says nothing but the registration's number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from muster import base64url
from muster.clock import rfc3339
from muster.errors import Code
from muster.formats.json_part import JsonPart

REVIEW_LIST_UNREADABLE = Code(
    "REVIEW_LIST_UNREADABLE", "The list for a review cannot be read: {part} is missing or has a wrong form."
)

FORMAT = 1
_STATION = re.compile(r"[0-9]{1,10}_[0-9]{1,10}")
_REGISTRATION_ID = re.compile(r"[0-9]{29}")
_PACKET_ID = re.compile(r"[0-9A-Za-z]{1,60}(-[0-9]{1,10}_[0-9]{1,10}-[0-9]{14})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){31}")
_WORD = re.compile(r"[a-z_]{1,20}")
_REASON = re.compile(r"[A-Z]{3}")
_USER = re.compile(r"[^\s\x00-\x1f]{1,80}")


@dataclass(frozen=True, slots=True)
class ReviewerKeys:
    """Public keys, in the forms MOSIP sends such keys in."""

    station: str
    key: bytes
    encryption_key: bytes

    def encode(self) -> bytes:
        return _encoded(
            "reviewer", self.station, self.key, {"encryptionKey": base64url.encode(self.encryption_key)}
        )

    @classmethod
    def parse(cls, content: bytes) -> ReviewerKeys:
        """Raises ``MalformedData``."""
        body = _body(content, "reviewer")
        return cls(_matching(body, "station", _STATION), body.octets("key"), body.octets("encryptionKey"))


@dataclass(frozen=True, slots=True)
class CaseFile:
    """``digest`` is the SHA-256 (hex) of the sealed file, which is called by the registration's number."""

    registration_id: str
    packet_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class CaseList:
    """``reviewer`` is the fingerprint of the key it is for."""

    station: str
    key: bytes
    reviewer: str
    at: datetime
    cases: tuple[CaseFile, ...]

    def encode(self) -> bytes:
        cases = [
            {"registrationId": each.registration_id, "packetId": each.packet_id, "sha256": each.digest}
            for each in self.cases
        ]
        content = {"for": self.reviewer, "at": rfc3339(self.at), "cases": cases}
        return _encoded("cases", self.station, self.key, content)

    @classmethod
    def parse(cls, content: bytes) -> CaseList:
        """Raises ``MalformedData``. A registration's number is a file's name from here on: nothing else passes."""
        body = _body(content, "cases")
        cases = tuple(
            CaseFile(
                _matching(each, "registrationId", _REGISTRATION_ID),
                _matching(each, "packetId", _PACKET_ID),
                _matching(each, "sha256", _DIGEST),
            )
            for each in body.parts("cases")
        )
        if len({each.registration_id for each in cases}) != len(cases):
            raise body.malformed("cases")
        return cls(*_head(body), cases)


@dataclass(frozen=True, slots=True)
class Decided:
    """``signs`` are the names of what stood before whoever decided, the heaviest first."""

    registration_id: str
    packet_id: str
    decision: str
    reason: str
    operator: str
    at: datetime
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionList:
    """``station`` decided, ``recipient`` is the fingerprint of the key of whoever asked."""

    station: str
    key: bytes
    recipient: str
    at: datetime
    decisions: tuple[Decided, ...]

    def encode(self) -> bytes:
        decisions = [
            {
                "registrationId": each.registration_id,
                "packetId": each.packet_id,
                "decision": each.decision,
                **({"reason": each.reason} if each.reason else {}),
                "operator": each.operator,
                "at": rfc3339(each.at),
                "signs": list(each.signs),
            }
            for each in self.decisions
        ]
        content = {"for": self.recipient, "at": rfc3339(self.at), "decisions": decisions}
        return _encoded("decisions", self.station, self.key, content)

    @classmethod
    def parse(cls, content: bytes) -> DecisionList:
        """Raises ``MalformedData``."""
        body = _body(content, "decisions")
        decisions = tuple(
            Decided(
                _matching(each, "registrationId", _REGISTRATION_ID),
                _matching(each, "packetId", _PACKET_ID),
                _matching(each, "decision", _WORD),
                _matching(each, "reason", _REASON) if each.holds("reason") else "",
                _matching(each, "operator", _USER),
                each.moment("at"),
                tuple(filter(_WORD.fullmatch, each.words("signs"))),
            )
            for each in body.parts("decisions")
        )
        return cls(*_head(body), decisions)


def _encoded(kind: str, station: str, key: bytes, content: Mapping[str, object]) -> bytes:
    whole = {"format": FORMAT, "kind": kind, "station": station, "key": base64url.encode(key), **content}
    return json.dumps(whole, separators=(",", ":")).encode()


def _body(content: bytes, kind: str) -> JsonPart:
    body = JsonPart.of(content, REVIEW_LIST_UNREADABLE)
    if body.number("format") != FORMAT:
        raise body.malformed("format")
    if body.text("kind") != kind:
        raise body.malformed("kind")
    return body


def _head(body: JsonPart) -> tuple[str, bytes, str, datetime]:
    return (
        _matching(body, "station", _STATION),
        body.octets("key"),
        _matching(body, "for", _FINGERPRINT),
        body.moment("at"),
    )


def _matching(part: JsonPart, name: str, pattern: re.Pattern[str]) -> str:
    text = part.text(name)
    if not pattern.fullmatch(text):
        raise part.malformed(name)
    return text
