"""Files that hold an eye, or do not; what the command says about them."""

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
from muster.analysis.iris_measures import MEASURES
from muster.cli.common import plain
from muster.devices.records import finger_record, iris_record
from muster.domain.biometrics import BiometricAttribute
from muster.errors import BadInput, MalformedData
from muster.formats.iso19794_6 import EyeLabel, IrisRecord
from muster.workstation.analysing_iris import analyse_iris, match_irises
from muster_simulated.pictures import Pictures
from simulators.eyes import Eye, draw

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
LEFT, RIGHT = BiometricAttribute.LEFT_EYE, BiometricAttribute.RIGHT_EYE


def file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def picture(path: Path, image: Image.Image, suffix: str = "PNG") -> Path:
    stream = io.BytesIO()
    image.save(stream, suffix)
    return file(path, stream.getvalue())


def eye() -> Pixels:
    return Pictures().sample(LEFT)


def a_right_eye() -> Pixels:
    pixels: Pixels = draw(Eye(tilt=0.15)).picture
    return pixels


@pytest.mark.parametrize("content", [b"", b"IIR", b"no picture at all", b"IIR\x00020\x00"])
def test_what_is_neither_picture_nor_record_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises((BadInput, MalformedData)):
        analyse_iris(file(tmp_path / "a", content))


def test_a_record_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedData):
        analyse_iris(file(tmp_path / "a", iris_record(eye(), LEFT, MOMENT, 50)[:-100]))


def test_a_record_of_a_finger_is_refused(tmp_path: Path) -> None:
    finger = finger_record(
        Pictures().sample(BiometricAttribute.LEFT_INDEX), BiometricAttribute.LEFT_INDEX, 500, MOMENT, 50
    )
    with pytest.raises(BadInput, match="NOT_AN_IRIS_RECORD"):
        analyse_iris(file(tmp_path / "a", finger))


def test_a_picture_without_an_eye_has_a_finding_and_no_quality(tmp_path: Path) -> None:
    report = analyse_iris(picture(tmp_path / "a.png", Image.new("L", (640, 480), 128)))
    assert (report.quality.overall, report.side, report.is_usable) == (None, None, False)
    assert [each.code for each in report.findings] == ["IRIS_ABSENT"]
    assert {each.reason for each in report.quality.components.values()} == {"IRIS_ABSENT"}


ODD = {
    "CMYK": lambda: (Image.fromarray(eye()).convert("CMYK"), "TIFF"),
    "16 bit": lambda: (Image.fromarray(eye().astype(np.uint16) * 257), "PNG"),
    "transparent": lambda: (Image.fromarray(eye()).convert("LA"), "PNG"),
    "colour": lambda: (Image.fromarray(eye()).convert("RGB"), "PNG"),
    "JPEG": lambda: (Image.fromarray(eye()), "JPEG"),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_eye_in_an_odd_file_is_judged(kind: str, tmp_path: Path) -> None:
    report = analyse_iris(picture(tmp_path / "a", *ODD[kind]()))
    assert report.quality.overall is not None
    assert report.quality.overall > 80


def test_a_picture_turned_by_exif_is_turned_back(tmp_path: Path) -> None:
    image = Image.fromarray(eye()).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.jpg"
    image.save(path, "JPEG", exif=exif, quality=95)
    report = analyse_iris(path)
    assert report.is_usable
    radius = report.quality.components["iris radius"].raw
    assert radius == pytest.approx(122, abs=3)


def test_a_record_and_the_picture_in_it_are_judged_alike(tmp_path: Path) -> None:
    as_record = analyse_iris(file(tmp_path / "a.iso", iris_record(eye(), LEFT, MOMENT, 50)))
    as_picture = analyse_iris(picture(tmp_path / "a.png", Image.fromarray(eye())))
    assert as_record.label == "left"
    assert replace(as_record, label=None) == as_picture


def test_a_record_of_a_right_eye_that_says_left_is_pointed_out_and_no_more(tmp_path: Path) -> None:
    report = analyse_iris(file(tmp_path / "a.iso", iris_record(a_right_eye(), LEFT, MOMENT, 50)))
    assert (report.label, report.side) == ("left", "right")
    assert [(each.code, each.severity) for each in report.findings] == [("IRIS_OTHER_SIDE", "informs")]
    assert report.is_usable


def test_a_record_that_says_right_of_a_right_eye_is_believed(tmp_path: Path) -> None:
    report = analyse_iris(file(tmp_path / "a.iso", iris_record(a_right_eye(), RIGHT, MOMENT, 50)))
    assert report.findings == ()


def test_a_record_that_does_not_say_which_eye_has_no_label(tmp_path: Path) -> None:
    record = IrisRecord.parse(iris_record(eye(), LEFT, MOMENT, 50))
    report = analyse_iris(file(tmp_path / "a.iso", replace(record, eye=EyeLabel.UNKNOWN).encode()))
    assert report.label is None


def test_the_keys_of_the_document_are_the_contract_s(tmp_path: Path) -> None:
    report = analyse_iris(picture(tmp_path / "a.png", Image.fromarray(eye())))
    document = json.loads(json.dumps(plain(report)))
    assert {"quality", "findings"} <= set(document)
    assert {"overall", "components"} == set(document["quality"])
    assert list(document["quality"]["components"]) == list(MEASURES)


@pytest.mark.parametrize("side", ["left", "right"])
def test_published_irises_are_of_use_and_of_the_eye_they_say(side: str, reference_data: Path) -> None:
    report = analyse_iris(reference_data / "iso" / f"{side.title()}_Iris.iso")
    assert report.quality.overall is not None
    assert report.quality.overall > 80
    assert report.findings == ()
    assert report.label == report.side == side


# --- comparing two files


def test_a_picture_without_an_iris_cannot_be_compared(tmp_path: Path) -> None:
    a = picture(tmp_path / "a.png", Image.fromarray(eye()))
    with pytest.raises(BadInput, match="IRIS_ABSENT"):
        match_irises(a, picture(tmp_path / "b.png", Image.new("L", (640, 480), 128)))


def test_an_iris_is_itself_and_not_the_other_eye_s(tmp_path: Path) -> None:
    one = picture(tmp_path / "one.png", Image.fromarray(eye()))
    same = file(tmp_path / "same.iso", iris_record(np.ascontiguousarray(eye()[20:, 15:]), LEFT, MOMENT, 50))
    other = picture(tmp_path / "other.png", Image.fromarray(Pictures().sample(RIGHT)))
    assert match_irises(one, same).match
    assert not match_irises(one, other).match
    assert set(plain(match_irises(one, other))) == {"score", "threshold", "match", "value"}


def test_published_irises_are_two(reference_data: Path) -> None:
    left, right = (reference_data / "iso" / f"{side}_Iris.iso" for side in ("Left", "Right"))
    assert not match_irises(left, right).match
