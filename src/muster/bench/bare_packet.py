"""The bytes of one packet at every stage, and the primitives that nobody could leave out over them.

Everything is taken from a packet that was really sealed: what lies deflated in it is what is deflated here, with
the same strategy, and what lies stored is not.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from muster.crypto.envelope import DecryptionKey
from muster.crypto.signing import OAEP
from muster.formats import mosip_packet as mosip
from muster.formats.zip_archive import deflate_strategy
from muster.formats.zip_reading import unpack
from muster.packet.assemble import AssembledPacket
from muster.packet.contents import PacketContents

# The description and the hash files themselves.
_UNHASHED = (mosip.META_FILE, mosip.DATA_HASH_FILE, mosip.OPERATIONS_HASH_FILE)
_NONCE, _AAD = bytes(12), bytes(32)
_SESSION_KEY = bytes(32)
_PADDING, _HASH = padding.PKCS1v15(), hashes.SHA256()


@dataclass(frozen=True, slots=True)
class Deflated:
    """One file that lies deflated in an archive."""

    plain: bytes
    packed: bytes
    strategy: int


class BarePacket:
    """``records`` and ``documents`` went in, ``envelopes`` are the encrypted subpackets."""

    def __init__(
        self, contents: PacketContents, assembled: AssembledPacket, packet: bytes, key: DecryptionKey
    ) -> None:
        photo = [contents.exception_photo] if contents.exception_photo else []
        self.records = [each.record for each in (*contents.samples, *photo)]
        self.documents = [each.content for each in contents.documents]
        self._packet = packet
        self._outer = key.decrypt(packet)
        self.envelopes = [content for name, content in unpack(self._outer).items() if name.endswith(".zip")]
        self._archives = [key.decrypt(each) for each in self.envelopes]
        self._deflated = [each for archive in self._archives for each in _deflated(archive)]
        self._listed = [
            content
            for files in assembled.subpackets.values()
            for name, content in files.items()
            if name not in _UNHASHED
        ]
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._public = self._key.public_key()
        self._cipher = AESGCM(_SESSION_KEY)
        self._key_block = self._public.encrypt(_SESSION_KEY, OAEP)
        self._signed = [(each, self._key.sign(each, _PADDING, _HASH)) for each in self._archives]
        self._ciphertexts = [self._cipher.encrypt(_NONCE, each, _AAD) for each in (*self._archives, self._outer)]

    def assembling(self) -> None:
        for each in self.records:
            base64.b64encode(each)
        _hash(self._listed)

    def sealing(self) -> None:
        for each in self._deflated:
            compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS, strategy=each.strategy)
            compressor.compress(each.plain)
            compressor.flush()
        for archive in self._archives:
            self._key.sign(archive, _PADDING, _HASH)
        for plain in (*self._archives, self._outer):
            self._public.encrypt(_SESSION_KEY, OAEP)
            self._cipher.encrypt(_NONCE, plain, _AAD)
        _hash([*self.envelopes, self._packet])

    def assembling_and_sealing(self) -> None:
        _hash(self._listed)
        self.sealing()

    def opening(self) -> None:
        for ciphertext in self._ciphertexts:
            self._key.decrypt(self._key_block, OAEP)
            self._cipher.decrypt(_NONCE, ciphertext, _AAD)
        for each in self._deflated:
            zlib.decompress(each.packed, -zlib.MAX_WBITS)
        for archive, signature in self._signed:
            self._public.verify(signature, archive, _PADDING, _HASH)
        _hash([*self.envelopes, *self._listed])


def _hash(contents: list[bytes]) -> None:
    for each in contents:
        hashlib.sha256(each).digest()


def _deflated(archive: bytes) -> Iterator[Deflated]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        for entry in files.infolist():
            if entry.compress_type == zipfile.ZIP_DEFLATED:
                plain = files.read(entry)
                # The local header and the name; we write no extra field (APPNOTE.TXT 4.3.7).
                start = entry.header_offset + 30 + len(entry.filename.encode())
                packed = archive[start : start + entry.compress_size]
                yield Deflated(plain, packed, deflate_strategy(entry.filename, len(plain)))
