from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from muster.formats.iso19794 import UNKNOWN_TIME, CaptureDetails, QualityBlock
from muster.formats.iso19794_5 import FaceDataType, FaceImageType, FaceRecord, Landmark

# Section 6.2 of the packet notes: with one quality block and no landmarks the picture starts at 73.
PLAIN = bytes.fromhex(
    "46414300 30333000"  # FAC, 030
    "0000004d 0001 00 0000"  # 77 octets, one representation, no certification, no temporal semantics
    "0000003c"  # the representation has 60
    "ffffffffffffffffff 01 0002 0003 01 55 0040 000f"
    "0000 ff 01 02 b4 010203 0004 050607 08090a"  # no landmarks, gender unknown, eyes, hair, height, ...
    "01 02 00f0 0140 00 0001 00 01"  # full frontal, JP2 lossless, 240 x 320, post-processed, RGB
    "00000004 01020304"
)
RECORD = FaceRecord(
    certification_flag=0, temporal_semantics=0,
    details=CaptureDetails(UNKNOWN_TIME, 1, 2, 3, (QualityBlock(85, 0x40, 0x0F),)),
    gender=255, eye_colour=1, hair_colour=2, subject_height=180, features=b"\1\2\3", expression=4, pose=b"\5\6\7",
    pose_uncertainty=b"\x08\x09\x0a", landmarks=(), image_type=FaceImageType.FULL_FRONTAL,
    data_type=FaceDataType.JPEG2000_LOSSLESS, width=240, height=320, sampling=0, post_processing=1,
    cross_reference=0, colour_space=1, image=b"\1\2\3\4",
)  # fmt: skip


def test_a_record_lies_as_the_standard_has_it() -> None:
    assert RECORD.encode() == PLAIN
    assert FaceRecord.parse(PLAIN) == RECORD


def test_the_picture_starts_at_octet_73() -> None:
    assert RECORD.encode()[73:] == b"\1\2\3\4"


def test_landmarks_take_eight_octets_each_before_the_picture() -> None:
    record = replace(RECORD, landmarks=(Landmark(1, 0x31, 100, 120, 0), Landmark(1, 0x32, 140, 120, 7)))
    content = record.encode()

    assert content[58:74].hex() == "0131006400780000" + "0132008c00780007"
    assert content[89:] == b"\1\2\3\4"
    assert FaceRecord.parse(content) == record


def test_the_published_face_is_a_full_frontal_of_240_by_320(reference_data: Path) -> None:
    record = FaceRecord.parse((reference_data / "iso" / "Face.iso").read_bytes())

    assert record.image_type == FaceImageType.FULL_FRONTAL
    assert record.data_type == FaceDataType.JPEG2000_LOSSLESS
    assert (record.width, record.height) == (240, 320)


def test_the_published_exception_photo_is_a_face_record_of_600_by_400(reference_data: Path) -> None:
    record = FaceRecord.parse((reference_data / "iso" / "Exception_Photo.iso").read_bytes())

    assert (record.width, record.height) == (600, 400)
