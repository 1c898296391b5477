"""What a station sends to a hub that does not know it yet: its number and its public keys, signed with its key.

The hub answers with the station's standing (``asked``, ``approved``, ``barred``); an administrator decides, who
compares the key's name with what the station shows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from muster import base64url
from muster.errors import Code
from muster.formats.json_part import JsonPart

ENROLMENT_REQUEST_UNREADABLE = Code(
    "ENROLMENT_REQUEST_UNREADABLE",
    "A station's request to be let in cannot be read: {part} is missing or has a wrong form.",
)

PATH = "/v1/station/enrolment"
_STATION = re.compile(r"[0-9]{5}_[0-9]{5}")


@dataclass(frozen=True, slots=True)
class StationKeys:
    """The keys as MOSIP writes them: SubjectPublicKeyInfo DER, or TPMT_PUBLIC."""

    ref_id: str
    signing: bytes
    encryption: bytes

    def encode(self) -> bytes:
        said = {
            "refId": self.ref_id,
            "signPublicKey": base64url.encode(self.signing),
            "publicKey": base64url.encode(self.encryption),
        }
        return json.dumps(said).encode()

    @classmethod
    def parse(cls, content: bytes) -> StationKeys:
        """Raises ``MalformedData``."""
        part = JsonPart.of(content, ENROLMENT_REQUEST_UNREADABLE)
        ref_id = part.text("refId")
        if not _STATION.fullmatch(ref_id):
            raise part.malformed("refId")
        return cls(ref_id, part.octets("signPublicKey"), part.octets("publicKey"))
