"""What the docstrings of the parsers say that they take, held against inputs made to take as much as possible."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fuzz.iso_records import face, finger, iris
from fuzz.keys import certificate_der, decryption_key, seal, signing_key
from muster.crypto.machine_data import decrypt_machine_data, encrypt_machine_data
from muster.errors import MalformedData
from muster.formats.cbeff_schema import NAMESPACE
from muster.formats.iso19794 import Certification, QualityBlock
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_5 import FaceRecord, Landmark
from muster.formats.iso19794_6 import IrisRecord
from muster.formats.iso19794_picture import describe
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import unpack

_MEGABYTE = 1_000_000
_HUNDRED_KILOBYTES = 100_000
_SIGNATURE = bytes.fromhex("0000000c6a5020200d0a870a")


def _blocks() -> tuple[QualityBlock, ...]:
    return tuple(QualityBlock(number, 1000 + number, 2000 + number) for number in range(255))


def _certified(record: Any, **flag: int) -> bytes:
    """Hundreds of representations that hold as little as possible but certifications and quality blocks, none of
    whose numbers is small enough to be shared."""
    certified = tuple(Certification(1000 + number, number) for number in range(255))
    details = replace(record.details, quality=_blocks())
    many = tuple(
        replace(record, **flag, details=blocks, certifications=certified, image=b"")
        for blocks in (record.details, details) * 100
    )
    return replace(many[0], further=many[1:]).encode()


def _landmarks() -> bytes:
    marks = tuple(Landmark(1, 2, 1000 + number, 2000, 3000 + number // 2) for number in range(65_000 - 3000))
    return replace(face(), landmarks=marks, image=b"").encode()


def _boxes() -> bytes:
    boxes = b"".join(b"\x00\x00\x00\x08" + number.to_bytes(4, "big") for number in range(20_000))
    return _SIGNATURE + (8 + len(boxes)).to_bytes(4, "big") + b"jp2h" + boxes


@pytest.mark.parametrize(
    ("parse", "hostile", "multiple", "more"),
    [
        pytest.param(FingerRecord.parse, _certified(finger()), 30, 0, id="finger"),
        pytest.param(FingerRecord.parse, replace(finger(), image=bytes(_MEGABYTE)).encode(), 2, 0, id="picture"),
        pytest.param(FaceRecord.parse, _certified(face(), certification_flag=1), 30, 0, id="face"),
        pytest.param(FaceRecord.parse, _landmarks(), 30, 0, id="landmarks"),
        pytest.param(FaceRecord.parse, _landmarks()[:-1], 30, 0, id="landmarks cut off"),
        pytest.param(IrisRecord.parse, _certified(iris(), certification_flag=1), 30, 0, id="iris"),
        pytest.param(describe, _boxes(), 20, 0, id="boxes"),
    ],
)
def test_a_record_takes_no_more_than_its_parser_says(
    parse: Callable[[bytes], object], hostile: bytes, multiple: int, more: int
) -> None:
    assert _peak(parse, hostile) <= multiple * len(hostile) + more


def test_an_envelope_takes_its_length_once_more() -> None:
    envelope = seal(bytes(_MEGABYTE))
    assert _peak(decryption_key().decrypt, envelope) <= len(envelope) + _HUNDRED_KILOBYTES


def test_machine_data_takes_its_length_once_more() -> None:
    sealed = encrypt_machine_data(certificate_der(), bytes(_MEGABYTE))
    assert (
        _peak(lambda blob: decrypt_machine_data(signing_key(), blob), sealed) <= len(sealed) + _HUNDRED_KILOBYTES
    )


def test_a_zip_takes_twice_what_it_gives_back() -> None:
    hostile = pack({str(number): bytes(200_000) for number in range(20)})
    given = 20 * 200_000
    assert _peak(unpack, hostile) <= 2 * given + _HUNDRED_KILOBYTES
    # Deflate's own limit: nothing gives back more than 1032 times what it took.
    assert given < 1032 * len(hostile)


def test_a_biometric_file_takes_no_more_than_200_times_its_length(tmp_path: Path) -> None:
    """The tree is libxml2's, so the process is asked and not Python."""
    hostile = f'<BIR xmlns="{NAMESPACE}">{"<BIR/>" * 60_000}</BIR>'.encode()
    assert _grown(tmp_path, "muster.formats.cbeff", "CbeffFile.parse", hostile) <= 200 * len(hostile)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("form", ["PNG", "JPEG2000"])
def test_a_picture_takes_no_more_than_30_octets_for_each_pixel(tmp_path: Path, mode: str, form: str) -> None:
    side = 1500
    buffer = io.BytesIO()
    Image.new(mode, (side, side)).save(buffer, form)
    grown = _grown(tmp_path, "muster.formats.image_codec", "decode", buffer.getvalue())
    assert 0 < grown <= 30 * side * side


def _peak(parse: Callable[[bytes], object], content: bytes) -> int:
    def attempt() -> None:
        try:
            parse(content)
        except MalformedData:
            return  # refusing must not cost more than accepting

    attempt()
    tracemalloc.start()
    attempt()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


_MEASURED = """
import re, sys
from muster.errors import MalformedData
from pathlib import Path
from {module} import {name}
content = Path(sys.argv[1]).read_bytes()
def peak():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
for each in (content[:20], content):
    before = peak()
    try:
        {call}(each)
    except MalformedData:
        pass
print(peak() - before)
"""


def _grown(folder: Path, module: str, call: str, content: bytes) -> int:
    """By how many octets a process grows that parses ``content``."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells a process its peak (ru_maxrss may be that of the process that started it)")
    file = folder / "content"
    file.write_bytes(content)
    script = _MEASURED.format(module=module, name=call.partition(".")[0], call=call)
    done = subprocess.run([sys.executable, "-c", script, str(file)], capture_output=True, check=True, text=True)
    return int(done.stdout)
