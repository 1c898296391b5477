"""Signing and encrypting an assembled packet: the bytes that are uploaded.

::

    <packetId>.zip = ENC( zip of  <SOURCE>/<PROCESS>/<rid>_<subpacket>.zip  = ENC( zip of the files )
                                  <SOURCE>/<PROCESS>/<rid>_<subpacket>.json = sidecar, plaintext )

The machine key signs the *plaintext* inner zip, raw RSA and not a JWS (trap 4). Encryption draws fresh keys
each time, so a packet is sealed once and its bytes are kept (trap 2): call this, store the result, never
call it again for the same registration.

Every stage is as large as the packet. Each has a function of its own, so that it is gone when the next but one
begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from muster import base64url
from muster.clock import rfc3339
from muster.formats import mosip_packet as mosip
from muster.formats.zip_archive import pack
from muster.packet.assemble import AssembledPacket


@dataclass(frozen=True, slots=True)
class SealedPacket:
    """The uploadable file. ``digest`` is the upper-case hex SHA-256 the sync call announces."""

    packet_id: str
    registration_id: str
    content: bytes
    digest: str

    @property
    def size(self) -> int:
        return len(self.content)


def seal(
    assembled: AssembledPacket, *, sign: Callable[[bytes], bytes], encrypt: Callable[[bytes], bytes]
) -> SealedPacket:
    """``sign`` is the machine key's raw signature, ``encrypt`` the envelope to the server's certificate."""
    content = encrypt(_outer(assembled, sign, encrypt))
    return SealedPacket(
        packet_id=assembled.packet_id,
        registration_id=assembled.registration_id,
        content=content,
        digest=hashlib.sha256(content).hexdigest().upper(),
    )


def _outer(assembled: AssembledPacket, sign: Callable[[bytes], bytes], encrypt: Callable[[bytes], bytes]) -> bytes:
    files: dict[str, bytes] = {}
    for name, plain in assembled.subpackets.items():
        entry = mosip.EntryName(mosip.SOURCE, assembled.process, assembled.registration_id, name)
        files |= _subpacket(assembled, entry, pack(plain), sign, encrypt)
    # Encrypted bytes do not compress; storing them saves the time and the 0.03 % deflate would add.
    return pack(files, deflate=False)


def _subpacket(
    assembled: AssembledPacket,
    entry: mosip.EntryName,
    plaintext: bytes,
    sign: Callable[[bytes], bytes],
    encrypt: Callable[[bytes], bytes],
) -> dict[str, bytes]:
    encrypted = encrypt(plaintext)
    described = sidecar(assembled, entry, sign(plaintext), encrypted)
    return {entry.archive: encrypted, entry.sidecar: described.encode()}


def sidecar(
    assembled: AssembledPacket, entry: mosip.EntryName, signature: bytes, encrypted: bytes
) -> mosip.Sidecar:
    return mosip.Sidecar(
        id=assembled.packet_id,
        packetname=entry.packet_name,
        source=entry.source,
        process=entry.process,
        refid=assembled.ref_id,
        schemaversion=str(assembled.schema_version),
        signature=base64url.encode(signature),
        encryptedhash=mosip.encrypted_hash(encrypted),
        providername=mosip.PROVIDER_NAME,
        providerversion=mosip.PROVIDER_VERSION,
        creationdate=rfc3339(assembled.created_at),
    )
