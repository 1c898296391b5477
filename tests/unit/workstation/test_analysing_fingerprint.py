"""Files that hold a print, or do not; what the two commands say about them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster.analysis.api import Pixels
from muster.cli.common import plain
from muster.devices.records import face_record, finger_record
from muster.domain.biometrics import BiometricAttribute
from muster.errors import BadInput, MalformedData
from muster.formats.iso19794_4 import FingerCompression, FingerRecord
from muster.formats.iso19794_pixels import with_pixels
from muster.formats.iso19794_record import parse_record
from muster.workstation.analysing_fingerprint import analyse_fingerprint, match_fingerprints
from muster_simulated.pictures import Pictures

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
LEFT, RIGHT = BiometricAttribute.LEFT_INDEX, BiometricAttribute.RIGHT_INDEX


def file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def picture(path: Path, pixels: Pixels) -> Path:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return file(path, stream.getvalue())


def record(pixels: Pixels) -> bytes:
    return finger_record(pixels, LEFT, 500, MOMENT, 50)


def finger(attribute: BiometricAttribute = LEFT) -> Pixels:
    """The middle of it: less to look at takes less time."""
    return np.ascontiguousarray(Pictures().sample(attribute)[60:320, 50:250])


@pytest.mark.parametrize("content", [b"", b"FIR", b"no picture at all", b"FIR\x00030\x00"])
def test_what_is_neither_picture_nor_record_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises((BadInput, MalformedData)):
        analyse_fingerprint(file(tmp_path / "a", content))


def test_a_record_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedData):
        analyse_fingerprint(file(tmp_path / "a", record(finger())[:-100]))


def test_a_record_of_a_face_is_refused(tmp_path: Path) -> None:
    face = face_record(Pictures().photograph("face"), MOMENT, 50)
    with pytest.raises(BadInput, match="NOT_A_FINGER_RECORD"):
        analyse_fingerprint(file(tmp_path / "a", face))


@pytest.mark.parametrize("pixels", [np.full((500, 400), 245, np.uint8), np.zeros((20, 20), np.uint8)])
def test_a_picture_without_a_finger_cannot_be_compared(pixels: Pixels, tmp_path: Path) -> None:
    a, b = picture(tmp_path / "a.png", finger()), picture(tmp_path / "b.png", pixels)
    with pytest.raises(BadInput, match="FINGER_"):
        match_fingerprints(a, b)


def test_a_picture_without_a_finger_has_findings_and_no_score(tmp_path: Path) -> None:
    report = analyse_fingerprint(picture(tmp_path / "a.png", np.full((500, 400), 245, np.uint8)))
    assert (report.nfiq2, report.minutiae, report.is_usable) == (None, None, False)
    assert [each.code for each in report.findings] == ["FINGER_ABSENT"]


def test_a_record_and_the_picture_in_it_are_judged_alike(tmp_path: Path) -> None:
    as_record = analyse_fingerprint(file(tmp_path / "a.iso", record(finger())))
    assert as_record == analyse_fingerprint(picture(tmp_path / "a.png", finger()))
    assert as_record.is_usable


@pytest.mark.parametrize(("scale", "resolution"), [(1, 1000), (2, 394)], ids=["per inch", "per centimetre"])
def test_a_record_of_1000_dpi_is_judged_by_its_resolution(scale: int, resolution: int, tmp_path: Path) -> None:
    twice = np.asarray(Image.fromarray(finger()).resize((400, 520), Image.Resampling.BICUBIC))
    parsed = parse_record(record(finger()))
    assert isinstance(parsed, FingerRecord)
    large = replace(
        with_pixels(parsed, twice, FingerCompression.PNG),
        scale_unit=scale,
        capture_resolution=(resolution, resolution),
        image_resolution=(resolution, resolution),
    )
    report = analyse_fingerprint(file(tmp_path / "large.iso", large.encode()))
    usual = analyse_fingerprint(file(tmp_path / "usual.iso", record(finger())))
    assert report.nfiq2 is not None
    assert usual.nfiq2 is not None
    assert abs(report.nfiq2 - usual.nfiq2) <= 8


def test_a_finger_is_itself_and_nobody_else(tmp_path: Path) -> None:
    one = picture(tmp_path / "one.png", finger())
    same = file(tmp_path / "same.iso", record(np.ascontiguousarray(finger()[10:, 5:])))
    other = picture(tmp_path / "other.png", finger(RIGHT))
    assert match_fingerprints(one, same).match
    assert not match_fingerprints(one, other).match


def test_the_keys_of_both_documents_are_the_contract_s(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", finger())
    document = json.loads(json.dumps(plain(analyse_fingerprint(path))))
    assert {"nfiq2", "minutiae", "findings"} <= set(document)
    assert {"score", "threshold", "match"} <= set(plain(match_fingerprints(path, path)))
