"""What servers encrypt to a machine, in both layouts."""

import random
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fuzz.keys import certificate_der, signing_key
from fuzz.mutation import plain
from muster.crypto.machine_data import OVERHEAD, decrypt_machine_data, encrypt_machine_data
from muster.errors import BadInput, MalformedData, NotAuthentic

REFUSALS = (MalformedData, BadInput, NotAuthentic)
_SMALLEST = 256 + 16 + 12 + 16
_KNOWN: list[tuple[bytes, bytes]] = []


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield encrypt_machine_data(certificate_der(), b"plaintext")
    yield encrypt_machine_data(certificate_der(), b"")
    yield _older(b"plaintext")
    yield _older(b"")
    yield bytes(_SMALLEST - 1)
    yield bytes(_SMALLEST)


def mutate(content: bytes, longest: int, seed: int) -> bytes:
    dice = random.Random(seed)
    if dice.random() < 0.5:
        return plain(content, longest)
    return _older(
        plain(content[:50], 200), bytes(dice.randrange(256) for _ in range(dice.choice((0, 16, 31, 32, 33))))
    )


def _older(plaintext: bytes, session_key: bytes = bytes(32)) -> bytes:
    """As servers up to 1.1.4.4 wrote it: 16 octets of nonce, 12 of additional data."""
    from muster.crypto.signing import OAEP, load_public_key

    block = load_public_key(certificate_der()).encrypt(session_key, OAEP)
    cipher = AESGCM(session_key if len(session_key) in (16, 24, 32) else bytes(32))
    return block + bytes(28) + cipher.encrypt(bytes(16), plaintext, bytes(12))


def run(content: bytes) -> None:
    plaintext = decrypt_machine_data(signing_key(), content)
    assert len(plaintext) in (len(content) - OVERHEAD, len(content) - _SMALLEST)
