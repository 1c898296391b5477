from __future__ import annotations

import base64
import io
import random
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from muster.formats.zip_archive import pack
from muster.formats.zip_reading import unpack

FILES = {"ID.json": b'{ "identity" : {} } ', "packet_meta_info.json": b"{}", "empty.txt": b""}


def test_what_was_packed_comes_back_in_order() -> None:
    assert list(unpack(pack(FILES)).items()) == list(FILES.items())


def test_an_archive_without_entries_is_empty() -> None:
    assert unpack(pack({})) == {}


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


def stored(content: bytes, name: str = "proofOfIdentity.pdf") -> bool:
    with zipfile.ZipFile(io.BytesIO(pack({name: content}))) as archive:
        assert archive.read(name) == content
        return archive.getinfo(name).compress_type == zipfile.ZIP_STORED


def picture(form: str) -> bytes:
    """One that deflate would make smaller all the same: it is grey all over."""
    buffer = io.BytesIO()
    Image.new("L", (200, 300), 128).save(buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "JPEG2000"])
def test_a_picture_that_is_compressed_already_is_stored(form: str) -> None:
    assert stored(picture(form))


def test_a_page_that_is_one_scanned_picture_is_stored() -> None:
    scan = random.Random(1).randbytes(100_000)
    assert stored(b"%PDF-1.4\nstream\n" + scan + b"\nendstream\n%%EOF")


def test_a_page_of_plain_text_is_deflated() -> None:
    assert not stored(b"%PDF-1.4\n" + b"BT (Mustermann) Tj ET\n" * 5_000)
