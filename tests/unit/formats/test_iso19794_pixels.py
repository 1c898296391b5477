"""Every code of every record, there and back."""

from __future__ import annotations

import io
import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

import muster_simulated
from muster import base64url
from muster.crypto.jws import verify_compact
from muster.devices.records import face_record, finger_record, iris_record
from muster.domain.biometrics import BiometricAttribute
from muster.errors import BadInput, MalformedData
from muster.formats.cbeff import CbeffFile
from muster.formats.image_codec import Pixels
from muster.formats.iso19794 import Purpose
from muster.formats.iso19794_4 import FingerCompression, FingerRecord
from muster.formats.iso19794_5 import FaceDataType, FaceRecord
from muster.formats.iso19794_6 import IrisRecord
from muster.formats.iso19794_picture import Codec, picture_in
from muster.formats.iso19794_pixels import (
    IRIS_LOSSLESS,
    IRIS_LOSSY,
    IRIS_PNG,
    IRIS_RAW,
    IrisCoding,
    coding_for,
    pixels_in,
    with_pixels,
)
from muster.formats.iso19794_record import Record, parse_record
from muster.formats.iso19794_rules import findings

AT = datetime(2026, 3, 1, 12, 34, 56, 789_000, tzinfo=UTC)
PICTURES = Path(next(iter(muster_simulated.__path__))) / "pictures"
A_FINGER: Pixels = np.asarray(Image.open(PICTURES / "leftIndex.png"))
AN_EYE: Pixels = np.asarray(Image.open(PICTURES / "leftEye.png"))
A_FACE: Pixels = np.asarray(Image.open(PICTURES / "face.jpg").convert("RGB"))
SMALL = np.zeros((4, 4), np.uint8)
FINGER = FingerRecord.parse(finger_record(SMALL, BiometricAttribute.LEFT_INDEX, 500, AT, 71))
FACE = FaceRecord.parse(face_record(np.zeros((4, 4, 3), np.uint8), AT, 71))
IRIS = IrisRecord.parse(iris_record(SMALL, BiometricAttribute.LEFT_EYE, AT, 71))

GREY = arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)))
RGB = arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3)))


def psnr(one: Pixels, other: Pixels) -> float:
    error = np.mean((one.astype(float) - other) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else 99.0


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def refusal(record: Record) -> str:
    """The code with which the picture is refused. Whatever else is raised breaks the test."""
    try:
        pixels_in(record)
    except MalformedData as error:
        return error.code.name
    return "accepted"


# --- there and back ------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40, database=None)
@given(pixels=GREY)
@pytest.mark.parametrize(
    "coding",
    [
        FingerCompression.NONE,
        FingerCompression.PACKED,
        FingerCompression.JPEG2000_LOSSLESS,
        FingerCompression.PNG,
    ],
)
def test_a_finger_comes_back_pixel_by_pixel(coding: FingerCompression, pixels: Pixels) -> None:
    record = parse_record(with_pixels(FINGER, pixels, coding).encode())

    assert np.array_equal(pixels_in(record), pixels)


@settings(deadline=None, max_examples=40, database=None)
@given(pixels=RGB)
@pytest.mark.parametrize("coding", [FaceDataType.JPEG2000_LOSSLESS, FaceDataType.PNG])
def test_a_face_comes_back_pixel_by_pixel(coding: FaceDataType, pixels: Pixels) -> None:
    record = parse_record(with_pixels(FACE, pixels, coding).encode())

    assert np.array_equal(pixels_in(record), pixels)


@settings(deadline=None, max_examples=40, database=None)
@given(pixels=GREY)
@pytest.mark.parametrize("coding", [IRIS_LOSSLESS, IRIS_RAW, IRIS_PNG], ids=["jp2", "raw", "png"])
def test_an_iris_comes_back_pixel_by_pixel(coding: IrisCoding, pixels: Pixels) -> None:
    record = parse_record(with_pixels(IRIS, pixels, coding).encode())

    assert np.array_equal(pixels_in(record), pixels)


@pytest.mark.parametrize(
    "coding, least_db, most_ratio",
    [
        (FingerCompression.WSQ, 32, 15),  # measured 32.9 dB, 13.7:1
        (FingerCompression.JPEG, 45, 15),  # 46.1 dB, 2.4:1
        (FingerCompression.JPEG2000_LOSSY, 34.5, 15),  # 35.4 dB, 12.1:1
    ],
)
def test_a_finger_coded_with_loss_keeps_its_ridges(
    coding: FingerCompression, least_db: float, most_ratio: float
) -> None:
    record = with_pixels(FINGER, A_FINGER, coding)

    assert psnr(pixels_in(record), A_FINGER) > least_db
    assert A_FINGER.size / len(record.image) < most_ratio


@pytest.mark.parametrize("coding", [FaceDataType.JPEG, FaceDataType.JPEG2000_LOSSY])
def test_a_face_coded_with_loss_looks_the_same(coding: FaceDataType) -> None:
    """Measured: 51.7 dB, 51.5 dB, both at 12.0:1."""
    record = with_pixels(FACE, A_FACE, coding)

    assert psnr(pixels_in(record), A_FACE) > 50
    assert A_FACE.size / len(record.image) < 15


def test_an_iris_coded_with_loss_keeps_its_texture() -> None:
    """Measured: 43.4 dB at 12.0:1."""
    record = with_pixels(IRIS, AN_EYE, IRIS_LOSSY)

    assert psnr(pixels_in(record), AN_EYE) > 42.5
    assert AN_EYE.size / len(record.image) < 15


# --- which code for which purpose ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "record, purpose, coding",
    [
        (FINGER, Purpose.REGISTRATION, 5),
        (FINGER, Purpose.AUTH, 4),
        (FACE, Purpose.REGISTRATION, 2),
        (FACE, Purpose.AUTH, 1),
        (IRIS, Purpose.REGISTRATION, IRIS_LOSSLESS),
        (IRIS, Purpose.AUTH, IRIS_LOSSY),
    ],
)
def test_each_purpose_has_the_code_of_the_table(record: Record, purpose: Purpose, coding: object) -> None:
    assert coding_for(record, purpose) == coding


