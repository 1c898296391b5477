"""468 points on the simulated camera's portrait."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from muster.analysis.api import Pixels
from muster.analysis.face_crop import Square
from muster.analysis.face_guidance import _is_there_still
from muster.analysis.face_mesh import CHIN, NOSE_TIP, FaceMesh, FaceMesher
from muster.analysis.faces import DetectedFace, FaceDetector
from muster_simulated.pictures import Pictures


@pytest.fixture(scope="module")
def mesher() -> FaceMesher:
    return FaceMesher()


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return Pictures().photograph("face")


@pytest.fixture(scope="module")
def face(portrait: Pixels) -> DetectedFace:
    (found,) = FaceDetector().detect(portrait)
    return found


@pytest.mark.parametrize("side", [1.0, 50.0, 4000.0])
def test_where_no_face_is_the_network_says_so(mesher: FaceMesher, side: float) -> None:
    wall = np.full((480, 640, 3), 130, np.uint8)
    assert mesher.follow(wall, Square(320, 240, side)).mesh.presence < 0.1


def test_on_a_face_it_is_sure(mesher: FaceMesher, portrait: Pixels, face: DetectedFace) -> None:
    mesh = mesher.find(portrait, face).mesh
    assert mesh.points.shape == (468, 3)
    assert mesh.presence > 0.9


def test_points_lie_where_the_detector_saw_eyes_and_nose(
    mesher: FaceMesher, portrait: Pixels, face: DetectedFace
) -> None:
    mesh = mesher.find(portrait, face).mesh
    right, left, nose, *_ = face.keypoints
    assert tuple(mesh.eyes[0]) == pytest.approx(right, abs=12)
    assert tuple(mesh.eyes[1]) == pytest.approx(left, abs=12)
    assert tuple(mesh.points[NOSE_TIP, :2]) == pytest.approx(nose, abs=15)
    assert mesh.points[NOSE_TIP, 2] < mesh.points[CHIN, 2]  # nearer to the camera


@pytest.mark.parametrize(("dx", "dy", "scale"), [(45, 0, 1.0), (0, 40, 1.0), (0, 0, 1.4), (60, -40, 1.3)])
def test_a_second_look_puts_right_what_the_detector_missed(
    mesher: FaceMesher, portrait: Pixels, face: DetectedFace, dx: float, dy: float, scale: float
) -> None:
    w = face.w * scale
    beside = replace(face, x=face.x + dx - (w - face.w) / 2, y=face.y + dy - (w - face.w) / 2, w=w, h=w)
    good, found = (mesher.find(portrait, each).mesh for each in (face, beside))
    assert np.abs(good.points[:, :2] - found.points[:, :2]).mean() < 1.7  # pixels; 110 between the eyes


def test_a_lying_face_is_seen_upright(mesher: FaceMesher, portrait: Pixels) -> None:
    lying = cv2.warpAffine(portrait, cv2.getRotationMatrix2D((400, 300), 70, 1.0), (804, 603))
    (face,) = FaceDetector().detect(lying)
    look = mesher.find(lying, face)
    right, left = look.places[33], look.places[263]
    assert left[0] - right[0] > 60
    assert abs(left[1] - right[1]) < 12


# -- whether it is still there


def a_mesh(x: float, y: float, size: float) -> FaceMesh:
    points = np.zeros((468, 3))
    points[:234] = (x, y, 0)
    points[234:] = (x + size, y + size, 0)
    return FaceMesh(points, 1.0)


@pytest.mark.parametrize(
    ("box", "is_there"),
    [
        ((100, 100, 200), True),
        ((190, 100, 200), True),
        ((205, 100, 200), False),
        ((100, -5, 200), False),
        ((140, 140, 119), False),  # much smaller: another face behind
        ((40, 40, 345), False),
    ],
)
def test_a_face_is_there_still_within_half_its_size(box: tuple[float, float, float], is_there: bool) -> None:
    x, y, w = box
    assert _is_there_still(a_mesh(100, 100, 200), DetectedFace(x, y, w, w, 0.9, ())) is is_there
