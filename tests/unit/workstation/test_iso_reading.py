"""A record as a help desk sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from muster.devices.records import face_record, finger_record, iris_record
from muster.domain.assessment import Severity
from muster.domain.biometrics import BiometricAttribute
from muster.errors import BadInput, MalformedData
from muster.formats.image_codec import Pixels, decode
from muster.formats.iso19794 import UNKNOWN_TIME, Certification
from muster.formats.iso19794_4 import FingerCompression, FingerRecord
from muster.formats.iso19794_5 import FaceRecord, Landmark
from muster.formats.iso19794_pixels import pixels_in, with_pixels
from muster.workstation.iso_reading import RecordFinding, RecordReport, read_record

AT = datetime(2026, 3, 1, 12, 34, 56, 789_000, tzinfo=UTC)
GREY: Pixels = np.random.default_rng(1).integers(0, 256, (60, 44), dtype=np.uint8)
RGB: Pixels = np.random.default_rng(2).integers(0, 256, (48, 40, 3), dtype=np.uint8)
A_FINGER = finger_record(GREY, BiometricAttribute.LEFT_INDEX, 500, AT, 71)
FINGER = FingerRecord.parse(A_FINGER)


def read(folder: Path, content: bytes) -> RecordReport:
    path = folder / "record.iso"
    path.write_bytes(content)
    return read_record(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_record(tmp_path / "none.iso")

    assert (caught.value.code.name, caught.value.detail["file"]) == ("FILE_ABSENT", "none.iso")


def test_a_folder_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_record(tmp_path)

    assert caught.value.code.name == "FILE_UNREADABLE"


@pytest.mark.parametrize("content", [b"", b"FIR", b"<xml/>", A_FINGER[:-1], A_FINGER + b"\0"])
def test_what_is_no_record_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MalformedData):
        read(tmp_path, content)


def test_a_finger_is_shown_field_by_field(tmp_path: Path) -> None:
    report = read(tmp_path, A_FINGER)

    assert (report.format, report.version, report.length) == ("FIR", "020", len(A_FINGER))
    assert report.findings == ()
    assert report.representations == (
        {
            "fingers_present": 1,
            "captured_at": "2026-03-01T12:34:56.789Z",
            "technology": 0,
            "vendor": 0,
            "device_type": 0,
            "quality": [{"score": 71, "algorithm_vendor": 0, "algorithm": 0}],
            "certifications": None,
            "position": 7,
            "representation_number": 0,
            "scale_unit": 1,
            "capture_resolution": [500, 500],
            "image_resolution": [500, 500],
            "bit_depth": 8,
            "compression": 5,
            "impression": 0,
            "width": 44,
            "height": 60,
            "extended_data_bytes": 0,
            "image": {"codec": "jp2", "width": 44, "height": 60, "bytes": len(FINGER.image)},
        },
    )


def test_a_face_is_shown_with_its_landmarks_and_flags(tmp_path: Path) -> None:
    record = FaceRecord.parse(face_record(RGB, AT, 71))
    marked = replace(record, landmarks=(Landmark(1, 2, 3, 4, 5),), features=b"\1\2\3")
    report = read(tmp_path, marked.encode())
    (shown,) = report.representations

    assert (report.format, report.version, report.findings) == ("FAC", "030", ())
    assert shown["landmarks"] == [{"type": 1, "code": 2, "x": 3, "y": 4, "z": 5}]
    assert shown["features"] == "010203"
    assert shown["image"] == {"codec": "jp2", "width": 40, "height": 48, "bytes": len(record.image)}


def test_an_iris_is_shown_with_its_eye_and_geometry(tmp_path: Path) -> None:
    report = read(tmp_path, iris_record(GREY, BiometricAttribute.LEFT_EYE, AT, 71))
    (shown,) = report.representations

    assert (report.format, report.version, report.findings) == ("IIR", "020", ())
    assert (shown["eye"], shown["geometry"]) == (2, [0, 0, 0, 0, 0, 0])


def test_a_finding_has_its_code_its_field_and_a_sentence(tmp_path: Path) -> None:
    report = read(tmp_path, replace(FINGER, position=0).encode())

    assert report.findings == (
        RecordFinding(
            "FINGER_POSITION_WRONG", "position", "The record does not say which of the ten fingers it holds."
        ),
    )


def test_the_picture_is_shown_as_it_is_and_not_as_the_record_says(tmp_path: Path) -> None:
    (shown,) = read(tmp_path, replace(FINGER, width=45, height=61).encode()).representations

    assert (shown["width"], shown["height"]) == (45, 61)
    assert shown["image"] == {"codec": "jp2", "width": 44, "height": 60, "bytes": len(FINGER.image)}


def test_a_picture_nobody_can_read_has_no_size(tmp_path: Path) -> None:
    (shown,) = read(tmp_path, replace(FINGER, image=b"nothing").encode()).representations

    assert shown["image"] == {"codec": "unknown", "width": 0, "height": 0, "bytes": 7}


def test_a_picture_that_cannot_be_decoded_is_a_finding_and_the_header_is_shown(tmp_path: Path) -> None:
    """Its own header is good: only decoding tells."""
    image = FINGER.image[: FINGER.image.index(b"\xff\x93") + 2] + b"\xff\xd9"
    report = read(tmp_path, replace(FINGER, image=image).encode())

    assert report.representations[0]["position"] == 7
    assert [(each.code, each.field) for each in report.findings] == [("IMAGE_UNDECODABLE", "image")]


@pytest.mark.parametrize("coding", FingerCompression)
def test_the_picture_is_written_as_png_whatever_its_codec(tmp_path: Path, coding: FingerCompression) -> None:
    ridges = np.clip(128 + 90 * np.sin(np.add.outer(np.arange(80) / 2, np.arange(70) / 5)), 0, 255)
    record = with_pixels(FINGER, ridges.astype(np.uint8), coding)
    (tmp_path / "record.iso").write_bytes(record.encode())
    report = read_record(tmp_path / "record.iso", tmp_path / "out.png")
    (shown,) = report.representations

    assert np.array_equal(decode((tmp_path / "out.png").read_bytes()), pixels_in(record))
    assert shown["image"] == {
        "codec": {0: "raw", 1: "raw", 2: "wsq", 3: "jpeg", 6: "png"}.get(coding, "jp2"),
        "width": 70,
        "height": 80,
        "bytes": len(record.image),
    }


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "record.iso").write_bytes(A_FINGER)
    (tmp_path / "out.png").write_bytes(b"kept")
    with pytest.raises(BadInput) as caught:
        read_record(tmp_path / "record.iso", tmp_path / "out.png")

    assert (caught.value.code.name, caught.value.detail["file"]) == ("FILE_EXISTS", "out.png")
    assert (tmp_path / "out.png").read_bytes() == b"kept"


def test_a_picture_is_not_written_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "record.iso").write_bytes(A_FINGER)
    with pytest.raises(BadInput) as caught:
        read_record(tmp_path / "record.iso", tmp_path / "absent" / "out.png")

    assert caught.value.code.name == "FILE_UNWRITABLE"


def test_of_a_picture_that_cannot_be_decoded_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "record.iso").write_bytes(replace(FINGER, image=b"nothing").encode())
    with pytest.raises(MalformedData) as caught:
        read_record(tmp_path / "record.iso", tmp_path / "out.png")

    assert caught.value.code.name == "IMAGE_UNDECODABLE"
    assert not (tmp_path / "out.png").exists()


def test_certifications_and_the_length_of_extended_data_are_shown(tmp_path: Path) -> None:
    certified = replace(FINGER, certifications=(Certification(64, 2),), extended_data=b"12345")
    (shown,) = read(tmp_path, certified.encode()).representations

    assert shown["certifications"] == [{"authority": 64, "scheme": 2}]
    assert shown["extended_data_bytes"] == 5


def test_what_mosip_takes_all_the_same_warns_and_the_record_is_fit(tmp_path: Path) -> None:
    report = read(tmp_path, replace(FINGER, details=replace(FINGER.details, quality=())).encode())

    assert report.findings == (
        RecordFinding("RECORD_QUALITY_ABSENT", "quality", "The record carries no quality score.", Severity.WARNS),
    )
    assert report.is_fit


def test_what_mosip_refuses_makes_the_record_unfit(tmp_path: Path) -> None:
    report = read(tmp_path, replace(FINGER, position=0).encode())

    assert [each.severity for each in report.findings] == [Severity.BLOCKS]
    assert not report.is_fit


def test_every_representation_is_shown_and_the_first_ones_picture_written(tmp_path: Path) -> None:
    other = with_pixels(FINGER, GREY[:30], FingerCompression.JPEG2000_LOSSLESS)
    (tmp_path / "record.iso").write_bytes(replace(FINGER, further=(replace(other, position=8),)).encode())
    report = read_record(tmp_path / "record.iso", tmp_path / "out.png")

    assert [each["position"] for each in report.representations] == [7, 8]
    assert [each["height"] for each in report.representations] == [60, 30]
    assert all("further" not in each for each in report.representations)
    assert [each.code for each in report.findings] == ["RECORD_REPRESENTATIONS_SEVERAL"]
    assert np.array_equal(decode((tmp_path / "out.png").read_bytes()), GREY)


def test_a_further_picture_that_cannot_be_decoded_is_told_with_its_place(tmp_path: Path) -> None:
    image = FINGER.image[: FINGER.image.index(b"\xff\x93") + 2] + b"\xff\xd9"
    report = read(tmp_path, replace(FINGER, further=(replace(FINGER, image=image),)).encode())

    assert [(each.code, each.field) for each in report.findings[1:]] == [
        ("IMAGE_UNDECODABLE", "representations[1].image")
    ]


def test_a_face_with_a_certification_block_is_shown_with_it(tmp_path: Path) -> None:
    face = FaceRecord.parse(face_record(RGB, AT, 71))
    certified = replace(face, certification_flag=1, certifications=(Certification(64, 2),))
    (shown,) = read(tmp_path, certified.encode()).representations

    assert shown["certifications"] == [{"authority": 64, "scheme": 2}]


@pytest.mark.parametrize(
    "time, text",
    [
        (UNKNOWN_TIME, None),
        (b"\x07\xea\x03\x01" + b"\xff" * 5, "2026-03-01"),
        (b"\x07\xea\x0d\x01" + b"\xff" * 5, None),
        (bytes(9), None),
    ],
    ids=["unknown", "date only", "no such month", "zeros"],
)
def test_a_time_that_is_not_whole_is_shown_as_far_as_it_goes(
    tmp_path: Path, time: bytes, text: str | None
) -> None:
    record = replace(FINGER, details=replace(FINGER.details, time=time))
    (shown,) = read(tmp_path, record.encode()).representations

    assert shown["captured_at"] == text
