"""Frames in, one answer each: whatever they show."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.face_guidance import FaceGuidance, FaceReading, largest
from muster.analysis.face_quality import COMPONENTS, UNIFIED
from muster.analysis.faces import DetectedFace
from muster.analysis.pictures import as_rgb
from muster.domain.assessment import NotAssessed, Score
from muster.domain.biometrics import BiometricAttribute
from muster_simulated.pictures import Pictures

# The portrait: 804 x 603, eyes near (343, 256) and (453, 262), 110 apart.
EYES = (398, 259)


@pytest.fixture(scope="module")
def guidance() -> FaceGuidance:
    return FaceGuidance()


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return Pictures().photograph("face")


def read(guidance: FaceGuidance, frame: Pixels) -> FaceReading:
    """A frame with nothing before it."""
    guidance.assess(np.zeros((8, 8, 3), np.uint8))
    return guidance.look(frame)


def codes(guidance: FaceGuidance, frame: Pixels) -> list[str]:
    return [each.code.name for each in read(guidance, frame).assessment.findings]


def raw(reading: FaceReading, measure: str) -> float:
    found = reading.assessment[measure]
    assert isinstance(found, Score)
    return found.raw


def a_landscape() -> Pixels:
    y, x = np.mgrid[0:480, 0:640]
    sky = np.stack([120 + y / 8, 160 + y / 8, 230 - y / 8], axis=-1)
    hills = (y > 300 + 40 * np.sin(x / 60))[..., np.newaxis]
    return np.where(hills, np.array([40, 110, 50]), sky).astype(np.uint8)


def a_smiley() -> Pixels:
    picture = np.full((480, 640, 3), 255, np.uint8)
    cv2.circle(picture, (320, 240), 150, (255, 220, 0), -1)
    for x in (265, 375):
        cv2.circle(picture, (x, 200), 18, (0, 0, 0), -1)
    cv2.ellipse(picture, (320, 270), (80, 60), 0, 10, 170, (0, 0, 0), 8)
    return picture


# -- pictures that are no portraits


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((900, 1, 3), np.uint8),
        np.zeros((1, 900, 3), np.uint8),
        np.full((10, 10, 3), 200, np.uint8),
        np.full((480, 640, 3), 255, np.uint8),
        np.full((480, 640), 90, np.uint8),
        np.zeros((4000, 5000, 3), np.uint8),
        np.random.default_rng(1).integers(0, 256, (480, 640, 3), dtype=np.uint8),
        a_landscape(),
        np.asarray(Pictures().sample(BiometricAttribute.LEFT_THUMB)),
    ],
    ids=[
        "none",
        "pixel",
        "column",
        "row",
        "tiny",
        "white",
        "grey",
        "20 megapixels",
        "noise",
        "landscape",
        "finger",
    ],
)
def test_a_picture_without_a_face_is_one_finding_and_nothing_assessed(
    guidance: FaceGuidance, frame: Pixels
) -> None:
    assessment = guidance.assess(frame)
    assert [each.code.name for each in assessment.findings] == ["FACE_ABSENT"]
    assert assessment.value("single face present") == 0
    rest = [each for each in assessment.measures if each.measure != "single face present"]
    assert all(isinstance(each, NotAssessed) and each.reason.name == "FACE_ABSENT" for each in rest)


def test_a_drawn_face_gets_an_answer_too(guidance: FaceGuidance) -> None:
    assert guidance.assess(a_smiley()).findings


def test_every_component_is_answered_with_and_without_a_face(guidance: FaceGuidance, portrait: Pixels) -> None:
    for frame in (portrait, np.zeros((480, 640, 3), np.uint8)):
        named = [each.measure for each in guidance.assess(frame).measures]
        assert sorted(named) == sorted([UNIFIED, *COMPONENTS])


def test_a_grey_portrait_is_judged_as_one_without_colour(guidance: FaceGuidance, portrait: Pixels) -> None:
    grey: Pixels = cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)
    reading = read(guidance, grey)
    assert len(reading.faces) == 1
    assert raw(reading, "natural colour") > 5  # grey is not the colour of skin


def test_a_portrait_of_twenty_megapixels_is_as_sharp_as_the_small_one_it_was_made_from(
    guidance: FaceGuidance, portrait: Pixels
) -> None:
    large: Pixels = cv2.resize(portrait, (5160, 3870), interpolation=cv2.INTER_CUBIC)
    mesh = read(guidance, large).mesh
    assert mesh is not None
    assert tuple(np.mean(mesh.eyes, axis=0) * 804 / 5160) == pytest.approx(EYES, abs=3)
    assert raw(read(guidance, large), "sharpness") == pytest.approx(
        raw(read(guidance, portrait), "sharpness"), abs=0.08
    )


# -- the portrait, and what can be wrong with it


def test_the_portrait_may_be_taken(guidance: FaceGuidance, portrait: Pixels) -> None:
    reading = read(guidance, portrait)
    assert [each.code.name for each in reading.assessment.findings] == ["FACE_MOUTH_OPEN"]  # she smiles
    unified = reading.assessment.value(UNIFIED)
    assert unified is not None
    assert 50 < unified < 90


def lit(portrait: Pixels, left: float, right: float) -> Pixels:
    """Dimmed on the left and on the right of the picture."""
    share = 1 / (1 + np.exp(-(np.arange(804) - EYES[0]) / 25))
    factor = left + (right - left) * share
    return (portrait * factor[np.newaxis, :, np.newaxis]).astype(np.uint8)


def turned(portrait: Pixels, degrees: float) -> Pixels:
    """Counter-clockwise."""
    matrix = cv2.getRotationMatrix2D(EYES, degrees, 1.0)
    picture: Pixels = cv2.warpAffine(portrait, matrix, (804, 603), borderMode=cv2.BORDER_REPLICATE)
    return picture


def with_eyes_closed(portrait: Pixels, guidance: FaceGuidance) -> Pixels:
    """Skin from below each eye drawn over it, with a dark line where the lids meet."""
    picture, mesh = portrait.copy(), read(guidance, portrait).mesh
    assert mesh is not None
    for x, y in (np.round(each).astype(int) for each in mesh.eyes):
        skin = portrait[y + 24 : y + 44, x - 32 : x + 32]
        picture[y - 24 : y + 20, x - 32 : x + 32] = cv2.resize(skin, (64, 44))
        cv2.ellipse(picture, (int(x), int(y) + 4), (24, 6), 0, 10, 170, (90, 60, 50), 2)
    return picture


def test_more_light_is_asked_for_on_the_side_that_lacks_it_as_the_person_sees_it(
    guidance: FaceGuidance, portrait: Pixels
) -> None:
    assert codes(guidance, lit(portrait, 1.0, 0.3))[0] == "FACE_LIGHT_ON_LEFT"
    assert codes(guidance, lit(portrait, 0.3, 1.0))[0] == "FACE_LIGHT_ON_RIGHT"


def test_a_head_that_leans_is_straightened_the_other_way(guidance: FaceGuidance, portrait: Pixels) -> None:
    assert "FACE_TILT_LEFT" in codes(guidance, turned(portrait, 20))  # it leans right
    assert "FACE_TILT_RIGHT" in codes(guidance, turned(portrait, -20))


@pytest.mark.parametrize(
    ("dx", "dy", "code"),
    [
        (-290, 0, "FACE_MOVE_LEFT"),
        (290, 0, "FACE_MOVE_RIGHT"),
        (0, -160, "FACE_SIT_LOWER"),
        (0, 200, "FACE_SIT_HIGHER"),
    ],
)
def test_a_face_near_the_border_is_sent_back_to_the_middle(
    guidance: FaceGuidance, portrait: Pixels, dx: int, dy: int, code: str
) -> None:
    shifted = cv2.warpAffine(
        portrait, np.array([[1.0, 0, dx], [0, 1, dy]]), (804, 603), borderMode=cv2.BORDER_REPLICATE
    )
    assert code in codes(guidance, shifted)


def test_a_dark_and_a_bright_face_are_told_apart(guidance: FaceGuidance, portrait: Pixels) -> None:
    assert codes(guidance, (portrait * 0.15).astype(np.uint8))[0] == "FACE_TOO_DARK"
    assert codes(guidance, np.clip(portrait * 2.2, 0, 255).astype(np.uint8))[0] == "FACE_TOO_BRIGHT"


def test_a_blurred_face_is_to_hold_still(guidance: FaceGuidance, portrait: Pixels) -> None:
    assert "FACE_BLURRED" in codes(guidance, cv2.GaussianBlur(portrait, (0, 0), 5))


def test_eyes_that_are_closed_are_to_be_opened_and_look_nowhere(guidance: FaceGuidance, portrait: Pixels) -> None:
    reading = read(guidance, with_eyes_closed(portrait, guidance))
    assert "FACE_EYES_CLOSED" in [each.code.name for each in reading.assessment.findings]
    assert isinstance(reading.assessment["gaze"], NotAssessed)


def test_a_face_far_away_is_to_come_closer(guidance: FaceGuidance, portrait: Pixels) -> None:
    small = np.full((603, 804, 3), 190, np.uint8)
    small[150:451, 200:602] = cv2.resize(portrait, (402, 301), interpolation=cv2.INTER_AREA)
    small_still: Pixels = cv2.resize(small, (640, 480), interpolation=cv2.INTER_AREA)
    assert codes(guidance, small_still)[0] == "FACE_TOO_FAR"


def test_a_face_that_fills_the_picture_is_to_move_back(guidance: FaceGuidance, portrait: Pixels) -> None:
    close: Pixels = cv2.resize(portrait[140:470, 180:620], None, fx=2, fy=2)
    assert "FACE_TOO_CLOSE" in codes(guidance, close)


def test_strong_compression_is_seen(guidance: FaceGuidance, portrait: Pixels) -> None:
    good, bad = (
        cv2.imdecode(cv2.imencode(".jpg", portrait, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
        for quality in (95, 10)
    )
    assert "FACE_COMPRESSED" not in codes(guidance, good)
    assert "FACE_COMPRESSED" in codes(guidance, bad)


def test_lamps_in_glasses_are_seen(guidance: FaceGuidance, portrait: Pixels) -> None:
    glaring = portrait.copy()
    for x, y in ((347, 266), (457, 270)):
        cv2.ellipse(glaring, (x, y), (16, 9), 0, 0, 360, (255, 255, 255), -1)
    assert "FACE_GLARE" in codes(guidance, glaring)


def test_a_second_face_comes_before_everything_else(guidance: FaceGuidance, portrait: Pixels) -> None:
    half: Pixels = cv2.resize(portrait, (402, 301), interpolation=cv2.INTER_AREA)
    pair = np.concatenate([half, half], axis=1)
    assert codes(guidance, pair)[0] == "FACE_SEVERAL"


def test_a_restless_background_is_a_warning_and_a_plain_one_is_none(
    guidance: FaceGuidance, portrait: Pixels
) -> None:
    restless = portrait.copy()
    stripes = np.where((np.arange(603) // 40 % 2)[:, np.newaxis, np.newaxis], 255, 0).astype(np.uint8)
    restless[:, :150] = stripes
    restless[:, 650:] = stripes
    assert "FACE_BACKGROUND_UNEVEN" in codes(guidance, restless)
    assert "FACE_BACKGROUND_UNEVEN" not in codes(guidance, portrait)


# -- pose


def pose_of(guidance: FaceGuidance, frame: Pixels) -> NDArray[np.float64]:
    pose = read(guidance, frame).pose
    assert pose is not None
    return np.array([pose.yaw, pose.pitch, pose.roll])


def test_a_mirrored_picture_turns_yaw_and_roll_around_and_leaves_the_pitch(
    guidance: FaceGuidance, portrait: Pixels
) -> None:
    straight, mirrored = turned(portrait, 12), np.ascontiguousarray(turned(portrait, 12)[:, ::-1])
    assert pose_of(guidance, mirrored) == pytest.approx(pose_of(guidance, straight) * [-1, 1, -1], abs=4)


@pytest.mark.parametrize("degrees", [-60, -25, 25, 60])
def test_a_picture_turned_counter_clockwise_leans_to_the_right_by_as_much(
    guidance: FaceGuidance, portrait: Pixels, degrees: int
) -> None:
    before, after = pose_of(guidance, portrait), pose_of(guidance, turned(portrait, degrees))
    assert after[2] - before[2] == pytest.approx(degrees, abs=5)


def test_yaw_has_the_sign_of_a_turn_to_the_left(guidance: FaceGuidance, reference_data: object) -> None:
    from pathlib import Path

    from muster.analysis.pictures import read_picture

    folder = Path(str(reference_data)) / "faces"
    left, right = (read_picture((folder / f"{name}.jpg").read_bytes()) for name in ("biden_biden", "obama_obama2"))
    assert pose_of(guidance, left)[0] > 5
    assert pose_of(guidance, right)[0] < -8


# -- following


def test_a_face_that_stays_is_followed_and_its_mesh_stays_too(portrait: Pixels) -> None:
    guidance = FaceGuidance()
    first, second = guidance.look(portrait), guidance.look(portrait)
    assert first.track == second.track
    assert first.mesh is not None
    assert second.mesh is not None
    assert np.abs(first.mesh.points[:, :2] - second.mesh.points[:, :2]).max() < 4  # pixels; 110 between the eyes


@pytest.mark.parametrize(("dx", "dy"), [(40, 0), (0, 45), (-30, -30), (60, 30)])
def test_a_face_that_moves_is_followed_without_lagging_behind(portrait: Pixels, dx: int, dy: int) -> None:
    guidance = FaceGuidance()
    before = guidance.look(portrait)
    after = guidance.look(np.roll(portrait, (dy, dx), axis=(0, 1)))
    assert after.track == before.track
    assert before.mesh is not None
    assert after.mesh is not None
    moved = after.mesh.points[:, :2] - before.mesh.points[:, :2]
    assert np.abs(moved - (dx, dy)).mean() < 1.5  # pixels; 110 between the eyes


def test_a_face_elsewhere_is_another_track(portrait: Pixels) -> None:
    guidance = FaceGuidance()
    track = guidance.look(portrait).track
    assert guidance.look(np.roll(portrait, 220, axis=1)).track != track


def test_a_face_that_comes_back_is_another_track(portrait: Pixels) -> None:
    guidance = FaceGuidance()
    track = guidance.look(portrait).track
    guidance.look(np.zeros_like(portrait))
    assert guidance.look(portrait).track != track


def test_the_largest_face_is_the_one_in_front() -> None:
    near, far = DetectedFace(0, 0, 90, 90, 0.7, ()), DetectedFace(200, 0, 40, 40, 0.9, ())
    assert largest([far, near]) is near
    assert largest([]) is None


def test_grey_becomes_three_equal_channels() -> None:
    assert (as_rgb(np.full((2, 3), 7, np.uint8)) == np.full((2, 3, 3), 7)).all()


def test_the_first_answer_comes_within_a_second(portrait: Pixels) -> None:
    began = time.process_time()
    FaceGuidance().look(portrait)
    assert time.process_time() - began < 1.0
