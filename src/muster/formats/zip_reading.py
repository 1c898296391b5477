"""Zips from outside, in memory, read with suspicion (APPNOTE.TXT 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16).

A packet's zips hold a handful of flat files. Whatever is not that (a path that climbs, two entries of
one name, a bomb) is refused before a byte is inflated.

Read here and not by ``zipfile``, for three reasons. MOSIP reads a zip as a stream, local header after local
header, where ``zipfile`` believes the directory at its end: an archive that tells the two different things
would show us other files than the server, so ours must tell one thing only. ``zipfile`` lists every entry
before anybody can count them, at many times the octets they take. And it looks past what no packet has: data
before, between and behind the entries, two entries over the same octets, zip64 records, names cut at a NUL.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from muster.errors import Code, MalformedData

ZIP_UNREADABLE = Code("ZIP_UNREADABLE", "The packet's archive cannot be read.")
ZIP_UNSAFE_NAME = Code("ZIP_UNSAFE_NAME", "The packet's archive has an entry with a forbidden name.")
ZIP_DUPLICATE_NAME = Code("ZIP_DUPLICATE_NAME", "The packet's archive has two entries of the same name.")
ZIP_TOO_LARGE = Code("ZIP_TOO_LARGE", "The packet's archive is larger unpacked than any packet may be.")

MAXIMUM_ENTRIES = 200
MAXIMUM_TOTAL_BYTES = 256 * 1024 * 1024
MAXIMUM_RATIO = 200  # deflate's own limit is about 1000; real XML stays below 20
# MOSIP's only ones; nobody packs packets with anything else.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# version needed, flags, method, time, date, CRC-32, compressed, uncompressed, name length, extra length
_COMMON = "HHHHHIIIHH"
_LOCAL = struct.Struct(f"<4s{_COMMON}")
# made by version, then the same, comment length, disk, two kinds of attributes, where the local header stands
_LISTED = struct.Struct(f"<4sH{_COMMON}HHHII")
# disk, disk of the directory, entries on it, entries, size of the directory, where it stands, comment length
_END = struct.Struct("<4sHHHHIIH")
_SIZES_FOLLOW = 1 << 3
_NAME_IS_UTF8 = 1 << 11
# Bits 1 and 2 say how hard deflate tried. The others mean encryption, patches or a masked directory.
_FLAGS = 0b110 | _SIZES_FOLLOW | _NAME_IS_UTF8
# CRC-32 and both sizes again behind the data (4.3.9): with or without a signature, four or eight octets each.
_DESCRIPTORS = (12, 16, 20, 24)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the directory. ``size`` is the unpacked one, ``offset`` where the local header stands."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int

    @property
    def name(self) -> str:
        """As UTF-8 whatever the flag says, like MOSIP."""
        try:
            return self.raw_name.decode()
        except UnicodeDecodeError as error:
            raise MalformedData(ZIP_UNREADABLE, offset=self.offset) from error

    @property
    def is_folder(self) -> bool:
        return self.raw_name.endswith(b"/")


def unpack(content: bytes, *, at_most: int = MAXIMUM_TOTAL_BYTES) -> dict[str, bytes]:
    """Every file by name, in the directory's order; folders are left out.

    Never holds more than twice the octets it gives back: ``at_most`` in all, however little they take when
    packed. Raises ``MalformedData``.
    """
    entries = tuple(_directory(content))
    _check(entries, at_most)
    places = _places(content, entries)
    files = (entry for entry in entries if not entry.is_folder)
    return {entry.name: _inflated(content, entry, places[entry.offset]) for entry in files}


def _directory(content: bytes) -> Iterator[_Entry]:
    """The entries, counted before they are read. Nothing stands behind the directory but its end record:
    no comment, and no zip64 record, whose word would count more than the directory's."""
    at = len(content) - _END.size
    if at < 0:
        raise MalformedData(ZIP_UNREADABLE, offset=len(content))
    mark, *disks, here, count, size, start, comment = _END.unpack_from(content, at)
    if mark != b"PK\x05\x06" or any(disks) or here != count or comment or start + size != at:
        raise MalformedData(ZIP_UNREADABLE, offset=at)
    if count > MAXIMUM_ENTRIES:
        raise MalformedData(ZIP_TOO_LARGE, offset=at)
    for _ in range(count):
        if start + _LISTED.size > at:
            raise MalformedData(ZIP_UNREADABLE, offset=min(start, at))
        mark, _made, _needed, flags, method, _time, _date, *sizes, extra, comment, disk, _, _, offset = (
            _LISTED.unpack_from(content, start)
        )
        crc, packed_size, unpacked_size, name_length = sizes
        name_at = start + _LISTED.size
        # An entry behind the directory: its offset would be none that an error could name.
        strays = offset > at - size
        if mark != b"PK\x01\x02" or disk or flags & ~_FLAGS or method not in _METHODS or strays:
            raise MalformedData(ZIP_UNREADABLE, offset=start)
        start = name_at + name_length + extra + comment
        yield _Entry(
            content[name_at : name_at + name_length], flags, method, crc, packed_size, unpacked_size, offset
        )
    if start != at:
        raise MalformedData(ZIP_UNREADABLE, offset=min(start, at))


