from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.errors import MalformedData
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import (
    ZIP_DUPLICATE_NAME,
    ZIP_TOO_LARGE,
    ZIP_UNREADABLE,
    ZIP_UNSAFE_NAME,
    unpack,
)

MEBIBYTE = 1024 * 1024
FILES = {"ID.json": b'{ "identity" : {} } ', "packet_meta_info.json": b"{}", "empty.txt": b""}
DIRECTORY_ENTRY = b"PK\x01\x02"
# Offsets in a directory entry (APPNOTE 4.3.12).
FLAGS, METHOD, CRC, PACKED_SIZE, SIZE, NAME_LENGTH, EXTRA_LENGTH, HEADER_OFFSET = 8, 10, 16, 20, 24, 28, 30, 42
# The same in a local header (4.3.7), which is what MOSIP reads.
LOCAL_FLAGS, LOCAL_METHOD, LOCAL_CRC, LOCAL_PACKED_SIZE, LOCAL_SIZE, LOCAL_NAME = 6, 8, 14, 18, 22, 30


def refusal(content: bytes) -> str:
    """The code with which ``content`` is refused. Whatever else is raised breaks the test."""
    try:
        unpack(content)
    except MalformedData as error:
        return error.code.name
    return "accepted"


def with_field(content: bytes, offset: int, form: str, value: int) -> bytes:
    """``content`` with one field of its first directory entry overwritten."""
    changed = bytearray(content)
    struct.pack_into(f"<{form}", changed, content.index(DIRECTORY_ENTRY) + offset, value)
    return bytes(changed)


