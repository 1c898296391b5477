"""Records are held against MOSIP's registration rules at the offsets of the packet notes, not with our parser."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from muster.devices.records import FINGER_POSITIONS, face_record, finger_record, iris_record, picture_of
from muster.domain.biometrics import BiometricAttribute, Modality
from muster.errors import MalformedData
from muster.formats.image_codec import Pixels
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_5 import FaceRecord
from muster.formats.iso19794_6 import IrisRecord

AT = datetime(2026, 3, 1, 12, 34, 56, 789_000, tzinfo=UTC)
# Where the picture's octets begin: one quality block, no certification block, no landmarks.
FINGER_IMAGE, FACE_IMAGE, IRIS_IMAGE = 62, 73, 73

GREY = np.random.default_rng(1).integers(0, 256, (60, 44), dtype=np.uint8)
COLOUR = np.random.default_rng(2).integers(0, 256, (48, 40, 3), dtype=np.uint8)
FINGERS = [each for each in BiometricAttribute if each.modality is Modality.FINGER]


def a_finger(pixels: Pixels = GREY, quality: float = 71) -> bytes:
    return finger_record(pixels, BiometricAttribute.LEFT_INDEX, 500, AT, quality)


def an_iris(pixels: Pixels = GREY) -> bytes:
    return iris_record(pixels, BiometricAttribute.LEFT_EYE, AT, 71)


def a_face(pixels: Pixels = COLOUR) -> bytes:
    return face_record(pixels, AT, 71)


def wavelet(jp2: bytes) -> int:
    """The transformation octet of the COD marker: 1 is the reversible 5/3 wavelet, 0 the lossy 9/7."""
    return jp2[jp2.index(b"\xff\x52") + 13]


@pytest.mark.parametrize("content", [b"", b"FIR", b"FIR\x00010\x00rest", b"<xml/>", b"\x00" * 100])
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData):
        picture_of(content)


@pytest.mark.parametrize("record", [a_finger(), an_iris(), a_face()], ids=["finger", "iris", "face"])
@pytest.mark.parametrize("length", [8, 20, 61, -1])
def test_a_record_that_is_cut_off_is_refused(record: bytes, length: int) -> None:
    with pytest.raises(MalformedData):
        picture_of(record[:length])


@pytest.mark.parametrize(
    ("record", "image"),
    [(a_finger(), FINGER_IMAGE), (an_iris(), IRIS_IMAGE), (a_face(), FACE_IMAGE)],
    ids=["finger", "iris", "face"],
)
def test_a_record_whose_picture_is_overwritten_is_refused(record: bytes, image: int) -> None:
    with pytest.raises(MalformedData, match="IMAGE_UNDECODABLE"):
        picture_of(record[:image] + bytes(len(record) - image))


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (7, 3), (400, 300)])
def test_a_grey_picture_of_any_size_comes_back_bit_for_bit(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(picture_of(a_finger(pixels)), pixels)
    np.testing.assert_array_equal(picture_of(an_iris(pixels)), pixels)


@settings(max_examples=25, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3))))
def test_a_face_comes_back_bit_for_bit(pixels: Pixels) -> None:
    np.testing.assert_array_equal(picture_of(a_face(pixels)), pixels)


def test_a_picture_cut_out_of_a_larger_one_comes_back_bit_for_bit() -> None:
    window = COLOUR[5:33, 3:31]
    assert not window.flags.c_contiguous
    np.testing.assert_array_equal(picture_of(a_face(window)), window)


@pytest.mark.parametrize("record", [a_finger(), an_iris(), a_face()], ids=["finger", "iris", "face"])
def test_the_picture_is_packed_without_loss(record: bytes) -> None:
    assert wavelet(record) == 1


def test_a_finger_record_is_grey_jpeg_2000_lossless_at_500_dpi() -> None:
    record = a_finger()
    assert record[:8] == b"FIR\x00020\x00"
    assert struct.unpack(">IHBB", record[8:16]) == (len(record), 1, 0, 1)  # one finger, no certification
    scale, *resolutions = struct.unpack(">BHHHH", record[42:51])
    assert (scale, resolutions) == (1, [500, 500, 500, 500])
    bit_depth, compression, impression, width, height = struct.unpack(">BBBHH", record[51:58])
    assert (bit_depth, compression, impression) == (8, 5, 0)
    assert (height, width) == GREY.shape
    assert struct.unpack(">I", record[58:62]) == (len(record) - FINGER_IMAGE,)


def test_a_finger_taken_at_1000_dpi_says_so() -> None:
    record = finger_record(GREY, BiometricAttribute.LEFT_INDEX, 1000, AT, 50)
    assert struct.unpack(">HHHH", record[43:51]) == (1000, 1000, 1000, 1000)


@pytest.mark.parametrize(
    ("attribute", "position"),
    [
        ("rightThumb", 1), ("rightIndex", 2), ("rightMiddle", 3), ("rightRing", 4), ("rightLittle", 5),
        ("leftThumb", 6), ("leftIndex", 7), ("leftMiddle", 8), ("leftRing", 9), ("leftLittle", 10),
    ],
)  # fmt: skip
def test_each_finger_has_its_position_of_the_standard(attribute: str, position: int) -> None:
    record = finger_record(GREY, BiometricAttribute(attribute), 500, AT, 50)
    assert record[40] == position


def test_every_finger_has_a_position() -> None:
    assert set(FINGER_POSITIONS) == set(FINGERS)


@pytest.mark.parametrize(
    ("attribute", "label"), [(BiometricAttribute.RIGHT_EYE, 1), (BiometricAttribute.LEFT_EYE, 2)]
)
def test_the_right_eye_is_1_and_the_left_is_2(attribute: BiometricAttribute, label: int) -> None:
    assert iris_record(GREY, attribute, AT, 50)[42] == label


def test_an_iris_record_is_cropped_mono_jpeg_2000_lossless() -> None:
    record = an_iris()
    assert record[:8] == b"IIR\x00020\x00"
    assert struct.unpack(">IHBB", record[8:16]) == (len(record), 1, 0, 1)
    assert struct.unpack(">H", record[40:42]) == (1,)  # representation number
    image_type, image_format, properties, width, height, bit_depth = struct.unpack(">BBBHHB", record[43:51])
    assert (image_type, image_format, properties >> 6, bit_depth) == (3, 0x0A, 1, 8)
    assert (height, width) == GREY.shape


def test_a_face_record_is_full_frontal_rgb_jpeg_2000_lossless() -> None:
    record = a_face()
    assert record[:8] == b"FAC\x00030\x00"
    assert struct.unpack(">IHBH", record[8:17]) == (len(record), 1, 0, 0)
    image_type, data_type, width, height = struct.unpack(">BBHH", record[58:64])
    assert (image_type, data_type) == (1, 2)
    assert (height, width) == COLOUR.shape[:2]
    assert record[68] in (0, 1)  # colour space: unspecified or 24 bit RGB


@pytest.mark.parametrize(
    ("record", "representation"),
    [(a_finger(), 16), (a_face(), 17), (an_iris(), 16)],
    ids=["finger", "face", "iris"],
)
def test_the_time_is_that_of_the_capture_and_no_vendor_is_claimed(record: bytes, representation: int) -> None:
    at = representation + 4
    assert struct.unpack(">HBBBBBH", record[at : at + 9]) == (2026, 3, 1, 12, 34, 56, 789)
    technology, vendor, device_type, blocks = struct.unpack(">BHHB", record[at + 9 : at + 15])
    assert (technology, vendor, device_type, blocks) == (0, 0, 0, 1)


@pytest.mark.parametrize(("quality", "score"), [(-3.0, 0), (0.4, 0), (71.6, 72), (100.0, 100), (250.0, 100)])
def test_the_quality_is_written_rounded_and_within_0_to_100(quality: float, score: int) -> None:
    assert a_finger(quality=quality)[35] == score


def test_our_own_parsers_read_what_is_made_here() -> None:
    assert FingerRecord.parse(a_finger()).encode() == a_finger()
    assert FaceRecord.parse(a_face()).encode() == a_face()
    assert IrisRecord.parse(an_iris()).encode() == an_iris()


@pytest.mark.parametrize("name", ["Left_Index", "Right_Thumb", "Left_Iris", "Right_Iris"])
def test_the_picture_in_a_record_of_mosip_is_grey(reference_data: Path, name: str) -> None:
    assert picture_of((reference_data / "iso" / f"{name}.iso").read_bytes()).ndim == 2


def test_the_picture_in_a_face_record_of_mosip_is_rgb(reference_data: Path) -> None:
    assert picture_of((reference_data / "iso" / "Face.iso").read_bytes()).shape[2:] == (3,)
