"""Zips in memory: written plainly, read with suspicion.

A packet's zips hold a handful of flat files. Whatever is not that (a path that climbs, two entries of
one name, a bomb) is refused before a byte is inflated.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from muster.errors import Code, MalformedData

ZIP_UNREADABLE = Code("ZIP_UNREADABLE", "The packet's archive cannot be read.")
ZIP_UNSAFE_NAME = Code("ZIP_UNSAFE_NAME", "The packet's archive has an entry with a forbidden name.")
ZIP_DUPLICATE_NAME = Code("ZIP_DUPLICATE_NAME", "The packet's archive has two entries of the same name.")
ZIP_TOO_LARGE = Code("ZIP_TOO_LARGE", "The packet's archive is larger unpacked than any packet may be.")

MAXIMUM_ENTRIES = 200
MAXIMUM_TOTAL_BYTES = 256 * 1024 * 1024
MAXIMUM_RATIO = 200  # deflate's own limit is about 1000; real XML stays below 20
# MOSIP's only ones; Python's bzip2 and LZMA readers cannot be stopped at a number of octets.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# version needed, flags, method, time, date, CRC-32, compressed, uncompressed, name length, extra length
_COMMON = "HHHHHIIIHH"
_VERSION = 20  # deflate
_NAME_IS_UTF8 = 1 << 11
_FIRST_OF_JANUARY_1980 = 0x21
_LARGE_XML = 64 * 1024


def pack(files: Mapping[str, bytes], *, deflate: bool = True) -> bytes:
    """A zip of ``files`` in order. Times are constant: they would only tell when a packet was sealed.

    Written here and not by ``zipfile``, because that lets nobody choose how deflate searches: a CBEFF file is
    base64 of pictures that are compressed already, where looking for repetitions takes five times as long and
    finds none (APPNOTE.TXT 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16; nothing here needs zip64).
    """
    parts: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, content in files.items():
        encoded, data = name.encode(), _deflated(name, content) if deflate else content
        flags = 0 if name.isascii() else _NAME_IS_UTF8
        method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
        common = struct.pack(
            f"<{_COMMON}",
            _VERSION,
            flags,
            method,
            0,
            _FIRST_OF_JANUARY_1980,
            zlib.crc32(content),
            len(data),
            len(content),
            len(encoded),
            0,
        )
        parts += [b"PK\x03\x04", common, encoded, data]
        # Made by version, then: no comment, first disk, no attributes, where the local header stands.
        made_by = struct.pack("<H", _VERSION)
        rest = struct.pack("<HHHII", 0, 0, 0, 0, offset)
        directory.append(b"".join((b"PK\x01\x02", made_by, common, rest, encoded)))
        offset += 4 + len(common) + len(encoded) + len(data)
    listing = b"".join(directory)
    count = len(directory)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(listing), offset, 0)
    return b"".join((*parts, listing, end))


def _deflated(name: str, content: bytes) -> bytes:
    encoded_pictures = name.endswith(".xml") and len(content) > _LARGE_XML
    strategy = zlib.Z_HUFFMAN_ONLY if encoded_pictures else zlib.Z_DEFAULT_STRATEGY
    compressor = zlib.compressobj(
        zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, strategy
    )
    return compressor.compress(content) + compressor.flush()


def unpack(content: bytes) -> dict[str, bytes]:
    """Every file by name. Raises ``MalformedData``."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(entries)
            return {entry.filename: _read(archive, entry) for entry in entries}
    except MalformedData:
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError) as error:
        raise MalformedData(ZIP_UNREADABLE) from error
    except (NotImplementedError, OverflowError, IndexError, KeyError) as error:
        raise MalformedData(ZIP_UNREADABLE) from error


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # ``archive.read`` inflates all there is and cuts to the declared size afterwards: a bomb whose
    # directory lies about its size would go off. Asked for a number of octets, zlib stops there.
    with archive.open(entry) as content:
        return content.read(entry.file_size + 1)


def _check(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) != len(names):
        raise MalformedData(ZIP_DUPLICATE_NAME)
    for entry in entries:
        parts = entry.filename.split("/")
        if entry.filename.startswith("/") or "\\" in entry.filename or any(p in ("", ".", "..") for p in parts):
            raise MalformedData(ZIP_UNSAFE_NAME, offset=entry.header_offset)
        # Nobody packs packets with anything else, and Python's other unpackers raise errors of their own.
        if entry.compress_type not in _METHODS:
            raise MalformedData(ZIP_UNREADABLE, offset=entry.header_offset)
        if entry.file_size > MAXIMUM_RATIO * max(entry.compress_size, 1024):
            raise MalformedData(ZIP_TOO_LARGE, offset=entry.header_offset)
    if len(entries) > MAXIMUM_ENTRIES or sum(entry.file_size for entry in entries) > MAXIMUM_TOTAL_BYTES:
        raise MalformedData(ZIP_TOO_LARGE)
