"""Angles out of points, without a network."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.analysis.face_mesh import FaceMesh
from muster.analysis.face_pose import _CANONICAL, HeadPose, head_pose


def a_head(yaw: float, pitch: float, roll: float, size: float = 12.0, noise: float = 0.0) -> HeadPose:
    """The pose of the canonical head turned so: roll first, then pitch, then yaw, as ISO/IEC 39794-5 has it."""
    y, p, r = (math.radians(each) for each in (yaw, pitch, roll))
    about_z = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]])
    about_y = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    points = np.zeros((468, 3))
    for index, _, *place in _CANONICAL:
        points[index] = about_y @ about_x @ about_z @ np.array(place) * size * [1, -1, -1] + [640, 360, 0]
    return head_pose(FaceMesh(points + np.random.default_rng(0).normal(0, noise, points.shape), 1.0))


def test_a_heap_of_equal_points_has_some_pose() -> None:
    assert math.isfinite(head_pose(FaceMesh(np.zeros((468, 3)), 0.0)).yaw)


def test_points_at_random_fit_badly() -> None:
    points = np.random.default_rng(2).normal(0, 100, (468, 3))
    assert head_pose(FaceMesh(points, 0.0)).residual > 0.2
    assert a_head(10, 5, 3).residual < 0.001


def test_a_head_turned_to_its_left_points_to_the_right_of_the_picture() -> None:
    points = np.zeros((468, 3))
    for index, _, *place in _CANONICAL:
        points[index] = np.array(place) * [1, -1, -1]
    points[:, 0] += 0.4 * -points[:, 2]  # what is near to the camera, the nose, goes right
    assert head_pose(FaceMesh(points, 1.0)).yaw > 3


def test_a_mirrored_mesh_is_laid_on_without_mirroring_the_head() -> None:
    points = np.zeros((468, 3))
    for index, _, *place in _CANONICAL:
        points[index] = np.array(place) * [1, -1, 1]  # nose away from the camera
    assert head_pose(FaceMesh(points, 1.0)).residual > 0.05


@settings(max_examples=60, deadline=None)
@given(st.floats(-70, 70), st.floats(-60, 60), st.floats(-90, 90), st.floats(2, 60))
def test_every_pose_is_found_whatever_the_size(yaw: float, pitch: float, roll: float, size: float) -> None:
    found = a_head(yaw, pitch, roll, size)
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((yaw, pitch, roll), abs=0.1)


def test_noise_of_a_pixel_moves_the_pose_by_less_than_a_degree() -> None:
    found = a_head(12, -8, 5, noise=1.0)
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((12, -8, 5), abs=1)
