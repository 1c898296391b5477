"""Envelopes around packets: as they come, with session keys of every length, and around what opens."""

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509

from fuzz.keys import certificate_der, decryption_key, seal, server_pem
from muster.crypto.envelope import OVERHEAD, SPLITTER, DecryptionKey
from muster.crypto.signing import OAEP
from muster.errors import BadInput, MalformedData, NotAuthentic

REFUSALS = (MalformedData, BadInput, NotAuthentic)
WORDS = (SPLITTER,)
_BARE: list[DecryptionKey] = []


def seeds(reference: Path | None) -> Iterator[bytes]:
    whole = seal(b"plaintext")
    yield whole
    yield seal(b"")
    yield b""
    yield whole[:OVERHEAD]
    yield whole[: OVERHEAD - 1]
    for length in (0, 15, 16, 24, 32, 33, 190):
        yield whole[:76] + bytes(length)
    if reference:
        packet = next((reference / "mosip" / "packet").glob("1*.zip"))
        yield packet.read_bytes()[:1000]


def run(content: bytes) -> None:
    if len(content) < OVERHEAD:
        # What stands where the key block would is put there encrypted: a session key of that length.
        block = x509.load_der_x509_certificate(certificate_der()).public_key().encrypt(content[76:266], OAEP)  # type: ignore[union-attr]
        whole = (content[:76] + bytes(76))[:76] + block + SPLITTER + bytes(16)
        _refused_or_opened(whole)
    _without_certificate(content)
    plaintext = decryption_key().decrypt(content)
    assert len(plaintext) == len(content) - OVERHEAD


def _refused_or_opened(whole: bytes) -> None:
    try:
        decryption_key().decrypt(whole)
    except REFUSALS:
        return


def _without_certificate(content: bytes) -> None:
    if not _BARE:
        _BARE.append(DecryptionKey.from_pem(server_pem()[: server_pem().index(b"-----BEGIN CERTIFICATE")]))
    try:
        _BARE[0].decrypt(content)
    except REFUSALS:
        return
