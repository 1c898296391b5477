from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from muster.errors import MalformedData
from muster.formats.iso19794 import UNKNOWN_TIME, CaptureDetails, Certification, QualityBlock
from muster.formats.iso19794_4 import FingerCompression, FingerRecord
from muster.formats.octets import RECORD_LENGTH_WRONG, RECORD_TRUNCATED

# Section 6.1 of the packet notes, one quality block, no certification block.
PLAIN = bytes.fromhex(
    "46495200 30323000"  # FIR, 020
    "00000042 0001 00 01"  # 66 octets, one representation, not certified, one finger
    "00000032"  # the representation has 50
    "ffffffffffffffffff 01 0002 0003"  # time unknown, technology, vendor, device type
    "01 55 0040 000f"  # one quality block: score 85
    "07 00 01 01f4 01f4 01f4 01f4 08 05 1d 012c 0190"  # left index, 500 dpi, 8 bit, JP2 lossless, 300 x 400
    "00000004 01020304"
)
CERTIFIED = bytes.fromhex(
    "46495200 30323000 00000049 0001 01 01 00000039"
    "ffffffffffffffffff 01 0002 0003 01 55 0040 000f"
    "02 0040 02 0041 03"  # two certifications: seven octets that shift the rest
    "07 00 01 01f4 01f4 01f4 01f4 08 05 1d 012c 0190 00000004 01020304"
)
RECORD = FingerRecord(
    fingers_present=1, details=CaptureDetails(UNKNOWN_TIME, 1, 2, 3, (QualityBlock(85, 0x40, 0x0F),)),
    certifications=None, position=7, representation_number=0, scale_unit=1, capture_resolution=(500, 500),
    image_resolution=(500, 500), bit_depth=8, compression=FingerCompression.JPEG2000_LOSSLESS, impression=0x1D,
    width=300, height=400, image=b"\1\2\3\4",
)  # fmt: skip


def test_a_certification_flag_that_is_neither_0_nor_1_is_refused() -> None:
    with pytest.raises(MalformedData) as caught:
        FingerRecord.parse(PLAIN[:14] + b"\x02" + PLAIN[15:])

    assert caught.value.code is RECORD_LENGTH_WRONG


def test_a_certified_record_that_claims_not_to_be_is_not_read_as_another_finger() -> None:
    """The seven octets of its certifications would be taken for the finger and its picture's size."""
    with pytest.raises(MalformedData) as caught:
        FingerRecord.parse(CERTIFIED[:14] + b"\x00" + CERTIFIED[15:])

    assert caught.value.code is RECORD_TRUNCATED


def test_a_record_lies_as_the_standard_has_it() -> None:
    assert RECORD.encode() == PLAIN
    assert FingerRecord.parse(PLAIN) == RECORD


def test_a_certification_block_shifts_everything_behind_it() -> None:
    record = replace(RECORD, certifications=(Certification(0x40, 2), Certification(0x41, 3)))

    assert record.encode() == CERTIFIED
    assert FingerRecord.parse(CERTIFIED) == record


def test_an_empty_certification_block_is_not_the_same_as_none() -> None:
    record = replace(RECORD, certifications=())

    assert len(record.encode()) == len(PLAIN) + 1
    assert FingerRecord.parse(record.encode()).certifications == ()


def test_octets_behind_the_picture_are_kept() -> None:
    """Segmentation, annotation and comment blocks may follow (clause on extended data)."""
    record = replace(RECORD, extended_data=b"\x00\x01\x00\x05x")

    assert FingerRecord.parse(record.encode()) == record
    assert record.encode().endswith(b"\1\2\3\4" + b"\x00\x01\x00\x05x")


@pytest.mark.parametrize(
    "name, position, size",
    [
        ("Right_Thumb.iso", 1, (357, 504)),
        ("Right_Index.iso", 2, (308, 413)),
        ("Right_Middle.iso", 3, (238, 357)),
        ("Right_Ring.iso", 4, (273, 504)),
        ("Right_Little.iso", 5, (273, 399)),
        ("Left_Thumb.iso", 6, (350, 427)),
        ("Left_Index.iso", 7, (280, 448)),
        ("Left_Middle.iso", 8, (287, 434)),
        ("Left_Ring.iso", 9, (252, 462)),
        ("Left_Little.iso", 10, (259, 441)),
    ],
)
def test_published_fingers_say_which_finger_they_are(
    reference_data: Path, name: str, position: int, size: tuple[int, int]
) -> None:
    record = FingerRecord.parse((reference_data / "iso" / name).read_bytes())

    assert (record.position, (record.width, record.height)) == (position, size)
    assert record.image_resolution == (500, 500)
    assert record.certifications == (Certification(0x40, 2), Certification(0x40, 2))


def test_the_published_left_index_has_its_segmentation_annotation_and_comment_behind_the_picture(
    reference_data: Path,
) -> None:
    record = FingerRecord.parse((reference_data / "iso" / "Left_Index.iso").read_bytes())
    segmentation, annotation, comment = 26, 9, 25  # each block's length, its four-octet header included

    assert len(record.extended_data) == segmentation + annotation + comment
    assert record.extended_data[0:4].hex() == "0001001a"
    assert record.extended_data[26:30].hex() == "00020009"
    assert record.extended_data[35:39].hex() == "00030019"
