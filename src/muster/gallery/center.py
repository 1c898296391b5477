"""Templates as they leave a station: turned by its center's key, under names nobody else can make or undo.

A secret rotation keeps every cosine as it is, so the hub searches among turned vectors as among others. What it
protects from, and what not, is said in decision 46: a copy of the database cannot be compared with a face or with
another center's templates; who has the key, or some hundred templates of people whose faces are known, turns
everything back; and who looks like whom within the copy is seen by anybody.

Beside the vector lies, sealed, whose it is; its name is a keyed digest, by which it is found to be forgotten.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from muster.crypto.sealing import KEY_LENGTH, SEAL_BROKEN, Sealer, derive_key
from muster.domain.duplicates import Person, Whose
from muster.errors import Code, NotAuthentic

CENTER_GALLERY_KEY_WRONG = Code(
    "CENTER_GALLERY_KEY_WRONG", "The server's key for comparing faces is none. Tell your administrator."
)
STORED = np.dtype("<f2")


class CenterSecret:
    """What all stations of one center know and its database does not."""

    def __init__(self, key: bytes) -> None:
        """Raises ``NotAuthentic`` for what is no key."""
        if len(key) != KEY_LENGTH:
            raise NotAuthentic(CENTER_GALLERY_KEY_WRONG)
        self._turning = derive_key(key, "center gallery/turning")
        self._naming = derive_key(key, "center gallery/names")
        self._sealer = Sealer(key, "center gallery/people")
        self._rotations: dict[int, NDArray[np.float32]] = {}

    def subject(self, person: Person) -> str:
        return hmac.new(self._naming, _said(person), hashlib.sha256).hexdigest()

    def turned(self, vector: NDArray[np.float32]) -> bytes:
        """In half precision."""
        size = len(vector)
        if size not in self._rotations:
            self._rotations[size] = rotation(self._turning, size)
        return (self._rotations[size] @ vector).astype(STORED).tobytes()

    def sealed(self, person: Person) -> bytes:
        return self._sealer.seal(_said(person), self.subject(person))

    def opened(self, sealed: bytes, subject: str) -> Person:
        """Raises ``NotAuthentic``, for what was moved from somebody else's, too."""
        content = self._sealer.open(sealed, subject)
        try:
            whose, name = json.loads(content)
            return Person(Whose(whose), str(name))
        except (ValueError, TypeError) as error:
            raise NotAuthentic(SEAL_BROKEN) from error

    def __repr__(self) -> str:
        return "CenterSecret()"

    @cached_property
    def fingerprint(self) -> str:
        """Tells two centers' keys apart and says nothing of either."""
        return derive_key(self._naming, "center gallery/fingerprint").hex()[:16]


def rotation(key: bytes, size: int) -> NDArray[np.float32]:
    """One of all rotations and reflections of ``size`` dimensions, as ``key`` decides: the same on every computer.

    Normally distributed numbers (Box and Muller) out of SHAKE-256, made orthogonal; the signs of the triangle's
    diagonal are made positive, so that the result is Haar's and no library's choice.
    """
    octets = hashlib.shake_256(key + size.to_bytes(4, "big")).digest(size * size * 8)
    even, odd = (np.frombuffer(octets, ">u4").reshape(2, -1) + 0.5) / 2**32
    normal = np.sqrt(-2 * np.log(even)) * np.cos(2 * np.pi * odd)
    turned, triangle = np.linalg.qr(normal.reshape(size, size))
    return np.asarray(turned * np.sign(np.diag(triangle)), np.float32)


def _said(person: Person) -> bytes:
    return json.dumps([person.whose.value, person.name]).encode()
