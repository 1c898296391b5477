"""Basic Access Control: chip and station show each other that both know the machine-readable zone (ICAO Doc
9303-11, 4.3; worked example in appendix D).

The zone has so little that nobody knows that a recording can be searched through offline: where a chip knows PACE,
that is used.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from muster.crypto.chip_session import MAC_LENGTH, SessionCipher, Suite, same
from muster.errors import Code, NotAuthentic

CHIP_ANSWER_FORGED = Code(
    "CHIP_ANSWER_FORGED",
    "What the chip answered was changed on the way, or this is not the chip that it says it is. Take the document "
    "off the reader and start again.",
)

Draw = Callable[[int], bytes]  # so many random octets

CHALLENGE_LENGTH = 8
_SECRET_LENGTH = 16
ANSWER_LENGTH = 2 * CHALLENGE_LENGTH + _SECRET_LENGTH + MAC_LENGTH


def seed_of(zone_information: str) -> bytes:
    """What a zone's number, birth and expiry, each with its check digit, are worth as a key (9.7.2, 4.3.3)."""
    return hashlib.sha1(zone_information.encode("ascii"), usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class BacSession:
    """``counter`` is where the send sequence counter starts."""

    cipher: SessionCipher = field(repr=False)
    counter: int


class BacTerminal:
    """The station's side of one exchange. ``draw`` gives random octets."""

    def __init__(self, zone_information: str, challenge: bytes, draw: Draw = secrets.token_bytes) -> None:
        """``challenge`` are the chip's eight octets."""
        seed = seed_of(zone_information)[:_SECRET_LENGTH]
        self._cipher = Suite.TRIPLE_DES.session(seed)
        self._challenge = challenge
        self._own_challenge = draw(CHALLENGE_LENGTH)
        self._own_secret = draw(_SECRET_LENGTH)

    def command_data(self) -> bytes:
        """What EXTERNAL AUTHENTICATE carries."""
        encrypted = self._cipher.encrypt(self._own_challenge + self._challenge + self._own_secret, b"")
        return encrypted + self._cipher.token(encrypted)

    def accept(self, answer: bytes) -> BacSession:
        """Raises ``NotAuthentic``: the chip shows that it does not know the zone."""
        encrypted, mac = answer[:-MAC_LENGTH], answer[-MAC_LENGTH:]
        if len(answer) != ANSWER_LENGTH or not same(mac, self._cipher.token(encrypted)):
            raise NotAuthentic(CHIP_ANSWER_FORGED)
        plain = self._cipher.decrypt(encrypted, b"")
        if plain[: 2 * CHALLENGE_LENGTH] != self._challenge + self._own_challenge:
            raise NotAuthentic(CHIP_ANSWER_FORGED)
        shared = bytes(one ^ other for one, other in zip(self._own_secret, plain[-_SECRET_LENGTH:], strict=True))
        counter = int.from_bytes(self._challenge[4:] + self._own_challenge[4:])
        return BacSession(Suite.TRIPLE_DES.session(shared), counter)
