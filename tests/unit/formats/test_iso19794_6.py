from __future__ import annotations

from pathlib import Path

import pytest

from muster.formats.iso19794 import UNKNOWN_TIME, CaptureDetails
from muster.formats.iso19794_6 import UNKNOWN_ANGLE, EyeLabel, IrisImageFormat, IrisImageType, IrisRecord

# Section 6.3 of the packet notes: without quality blocks the picture starts at 68.
PLAIN = bytes.fromhex(
    "49495200 30323000"  # IIR, 020
    "00000048 0001 00 01"  # 72 octets, one representation, no certification, one eye
    "00000038"  # the representation has 56
    "ffffffffffffffffff 01 0002 0003 00"
    "0001 02 03 0a 40 0280 01e0 08 0064 ffff ffff"  # first, left, cropped, JP2, lossless, 640 x 480, 8 bit
    "0001 0002 0003 0004 0005 0006"
    "00000004 01020304"
)
RECORD = IrisRecord(
    certification_flag=0, eyes_represented=1, details=CaptureDetails(UNKNOWN_TIME, 1, 2, 3, ()),
    representation_number=1, eye=EyeLabel.LEFT, image_type=IrisImageType.CROPPED,
    image_format=IrisImageFormat.MONO_JPEG2000, properties=0x40, width=640, height=480, bit_depth=8, range_mm=100,
    roll=UNKNOWN_ANGLE, roll_uncertainty=UNKNOWN_ANGLE, geometry=(1, 2, 3, 4, 5, 6), image=b"\1\2\3\4",
)  # fmt: skip


def test_a_record_lies_as_the_standard_has_it() -> None:
    assert RECORD.encode() == PLAIN
    assert IrisRecord.parse(PLAIN) == RECORD


def test_the_picture_starts_at_octet_68() -> None:
    assert RECORD.encode()[68:] == b"\1\2\3\4"


@pytest.mark.parametrize("name, eye", [("Left_Iris.iso", EyeLabel.LEFT), ("Right_Iris.iso", EyeLabel.RIGHT)])
def test_published_irises_say_which_eye_they_are(reference_data: Path, name: str, eye: EyeLabel) -> None:
    """Right is 1 and left is 2."""
    record = IrisRecord.parse((reference_data / "iso" / name).read_bytes())

    assert record.eye == eye
    assert record.image_type == IrisImageType.CROPPED
    assert record.image_format == IrisImageFormat.MONO_JPEG2000
