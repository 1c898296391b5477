"""What the code on a slip says of a registration, few octets long so that a telephone reads it from thermal paper.

::

    {"v":1,"sub":"<registration number>","iat":<seconds>,"exp":<seconds>,"nh":"...","ph":"..."}

The centre and the machine are the number's first ten digits. ``nh`` and ``ph`` are base64url of the first 16
octets of SHA-256: over the number, a line feed and the name (NFKC, case folded, single blanks), and over the
record of the face that the packet carries (empty without one). ``"tr":1`` stands in
slips of training alone, which are of no effect. The number in front keeps hashes from being looked
up in a list made once for all; who guesses a name can still try it, which is what the hash is for.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from muster import base64url
from muster.errors import Code, MalformedData

SLIP_CLAIMS_UNREADABLE = Code(
    "SLIP_CLAIMS_UNREADABLE", "The code is signed, but what it says is not what a slip says."
)

_VERSION = 1
_HASH_OCTETS = 16
_DIGITS = 29


@dataclass(frozen=True, slots=True)
class SlipClaims:
    """Times are whole seconds, UTC."""

    registration_id: str
    issued_at: datetime
    expires_at: datetime
    name_hash: str
    photo_hash: str
    training: bool = False

    def encode(self) -> bytes:
        content = {
            "v": _VERSION,
            "sub": self.registration_id,
            "iat": int(self.issued_at.timestamp()),
            "exp": int(self.expires_at.timestamp()),
            "nh": self.name_hash,
            "ph": self.photo_hash,
            **({"tr": 1} if self.training else {}),
        }
        return json.dumps(content, separators=(",", ":")).encode()

    @classmethod
    def parse(cls, content: bytes) -> SlipClaims:
        """Raises ``MalformedData``."""
        try:
            told = json.loads(content)
            number, version = told["sub"], told["v"]
            issued, expires = (datetime.fromtimestamp(_seconds(told[key]), UTC) for key in ("iat", "exp"))
            name, photo = _hash(told["nh"]), _hash(told["ph"])
            if version != _VERSION or not isinstance(number, str) or len(number) != _DIGITS:
                raise ValueError("another version, or no registration number")
            if not (number.isascii() and number.isdigit()):
                raise ValueError("no registration number")
            training = told.get("tr", 0) != 0
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as error:
            raise MalformedData(SLIP_CLAIMS_UNREADABLE) from error
        return cls(number, issued, expires, name, photo, training)

    def is_of(self, name: str) -> bool:
        """Whether the slip is of somebody of that name."""
        return bool(self.name_hash) and self.name_hash == name_hash(self.registration_id, name)


def name_hash(registration_id: str, name: str) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return _short(hashlib.sha256(f"{registration_id}\n{plain}".encode()).digest()) if plain else ""


def photo_hash(sha256_hex: str) -> str:
    """``sha256_hex`` of the whole record; empty without one."""
    return _short(bytes.fromhex(sha256_hex))


def _short(digest: bytes) -> str:
    return base64url.encode(digest[:_HASH_OCTETS])


def _seconds(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("seconds")
    return value


def _hash(value: object) -> str:
    if not isinstance(value, str) or (value and len(base64url.decode(value)) != _HASH_OCTETS):
        raise ValueError("a hash")
    return value
