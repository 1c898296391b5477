"""A server's answers in a file, for a station that has never been online.

A JWS of the key that signs the server's answers (certificate in ``x5c``), over JSON::

    {"format": 1, "station": "10001_10001", "made_at": ..., "valid_until": ...,
     "answers": {"<path>": {"body": "<base64url>", "signature": "<detached JWS>"}}}

Each answer is what the server would have said to that station, octet for octet, with its own signature; so what is
in it is read and checked as if it had come over a line. The path of ``getCertificate`` has the application's name
behind it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from muster import base64url
from muster.clock import rfc3339
from muster.errors import Code
from muster.formats.json_part import JsonPart

BUNDLE_UNREADABLE = Code(
    "BUNDLE_UNREADABLE", "The set-up file cannot be read: {part} is missing or has a wrong form."
)

FORMAT = 1


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """``station`` is ``<center>_<machine>``: parts are encrypted to that machine's key."""

    station: str
    made_at: datetime
    valid_until: datetime
    answers: Mapping[str, KeptAnswer]

    def encode(self) -> bytes:
        content = {
            "format": FORMAT,
            "station": self.station,
            "made_at": rfc3339(self.made_at),
            "valid_until": rfc3339(self.valid_until),
            "answers": {
                path: {"body": base64url.encode(each.body), "signature": each.signature}
                for path, each in self.answers.items()
            },
        }
        return json.dumps(content, separators=(",", ":")).encode()

    @classmethod
    def parse(cls, content: bytes) -> Bundle:
        """Raises ``MalformedData``."""
        body = JsonPart.of(content, BUNDLE_UNREADABLE)
        if body.number("format") != FORMAT:
            raise body.malformed("format")
        answers = body.part("answers")
        if answers is None:
            raise body.malformed("answers")
        return cls(
            body.text("station"),
            body.moment("made_at"),
            body.moment("valid_until"),
            {each.key: KeptAnswer(each.octets("body"), each.text("signature")) for each in answers.children()},
        )
