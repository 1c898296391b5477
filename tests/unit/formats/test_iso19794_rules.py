"""Each rule is broken once in a record that is otherwise as our devices write it."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from muster import base64url
from muster.crypto.jws import verify_compact
from muster.devices.records import face_record, finger_record, iris_record
from muster.domain.biometrics import BiometricAttribute, Modality
from muster.errors import MalformedData
from muster.formats.cbeff import CbeffFile
from muster.formats.image_codec import Pixels, encode_jp2_lossy
from muster.formats.iso19794 import UNKNOWN_TIME, Certification, Purpose, QualityBlock
from muster.formats.iso19794_4 import FingerCompression, FingerRecord
from muster.formats.iso19794_5 import FaceDataType, FaceRecord, Landmark
from muster.formats.iso19794_6 import IrisRecord
from muster.formats.iso19794_picture import Codec, Colour, Picture, describe, picture_in
from muster.formats.iso19794_pixels import IRIS_LOSSY, with_pixels
from muster.formats.iso19794_record import Record, parse_record
from muster.formats.iso19794_rules import RECORD_EXTENDED, RuleFinding, findings, registration_findings

AT = datetime(2026, 3, 1, 12, 34, 56, 789_000, tzinfo=UTC)
GREY: Pixels = np.random.default_rng(1).integers(0, 256, (60, 44), dtype=np.uint8)
RGB: Pixels = np.random.default_rng(2).integers(0, 256, (48, 40, 3), dtype=np.uint8)
FINGER = FingerRecord.parse(finger_record(GREY, BiometricAttribute.LEFT_INDEX, 500, AT, 71))
FACE = FaceRecord.parse(face_record(RGB, AT, 71))
IRIS = IrisRecord.parse(iris_record(GREY, BiometricAttribute.LEFT_EYE, AT, 71))
FIELD_OF_CODEC: dict[type[Record], str] = {
    FingerRecord: "compression",
    FaceRecord: "data_type",
    IrisRecord: "image_format",
}
EACH_RECORD = pytest.mark.parametrize("record", [FINGER, FACE, IRIS], ids=["finger", "face", "iris"])


def found(record: Record) -> list[tuple[str, str]]:
    return [(each.code.name, each.field) for each in registration_findings(record)]


def saved(pixels: Pixels, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def time(year: int, month: int, day: int, hour: int, minute: int, second: int, millisecond: int) -> bytes:
    return struct.pack(">HBBBBBH", year, month, day, hour, minute, second, millisecond)


# --- what is not a record -----------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"FIR", b"FIR\x00010\x00", b"IIR\x00030\x00", b"\x00" * 99, b"<xml/>"])
def test_what_is_no_record_is_refused_at_its_first_octet(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        parse_record(content)

    assert (caught.value.code.name, caught.value.offset) == ("RECORD_MAGIC_WRONG", 0)


@EACH_RECORD
def test_a_record_is_told_by_its_beginning(record: Record) -> None:
    assert parse_record(record.encode()) == record


# --- fingers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field, value, code",
    [
        ("fingers_present", 0, "RECORD_SUBJECTS_WRONG"),
        ("fingers_present", 2, "RECORD_SUBJECTS_WRONG"),
        ("certifications", (Certification(64, 4),), "FINGER_CERTIFICATION_UNKNOWN"),
        ("position", 0, "FINGER_POSITION_WRONG"),
        ("position", 11, "FINGER_POSITION_WRONG"),
        ("representation_number", 16, "RECORD_NUMBER_WRONG"),
        ("scale_unit", 0, "FINGER_SCALE_UNIT_UNKNOWN"),
        ("scale_unit", 3, "FINGER_SCALE_UNIT_UNKNOWN"),
        ("image_resolution", (489, 500), "FINGER_RESOLUTION_WRONG"),
        ("image_resolution", (500, 489), "FINGER_RESOLUTION_WRONG"),
        ("image_resolution", (501, 500), "FINGER_RESOLUTION_RAISED"),
        ("image_resolution", (500, 501), "FINGER_RESOLUTION_RAISED"),
        ("capture_resolution", (1011, 500), "FINGER_RESOLUTION_WRONG"),
        ("capture_resolution", (500, 1011), "FINGER_RESOLUTION_WRONG"),
        ("bit_depth", 16, "RECORD_BIT_DEPTH_WRONG"),
        ("compression", 4, "RECORD_NOT_LOSSLESS"),
        ("impression", 0x10, "FINGER_IMPRESSION_UNKNOWN"),
        ("width", 43, "RECORD_SIZE_WRONG"),
        ("height", 61, "RECORD_SIZE_WRONG"),
    ],
)
def test_a_finger_that_breaks_one_rule_has_that_one_finding(field: str, value: object, code: str) -> None:
    assert found(replace(FINGER, **{field: value})) == [(code, field)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "field, value",
    [
        ("certifications", ()),
        ("certifications", (Certification(64, 2), Certification(64, 3))),
        ("position", 1),
        ("position", 10),
        ("representation_number", 15),
        ("impression", 0x18),
        ("impression", 0x1D),
    ],
)
def test_a_finger_within_the_rules_has_no_finding(field: str, value: object) -> None:
    assert found(replace(FINGER, **{field: value})) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("resolution", [490, 1010])
def test_the_ends_of_the_range_of_resolutions_are_good(resolution: int) -> None:
    both = (resolution, resolution)
    assert found(replace(FINGER, capture_resolution=both, image_resolution=both)) == []


@pytest.mark.parametrize("per_centimetre", [193, 197, 397])
def test_a_resolution_per_centimetre_is_good_for_what_it_means(per_centimetre: int) -> None:
    """490.2, 500.4 and 1008.4 pixels per inch. MOSIP compares the bare number."""
    both = (per_centimetre, per_centimetre)

    assert found(replace(FINGER, scale_unit=2, capture_resolution=both, image_resolution=both)) == []


@pytest.mark.parametrize("per_centimetre", [192, 398, 500])
def test_a_resolution_per_centimetre_is_wrong_for_what_it_means(per_centimetre: int) -> None:
    """487.7, 1010.9 and 1270 pixels per inch; the last would pass with MOSIP."""
    both = (per_centimetre, per_centimetre)
    record = replace(FINGER, scale_unit=2, capture_resolution=both, image_resolution=both)

    assert found(record) == [
        ("FINGER_RESOLUTION_WRONG", "capture_resolution"),
        ("FINGER_RESOLUTION_WRONG", "image_resolution"),
    ]


# --- faces --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field, value, code",
    [
        ("certification_flag", 1, "RECORD_CERTIFIED"),
        ("temporal_semantics", 1, "FACE_TEMPORAL_SEMANTICS_WRONG"),
        ("gender", 3, "FACE_GENDER_UNKNOWN"),
        ("eye_colour", 8, "FACE_EYE_COLOUR_UNKNOWN"),
        ("hair_colour", 8, "FACE_HAIR_COLOUR_UNKNOWN"),
        ("image_type", 4, "FACE_IMAGE_TYPE_UNKNOWN"),
        ("image_type", 0x83, "FACE_IMAGE_TYPE_UNKNOWN"),
        ("data_type", 1, "RECORD_NOT_LOSSLESS"),
        ("sampling", 8, "FACE_SAMPLING_UNKNOWN"),
        ("colour_space", 2, "FACE_COLOUR_SPACE_WRONG"),
        ("colour_space", 3, "FACE_COLOUR_SPACE_WRONG"),
        ("width", 41, "RECORD_SIZE_WRONG"),
        ("height", 47, "RECORD_SIZE_WRONG"),
    ],
)
def test_a_face_that_breaks_one_rule_has_that_one_finding(field: str, value: object, code: str) -> None:
    assert found(replace(FACE, **{field: value})) == [(code, field)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "field, value",
    [
        ("gender", 255),
        ("eye_colour", 255),
        ("hair_colour", 7),
        ("image_type", 0),
        ("image_type", 2),
        ("sampling", 7),
        ("post_processing", 1),
        ("cross_reference", 1),
        ("colour_space", 0),
        ("landmarks", (Landmark(1, 2, 39, 47, 0),)),
    ],
)
def test_a_face_within_the_rules_has_no_finding(field: str, value: object) -> None:
    assert found(replace(FACE, **{field: value})) == []  # type: ignore[arg-type]


# --- irises -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field, value, code",
    [
        ("certification_flag", 1, "RECORD_CERTIFIED"),
        ("eyes_represented", 2, "RECORD_SUBJECTS_WRONG"),
        ("representation_number", 0, "RECORD_NUMBER_WRONG"),
        ("representation_number", 2, "RECORD_NUMBER_WRONG"),
        ("eye", 0, "IRIS_EYE_LABEL_WRONG"),
        ("eye", 3, "IRIS_EYE_LABEL_WRONG"),
        ("image_type", 1, "IRIS_NOT_CROPPED"),
        ("image_type", 7, "IRIS_NOT_CROPPED"),
        ("properties", 0b00_00_00_00, "RECORD_NOT_LOSSLESS"),
        ("properties", 0b10_00_00_00, "RECORD_NOT_LOSSLESS"),
        ("properties", 0b11_00_00_00, "RECORD_NOT_LOSSLESS"),
        ("properties", 0b01_00_00_11, "IRIS_ORIENTATION_UNKNOWN"),
        ("properties", 0b01_00_11_00, "IRIS_ORIENTATION_UNKNOWN"),
        ("bit_depth", 16, "RECORD_BIT_DEPTH_WRONG"),
        ("width", 45, "RECORD_SIZE_WRONG"),
        ("height", 59, "RECORD_SIZE_WRONG"),
    ],
)
def test_an_iris_that_breaks_one_rule_has_that_one_finding(field: str, value: object, code: str) -> None:
    assert found(replace(IRIS, **{field: value})) == [(code, field)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "field, value",
    [("eyes_represented", 0), ("eye", 1), ("properties", 0b01_00_10_01), ("range_mm", 300), ("roll", 0)],
)
def test_an_iris_within_the_rules_has_no_finding(field: str, value: int) -> None:
    assert found(replace(IRIS, **{field: value})) == []  # type: ignore[arg-type]


# --- the common beginning -----------------------------------------------------------------------------------


@EACH_RECORD
@pytest.mark.parametrize(
    "field, value, code",
    [
        ("device_type", 0, "RECORD_DEVICE_TYPE_ABSENT"),
        ("technology", 0x15, "RECORD_TECHNOLOGY_UNKNOWN"),
        ("quality", (QualityBlock(101, 1, 1),), "RECORD_QUALITY_IMPOSSIBLE"),
        ("quality", (QualityBlock(80, 1, 1), QualityBlock(254, 1, 1)), "RECORD_QUALITY_IMPOSSIBLE"),
    ],
)
def test_capture_details_that_break_one_rule_have_that_one_finding(
    record: Record, field: str, value: object, code: str
) -> None:
    named = replace(record.details, vendor=1, device_type=2)
    details = replace(named, **{field: value})  # type: ignore[arg-type]

    assert found(replace(record, details=named)) == []
    assert found(replace(record, details=details)) == [(code, field)]


@pytest.mark.parametrize(
    "record, technology, is_known",
    [
        (FINGER, 0x14, True),
        (FACE, 6, True),
        (FACE, 7, False),
        (FACE, 0x80, True),
        (IRIS, 1, True),
        (IRIS, 2, False),
    ],
)
def test_each_kind_has_its_own_capture_technologies(record: Record, technology: int, is_known: bool) -> None:
    details = replace(record.details, technology=technology)

    assert (found(replace(record, details=details)) == []) is is_known


@EACH_RECORD
@pytest.mark.parametrize("score", [0, 100, 255])
def test_a_score_may_be_0_to_100_or_failed(record: Record, score: int) -> None:
    quality = (QualityBlock(50, 1, 1), QualityBlock(score, 1, 2))

    assert found(replace(record, details=replace(record.details, quality=quality))) == []


@EACH_RECORD
@pytest.mark.parametrize(
    "moment",
    [
        bytes(9),
        time(2026, 0, 1, 0, 0, 0, 0),
        time(2026, 13, 1, 0, 0, 0, 0),
        time(2026, 1, 32, 0, 0, 0, 0),
        time(0, 1, 1, 0, 0, 0, 0),
        time(2026, 1, 1, 24, 0, 0, 0),
        time(2026, 1, 1, 0, 60, 0, 0),
        time(2026, 1, 1, 0, 0, 60, 0),
        time(2026, 1, 1, 0, 0, 0, 1000),
        time(2026, 1, 0xFF, 0, 0, 0, 0),
        time(2026, 1, 1, 0xFF, 0, 0, 0),
        time(0xFFFF, 1, 0xFF, 0, 0, 0, 0),
    ],
    ids=lambda moment: moment.hex(),
)
def test_a_time_that_is_none_and_not_marked_so_is_found(record: Record, moment: bytes) -> None:
    details = replace(record.details, time=moment)

    assert found(replace(record, details=details)) == [("RECORD_TIME_IMPOSSIBLE", "captured_at")]


@EACH_RECORD
@pytest.mark.parametrize(
    "moment",
    [
        UNKNOWN_TIME,
        time(2024, 2, 29, 23, 59, 59, 999),
        time(2026, 12, 31, 0xFF, 0xFF, 0xFF, 0xFFFF),
        time(0xFFFF, 0xFF, 0xFF, 12, 0, 0, 0),
    ],
    ids=["unknown", "whole", "date only", "time of day only"],
)
def test_a_time_may_be_whole_or_marked_as_unknown_in_part(record: Record, moment: bytes) -> None:
    assert found(replace(record, details=replace(record.details, time=moment))) == []


# --- what MOSIP takes all the same --------------------------------------------------------------------------


def warned(record: Record) -> list[tuple[str, str]]:
    """The record must have no fault."""
    findings = registration_findings(record)
    assert not any(each.is_fault for each in findings)
    return [(each.code.name, each.field) for each in findings]


@EACH_RECORD
def test_everything_mosip_refuses_is_a_fault(record: Record) -> None:
    (finding,) = registration_findings(replace(record, width=record.width + 1))

    assert finding.is_fault


@EACH_RECORD
def test_a_record_without_a_quality_score_is_a_warning(record: Record) -> None:
    unscored = replace(record, details=replace(record.details, quality=()))

    assert warned(unscored) == [("RECORD_QUALITY_ABSENT", "quality")]


@EACH_RECORD
def test_octets_behind_the_picture_are_a_warning(record: Record) -> None:
    assert warned(replace(record, extended_data=b"\0")) == [("RECORD_EXTENDED", "extended_data")]


@EACH_RECORD
@pytest.mark.parametrize(
    "moment",
    [
        time(2026, 2, 29, 0, 0, 0, 0),
        time(2026, 4, 31, 0xFF, 0xFF, 0xFF, 0xFFFF),
        time(10000, 1, 1, 0, 0, 0, 0),
        time(0xFFFF, 12, 31, 23, 59, 59, 999),
    ],
    ids=["29 February", "31 April", "year 10000", "year 65535"],
)
def test_a_day_that_does_not_exist_is_a_warning(record: Record, moment: bytes) -> None:
    dated = replace(record, details=replace(record.details, time=moment))

    assert warned(dated) == [("RECORD_DATE_IN_NO_CALENDAR", "captured_at")]


@pytest.mark.parametrize(
    "landmarks",
    [(Landmark(1, 2, 40, 0, 0),), (Landmark(1, 2, 3, 4, 0), Landmark(1, 3, 0, 48, 0))],
    ids=["right of it", "below it"],
)
def test_a_landmark_outside_the_picture_is_a_warning(landmarks: tuple[Landmark, ...]) -> None:
    assert warned(replace(FACE, landmarks=landmarks)) == [("FACE_LANDMARK_OUTSIDE", "landmarks")]


# --- several representations --------------------------------------------------------------------------------


@EACH_RECORD
def test_several_representations_are_a_fault_each_of_them_is_judged(record: Record) -> None:
    second = replace(record, width=record.width + 1)
    if isinstance(second, IrisRecord):
        second = replace(second, representation_number=2)
    whole = replace(record, further=(second, replace(record, image=b"")))  # type: ignore[arg-type]

    assert found(whole)[:2] == [
        ("RECORD_REPRESENTATIONS_SEVERAL", "representations"),
        ("RECORD_SIZE_WRONG", "representations[1].width"),
    ]
    assert found(whole)[-1] == ("RECORD_PICTURE_NOT_JP2", "representations[2].image")
    assert registration_findings(whole)[0].is_fault


def test_what_the_header_says_wrong_is_said_once() -> None:
    both = replace(FINGER, fingers_present=2)

    assert found(replace(both, further=(both,))) == [
        ("RECORD_REPRESENTATIONS_SEVERAL", "representations"),
        ("RECORD_SUBJECTS_WRONG", "fingers_present"),
    ]


def test_irises_are_numbered_by_their_place() -> None:
    """Two with the number 1: the second is wrong."""
    assert found(replace(IRIS, further=(IRIS,)))[1:] == [
        ("RECORD_NUMBER_WRONG", "representations[1].representation_number")
    ]


@pytest.mark.parametrize("record", [FACE, IRIS], ids=["face", "iris"])
def test_a_certification_block_is_for_fingers(record: FaceRecord | IrisRecord) -> None:
    certified = replace(record, certification_flag=1, certifications=(Certification(64, 2),))

    assert found(certified) == [("RECORD_CERTIFIED", "certification_flag")]


# --- the picture inside -------------------------------------------------------------------------------------


@EACH_RECORD
@pytest.mark.parametrize(
    "image",
    [saved(GREY, "PNG"), saved(GREY, "JPEG"), b"\xff\xa0\xff\xa8\x00\x02"],
    ids=["png", "jpeg", "wsq"],
)
def test_a_picture_of_another_codec_than_the_record_says_is_found_and_no_more_said_of_it(
    record: Record, image: bytes
) -> None:
    assert found(replace(record, image=image)) == [
        ("RECORD_CODEC_MISSTATED", FIELD_OF_CODEC[type(record)]),
        ("RECORD_PICTURE_NOT_JP2", "image"),
    ]


@EACH_RECORD
@pytest.mark.parametrize("image", [b"", b"x" * 500], ids=["nothing", "something"])
def test_what_is_no_picture_is_found_and_not_called_another_codec(record: Record, image: bytes) -> None:
    assert found(replace(record, image=image)) == [("RECORD_PICTURE_NOT_JP2", "image")]


@pytest.mark.parametrize("code", [0, 1, 2, 3, 6, 7, 255])
def test_a_finger_that_states_another_codec_than_it_holds_is_found(code: int) -> None:
    assert found(replace(FINGER, compression=code)) == [
        ("RECORD_NOT_LOSSLESS", "compression"),
        ("RECORD_CODEC_MISSTATED", "compression"),
    ]


@pytest.mark.parametrize("code", [0, 3, 4, 255])
def test_a_face_that_states_another_codec_than_it_holds_is_found(code: int) -> None:
    assert found(replace(FACE, data_type=code)) == [
        ("RECORD_NOT_LOSSLESS", "data_type"),
        ("RECORD_CODEC_MISSTATED", "data_type"),
    ]


@pytest.mark.parametrize("code", [0x02, 0x0E, 0x7F])
def test_an_iris_that_states_another_codec_than_it_holds_is_found(code: int) -> None:
    assert found(replace(IRIS, image_format=code)) == [
        ("IRIS_FORMAT_WRONG", "image_format"),
        ("RECORD_CODEC_MISSTATED", "image_format"),
    ]


@EACH_RECORD
def test_a_codestream_without_the_file_around_it_is_no_jpeg_2000_file(record: Record) -> None:
    stream = record.image[record.image.index(b"\xff\x4f\xff\x51") :]

    assert describe(stream).codec is Codec.JPEG2000_CODESTREAM
    assert found(replace(record, image=stream)) == [("RECORD_PICTURE_NOT_JP2", "image")]


@EACH_RECORD
def test_a_picture_cut_off_anywhere_is_found(record: Record) -> None:
    lengths = {*range(12, 300), *range(300, len(record.image), 97), len(record.image) - 1}

    assert {tuple(found(replace(record, image=record.image[:length]))) for length in lengths} == {
        (("RECORD_PICTURE_BROKEN", "image"),)
    }


@EACH_RECORD
def test_a_lossy_picture_in_a_record_that_says_lossless_is_found(record: Record) -> None:
    pixels = RGB if isinstance(record, FaceRecord) else GREY
    image = saved(pixels, "JPEG2000", irreversible=True, quality_layers=[10])

    field = "properties" if isinstance(record, IrisRecord) else FIELD_OF_CODEC[type(record)]
    assert found(replace(record, image=image)) == [
        ("RECORD_CODEC_MISSTATED", field),
        ("RECORD_PICTURE_LOSSY", "image"),
    ]


@pytest.mark.parametrize("record", [FINGER, IRIS], ids=["finger", "iris"])
def test_a_picture_in_colour_is_no_finger_and_no_iris(record: FingerRecord | IrisRecord) -> None:
    image = saved(np.stack([GREY] * 3, axis=2), "JPEG2000", irreversible=False)

    assert found(replace(record, image=image)) == [("RECORD_PICTURE_NOT_GREY", "image")]


def test_a_grey_picture_is_no_face() -> None:
    image = saved(np.ascontiguousarray(RGB[:, :, 0]), "JPEG2000", irreversible=False)

    assert found(replace(FACE, image=image)) == [("RECORD_PICTURE_NOT_RGB", "image")]


@pytest.mark.parametrize("record", [FINGER, IRIS], ids=["finger", "iris"])
def test_a_picture_of_16_bits_is_found(record: FingerRecord | IrisRecord) -> None:
    buffer = io.BytesIO()
    Image.fromarray(GREY.astype(np.uint16) * 257).save(buffer, "JPEG2000", irreversible=False)

    assert describe(buffer.getvalue()).bit_depth == 16
    assert found(replace(record, image=buffer.getvalue())) == [("RECORD_PICTURE_NOT_GREY", "image")]


def test_a_three_channel_picture_that_is_not_rgb_is_no_face() -> None:
    """EnumCS 18 of the colour box is YCC."""
    box = FACE.image.index(b"colr")
    assert FACE.image[box + 4 : box + 11].hex() == "01000000000010"
    image = FACE.image[: box + 10] + b"\x12" + FACE.image[box + 11 :]

    assert found(replace(FACE, image=image)) == [("RECORD_PICTURE_NOT_RGB", "image")]


def test_a_component_with_its_own_lossy_wavelet_makes_the_picture_lossy() -> None:
    start = FACE.image.index(b"\xff\x52")
    (length,) = struct.unpack_from(">H", FACE.image, start + 2)
    end = start + 2 + length
    own = b"\xff\x53" + struct.pack(">HBB4sB", 9, 1, 0, FACE.image[end - 5 : end - 1], 0)
    stream = FACE.image[FACE.image.index(b"\xff\x4f\xff\x51") : end] + own + FACE.image[end:]

    assert (describe(stream).is_lossless, describe(stream).is_whole) == (False, True)


# --- authentication -----------------------------------------------------------------------------------------


def smooth(height: int, width: int) -> Pixels:
    """Ridges: something that compresses as a finger does."""
    waves = np.sin(np.add.outer(np.arange(height) / 1.4, np.cos(np.arange(width) / 9) * 3))
    noise = np.random.default_rng(3).normal(0, 6, (height, width))
    return np.clip(128 + 90 * waves + noise, 0, 255).astype(np.uint8)


def for_authentication(record: Record) -> Record:
    if isinstance(record, FaceRecord):
        return with_pixels(record, np.stack([smooth(96, 96)] * 3, axis=2), FaceDataType.JPEG2000_LOSSY)
    if isinstance(record, FingerRecord):
        return with_pixels(record, smooth(96, 96), FingerCompression.JPEG2000_LOSSY)
    return replace(with_pixels(record, smooth(96, 96), IRIS_LOSSY), image_type=7)


def found_for_authentication(record: Record) -> list[tuple[str, str]]:
    return [(each.code.name, each.field) for each in findings(record, Purpose.AUTH)]


@EACH_RECORD
def test_a_record_coded_for_authentication_has_no_finding(record: Record) -> None:
    assert found_for_authentication(for_authentication(record)) == []


def test_a_finger_for_authentication_may_be_wsq_and_of_an_unknown_finger() -> None:
    record = replace(with_pixels(FINGER, smooth(96, 96), FingerCompression.WSQ), position=0)

    assert found_for_authentication(record) == []


@pytest.mark.parametrize("record", [FINGER, FACE], ids=["finger", "face"])
def test_a_record_for_registration_is_found_fault_with_in_an_authentication(record: Record) -> None:
    assert found_for_authentication(record) == [("RECORD_NOT_LOSSY", FIELD_OF_CODEC[type(record)])]


def test_an_authentication_may_leave_open_which_eye_it_is() -> None:
    assert found_for_authentication(replace(for_authentication(IRIS), eye=0)) == []


def test_an_iris_for_registration_is_neither_lossy_nor_masked() -> None:
    assert found_for_authentication(IRIS) == [
        ("IRIS_NOT_MASKED", "image_type"),
        ("RECORD_NOT_LOSSY", "properties"),
    ]


@EACH_RECORD
def test_a_picture_below_a_fifteenth_of_its_size_is_found(record: Record) -> None:
    good = for_authentication(record)
    pixels = smooth(96, 96)
    image = encode_jp2_lossy(np.stack([pixels] * 3, axis=2) if isinstance(record, FaceRecord) else pixels, 17)

    assert found_for_authentication(replace(good, image=image)) == [("RECORD_PICTURE_SQUEEZED", "image")]


def test_pixels_of_a_finger_must_be_square_in_an_authentication_only() -> None:
    unequal = {"capture_resolution": (600, 600), "image_resolution": (500, 510)}

    assert found(replace(FINGER, **unequal)) == []  # type: ignore[arg-type]
    assert found_for_authentication(replace(for_authentication(FINGER), **unequal)) == [  # type: ignore[arg-type]
        ("FINGER_PIXELS_NOT_SQUARE", "image_resolution")
    ]


@pytest.mark.parametrize("record", [FACE, IRIS], ids=["face", "iris"])
def test_wsq_is_for_fingers(record: Record) -> None:
    image = with_pixels(FINGER, smooth(96, 96), FingerCompression.WSQ).image
    wrong = replace(for_authentication(record), image=image)

    assert found_for_authentication(wrong)[-1] == ("RECORD_PICTURE_NOT_JP2", "image")


@pytest.mark.parametrize("length", [20, 60])
def test_a_wsq_picture_without_its_frame_is_broken(length: int) -> None:
    record = with_pixels(FINGER, smooth(96, 96), FingerCompression.WSQ)

    assert found_for_authentication(replace(record, image=record.image[:length])) == [
        ("RECORD_PICTURE_BROKEN", "image")
    ]


# --- what pictures say of themselves ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "image, expected",
    [
        (saved(GREY, "JPEG2000"), Picture(Codec.JP2, 44, 60, Colour.GREY, 8, True, True, True)),
        (saved(RGB, "JPEG2000", irreversible=True), Picture(Codec.JP2, 40, 48, Colour.RGB, 8, False, True, True)),
        (saved(GREY, "JPEG"), Picture(Codec.JPEG, 44, 60, Colour.GREY, 8, False, True)),
        (saved(RGB, "JPEG", progressive=True), Picture(Codec.JPEG, 40, 48, Colour.RGB, 8, False, True)),
        (saved(GREY, "PNG"), Picture(Codec.PNG, 44, 60, Colour.GREY, 8, True, True)),
        (saved(RGB, "PNG"), Picture(Codec.PNG, 40, 48, Colour.RGB, 8, True, True)),
        (b"GIF89a" + bytes(20), Picture(Codec.UNKNOWN)),
    ],
    ids=["jp2", "lossy jp2", "jpeg", "progressive jpeg", "png", "coloured png", "gif"],
)
def test_a_picture_is_described_by_its_header(image: bytes, expected: Picture) -> None:
    assert describe(image) == expected


def test_a_wsq_picture_is_described_by_its_frame_header() -> None:
    """SOI, a comment, then SOF: black, white, height, width, exponents and scales, encoder, software."""
    comment = b"\xff\xa8" + struct.pack(">H", 7) + b"hello"
    frame = b"\xff\xa2" + struct.pack(">HBBHHBHBHBH", 17, 0, 255, 480, 320, 2, 1, 2, 1, 1, 0)

    assert describe(b"\xff\xa0" + comment + frame) == Picture(Codec.WSQ, 320, 480, Colour.GREY, 8, False, True)


def test_raw_pixels_are_described_by_the_record() -> None:
    finger = replace(FINGER, compression=0, image=GREY.tobytes())
    iris = replace(IRIS, image_format=2, image=GREY.tobytes())

    assert picture_in(finger) == picture_in(iris) == Picture(Codec.RAW, 44, 60, Colour.GREY, 8, True, True)


@pytest.mark.parametrize("length", [0, 44 * 60 - 1, 44 * 60 + 1])
def test_raw_pixels_of_another_number_are_unknown(length: int) -> None:
    assert picture_in(replace(FINGER, compression=0, image=b"x" * length)) == Picture(Codec.UNKNOWN)


@pytest.mark.parametrize(
    "image", [saved(RGB, "JPEG2000"), saved(RGB, "JPEG"), saved(RGB, "PNG")], ids=["jp2", "jpeg", "png"]
)
@settings(deadline=None, max_examples=150, database=None)
@given(data=st.data())
def test_a_damaged_header_never_raises(image: bytes, data: st.DataObject) -> None:
    spoilt = bytearray(image[:400])
    for _ in range(data.draw(st.integers(1, 4), "changes")):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1), "at")] = data.draw(st.integers(0, 255), "octet")

    assert describe(bytes(spoilt)).width >= 0


@settings(deadline=None, max_examples=200, database=None)
@given(
    st.sampled_from([b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]),
    st.binary(max_size=120),
)
def test_anything_behind_a_signature_is_described(signature: bytes, rest: bytes) -> None:
    assert describe(signature + rest).codec is not Codec.UNKNOWN


EXTENDED = RuleFinding(RECORD_EXTENDED, "extended_data", is_fault=False)
FINGERS = [
    f"{side}_{name}.iso" for side in ("Left", "Right") for name in ("Index", "Little", "Middle", "Ring", "Thumb")
]

# --- what we write, and what others published ---------------------------------------------------------------


@pytest.mark.parametrize("finger", [each for each in BiometricAttribute if each.modality is Modality.FINGER])
def test_every_finger_we_write_is_fit_for_a_registration(finger: BiometricAttribute) -> None:
    assert found(parse_record(finger_record(GREY, finger, 500, AT, 71))) == []


@pytest.mark.parametrize("eye", [BiometricAttribute.LEFT_EYE, BiometricAttribute.RIGHT_EYE])
def test_every_iris_we_write_is_fit_for_a_registration(eye: BiometricAttribute) -> None:
    assert found(parse_record(iris_record(GREY, eye, AT, 71))) == []


@pytest.mark.parametrize("quality", [-5, 0, 49.5, 100, 300])
def test_every_face_we_write_is_fit_for_a_registration(quality: float) -> None:
    assert found(parse_record(face_record(RGB, AT, quality))) == []


def test_the_published_records_of_mosips_mock_devices_have_no_finding_but_what_stands_behind_their_fingers(
    reference_data: Path,
) -> None:
    """Their fingers have a certification block, which is allowed."""
    paths = sorted((reference_data / "iso").glob("*.iso"))
    findings = {path.name: registration_findings(parse_record(path.read_bytes())) for path in paths}

    assert len(findings) == 14
    assert {each for of_one in findings.values() for each in of_one} == {EXTENDED}
    assert sorted(name for name, each in findings.items() if each) == sorted(FINGERS)


def test_mosips_old_sample_says_lossless_and_is_not(reference_data: Path) -> None:
    """cbeff-sample.xml of bio-utils: compression 5 around a picture made with the 9/7 wavelet."""
    sample = CbeffFile.parse((reference_data / "mosip" / "sample-cbeff.xml").read_bytes())
    (record,) = [parse_record(each.bdb) for each in sample.birs]

    assert isinstance(record, FingerRecord)
    assert record.compression == 5
    assert [(each.code.name, each.field) for each in registration_findings(record) if each.is_fault] == [
        ("RECORD_CODEC_MISSTATED", "compression"),
        ("RECORD_PICTURE_LOSSY", "image"),
    ]


@pytest.mark.parametrize(
    "name", ["rcapture-face.json", "rcapture-iris-both.json", "rcapture-slap-left.json", "rcapture-thumbs.json"]
)
def test_what_a_device_sent_has_no_fault(reference_data: Path, name: str) -> None:
    answer = json.loads((reference_data / "sbi" / name).read_text(encoding="utf-8"))
    payloads = [json.loads(verify_compact(each["data"]).payload) for each in answer["biometrics"]]
    records = [parse_record(base64url.decode(each["bioValue"])) for each in payloads]

    assert records
    assert {each for record in records for each in registration_findings(record)} <= {EXTENDED}


@pytest.mark.parametrize("length", [2, 7])
def test_a_box_shorter_than_its_own_header_ends_the_file(length: int) -> None:
    image = FACE.image
    at = image.index(b"jp2h") - 4
    damaged = image[:at] + length.to_bytes(4) + image[at + 4 :]

    assert describe(damaged) == Picture(Codec.JP2)


def test_a_box_may_write_its_length_in_eight_octets() -> None:
    image = FACE.image
    at = image.index(b"jp2h") - 4
    length = int.from_bytes(image[at : at + 4])
    longer = image[:at] + (1).to_bytes(4) + b"jp2h" + (length + 8).to_bytes(8) + image[at + 8 :]

    assert describe(longer) == describe(image)
