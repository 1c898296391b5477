"""Where a page lies: its corners, and what of it is not in the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from muster.analysis.document_page import DocumentSize, find_page
from muster_simulated.pictures import Pictures
from unit.analysis.document_scenes import on_table, page


@pytest.mark.parametrize("degrees", [0, -8, 6, 90])
@pytest.mark.parametrize("name", ["passport", "card"])
def test_the_four_corners_are_found(name: str, degrees: float) -> None:
    scene, corners = on_table(page(name), degrees=degrees, room=1.6 if degrees == 90 else 1.3)
    found = find_page(scene)
    assert not found.is_whole
    near = np.linalg.norm(found.corners[:, np.newaxis] - corners[np.newaxis], axis=2).min(1)
    assert near.max() < 0.012 * max(scene.shape)


@pytest.mark.parametrize("table", [(30, 30, 32), (120, 90, 60), (150, 150, 155), (255, 255, 255)])
def test_the_page_is_found_on_dark_and_light_tables(table: tuple[int, int, int]) -> None:
    scene, _ = on_table(page("card"), table=table)
    assert find_page(scene).coverage == pytest.approx(1 / (1.3 * 1.43), rel=0.03)


def test_a_page_that_fills_the_picture_is_the_picture() -> None:
    found = find_page(page("passport"))
    assert found.is_whole
    assert (found.coverage, found.cut_off, found.missing_corner) == (1, None, None)


def test_a_photograph_of_a_person_is_no_page_on_a_page() -> None:
    found = find_page(Pictures().photograph("document"))
    assert found.likely_size() is DocumentSize.ID1
    assert found.coverage == pytest.approx(0.33, abs=0.02)


def test_the_kind_of_page_follows_from_its_proportions() -> None:
    assert find_page(on_table(page("card"))[0]).likely_size() is DocumentSize.ID1
    assert find_page(on_table(page("passport"))[0]).likely_size() is DocumentSize.ID3
    assert find_page(np.full((500, 500, 3), 200, np.uint8)).likely_size() is None


@pytest.mark.parametrize(("askew", "least", "most"), [(0, 0, 0.02), (0.1, 0.07, 0.13), (0.2, 0.16, 0.24)])
def test_a_page_seen_from_the_side_has_one_side_shorter(askew: float, least: float, most: float) -> None:
    scene, _ = on_table(page("passport"), askew=askew)
    assert least <= find_page(scene).keystone <= most


def test_a_page_seen_askew_is_laid_straight() -> None:
    original = page("passport")
    scene, _ = on_table(original, degrees=5, askew=0.1)
    flat = find_page(scene).flattened(scene, 984)
    straight = cv2.resize(original, (flat.shape[1], flat.shape[0]))
    assert np.abs(cv2.blur(flat, (9, 9)).astype(int) - cv2.blur(straight, (9, 9))).mean() < 12


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_page_that_runs_over_a_side_is_cut_off_there(side: str) -> None:
    scene, _ = on_table(page("passport"), room=1.5)
    height, width = scene.shape[:2]
    by = 0.24
    cut = {
        "left": scene[:, int(by * width) :],
        "right": scene[:, : int((1 - by) * width)],
        "top": scene[int(by * height) :],
        "bottom": scene[: int((1 - by) * height)],
    }[side]
    assert find_page(np.ascontiguousarray(cut)).cut_off == (side,)


def test_a_folded_corner_is_missing() -> None:
    whole, corners = on_table(page("passport"))
    missing = find_page(whole).missing_corner
    assert missing is not None
    assert missing < 0.15
    fold = np.array([corners[1], corners[1] + [-130, 0], corners[1] + [0, 130]], np.int32)
    folded = cv2.fillPoly(whole.copy(), [fold], (70, 55, 45))
    missing = find_page(folded).missing_corner
    assert missing is not None
    assert missing > 0.6


@pytest.mark.parametrize(
    ("box", "sides"),
    [((0, 0, 560, 700), ("right",)), ((200, 0, 1100, 780), ("left",)), ((0, 150, 1100, 780), ("top",))],
)
def test_a_light_card_on_white_paper_that_is_cut_off_is_seen_to_be(
    box: tuple[int, int, int, int], sides: tuple[str, ...]
) -> None:
    left, top, right, bottom = box
    scan = Pictures().photograph("document")[top:bottom, left:right]
    assert find_page(np.ascontiguousarray(scan)).cut_off == sides
