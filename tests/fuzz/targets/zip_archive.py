"""Zips: bombs, names that climb, entries of one name and lengths that lie are refused."""

import struct
from collections.abc import Iterator
from pathlib import Path

from fuzz.mutation import mutate_archive
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import MAXIMUM_ENTRIES, MAXIMUM_TOTAL_BYTES, unpack

mutate = mutate_archive
WORDS = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"\x01\x00\x08\x00", b"up",
         b"../", b"\x00", b"\xff\xff\xff\xff", b"\xff\xff")  # fmt: skip
_FILES = {"ID.json": b'{ "identity" : {} } ', "a/b.txt": b"text" * 20, "empty.txt": b""}


def seeds(reference: Path | None) -> Iterator[bytes]:
    whole = pack(_FILES)
    yield whole
    yield pack(_FILES, deflate=False)
    yield pack({})
    yield pack({"bomb.bin": bytes(200_000)})
    yield pack({"../ID.json": b""})
    yield pack({"a.txt": b"", "A.TXT": b""})
    yield pack({str(number): b"" for number in range(MAXIMUM_ENTRIES + 1)})[-20_000:]
    yield overlapping(10)
    yield whole.replace(b"PK\x05\x06", b"PK\x06\x07" + struct.pack("<IQI", 0, 10, 1) + b"PK\x05\x06")
    with_extra = bytearray(whole)
    struct.pack_into("<H", with_extra, whole.index(b"PK\x01\x02") + 30, 12)
    yield bytes(with_extra)


def overlapping(count: int, content: bytes = bytes(100_000)) -> bytes:
    """A zip whose many entries are all the same octets."""
    one = pack({"000": content})
    directory = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry = one[directory:end]
    # Python compares the name before the content with that of the directory, so all have the same one...
    listing = b"".join(entry[:-3] + f"{number:03}".encode() for number in range(count))
    # ...or each its own header in front, which the one before takes for content: here the simple kind.
    return (
        one[:directory]
        + listing
        + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(listing), directory, 0)
    )


def run(content: bytes) -> None:
    files = unpack(content)
    assert len(files) <= MAXIMUM_ENTRIES
    assert len({name.lower() for name in files}) == len(files)
    assert sum(map(len, files.values())) <= MAXIMUM_TOTAL_BYTES
    for name in files:
        assert not name.startswith("/")
        assert not {"", ".", ".."} & set(name.split("/"))
        assert not any(letter < " " or letter == "\x7f" for letter in name)
    assert unpack(pack(files)) == files