def written_with(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("ID.json", b"Mustermann" * 100)
    return buffer.getvalue()


@pytest.mark.parametrize("name", [
    "../ID.json", "a/../ID.json", "..", "/ID.json", "./ID.json", "a//ID.json", "a\\ID.json", "..\\ID.json",
    "C:ID.json", "C:/ID.json", "C:\\ID.json", "ID.json:stream", "\\\\server\\ID.json", "", "/", "../", "a/..",
])  # fmt: skip
def test_a_path_that_could_climb_is_refused(name: str) -> None:
    assert refusal(pack({name: b""})) == ZIP_UNSAFE_NAME.name


@pytest.mark.parametrize("name", [
    "ID.json\0.pdf", "\0", "ID\n.json", "\x1b[2JID.json", "ID\x7f.json", "ID\u202enosj.", "ID\u2028.json",
])  # fmt: skip
def test_a_name_with_what_is_no_letter_but_an_order_is_refused(name: str) -> None:
    assert refusal(pack({name: b""})) == ZIP_UNSAFE_NAME.name


def test_a_name_that_is_no_utf8_is_refused() -> None:
    assert refusal(pack({"IDxx.json": b""}).replace(b"IDxx", b"ID\xff\xfe")) == ZIP_UNREADABLE.name


@pytest.mark.parametrize("second", [b"ab.txt", b"AB.TXT", b"aB.txt"])
def test_two_entries_of_one_name_are_refused_whatever_their_case(second: bytes) -> None:
    content = pack({"ab.txt": b"first", "cd.txt": b"second"}).replace(b"cd.txt", second)

    assert refusal(content) == ZIP_DUPLICATE_NAME.name


def test_letters_that_only_become_alike_as_capitals_make_two_entries_of_one_name() -> None:
    """Java compares capitals as well: to a server the dotless i is an I."""
    assert refusal(pack({"id.txt": b"", "\u0131d.txt": b""})) == ZIP_DUPLICATE_NAME.name


def test_a_bomb_that_tells_its_size_is_refused() -> None:
    assert refusal(pack({"bomb.bin": bytes(MEBIBYTE)})) == ZIP_TOO_LARGE.name


def lying_about_its_size(content: bytes, size: int) -> bytes:
    """``content`` with another size of its first entry, in the local header and in the directory."""
    changed = bytearray(with_field(content, SIZE, "I", size))
    struct.pack_into("<I", changed, LOCAL_SIZE, size)
    return bytes(changed)


@pytest.mark.parametrize("size", [0, 1000])
def test_a_bomb_that_lies_about_its_size_is_refused_before_it_goes_off(size: int) -> None:
    bomb = lying_about_its_size(pack({"bomb.bin": bytes(50 * MEBIBYTE)}), size)

    tracemalloc.start()
    refused = refusal(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refused == ZIP_UNREADABLE.name
    assert peak < MEBIBYTE


def test_an_entry_that_claims_more_than_it_holds_is_refused() -> None:
    assert refusal(lying_about_its_size(pack(FILES), 1000)) == ZIP_UNREADABLE.name


def test_a_caller_may_allow_less() -> None:
    content = pack({"a.txt": b"x" * 600, "b.txt": b"y" * 600})

    assert len(unpack(content, at_most=1200)) == 2
    with pytest.raises(MalformedData) as caught:
        unpack(content, at_most=1199)
    assert caught.value.code is ZIP_TOO_LARGE


def refused_at(content: bytes) -> int:
    with pytest.raises(MalformedData) as caught:
        unpack(content)
    return caught.value.offset


@pytest.mark.parametrize("field", [NAME_LENGTH, EXTRA_LENGTH, NAME_LENGTH + 4, HEADER_OFFSET])
def test_a_length_that_leads_behind_the_end_is_refused_at_a_place_that_is_there(field: int) -> None:
    content = with_field(pack(FILES), field, "H", 0xFFFF)

    assert 0 < refused_at(content) < len(content)


def test_of_two_entries_of_one_name_the_second_is_named() -> None:
    first = pack({"ab.txt": b"first"})
    twice = pack({"ab.txt": b"first", "cd.txt": b"second"}).replace(b"cd.txt", b"AB.TXT")

    assert refused_at(twice) == first.index(DIRECTORY_ENTRY)


def test_the_entry_that_makes_too_much_of_all_is_named() -> None:
    content = pack({"a.txt": b"x" * 600, "b.txt": b"y" * 600})

    with pytest.raises(MalformedData) as caught:
        unpack(content, at_most=1199)

    assert caught.value.offset == content.index(b"PK\x03\x04", 1)


def test_a_zip_of_zips_is_inflated_once_only() -> None:
    inner = pack({"bomb.bin": bytes(100_000)})

    assert unpack(pack({"inner.zip": inner})) == {"inner.zip": inner}


def test_a_long_directory_is_refused_before_it_is_listed() -> None:
    """Half a kilobyte of objects for each of a million entries would be the bomb."""
    content = pack({f"{number:x}": b"" for number in range(60_000)})

    tracemalloc.start()
    refused = refusal(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refused == ZIP_TOO_LARGE.name
    assert peak < MEBIBYTE


def test_more_than_256_mebibytes_in_all_are_refused() -> None:
    dense = random.Random(1).randbytes(2 * MEBIBYTE)
    content = with_field(pack({"large.bin": dense}), SIZE, "I", 257 * MEBIBYTE)

    assert refusal(content) == ZIP_TOO_LARGE.name


def test_more_than_200_entries_are_refused() -> None:
    assert refusal(pack({f"{number}.txt": b"" for number in range(200)})) == "accepted"
    assert refusal(pack({f"{number}.txt": b"" for number in range(201)})) == ZIP_TOO_LARGE.name


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_mosip_does_not_use_is_refused(method: int) -> None:
    assert refusal(written_with(method)) == ZIP_UNREADABLE.name


@pytest.mark.parametrize("method", [1, 9, 93, 95, 99, 0xFFFF])
def test_compression_that_we_cannot_read_is_refused(method: int) -> None:
    assert refusal(with_field(pack(FILES), METHOD, "H", method)) == ZIP_UNREADABLE.name


def test_an_entry_behind_a_password_is_refused() -> None:
    assert refusal(with_field(pack(FILES), FLAGS, "H", 1)) == ZIP_UNREADABLE.name


def test_an_entry_with_another_checksum_is_refused() -> None:
    assert refusal(with_field(pack(FILES), CRC, "I", 0)) == ZIP_UNREADABLE.name


def test_an_entry_that_lies_behind_the_end_is_refused() -> None:
    assert refusal(with_field(pack(FILES), HEADER_OFFSET, "I", 0x7FFFFFFF)) == ZIP_UNREADABLE.name


@pytest.mark.parametrize("offset", [2**62, 2**63 - 1, 2**63, 2**64 - 1])
def test_an_entry_that_lies_where_no_file_reaches_is_refused(offset: int) -> None:
    """A zip64 extra field (APPNOTE 4.5.3) can name offsets that Python itself cannot seek to."""
    content = bytearray(with_field(pack({"ID.json": b"{}"}), HEADER_OFFSET, "I", 0xFFFFFFFF))
    directory = content.index(DIRECTORY_ENTRY)
    extra = struct.pack("<HHQ", 1, 8, offset)
    struct.pack_into("<H", content, directory + 30, len(extra))
    end = directory + 46 + len("ID.json")
    content[end:end] = extra
    directory_size_at = content.index(b"PK\x05\x06") + 12
    struct.pack_into("<I", content, directory_size_at, end + len(extra) - directory)

    assert refusal(bytes(content)) == ZIP_UNREADABLE.name


@pytest.mark.parametrize("size", [2**31, 2**32 - 2, 2**32 - 1])
def test_absurd_lengths_are_refused_without_reading_anything(size: int) -> None:
    packed = with_field(pack(FILES), PACKED_SIZE, "I", size)
    both = with_field(packed, SIZE, "I", size)

    assert refusal(packed) == ZIP_UNREADABLE.name
    assert refusal(both) == ZIP_TOO_LARGE.name
    assert refusal(with_field(pack(FILES), NAME_LENGTH, "H", 0xFFFF)) == ZIP_UNREADABLE.name
    assert refusal(with_field(pack(FILES), EXTRA_LENGTH, "H", 0xFFFF)) == ZIP_UNREADABLE.name


@pytest.mark.parametrize("flag", [0, 4, 5, 6, 7, 12, 13, 14, 15])
def test_a_flag_of_encryption_patches_or_a_masked_directory_is_refused(flag: int) -> None:
    content = bytearray(with_field(pack(FILES), FLAGS, "H", 1 << flag))
    struct.pack_into("<H", content, LOCAL_FLAGS, 1 << flag)

    assert refusal(bytes(content)) == ZIP_UNREADABLE.name


# Two readers must not see two archives: MOSIP reads local headers, most others the directory.


@pytest.mark.parametrize("field, form", [
    (LOCAL_FLAGS, "H"), (LOCAL_METHOD, "H"), (LOCAL_CRC, "I"), (LOCAL_PACKED_SIZE, "I"), (LOCAL_SIZE, "I"),
    (LOCAL_NAME, "B"),
])  # fmt: skip
def test_a_local_header_that_says_something_else_than_the_directory_is_refused(field: int, form: str) -> None:
    content = bytearray(pack(FILES))
    (value,) = struct.unpack_from(f"<{form}", content, field)
    struct.pack_into(f"<{form}", content, field, value ^ 2)

    assert refusal(bytes(content)) == ZIP_UNREADABLE.name


def zip_of(content: bytes, directory: bytes, count: int, before: bytes = b"", behind: bytes = b"") -> bytes:
    """Local part, directory and an end record that fits them."""
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(before + content), 0)
    return before + content + directory + behind + end


def halves(content: bytes) -> tuple[bytes, bytes]:
    """The local part and the directory."""
    at = content.index(DIRECTORY_ENTRY)
    return content[:at], content[at:-22]


def test_the_halves_of_an_archive_make_it_again() -> None:
    local, directory = halves(pack(FILES))

    assert zip_of(local, directory, len(FILES)) == pack(FILES)


def test_an_entry_that_the_directory_does_not_list_is_refused() -> None:
    hidden, _ = halves(pack({"hidden.json": b"{}"}))
    local, directory = halves(pack(FILES))

    assert refusal(zip_of(local + hidden, directory, len(FILES))) == ZIP_UNREADABLE.name


def test_octets_before_the_first_entry_are_refused() -> None:
    local, directory = halves(pack({"ID.json": b"{}"}))
    moved = bytearray(directory)
    struct.pack_into("<I", moved, HEADER_OFFSET, 4)

    assert refusal(zip_of(local, bytes(moved), 1, before=b"MZ\0\0")) == ZIP_UNREADABLE.name


def test_two_entries_over_the_same_octets_are_refused() -> None:
    local, directory = halves(pack({"ID.json": b"{}"}))

    assert refusal(zip_of(local, directory + directory.replace(b"ID.", b"IE."), 2)) == ZIP_UNREADABLE.name


def test_an_entry_inside_another_is_refused() -> None:
    """How a quoted bomb multiplies one stretch of data (Fifield, 2019)."""
    inner_local, inner_directory = halves(pack({"in.txt": b"{}"}, deflate=False))
    local, directory = halves(pack({"out.txt": inner_local}, deflate=False))
    inside = bytearray(inner_directory)
    struct.pack_into("<I", inside, HEADER_OFFSET, local.index(inner_local))

    assert refusal(zip_of(local, directory, 1)) == "accepted"
    assert refusal(zip_of(local, directory + bytes(inside), 2)) == ZIP_UNREADABLE.name


@pytest.mark.parametrize("behind", [b"\0", b"PK\x06\x07" + bytes(16), b"PK\x06\x06" + bytes(52)])
def test_octets_between_the_directory_and_its_end_are_refused(behind: bytes) -> None:
    local, directory = halves(pack(FILES))

    assert refusal(zip_of(local, directory, len(FILES), behind=behind)) == ZIP_UNREADABLE.name


@pytest.mark.parametrize("count", [0, 2, 4, 199])
def test_another_number_of_entries_than_the_directory_holds_is_refused(count: int) -> None:
    local, directory = halves(pack(FILES))

    assert refusal(zip_of(local, directory, count)) == ZIP_UNREADABLE.name


def test_octets_behind_the_end_are_refused() -> None:
    assert refusal(pack(FILES) + b"\0") == ZIP_UNREADABLE.name


def test_octets_behind_the_compressed_data_are_refused() -> None:
    packed = pack({"ID.json": b"Mustermann" * 9})
    local, directory = halves(packed)
    (size,) = struct.unpack_from("<I", local, LOCAL_PACKED_SIZE)
    longer = bytearray(local + b"\0")
    struct.pack_into("<I", longer, LOCAL_PACKED_SIZE, size + 1)
    listed = bytearray(directory)
    struct.pack_into("<I", listed, PACKED_SIZE, size + 1)

    assert refusal(zip_of(bytes(longer), bytes(listed), 1)) == ZIP_UNREADABLE.name


def test_a_zip64_archive_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("ID.json", "w", force_zip64=True) as file:
        file.write(b"{}")

    assert refusal(buffer.getvalue()) == ZIP_UNREADABLE.name


def test_a_folder_that_holds_something_is_refused() -> None:
    assert refusal(pack({"folder/": b"{}"})) == ZIP_UNREADABLE.name


class Stream(io.RawIOBase):
    """Takes octets and gives none back: writers then put the sizes behind the data, as Java does."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, octets: object) -> int:
        self.content += bytes(octets)  # type: ignore[call-overload]
        return len(bytes(octets))  # type: ignore[call-overload]


def test_an_archive_that_was_written_as_a_stream_is_read() -> None:
    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, content in FILES.items():
            archive.writestr(name, content)

    assert struct.unpack_from("<I", stream.content, LOCAL_SIZE) == (0,)
    assert unpack(stream.content) == FILES


def test_an_archive_cut_off_anywhere_is_refused() -> None:
    content = pack(FILES)

    assert {refusal(content[:length]) for length in range(len(content))} == {ZIP_UNREADABLE.name}


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"no archive", bytes(1000)])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    assert refusal(content) == ZIP_UNREADABLE.name


@settings(deadline=None, max_examples=100, database=None)
@given(content=st.binary(max_size=200))
def test_random_octets_are_refused_and_nothing_else_happens(content: bytes) -> None:
    assert refusal(content) == ZIP_UNREADABLE.name


KNOWN = {ZIP_UNREADABLE.name, ZIP_UNSAFE_NAME.name, ZIP_DUPLICATE_NAME.name, ZIP_TOO_LARGE.name}
WHOLE = pack(FILES)


@settings(deadline=None, max_examples=300, database=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_octets_are_accepted_or_refused_and_nothing_else_happens(changes: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE)
    for position, octet in changes:
        content[position] = octet

    assert refusal(bytes(content)) in {"accepted", *KNOWN}


def test_folders_are_no_files() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.mkdir("REGISTRATION_CLIENT")
        archive.writestr("REGISTRATION_CLIENT/ID.json", b"{}")

    assert unpack(buffer.getvalue()) == {"REGISTRATION_CLIENT/ID.json": b"{}"}