def _check(entries: Sequence[_Entry], at_most: int) -> None:
    names: set[str] = set()
    total = 0
    for entry in entries:
        name = _folded(entry.name)
        if name in names:
            raise MalformedData(ZIP_DUPLICATE_NAME, offset=entry.offset)
        names.add(name)
        if not _is_safe(entry.name.removesuffix("/")):
            raise MalformedData(ZIP_UNSAFE_NAME, offset=entry.offset)
        if entry.is_folder and entry.size:
            raise MalformedData(ZIP_UNREADABLE, offset=entry.offset)
        if entry.size > MAXIMUM_RATIO * max(entry.packed_size, 1024):
            raise MalformedData(ZIP_TOO_LARGE, offset=entry.offset)
        total += entry.size
        if total > min(at_most, MAXIMUM_TOTAL_BYTES):
            raise MalformedData(ZIP_TOO_LARGE, offset=entry.offset)


def _folded(name: str) -> str:
    """Alike for names that a server, which ignores case letter by letter, takes for one."""
    return name.upper().casefold()


def _is_safe(name: str) -> bool:
    """No path that leaves the folder it is taken to, on any system, and nothing that a terminal would obey."""
    return (
        name.isprintable()
        and not any(each in name for each in "\\:")
        and all(part not in ("", ".", "..") for part in name.split("/"))
    )


def _places(content: bytes, entries: Sequence[_Entry]) -> dict[int, int]:
    """Where the data of each entry begins, by its offset: entries follow each other without gap or overlap."""
    places = {}
    expected = {0}
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset not in expected:
            raise MalformedData(ZIP_UNREADABLE, offset=entry.offset)
        places[entry.offset] = begin = _data_at(content, entry)
        end = begin + entry.packed_size
        expected = {end + each for each in _DESCRIPTORS} if entry.flags & _SIZES_FOLLOW else {end}
    directory = _END.unpack_from(content, len(content) - _END.size)[6]
    if directory not in expected:
        raise MalformedData(ZIP_UNREADABLE, offset=directory)
    return places


def _data_at(content: bytes, entry: _Entry) -> int:
    # There is room for it: it begins before the directory, each of whose entries is longer.
    mark, _needed, flags, method, _time, _date, crc, packed_size, size, name_length, extra = _LOCAL.unpack_from(
        content, entry.offset
    )
    name_at = entry.offset + _LOCAL.size
    same = (
        mark == b"PK\x03\x04"
        and (flags, method) == (entry.flags, entry.method)
        and content[name_at : name_at + name_length] == entry.raw_name
        and (flags & _SIZES_FOLLOW or (crc, packed_size, size) == (entry.crc, entry.packed_size, entry.size))
    )
    if not same:
        raise MalformedData(ZIP_UNREADABLE, offset=entry.offset)
    return int(name_at + name_length + extra)


def _inflated(content: bytes, entry: _Entry, begin: int) -> bytes:
    packed = memoryview(content)[begin : begin + entry.packed_size]
    if entry.method == zipfile.ZIP_STORED:
        octets = bytes(packed)
    else:
        # One octet more than there should be shows who lies about the size; zlib stops there.
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            octets = inflater.decompress(packed, entry.size + 1)
        except zlib.error as error:
            raise MalformedData(ZIP_UNREADABLE, offset=begin) from error
        if not inflater.eof or inflater.unused_data:
            raise MalformedData(ZIP_UNREADABLE, offset=begin)
    if len(octets) != entry.size or zlib.crc32(octets) != entry.crc:
        raise MalformedData(ZIP_UNREADABLE, offset=begin)
    return octets
