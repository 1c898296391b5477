"""Where pupil, rim and lids of drawn eyes are found, against where they were drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.iris_boundaries import Ellipse, EyeBoundaries, find_boundaries, glare_in
from muster.analysis.iris_mask import iris_mask
from simulators.eyes import Ellipse as TrueEllipse
from simulators.eyes import Eye, draw, various


def found(picture: Pixels) -> EyeBoundaries:
    eye = find_boundaries(picture)
    assert eye is not None
    return eye


def off_px(truth: TrueEllipse, ellipse: Ellipse) -> float:
    """Mean distance of the ellipse found from the true edge."""
    x, y, along, across, degrees = truth
    true = Ellipse(x, y, along, across, math.radians(degrees))
    around: NDArray[np.float32] = np.linspace(0, 2 * np.pi, 90, dtype=np.float32)
    reach = ellipse.radius_at(around)
    away = true.reach(ellipse.x + reach * np.cos(around), ellipse.y + reach * np.sin(around))
    return float(np.abs(away - 1).mean()) * across


def errors(kind: str, count: int) -> NDArray[np.float64]:
    eyes = [various(kind, seed) for seed in range(count)]
    pairs = [(eye, find_boundaries(draw(eye).picture)) for eye in eyes]
    return np.array(
        [
            (off_px(eye.pupil_edge, got.pupil), off_px(eye.limbus, got.limbus))
            for eye, got in pairs
            if got is not None
        ]
    )


@pytest.mark.parametrize("picture", [np.zeros((0, 5), np.uint8), np.full((1, 300), 9, np.uint8)])
def test_a_picture_of_hardly_a_pixel_has_no_eye(picture: Pixels) -> None:
    assert find_boundaries(picture) is None


def test_a_dark_disc_without_an_iris_around_is_no_eye() -> None:
    disc = np.where(np.hypot(*np.mgrid[-240:240, -320:320]) < 60, 10, 200).astype(np.uint8)
    assert find_boundaries(disc) is None


@pytest.mark.parametrize(
    ("kind", "pupil_px", "rim_px"), [("open", 0.3, 1.0), ("askew", 0.3, 1.0), ("blurred", 1, 1.5)]
)
def test_edges_are_found_to_about_a_pixel(kind: str, pupil_px: float, rim_px: float) -> None:
    table = errors(kind, 6)
    assert len(table) == 6
    assert np.median(table[:, 0]) < pupil_px
    assert np.median(table[:, 1]) < rim_px


def test_a_few_points_in_a_row_do_not_make_an_endless_ellipse() -> None:
    eye = various("open", 43, 2)
    assert off_px(eye.pupil_edge, found(draw(eye).picture).pupil) < 0.5


def test_lids_over_a_part_of_the_iris_do_not_draw_its_rim_in() -> None:
    eye = Eye(upper_lid=-0.5, lower_lid=0.75, lashes=50)
    assert off_px(eye.limbus, found(draw(eye).picture).limbus) < 2.5


@pytest.mark.parametrize("seed", [2, 37])
def test_a_lid_over_a_part_of_the_pupil_does_not_flatten_it(seed: int) -> None:
    eye = various("covered", seed)
    assert off_px(eye.pupil_edge, found(draw(eye).picture).pupil) < 1.5


def test_a_lamp_on_the_edge_of_the_pupil_does_not_move_it() -> None:
    eye = Eye(glare=((0.36, 0.05, 0.09), (-0.2, -0.3, 0.07)))
    assert off_px(eye.pupil_edge, found(draw(eye).picture).pupil) < 0.5


@pytest.mark.parametrize(("kind", "seed"), [("faint", 24), ("faint", 26), ("open", 32)])
def test_neither_a_dark_iris_nor_its_lashes_are_taken_for_the_pupil(kind: str, seed: int) -> None:
    eye = various(kind, seed)
    assert off_px(eye.pupil_edge, found(draw(eye).picture).pupil) < 1


def test_an_eye_of_which_a_part_lies_outside_the_picture_is_found() -> None:
    eye = Eye(x=95)
    assert off_px(eye.limbus, found(draw(eye).picture).limbus) < 4


def test_a_larger_picture_is_measured_in_its_own_pixels() -> None:
    eye = Eye(width=1280, height=960, x=640, y=480, radius=240, limbus_px=8)
    boundaries = found(draw(eye).picture)
    assert off_px(eye.limbus, boundaries.limbus) < 3
    assert off_px(eye.pupil_edge, boundaries.pupil) < 1


def test_the_upper_lid_is_found_where_it_is() -> None:
    upper = found(draw(Eye(upper_lid=-0.5)).picture).upper
    assert upper is not None
    assert float(upper.row(np.array([320], np.float32))[0]) == pytest.approx(240 - 0.5 * 120, abs=5)


def test_no_lid_reaches_into_an_iris_that_is_free() -> None:
    away = np.hypot(*np.mgrid[-240:240, -320:320])
    picture = np.select([away < 45, away < 120], [20, 110], 220).astype(np.uint8)
    assert iris_mask(picture, found(picture)).share > 0.97


def test_lamps_are_bright_and_small() -> None:
    picture = draw(Eye(glare=((0.0, 0.0, 0.06),))).picture
    spots = glare_in(picture)[150:330, 230:410]
    assert spots[90, 90]
    assert spots.mean() < 0.02


@pytest.mark.parametrize("lid", [-0.9, -0.7, -0.5])
def test_what_is_seen_of_the_iris_is_what_was_drawn(lid: float) -> None:
    drawn = draw(Eye(seed=5, upper_lid=lid, lashes=60))
    mask = iris_mask(drawn.picture, found(drawn.picture))
    common, either = (mask.usable & drawn.usable).sum(), (mask.usable | drawn.usable).sum()
    assert common / either > 0.88


def test_hidden_places_are_not_counted_as_seen() -> None:
    drawn = draw(Eye(seed=6, upper_lid=-0.5, lashes=35, glare=((0.5, 0.2, 0.1),)))
    mask = iris_mask(drawn.picture, found(drawn.picture))
    assert (mask.usable & ~drawn.usable).sum() / mask.usable.sum() < 0.06


def test_furrows_are_not_taken_for_lashes() -> None:
    drawn = draw(Eye(texture=26, iris_level=95, lashes=0, upper_lid=-1.1, lower_lid=1.1))
    assert iris_mask(drawn.picture, found(drawn.picture)).share > 0.9
