"""A packet that was sealed for one server, sealed for the next one: what a center's hub sends on.

What the machine signed is the plaintext of each part, so its signatures stay good; only the envelopes and the
hashes over them are made anew. The packet's digest and size change with them: it is sealed once and the bytes
are kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from muster.crypto.envelope import DecryptionKey
from muster.errors import MalformedData
from muster.formats import mosip_packet as mosip
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import unpack
from muster.packet.opening import PACKET_EMPTY


def reseal(content: bytes, key: DecryptionKey, encrypt: Callable[[bytes], bytes]) -> bytes:
    """For a packet that ``open_packet`` found valid. Raises ``MalformedData``, ``BadInput``, ``NotAuthentic``."""
    outer = unpack(key.decrypt(content))
    archives = [name for name in outer if name.endswith(".zip")]
    if not archives:
        raise MalformedData(PACKET_EMPTY)
    for name in archives:
        outer[name] = encrypt(key.decrypt(outer[name]))
        beside = mosip.EntryName.parse(name).sidecar
        outer[beside] = _described(outer[beside], outer[name])
    return encrypt(pack(outer, deflate=False))


def _described(sidecar: bytes, encrypted: bytes) -> bytes:
    """Whatever else an earlier client wrote there stays."""
    described = json.loads(sidecar)
    described["encryptedhash"] = mosip.encrypted_hash(encrypted)
    return json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()
