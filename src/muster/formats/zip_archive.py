"""Zips in memory, written plainly; ``zip_reading`` reads them, and those of others, with suspicion."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from muster.formats.iso19794_picture import Codec, describe

# version needed, flags, method, time, date, CRC-32, compressed, uncompressed, name length, extra length
_COMMON = "HHHHHIIIHH"
_VERSION = 20  # deflate
_NAME_IS_UTF8 = 1 << 11
_FIRST_OF_JANUARY_1980 = 0x21
_LOCAL_HEADER_LENGTH = 4 + struct.calcsize(f"<{_COMMON}")
_ENTRY_AT_MOST = 256  # what an entry takes beside its content, generously
_LARGE = 64 * 1024
_PIECE = 16 * 1024
_WORTH_IT = 0.95
_CHUNK = 256 * 1024


def pack(files: Mapping[str, bytes], *, deflate: bool = True) -> bytes:
    """A zip of ``files`` in order. Times are constant: they would only tell when a packet was sealed.

    ``deflate`` compresses the files that get smaller by it: a picture that is compressed already, or a page with
    such a picture in it, is stored.

    Written here and not by ``zipfile``, because that lets nobody choose how deflate searches: a CBEFF file is
    base64 of pictures that are compressed already, where looking for repetitions takes five times as long and
    finds none (APPNOTE.TXT 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16; nothing here needs zip64).
    """
    # Room for everything stored, taken once: growing costs copies, and leaves holes.
    archive = io.BytesIO(bytes(sum(_ENTRY_AT_MOST + len(content) for content in files.values())))
    directory: list[bytes] = []
    for name, content in files.items():
        deflated = deflate and deflate_helps(content)
        begins_at, encoded = archive.tell(), name.encode()
        archive.write(bytes(_LOCAL_HEADER_LENGTH))
        archive.write(encoded)
        data_at = archive.tell()
        if deflated:
            _deflate_into(archive, content, deflate_strategy(name, len(content)))
        else:
            archive.write(content)
        ends_at = archive.tell()
        common = struct.pack(
            f"<{_COMMON}",
            _VERSION,
            0 if name.isascii() else _NAME_IS_UTF8,
            zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED,
            0,
            _FIRST_OF_JANUARY_1980,
            zlib.crc32(content),
            ends_at - data_at,
            len(content),
            len(encoded),
            0,
        )
        archive.seek(begins_at)
        archive.write(b"PK\x03\x04" + common)
        archive.seek(ends_at)
        # Made by version, then: no comment, first disk, no attributes, where the local header stands.
        made_by = struct.pack("<H", _VERSION)
        rest = struct.pack("<HHHII", 0, 0, 0, 0, begins_at)
        directory.append(b"".join((b"PK\x01\x02", made_by, common, rest, encoded)))
    listing, count = b"".join(directory), len(directory)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(listing), archive.tell(), 0)
    archive.write(listing + b"PK\x05\x06" + end)
    archive.truncate()
    return archive.getvalue()


def deflate_helps(content: bytes) -> bool:
    """Not on compressed pictures, nor where a piece from the middle of something long hardly shrinks."""
    if describe(content).codec is not Codec.UNKNOWN:
        return False
    if len(content) < _LARGE:
        return True
    middle = len(content) // 2
    piece = content[middle : middle + _PIECE]
    return len(zlib.compress(piece, 1)) < _WORTH_IT * len(piece)


def deflate_strategy(name: str, length: int) -> int:
    """How deflate searches a file: one of zlib's strategies."""
    encoded_pictures = name.endswith(".xml") and length > _LARGE
    return zlib.Z_HUFFMAN_ONLY if encoded_pictures else zlib.Z_DEFAULT_STRATEGY


def _deflate_into(archive: io.BytesIO, content: bytes, strategy: int) -> None:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS, strategy=strategy)
    view = memoryview(content)
    for start in range(0, len(content), _CHUNK):
        archive.write(compressor.compress(view[start : start + _CHUNK]))
    archive.write(compressor.flush())
