"""Requirements, without a picture: numbers in, sentences out."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.analysis.face_portrait import REQUIREMENTS, Portrait
from muster.analysis.weights import models_folder
from muster.domain.assessment import NotAssessed, Score, Severity
from muster.errors import Code, Unavailable

SOMETHING = Code("TEST_REASON", "A reason.")


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return Portrait()


def found(portrait: Portrait, **raw: float) -> list[str]:
    measures = [Score(name.replace("_", " "), value, 50.0) for name, value in raw.items()]
    return [each.code.name for each in portrait.findings(measures)]


def test_nothing_measured_finds_nothing(portrait: Portrait) -> None:
    assert portrait.findings([]) == ()


def test_what_was_not_assessed_finds_nothing(portrait: Portrait) -> None:
    assert portrait.findings([NotAssessed(each.measure, SOMETHING) for each in REQUIREMENTS]) == ()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"head pose yaw": 30}, "FACE_TURN_RIGHT"),  # turned to the left
        ({"head pose yaw": -30}, "FACE_TURN_LEFT"),
        ({"head pose pitch": 30}, "FACE_CHIN_UP"),  # looking down
        ({"head pose pitch": -30}, "FACE_CHIN_DOWN"),
        ({"head pose roll": 30}, "FACE_TILT_LEFT"),  # leaning right
        ({"head pose roll": -30}, "FACE_TILT_RIGHT"),
        ({"illumination uniformity": 0.9}, "FACE_LIGHT_ON_RIGHT"),  # the left is brighter
        ({"illumination uniformity": -0.9}, "FACE_LIGHT_ON_LEFT"),
        ({"leftward crop of the face image": 0.2}, "FACE_MOVE_LEFT"),
        ({"rightward crop of the face image": 0.2}, "FACE_MOVE_RIGHT"),
        ({"inter-eye distance": 20}, "FACE_TOO_FAR"),
        ({"head size": 1.5}, "FACE_TOO_CLOSE"),
        ({"eyes open": 0.02}, "FACE_EYES_CLOSED"),
        ({"mouth closed": 0.3}, "FACE_MOUTH_OPEN"),
        ({"gaze": 60}, "FACE_LOOK_AT_CAMERA"),
        ({"gaze": -60}, "FACE_LOOK_AT_CAMERA"),
    ],
)
def test_what_is_wrong_one_way_is_put_right_the_other(
    portrait: Portrait, raw: dict[str, float], code: str
) -> None:
    assert found(portrait, **raw) == [code]


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda each: f"{each.measure} {each.limit}")
def test_every_requirement_has_a_limit_that_a_number_on_it_keeps(portrait: Portrait, requirement: object) -> None:
    ((_, limit, finding),) = [each for each in portrait._limits if each[0] is requirement]
    measure = finding and next(each for each in REQUIREMENTS if each is requirement).measure
    assert finding.code.name not in found(portrait, **{measure: limit})


def test_the_first_finding_is_what_to_do_next(portrait: Portrait) -> None:
    everything = found(
        portrait,
        **{"background uniformity": 90, "mouth closed": 0.4, "head pose yaw": 40, "luminance mean": 0.02,
           "inter-eye distance": 10},
    )  # fmt: skip
    assert everything == [
        "FACE_TOO_FAR", "FACE_TOO_DARK", "FACE_TURN_RIGHT", "FACE_MOUTH_OPEN", "FACE_BACKGROUND_UNEVEN",
    ]  # fmt: skip


def test_the_same_is_not_said_twice(portrait: Portrait) -> None:
    assert found(portrait, **{"luminance mean": 0.01, "under-exposure prevention": 0.99}) == ["FACE_TOO_DARK"]


def test_what_a_person_cannot_change_warns_and_does_not_block(portrait: Portrait) -> None:
    (finding,) = portrait.findings([Score("background uniformity", 90, 0)])
    assert finding.severity is Severity.WARNS


def test_a_limit_is_taken_from_the_file(tmp_path: Path) -> None:
    shipped = (models_folder() / "calibration.toml").read_text(encoding="utf-8")
    (tmp_path / "calibration.toml").write_text(shipped.replace("far = 55", "far = 200"), encoding="utf-8")
    assert found(Portrait(tmp_path), **{"inter-eye distance": 150}) == ["FACE_TOO_FAR"]


def test_a_file_without_the_limits_is_a_part_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "calibration.toml").write_text('["sharpness"]\npoints = [[0, 0]]\n', encoding="utf-8")
    with pytest.raises(Unavailable):
        Portrait(tmp_path)