@pytest.mark.parametrize("purpose", Purpose)
def test_what_is_written_for_a_purpose_is_fit_for_it(purpose: Purpose) -> None:
    iris = replace(IRIS, image_type=3 if purpose is Purpose.REGISTRATION else 7)

    assert findings(with_pixels(FINGER, A_FINGER, coding_for(FINGER, purpose)), purpose) == ()
    assert findings(with_pixels(FACE, A_FACE, coding_for(FACE, purpose)), purpose) == ()
    assert findings(with_pixels(iris, AN_EYE, coding_for(iris, purpose)), purpose) == ()


def test_an_iris_keeps_its_orientation_when_its_picture_is_set() -> None:
    turned = replace(IRIS, properties=0b01_00_10_01)

    assert with_pixels(turned, SMALL, IRIS_LOSSY).properties == 0b10_00_10_01


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (4, 4, 3), (4, 4, 1), (70_000, 1), (4,)])
def test_what_is_no_grey_picture_is_put_into_no_finger(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput) as caught:
        with_pixels(FINGER, np.zeros(shape, np.uint8), FingerCompression.PNG)

    assert caught.value.code.name == "PICTURE_UNSUITABLE"


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3)])
def test_what_is_no_rgb_picture_is_put_into_no_face(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput) as caught:
        with_pixels(FACE, np.zeros(shape, np.uint8), FaceDataType.PNG)

    assert caught.value.code.name == "PICTURE_UNSUITABLE"


# --- raw pixels ----------------------------------------------------------------------------------------------


def raw(depth: int, compression: FingerCompression, image: bytes, width: int = 3, height: int = 2) -> FingerRecord:
    return replace(FINGER, bit_depth=depth, compression=compression, image=image, width=width, height=height)


def test_packed_pixels_may_run_on_from_row_to_row() -> None:
    """Six pixels of 4 bits in three octets."""
    assert pixels_in(raw(4, FingerCompression.PACKED, bytes.fromhex("01234f"))).tolist() == [
        [0, 17, 34],
        [51, 68, 255],
    ]


def test_packed_pixels_may_begin_each_row_at_an_octet() -> None:
    assert pixels_in(raw(4, FingerCompression.PACKED, bytes.fromhex("012034f0"))).tolist() == [
        [0, 17, 34],
        [51, 68, 255],
    ]


def test_pixels_of_few_bits_that_are_not_packed_take_an_octet_each() -> None:
    assert pixels_in(raw(1, FingerCompression.NONE, bytes([0, 1, 0, 1, 1, 0]))).tolist() == [
        [0, 255, 0],
        [255, 255, 0],
    ]


@pytest.mark.parametrize("compression", [FingerCompression.NONE, FingerCompression.PACKED])
def test_pixels_of_16_bits_keep_the_upper_8(compression: FingerCompression) -> None:
    image = bytes.fromhex("00ff 0100 7f80 8000 fe00 ffff")

    assert pixels_in(raw(16, compression, image)).tolist() == [[0, 1, 0x7F], [0x80, 0xFE, 0xFF]]


def test_packed_pixels_of_12_bits_keep_the_upper_8() -> None:
    assert pixels_in(raw(12, FingerCompression.PACKED, bytes.fromhex("00fabc123fff"), 4, 1)).tolist() == [
        [0x00, 0xAB, 0x12, 0xFF]
    ]


@pytest.mark.parametrize("depth, length", [(8, 5), (8, 7), (0, 6), (17, 18), (255, 6), (4, 6)])
def test_raw_pixels_of_another_number_are_refused(depth: int, length: int) -> None:
    compression = FingerCompression.PACKED if depth == 4 else FingerCompression.NONE

    assert refusal(raw(depth, compression, bytes(length))) == "IMAGE_UNDECODABLE"


