"""Squares cut out of frames, upright, and back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from muster.analysis.face_crop import Square

# A frame whose red is its column and whose green is its row.
FRAME = np.dstack(np.broadcast_arrays(np.arange(200)[np.newaxis], np.arange(200)[:, np.newaxis], 0)).astype(
    np.uint8
)


def test_a_square_beyond_the_frame_is_black() -> None:
    assert not Square(-500, -500, 100).crop(FRAME + 1, 32).any()
    assert not Square(5000, 50, 4000 / 16).crop(FRAME + 1, 32).any()


def test_a_square_that_is_not_turned_is_that_part_of_the_frame() -> None:
    cut = Square(99.5, 99.5, 40).crop(FRAME, 40)
    assert cut[0, 0].tolist() == [80, 80, 0]
    assert cut[39, 39].tolist() == [119, 119, 0]


def test_a_square_turned_by_a_right_angle_has_the_frames_rows_as_columns() -> None:
    cut = Square(99.5, 99.5, 40, math.pi / 2).crop(FRAME, 40)
    assert cut[0, 0].tolist() == pytest.approx([119, 80, 0], abs=1)  # clockwise: its left upper is the right upper


@pytest.mark.parametrize("side", [20.0, 40.0, 130.0, 190.0])
@pytest.mark.parametrize("angle", [0.0, 0.4, -2.0])
def test_what_is_seen_in_the_cut_is_where_it_is_in_the_frame(side: float, angle: float) -> None:
    square, size = Square(100, 96, side, angle), 24
    cut = square.crop(FRAME, size)
    for x, y in ((12, 12), (10, 14), (14, 9)):
        ((at_x, at_y),) = square.to_frame(np.array([[x, y]], np.float64), size)
        assert cut[y, x, :2].tolist() == pytest.approx([at_x, at_y], abs=1.5)


def test_depth_is_scaled_as_the_picture_is() -> None:
    assert Square(0, 0, 384).to_frame(np.array([[0.0, 0.0, 5.0]]), 192)[0, 2] == 10


def test_a_fine_pattern_is_averaged_and_not_sampled() -> None:
    stripes = np.zeros((1600, 1600, 3), np.uint8)
    stripes[:, ::8] = stripes[:, 1::8] = stripes[:, 2::8] = stripes[:, 3::8] = 255
    cut = Square(800, 800, 1500).crop(stripes, 100).astype(float)
    assert cut.mean() == pytest.approx(127, abs=6)
    assert cut.std() < 35  # sampled it would be half black and half white: 127
