"""What makes a page hard to read is told in one sentence; signs of a copy are told in none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from muster.analysis.api import Pixels
from muster.analysis.document_quality import COLOUR, MEASURES, MOIRE, RESOLUTION, DocumentQuality
from muster.domain.assessment import NotAssessed, Score
from muster_simulated.pictures import Pictures
from unit.analysis.document_scenes import blurred, copied, off_a_screen, on_table, page, with_lamp


@pytest.fixture(scope="module")
def quality() -> DocumentQuality:
    return DocumentQuality()


@pytest.fixture(scope="module")
def scene() -> Pixels:
    return on_table(page("passport"), degrees=2)[0]


def names(quality: DocumentQuality, picture: Pixels) -> list[str]:
    return [each.code.name for each in quality.assess(picture).findings]


def raw(quality: DocumentQuality, picture: Pixels, measure: str) -> float:
    score = quality.assess(picture)[measure]
    assert isinstance(score, Score), score
    return score.raw


def test_a_good_picture_has_no_findings_and_every_measure(quality: DocumentQuality, scene: Pixels) -> None:
    found = quality.assess(scene)
    assert found.findings == ()
    assert [each.measure for each in found.measures if isinstance(each, Score)] == list(MEASURES)


def test_the_simulated_scanners_page_has_no_findings(quality: DocumentQuality) -> None:
    assert names(quality, Pictures().photograph("document")) == []


@pytest.mark.parametrize("sigma", [4, 7])
def test_a_blurred_page_is_told(quality: DocumentQuality, scene: Pixels, sigma: float) -> None:
    assert names(quality, blurred(scene, sigma)) == ["DOCUMENT_BLURRED"]


def test_blur_is_measured_in_the_pages_own_size(quality: DocumentQuality, scene: Pixels) -> None:
    large = np.asarray(cv2.resize(blurred(scene, 4), None, fx=2, fy=2))
    assert "DOCUMENT_BLURRED" in names(quality, large)


@pytest.mark.parametrize("size", [0.06, 0.12])
def test_a_lamp_on_the_page_is_told(quality: DocumentQuality, scene: Pixels, size: float) -> None:
    assert names(quality, with_lamp(scene, 0.5, 0.35, size)) == ["DOCUMENT_GLARE"]


def test_a_lamp_beside_the_page_is_not(quality: DocumentQuality, scene: Pixels) -> None:
    assert "DOCUMENT_GLARE" not in names(quality, with_lamp(scene, 0.03, 0.03, 0.02))


def test_paper_as_white_as_a_lamp_cannot_be_judged_for_glare(quality: DocumentQuality) -> None:
    white = np.clip(page("passport").astype(int) + 40, 0, 255).astype(np.uint8)
    assert isinstance(quality.assess(white)["document glare"], NotAssessed)


def test_a_dark_page_is_told(quality: DocumentQuality, scene: Pixels) -> None:
    assert names(quality, (scene * 0.2).astype(np.uint8))[-1] == "DOCUMENT_TOO_DARK"


def test_a_coarse_picture_is_told(quality: DocumentQuality) -> None:
    small = np.asarray(cv2.resize(page("passport"), (400, 282), interpolation=cv2.INTER_AREA))
    assert names(quality, small) == ["DOCUMENT_TOO_COARSE"]


def test_a_page_far_away_is_told_to_be_far_away(quality: DocumentQuality) -> None:
    scene, _ = on_table(
        np.asarray(cv2.resize(page("passport"), (400, 282), interpolation=cv2.INTER_AREA)), room=2.2
    )
    assert names(quality, scene) == ["DOCUMENT_TOO_FAR"]


def test_a_page_taken_from_the_side_is_told(quality: DocumentQuality) -> None:
    scene, _ = on_table(page("passport"), askew=0.25)
    assert names(quality, scene) == ["DOCUMENT_ASKEW"]


def test_a_page_that_is_cut_off_is_told(quality: DocumentQuality) -> None:
    scene, _ = on_table(page("passport"), room=1.5)
    assert names(quality, np.ascontiguousarray(scene[:, : int(0.76 * scene.shape[1])])) == ["DOCUMENT_CUT_OFF"]


def test_a_hand_on_the_page_is_told(quality: DocumentQuality, scene: Pixels) -> None:
    hand = scene.copy()
    height, width = scene.shape[:2]
    cv2.ellipse(hand, (int(0.12 * width), int(0.6 * height)), (int(0.2 * width), int(0.09 * height)), 10, 0, 360, (205, 150, 125), -1)  # fmt: skip  # noqa: E501
    told = set(names(quality, hand))
    assert told & {"DOCUMENT_COVERED", "DOCUMENT_CORNER_MISSING"}


def test_a_zone_tells_the_resolution_better_than_the_proportions(quality: DocumentQuality) -> None:
    score = quality.look(page("card"), letters_dpi=123.0).assessment[RESOLUTION]
    assert isinstance(score, Score)
    assert score.raw == 123.0


@pytest.mark.parametrize(("name", "dpi"), [("passport", 200), ("card", 250)])
def test_proportions_tell_the_resolution_of_a_card_and_a_passport(
    quality: DocumentQuality, name: str, dpi: int
) -> None:
    assert raw(quality, on_table(page(name))[0], RESOLUTION) == pytest.approx(dpi, rel=0.03)


def test_a_copy_in_black_and_white_has_no_colour_and_no_finding(quality: DocumentQuality, scene: Pixels) -> None:
    limits = quality.scale(COLOUR).thresholds
    assert limits["grey"] < raw(quality, copied(page("passport")), COLOUR) < limits["copy"]
    assert raw(quality, page("passport"), COLOUR) > limits["copy"]
    assert names(quality, copied(page("passport"))) == []


def test_of_a_picture_without_colours_nothing_is_said_about_copies(quality: DocumentQuality) -> None:
    grey = np.asarray(cv2.cvtColor(page("passport"), cv2.COLOR_RGB2GRAY))
    assert isinstance(quality.assess(grey)[COLOUR], NotAssessed)


def test_a_screen_has_more_moire_than_the_page_and_no_finding(quality: DocumentQuality, scene: Pixels) -> None:
    limits = quality.scale(MOIRE).thresholds
    large = np.asarray(cv2.resize(scene, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC))
    filmed = off_a_screen(scene)
    assert raw(quality, large, MOIRE) < limits["doubt"] < raw(quality, filmed, MOIRE)
    assert not {name for name in names(quality, filmed) if "SCREEN" in name or "COPY" in name}


def test_moire_is_not_judged_in_a_blurred_picture(quality: DocumentQuality, scene: Pixels) -> None:
    assert isinstance(quality.assess(blurred(off_a_screen(scene), 4))[MOIRE], NotAssessed)
