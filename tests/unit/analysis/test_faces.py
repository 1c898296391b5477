from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from muster.analysis.faces import (
    DetectedFace,
    FaceDetector,
    Floats,
    Pixels,
    _decode,
    _overlap,
    _strongest,
    judge_face,
)
from muster.clock import utc_now
from muster.devices.api import DeviceContext
from muster.devices.frames import Frame
from muster.domain.biometrics import BiometricAttribute, DigitalId
from muster_simulated.camera import SimulatedCamera
from muster_simulated.pictures import Pictures

ANCHORS = 896
FRAME = np.zeros((480, 640, 3), np.uint8)


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    """The simulated camera's: one face, its left upper corner near (266, 182), 269 wide."""
    return Pictures().photograph("face")


def scene(fault: str, monkeypatch: pytest.MonkeyPatch) -> Pixels:
    """What the simulated camera shows with this fault."""
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", f"camera={fault}")
    frames: list[Frame] = []
    cancel = Event()
    camera = SimulatedCamera(
        DigitalId("1", "Muster", "Camera", "Face", "Full face", "Muster", "MUSTER"),
        Pictures(),
        DeviceContext(utc_now, signer=None),  # type: ignore[arg-type]  # a camera signs nothing
        speed=50.0,
    )

    def keep(frame: Frame) -> None:
        frames.append(frame)
        cancel.set()

    camera.stream(keep, cancel)
    return frames[0].pixels


def a_face(x: float = 200, y: float = 100, w: float = 200) -> DetectedFace:
    return DetectedFace(x, y, w, w, 0.9, ())


def codes(pixels: Pixels, faces: Sequence[DetectedFace]) -> list[str]:
    return [finding.code.name for finding in judge_face(pixels, faces)]


def found(detector: FaceDetector, pixels: Pixels) -> list[str]:
    return codes(pixels, detector.detect(pixels))


# -- no face, several, small, cut off: in pictures


@pytest.mark.parametrize("level", [0, 128, 255])
def test_nothing_is_found_where_nothing_is(detector: FaceDetector, level: int) -> None:
    assert detector.detect(np.full((480, 640, 3), level, np.uint8)) == ()


def test_nothing_is_found_in_noise(detector: FaceDetector) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    assert detector.detect(noise) == ()


@pytest.mark.parametrize("shape", [(0, 0, 3), (1, 1, 3), (1, 900, 3), (900, 2, 3)])
def test_a_frame_of_odd_shape_has_no_face_and_is_no_crash(
    detector: FaceDetector, shape: tuple[int, int, int]
) -> None:
    assert detector.detect(np.zeros(shape, np.uint8)) == ()


