from __future__ import annotations

import base64
import io
import random
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.errors import MalformedData
from muster.formats.zip_archive import (
    ZIP_DUPLICATE_NAME,
    ZIP_TOO_LARGE,
    ZIP_UNREADABLE,
    ZIP_UNSAFE_NAME,
    pack,
    unpack,
)

MEBIBYTE = 1024 * 1024
FILES = {"ID.json": b'{ "identity" : {} } ', "packet_meta_info.json": b"{}", "empty.txt": b""}
DIRECTORY_ENTRY = b"PK\x01\x02"
# Offsets in a directory entry (APPNOTE 4.3.12).
FLAGS, METHOD, CRC, SIZE, HEADER_OFFSET = 8, 10, 16, 24, 42


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
])  # fmt: skip
def test_a_path_that_could_climb_is_refused(name: str) -> None:
    assert refusal(pack({name: b""})) == ZIP_UNSAFE_NAME.name


@pytest.mark.parametrize("second", [b"ab.txt", b"AB.TXT", b"aB.txt"])
def test_two_entries_of_one_name_are_refused_whatever_their_case(second: bytes) -> None:
    content = pack({"ab.txt": b"first", "cd.txt": b"second"}).replace(b"cd.txt", second)

    assert refusal(content) == ZIP_DUPLICATE_NAME.name


def test_a_bomb_that_tells_its_size_is_refused() -> None:
    assert refusal(pack({"bomb.bin": bytes(MEBIBYTE)})) == ZIP_TOO_LARGE.name


def test_a_bomb_that_lies_about_its_size_is_refused_before_it_goes_off() -> None:
    bomb = with_field(pack({"bomb.bin": bytes(50 * MEBIBYTE)}), SIZE, "I", 1000)

    tracemalloc.start()
    refused = refusal(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refused == ZIP_UNREADABLE.name
    assert peak < MEBIBYTE


def test_a_bomb_that_claims_to_be_empty_is_refused() -> None:
    bomb = with_field(pack({"bomb.bin": bytes(MEBIBYTE)}), SIZE, "I", 0)

    assert refusal(bomb) == ZIP_UNREADABLE.name


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


def test_what_was_packed_comes_back_in_order() -> None:
    assert list(unpack(pack(FILES)).items()) == list(FILES.items())


def test_an_archive_without_entries_is_empty() -> None:
    assert unpack(pack({})) == {}


def test_folders_are_no_files() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.mkdir("REGISTRATION_CLIENT")
        archive.writestr("REGISTRATION_CLIENT/ID.json", b"{}")

    assert unpack(buffer.getvalue()) == {"REGISTRATION_CLIENT/ID.json": b"{}"}


def test_the_library_reads_what_was_packed() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(FILES))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


def test_packing_twice_gives_the_same_octets_and_tells_no_time() -> None:
    content = pack(FILES)

    assert content == pack(FILES)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("deflate, method", [(True, zipfile.ZIP_DEFLATED), (False, zipfile.ZIP_STORED)])
def test_entries_are_deflated_unless_asked_otherwise(deflate: bool, method: int) -> None:
    content = pack(FILES, deflate=deflate)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {method}
    assert unpack(content) == FILES


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
@pytest.mark.parametrize("deflate", [True, False])
def test_another_reader_finds_nothing_wrong_with_what_is_written(tmp_path: Path, deflate: bool) -> None:
    pictures = base64.b64encode(random.Random(1).randbytes(90_000))
    files = {"ID.json": b"{}", "large_CBEFF.xml": pictures, "Ünïcode.txt": b"text", "empty.txt": b""}
    (tmp_path / "packed.zip").write_bytes(pack(files, deflate=deflate))
    tried = subprocess.run(["unzip", "-t", tmp_path / "packed.zip"], capture_output=True, check=False)
    assert tried.returncode == 0, tried.stdout
    assert unpack(pack(files, deflate=deflate)) == files


def test_base64_of_pictures_takes_the_three_quarters_it_must_and_no_more() -> None:
    pictures = base64.b64encode(random.Random(1).randbytes(300_000))
    assert len(pack({"large_CBEFF.xml": pictures})) < 0.765 * len(pictures)
