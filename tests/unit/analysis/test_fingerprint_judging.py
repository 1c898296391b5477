"""One finger: what cannot be judged, what is wrong with it, its score, and which of two captures is the better."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_conditions import conditions
from muster.analysis.fingerprint_judging import (
    FINGER_PICTURE_SIZE,
    MINUTIAE,
    NFIQ2,
    FingerJudge,
    judge_finger,
    look_at_finger,
)
from muster.analysis.fingerprint_ridges import at_500_dpi, ridge_map
from muster.analysis.weights import models_folder
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score, Severity, blocking
from muster.domain.biometrics import BiometricAttribute
from muster.errors import Code, NotAuthentic
from muster_simulated.pictures import Pictures

GLASS = 245
TRUE_SCORES = {
    "SFinGe_Test01": 54,
    "SFinGe_Test02": 45,
    "SFinGe_Test03": 53,
    "SFinGe_Test04": 52,
    "SFinGe_Test05": 57,
}


def finger() -> Pixels:
    return Pictures().sample(BiometricAttribute.LEFT_INDEX)


def on_glass(picture: Pixels, left: int, top: int, size: tuple[int, int] = (600, 500)) -> Pixels:
    """The picture laid on a larger glass; what hangs over the edge is cut off."""
    glass = np.full((size[0] + 800, size[1] + 800), GLASS, np.uint8)
    height, width = picture.shape
    glass[400 + top : 400 + top + height, 400 + left : 400 + left + width] = picture
    return np.ascontiguousarray(glass[400 : 400 + size[0], 400 : 400 + size[1]])


def wet(picture: Pixels) -> Pixels:
    """Ridges five pixels wider."""
    return cv2.erode(picture, np.ones((5, 5), np.uint8))


def dry(picture: Pixels) -> Pixels:
    """Ridges two pixels narrower, and broken."""
    thin = cv2.dilate(picture, np.ones((3, 3), np.uint8))
    speckle = cv2.GaussianBlur(np.random.default_rng(0).normal(size=picture.shape), (0, 0), 1.5)
    return np.where(speckle > 0.3 * speckle.std(), 255, thin).astype(np.uint8)


def codes(assessment: Assessment) -> set[str]:
    return {each.code.name for each in assessment.findings}


def condition(picture: Pixels) -> set[str]:
    return {each.code.name for each in conditions(ridge_map(picture))}


STRANGE = {
    "nothing": np.zeros((0, 0), np.uint8),
    "one pixel": np.zeros((1, 1), np.uint8),
    "one pixel wide": np.full((400, 1), 30, np.uint8),
    "ten pixels": np.full((10, 10), 200, np.uint8),
    "black": np.zeros((400, 300), np.uint8),
    "white": np.full((400, 300), 255, np.uint8),
    "grey, RGB": np.full((400, 300, 3), 128, np.uint8),
    "20 megapixels": np.full((5000, 4000, 3), 90, np.uint8),
    "a gradient": np.tile(np.linspace(0, 255, 300), (400, 1)).astype(np.uint8),
    "noise": np.random.default_rng(1).integers(0, 256, (400, 300), dtype=np.uint8),
    "stripes": np.tile(np.repeat([0, 255], 5), (400, 30)).astype(np.uint8),
    "half black": np.repeat(np.array([[0, 255]], np.uint8), [150, 150], axis=1).repeat(400, axis=0),
}


@pytest.mark.parametrize("picture", STRANGE.values(), ids=STRANGE)
def test_what_is_no_print_is_told_and_never_raises(picture: Pixels) -> None:
    assessment = judge_finger(picture)
    score = assessment[NFIQ2]
    assert isinstance(score, NotAssessed) or score.value < 30
    assert assessment.findings


def test_a_portrait_is_no_good_print() -> None:
    portrait = cv2.resize(Pictures().photograph("face"), (240, 320))
    score = judge_finger(portrait)[NFIQ2]
    assert isinstance(score, NotAssessed) or score.value < 40


def test_a_picture_of_another_size_than_a_finger_is_not_judged() -> None:
    reason = judge_finger(np.full((95, 400), 100, np.uint8))[NFIQ2]
    assert isinstance(reason, NotAssessed)
    assert reason.reason is FINGER_PICTURE_SIZE


def test_changed_weights_are_not_used(tmp_path: Path) -> None:
    shipped = models_folder()
    (tmp_path / "manifest.toml").write_bytes((shipped / "manifest.toml").read_bytes())
    content = bytearray((shipped / "leader.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "leader.onnx").write_bytes(content)
    with pytest.raises(NotAuthentic, match="WEIGHTS_CHANGED"):
        FingerJudge(tmp_path).look(finger())


def test_another_forest_in_the_package_is_not_used(tmp_path: Path) -> None:
    shipped = models_folder()
    manifest = (shipped / "manifest.toml").read_text(encoding="utf-8")
    (tmp_path / "manifest.toml").write_text(manifest.replace("7bdf1fff", "7bdf1ffe"), encoding="utf-8")
    (tmp_path / "leader.onnx").write_bytes((shipped / "leader.onnx").read_bytes())
    with pytest.raises(NotAuthentic, match="WEIGHTS_CHANGED"):
        FingerJudge(tmp_path).look(np.ascontiguousarray(finger()[100:300, 60:240]))


def test_an_empty_glass_asks_for_a_finger() -> None:
    assert codes(judge_finger(np.full((500, 400), GLASS, np.uint8))) == {"FINGER_ABSENT"}


def test_a_faint_trace_asks_for_a_clean_glass() -> None:
    trace = (GLASS + (finger().astype(float) - GLASS) * 0.08).astype(np.uint8)
    assert codes(judge_finger(trace)) == {"FINGER_RESIDUE"}


def test_a_wet_finger_is_told_to_press_more_lightly() -> None:
    assert condition(wet(finger())) == {"FINGER_WET"}


def test_a_dry_finger_is_told_to_press_harder() -> None:
    assert condition(dry(finger())) == {"FINGER_DRY"}


def test_a_finger_as_it_should_be_is_told_nothing() -> None:
    assert condition(on_glass(finger(), 100, 100)) == set()


def test_a_small_piece_of_a_finger_is_told_to_lie_flat() -> None:
    piece = np.full((500, 400), GLASS, np.uint8)
    piece[200:330, 150:280] = finger()[130:260, 80:210]
    assert condition(piece) == {"FINGER_PARTIAL"}


@pytest.mark.parametrize(("left", "top"), [(-180, 100), (380, 100), (100, -230)], ids=["left", "right", "above"])
def test_a_finger_over_the_edge_is_told_to_move_to_the_middle(left: int, top: int) -> None:
    assert condition(on_glass(finger(), left, top)) == {"FINGER_CUT_OFF"}


def test_a_finger_that_goes_on_below_is_where_fingers_go_on() -> None:
    assert condition(on_glass(finger(), 100, 300)) == set()


def test_a_sensor_filled_from_side_to_side_is_no_finger_over_the_edge() -> None:
    assert condition(np.ascontiguousarray(finger()[60:360, 60:240])) == set()


def test_a_print_has_a_score_and_minutiae() -> None:
    reading = look_at_finger(finger())
    assert reading.assessment.value(NFIQ2) is not None
    counted = reading.assessment[MINUTIAE]
    assert isinstance(counted, Score)
    assert counted.raw == len(reading.minutiae) > 30


def test_grey_in_three_channels_is_the_same_print() -> None:
    picture = finger()
    assert judge_finger(np.stack([picture] * 3, axis=-1)) == judge_finger(picture)


def test_minutiae_are_where_they_are_in_the_picture_not_in_the_part_that_was_looked_at() -> None:
    left, top = 130, 96
    here = look_at_finger(on_glass(finger(), 0, 0)).minutiae
    there = look_at_finger(on_glass(finger(), left, top)).minutiae
    distances = np.hypot(*(there[:, np.newaxis, :2] - (left, top) - here[:, :2]).transpose(2, 0, 1))
    assert np.mean(distances.min(axis=1) <= 3) > 0.9


def test_a_picture_of_1000_dpi_is_judged_as_one_of_500() -> None:
    picture = finger()
    twice = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    assert np.abs(at_500_dpi(twice, 1000, 1000).astype(int) - picture).mean() < 6


def test_a_resolution_that_no_scanner_has_leaves_the_picture_alone() -> None:
    assert at_500_dpi(finger(), 0, 65535).shape == finger().shape


def test_scores_lie_within_four_points_of_the_reference_on_the_average(reference_data: Path) -> None:
    judge, wrong = FingerJudge(), []
    for name, true in TRUE_SCORES.items():
        with Image.open(reference_data / "fingerprint" / "nfiq2" / f"{name}.pgm") as image:
            score = judge.look(np.asarray(image.convert("L"))).assessment[NFIQ2]
        assert isinstance(score, Score)
        wrong.append(abs(score.raw - true))
    assert sum(wrong) / len(wrong) <= 4


BAD = Finding(Code("BAD", "Bad."))
POOR = Finding(Code("POOR", "Poor."), Severity.WARNS)


def judged(score: float | None, *findings: Finding) -> Assessment:
    measure = NotAssessed(NFIQ2, BAD.code) if score is None else Score(NFIQ2, score, score)
    return Assessment((measure,), findings)


def test_findings_that_leave_a_print_of_use_do_not_block() -> None:
    assert not blocking(conditions(ridge_map(wet(finger()))))
