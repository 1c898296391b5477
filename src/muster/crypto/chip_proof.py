"""Whether a chip has the private key that its issuer put there: a copy of its files has not (ICAO Doc 9303-11, 6).

* Chip Authentication: the station agrees on a key with the chip's public one in DG14. Nothing the chip sends shows
  that it could; that it goes on talking under the new key does.
* Active Authentication: the chip signs the station's challenge with the key in DG15, by RSA as ISO/IEC 9796-2 has
  it (digital signature scheme 1, which ``cryptography`` has not: the public operation is one power, the rest is
  comparison) or by ECDSA.

The keys count for nothing before the issuer's signature over DG14 and DG15 was checked. Not spoken: Chip
Authentication modulo a prime.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from muster.crypto.chip_session import SessionCipher, Suite, same
from muster.crypto.issuer_keys import load_key, plain_scheme, unknown
from muster.errors import BadInput

_CA_ECDH = "0.4.0.127.0.7.2.2.3.2."
_SUITES = {"1": Suite.TRIPLE_DES, "2": Suite.AES_128, "3": Suite.AES_192, "4": Suite.AES_256}


# ISO/IEC 9796-2, 8: the octets around what is signed.
_HEADER, _TRAILER_SHA1, _TRAILER_NAMED = 0x6A, 0xBC, 0xCC
_TRAILER_HASHES = {0x33: "sha1", 0x34: "sha256", 0x35: "sha512", 0x36: "sha384", 0x38: "sha224"}
_TRAILER_NIBBLE = 0xC


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What Chip Authentication leads to. ``public`` goes to the chip; then ``cipher``, whose counter starts at
    0."""

    public: bytes
    cipher: SessionCipher = field(repr=False)


def agreement_suite(protocol: str) -> Suite | None:
    """What a Chip Authentication's object identifier asks for; None when it is not spoken."""
    return _SUITES.get(protocol.removeprefix(_CA_ECDH)) if protocol.startswith(_CA_ECDH) else None


def agree(suite: Suite, chip_key: bytes) -> NewKeys:
    """``chip_key`` is a SubjectPublicKeyInfo. Raises ``BadInput`` for a key of a kind that is not spoken."""
    key = load_key(chip_key)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise unknown()
    own = ec.generate_private_key(key.curve)
    numbers = own.public_key().public_numbers()
    octets = (key.curve.key_size + 7) // 8
    public = b"\x04" + numbers.x.to_bytes(octets) + numbers.y.to_bytes(octets)
    return NewKeys(public, suite.session(own.exchange(ec.ECDH(), key)))


def answer_length(chip_key: bytes) -> int:
    """Octets of a signature by Active Authentication's key; 0 for one of a kind that is not spoken."""
    try:
        key = load_key(chip_key)
    except BadInput:
        return 0
    octets = (key.key_size + 7) // 8
    return octets if isinstance(key, rsa.RSAPublicKey) else 2 * octets


def is_answered(chip_key: bytes, algorithm: str | None, challenge: bytes, answer: bytes) -> bool:
    """Whether ``answer`` is the chip's signature over ``challenge`` (6.1). ``algorithm`` is what DG14 names, which
    RSA keys do without. Raises ``BadInput`` for what is not spoken."""
    key = load_key(chip_key)
    if isinstance(key, rsa.RSAPublicKey):
        return _is_answered_by_rsa(key.public_numbers(), challenge, answer)
    scheme = plain_scheme(algorithm or "")
    if scheme is None:
        raise unknown()
    return scheme.verify(key, challenge, answer)


def _is_answered_by_rsa(key: rsa.RSAPublicNumbers, challenge: bytes, answer: bytes) -> bool:
    octets = (key.n.bit_length() + 7) // 8
    signature = int.from_bytes(answer)
    if len(answer) != octets or signature >= key.n:
        return False
    number = pow(signature, key.e, key.n)
    if number & 0xF != _TRAILER_NIBBLE:  # of the two numbers that fit, the signer takes the smaller
        number = key.n - number
    message = number.to_bytes(octets)
    name, trailer_length = _trailer(message)
    if message[0] != _HEADER or name is None:
        return False
    end = octets - trailer_length
    start = end - hashlib.new(name).digest_size  # behind the header: no key is shorter than 128 octets
    recovered, digest = message[1:start], message[start:end]
    return same(digest, hashlib.new(name, recovered + challenge).digest())


def _trailer(message: bytes) -> tuple[str | None, int]:
    if message[-1] == _TRAILER_SHA1:
        return "sha1", 1
    return (_TRAILER_HASHES.get(message[-2]), 2) if message[-1] == _TRAILER_NAMED else (None, 2)