def test_the_empty_chair_has_no_face(detector: FaceDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(detector, scene("empty_chair", monkeypatch)) == ["FACE_ABSENT"]


def test_two_faces_are_both_found_and_refused(detector: FaceDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = scene("two_faces", monkeypatch)
    assert len(detector.detect(pixels)) == 2
    assert found(detector, pixels) == ["FACE_SEVERAL"]


def test_a_face_far_away_is_found_too_small(detector: FaceDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(detector, scene("poor_quality", monkeypatch)) == ["FACE_TOO_SMALL"]


def test_a_face_cut_by_the_edge_is_found_at_the_edge(detector: FaceDetector, portrait: Pixels) -> None:
    assert found(detector, np.ascontiguousarray(portrait[:, 320:])) == ["FACE_AT_EDGE"]


def test_fingerprints_are_no_faces(detector: FaceDetector) -> None:
    thumb = Pictures().sample(BiometricAttribute.RIGHT_THUMB)
    assert detector.detect(np.stack([thumb] * 3, axis=-1)) == ()


# -- one face


@pytest.mark.parametrize(
    "name", ["biden_biden", "biden_biden2", "obama_obama", "obama_obama2", "rose_leslie_img1"]
)
def test_a_portrait_has_one_face_that_will_do(detector: FaceDetector, reference_data: Path, name: str) -> None:
    with Image.open(reference_data / "faces" / f"{name}.jpg") as image:
        pixels = np.asarray(image.convert("RGB"))
    (face,) = detector.detect(pixels)
    assert face.score > 0.8
    assert judge_face(pixels, [face]) == ()


def test_eyes_nose_and_mouth_are_where_they_belong(detector: FaceDetector, portrait: Pixels) -> None:
    (face,) = detector.detect(portrait)
    right_eye, left_eye, nose, mouth, right_ear, left_ear = face.keypoints
    assert right_ear[0] < right_eye[0] < nose[0] < left_eye[0] < left_ear[0]  # the person's right is our left
    assert max(right_eye[1], left_eye[1]) < nose[1] < mouth[1]
    assert all(face.x < x < face.x + face.w and face.y < y < face.y + face.h for x, y in face.keypoints)


@pytest.mark.parametrize(("dx", "dy"), [(804, 0), (0, 597), (400, 300)])
def test_a_face_is_found_where_it_is_in_a_frame_of_another_shape(
    detector: FaceDetector, portrait: Pixels, dx: int, dy: int
) -> None:
    height, width, _ = portrait.shape
    canvas = np.full((height + dy, width + dx, 3), 190, np.uint8)
    canvas[dy:, dx:] = portrait
    (face,) = detector.detect(canvas)
    assert (face.x - dx, face.y - dy, face.w) == pytest.approx((266, 182, 269), abs=40)


def test_the_same_frame_gives_the_same_faces(detector: FaceDetector, portrait: Pixels) -> None:
    assert detector.detect(portrait) == detector.detect(portrait)


# -- judging, without a network


def test_no_face_is_one_finding() -> None:
    assert codes(FRAME, []) == ["FACE_ABSENT"]


def test_several_faces_are_one_finding_whatever_else_is_wrong() -> None:
    assert codes(FRAME, [a_face(w=20), a_face(x=-5)]) == ["FACE_SEVERAL"]


@pytest.mark.parametrize(("w", "expected"), [(119.9, ["FACE_TOO_SMALL"]), (120, [])])
def test_a_face_narrower_than_120_pixels_is_too_small(w: float, expected: list[str]) -> None:
    assert codes(FRAME, [a_face(w=w)]) == expected


@pytest.mark.parametrize(("x", "y"), [(-1, 100), (100, -1), (441, 100), (100, 281)])
def test_a_face_that_reaches_beyond_the_frame_is_at_the_edge(x: float, y: float) -> None:
    assert codes(FRAME, [a_face(x, y)]) == ["FACE_AT_EDGE"]


@pytest.mark.parametrize(("x", "y"), [(0, 0), (440, 280)])
def test_a_face_that_just_fits_will_do(x: float, y: float) -> None:
    assert codes(FRAME, [a_face(x, y)]) == []


def test_a_small_face_at_the_edge_is_two_findings() -> None:
    assert codes(FRAME, [a_face(-5, 10, 50)]) == ["FACE_TOO_SMALL", "FACE_AT_EDGE"]


# -- boxes from the network's numbers


def regressors(anchor: int = 0, **values: float) -> Floats:
    """What the network says when it says nothing, but for one anchor; in pixels of its 128."""
    rows = np.zeros((ANCHORS, 16), np.float32)
    for name, value in values.items():
        rows[anchor, {"dx": 0, "dy": 1, "w": 2, "h": 3, "eye_x": 4, "eye_y": 5}[name]] = value
    return rows


@pytest.mark.parametrize(
    ("anchor", "centre"),
    [
        (0, (4, 4)), (1, (4, 4)),  # two anchors in each cell of the fine grid, eight pixels apart
        (2, (12, 4)), (32, (4, 12)), (511, (124, 124)),
        (512, (8, 8)), (517, (8, 8)),  # six in each cell of the coarse one, sixteen apart
        (518, (24, 8)), (560, (8, 24)), (895, (120, 120)),
    ],
)  # fmt: skip
def test_the_anchors_lie_on_two_grids(anchor: int, centre: tuple[float, float]) -> None:
    boxes = _decode(np.zeros((ANCHORS, 16), np.float32), 128, (0, 0))
    assert tuple(boxes[anchor, :2]) == centre


def test_a_box_is_centred_on_its_anchor_and_shifted() -> None:
    box = _decode(regressors(w=40, h=20, dx=6, dy=-2), 128, (0, 0))[0]
    assert box[:4].tolist() == [4 + 6 - 20, 4 - 2 - 10, 40, 20]


def test_a_keypoint_is_relative_to_the_anchor_and_not_to_the_box() -> None:
    box = _decode(regressors(w=40, dx=6, eye_x=3, eye_y=5), 128, (0, 0))[0]
    assert box[4:6].tolist() == [4 + 3, 4 + 5]


def test_a_box_is_scaled_to_the_frame_and_the_padding_taken_off() -> None:
    box = _decode(regressors(w=40, h=40, eye_x=3), 1280, (0, 280))[0]
    assert box[:6].tolist() == pytest.approx([40 - 200, 40 - 200 - 280, 400, 400, 70, 40 - 280])


def boxes(*rows: tuple[float, float, float, float]) -> Floats:
    return np.array([(*row, *[0] * 12) for row in rows], np.float32)


def test_the_surest_of_overlapping_boxes_is_kept() -> None:
    heap = boxes((0, 0, 100, 100), (5, 5, 100, 100), (2, 8, 90, 110))
    assert _strongest(heap, np.array([0.7, 0.9, 0.8])) == [1]


def test_boxes_apart_are_kept_the_surest_first() -> None:
    apart = boxes((0, 0, 100, 100), (300, 0, 100, 100), (0, 300, 100, 100))
    assert _strongest(apart, np.array([0.6, 0.9, 0.8])) == [1, 2, 0]


def test_a_box_that_overlaps_only_a_dropped_one_is_kept() -> None:
    row = boxes((0, 0, 100, 100), (50, 0, 100, 100), (101, 0, 100, 100))
    assert _strongest(row, np.array([0.9, 0.8, 0.7])) == [0, 2]


def test_boxes_below_one_half_are_dropped() -> None:
    apart = boxes((0, 0, 100, 100), (300, 0, 100, 100))
    assert _strongest(apart, np.array([0.4999, 0.5])) == [1]


def test_without_a_box_nothing_is_kept() -> None:
    assert _strongest(boxes((0, 0, 9, 9)), np.array([0.0])) == []


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ((0, 0, 10, 10), 1.0),
        ((5, 0, 10, 10), 50 / 150),
        ((2, 2, 5, 5), 25 / 100),
        ((10, 0, 10, 10), 0.0),
        ((30, 30, 10, 10), 0.0),
        ((0, 0, 0, 0), 0.0),
    ],
)
def test_the_overlap_is_intersection_over_union(other: tuple[float, float, float, float], expected: float) -> None:
    first, second = boxes((0, 0, 10, 10), other)
    assert _overlap(first, second) == pytest.approx(expected)
    assert _overlap(second, first) == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 60), st.floats(0, 1)),
        min_size=1,
        max_size=12,
    )
)
def test_no_two_kept_boxes_overlap_and_every_sure_box_is_kept_or_covered(
    rows: list[tuple[int, int, int, float]],
) -> None:
    heap = boxes(*((x, y, w, w) for x, y, w, _ in rows))
    scores = np.array([score for *_, score in rows])
    kept = _strongest(heap, scores)
    assert all(_overlap(heap[a], heap[b]) < 0.3 for a in kept for b in kept if a != b)
    for index in np.flatnonzero(scores >= 0.5):
        assert any(index == keep or _overlap(heap[index], heap[keep]) >= 0.3 for keep in kept)