def test_a_raw_picture_that_begins_like_a_codec_is_still_raw() -> None:
    image = b"\xff\xd8\xff\xe0" + bytes(range(12))
    record = raw(8, FingerCompression.NONE, image, 4, 4)

    assert picture_in(record).codec is Codec.RAW
    assert pixels_in(record).tobytes() == image


# --- what others send ----------------------------------------------------------------------------------------


GREY_16 = Image.fromarray(np.arange(0, 60_000, 60_000 // 64, dtype=np.uint16)[:64].reshape(8, 8))
COLOURED = Image.fromarray(np.random.default_rng(4).integers(0, 256, (8, 8, 3), dtype=np.uint8))
ANIMATION = saved(COLOURED, "PNG", save_all=True, append_images=[COLOURED.rotate(90)])
TURN = Image.Exif()
TURN[0x0112] = 6  # Exif: turn by 90 degrees to the right


@pytest.mark.parametrize("record", [FINGER, FACE, IRIS], ids=["finger", "face", "iris"])
@pytest.mark.parametrize(
    "image",
    [
        saved(GREY_16, "PNG"),
        saved(GREY_16, "JPEG2000"),
        saved(COLOURED.quantize(16), "PNG"),
        saved(COLOURED.convert("CMYK"), "JPEG"),
        saved(COLOURED.convert("RGBA"), "JPEG2000"),
        saved(COLOURED.convert("LA"), "PNG"),
        saved(COLOURED.convert("1"), "PNG"),
        ANIMATION,
        saved(COLOURED, "JPEG", exif=TURN),
        saved(COLOURED, "JPEG", progressive=True),
    ],
    ids=[
        "16 bits png", "16 bits jp2", "palette", "cmyk", "alpha jp2", "grey and alpha", "bitmap", "animation",
        "turned", "progressive",
    ],
)  # fmt: skip
def test_pictures_that_no_record_should_hold_are_shown_and_found_fault_with(record: Record, image: bytes) -> None:
    strange = replace(record, image=image, width=8, height=8)

    assert pixels_in(strange).shape[:2] == (8, 8)
    for purpose in Purpose:
        assert {each.field for each in findings(strange, purpose)} >= {"image"}


@pytest.mark.parametrize("record", [FINGER, FACE, IRIS], ids=["finger", "face", "iris"])
@pytest.mark.parametrize("image", [b"", b"\0", b"GIF89a" + bytes(40), bytes(5000)])
def test_what_is_no_picture_is_refused(record: Record, image: bytes) -> None:
    assert refusal(replace(record, image=image)) == "IMAGE_UNDECODABLE"


HUGE_JPEG = saved(Image.new("L", (6000, 5000)), "JPEG")


@pytest.mark.parametrize("image", [HUGE_JPEG, saved(Image.new("L", (6000, 5000)), "PNG")], ids=["jpeg", "png"])
def test_a_huge_picture_is_refused_before_memory_is_taken_for_it(image: bytes) -> None:
    """Thirty megapixels, in a file of some kilobytes."""
    record = replace(FINGER, image=image)
    tracemalloc.start()
    try:
        assert refusal(record) == "IMAGE_TOO_LARGE"
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@settings(deadline=None, max_examples=150, database=None)
@given(data=st.data())
@pytest.mark.parametrize("coding", FingerCompression)
def test_a_damaged_record_is_shown_or_refused_and_nothing_else_happens(
    coding: FingerCompression, data: st.DataObject
) -> None:
    content = bytearray(DAMAGED[coding])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        record = parse_record(bytes(content))
        findings(record, Purpose.REGISTRATION)
        assert pixels_in(record).dtype == np.uint8
    except MalformedData as error:
        assert error.sentence


DAMAGED = {
    coding: with_pixels(FINGER, np.ascontiguousarray(A_FINGER[100:170, 100:170]), coding).encode()
    for coding in FingerCompression
}


def test_every_record_in_the_reference_data_decodes(reference_data: Path) -> None:
    contents = [path.read_bytes() for path in sorted((reference_data / "iso").glob("*.iso"))]
    sample = CbeffFile.parse((reference_data / "mosip" / "sample-cbeff.xml").read_bytes())
    contents += [each.bdb for each in sample.birs]
    for path in sorted((reference_data / "sbi").glob("rcapture-*.json")):
        if path.name.endswith(".request.json"):
            continue
        answer = json.loads(path.read_text(encoding="utf-8"))
        signed = [each["data"] for each in answer["biometrics"] if each.get("data")]
        values = [json.loads(verify_compact(each).payload).get("bioValue") for each in signed]
        contents += [base64url.decode(each) for each in values if each]
    records = [parse_record(each) for each in contents]

    assert len(records) >= 14 + 1 + 8
    for record in records:
        assert pixels_in(record).shape[:2] == (record.height, record.width)
