"""How good a portrait is: the components of ISO/IEC 29794-5, each with its own number, and one score.

The names are the standard's; the measures behind them are this program's own and were not tested against it. What
would need a network that can be shipped nowhere (what covers the face or the head, whether somebody smiles) is
``NotAssessed``: the officer looks. Pure: a frame, the faces and the mesh in, an assessment out.

The unified score is the root of the mean of all components times the least of those that are the face's own: what
is good everywhere is good, and one closed eye is not made up for by a fine background.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from muster.analysis import face_measures as pixels_say
from muster.analysis.api import Pixels
from muster.analysis.calibration import Calibration, calibration
from muster.analysis.face_features import eye_opening, gaze, mouth_opening
from muster.analysis.face_measures import FaceCut
from muster.analysis.face_mesh import FaceLook, FaceMesh
from muster.analysis.face_portrait import FACE_EYES_CLOSED, Portrait
from muster.analysis.face_pose import HeadPose
from muster.analysis.faces import FACE_ABSENT, FACE_AT_EDGE, FACE_SEVERAL, DetectedFace
from muster.analysis.overview import Overview
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score
from muster.errors import Code

FACE_HIDDEN = Code("FACE_HIDDEN", "The face cannot be seen well. Take away what covers it, and face the camera.")
FACE_FOR_THE_OFFICER = Code("FACE_FOR_THE_OFFICER", "The program cannot judge this. Look yourself.")
FACE_BACKGROUND_UNSEEN = Code(
    "FACE_BACKGROUND_UNSEEN", "Too little of the background is in the picture to be judged."
)
FACE_GAZE_UNSEEN = Code("FACE_GAZE_UNSEEN", "Where the eyes look cannot be told in this picture.")

UNIFIED = "unified quality score"
# What pose, light and lens make of the face itself, and hence what one frame may do better than the next.
_OF_THE_FACE = (
    "inter-eye distance", "luminance mean", "under-exposure prevention", "over-exposure prevention",
    "illumination uniformity", "dynamic range", "sharpness", "compression artefacts", "head pose yaw",
    "head pose pitch", "head pose roll", "eyes open", "mouth closed",
)  # fmt: skip
_ELSE = (
    "single face present", "face presence", "head size", "leftward crop of the face image",
    "rightward crop of the face image", "margin above of the face image", "margin below of the face image",
    "luminance variance", "natural colour", "eyes visible", "gaze", "background uniformity",
)  # fmt: skip
_FOR_THE_OFFICER = (
    "mouth occlusion prevention", "face occlusion prevention", "expression neutrality", "no head coverings",
)  # fmt: skip
COMPONENTS = (*_OF_THE_FACE, *_ELSE, *_FOR_THE_OFFICER)


class FaceQuality:
    """Reads limits and calibration once. Raises ``Unavailable``, ``NotAuthentic``."""

    def __init__(self, models: Path | None = None) -> None:
        self._portrait = Portrait(models)
        self._calibrations: dict[str, Calibration] = {
            measure: calibration(measure, models) for measure in (*_OF_THE_FACE, *_ELSE, UNIFIED)
        }
        self._face_from = self._calibrations["face presence"].thresholds["face"]

    def assess(
        self,
        frame: Pixels,
        overview: Overview,
        faces: Sequence[DetectedFace],
        look: FaceLook,
        pose: HeadPose,
        closed: tuple[float, float],
    ) -> Assessment:
        """``frame`` is (h, w, 3) RGB, ``look`` and ``pose`` those of the largest of the ``faces``, ``closed``
        how sure it is that its right and left eye are.

        The findings are in the order in which they should be dealt with.
        """
        mesh = look.mesh
        if mesh.presence < self._face_from:
            return self._without(FACE_HIDDEN, len(faces))
        measures = [
            *self._place(frame, mesh, pose, len(faces)),
            *self._sight(frame, overview, look, pose.yaw, closed),
        ]
        measures += [NotAssessed(each, FACE_FOR_THE_OFFICER) for each in _FOR_THE_OFFICER]
        found = list(self._portrait.findings(measures))
        if _is_cut(frame, mesh):
            found.insert(0, Finding(FACE_AT_EDGE))
        if len(faces) > 1:
            found.insert(0, Finding(FACE_SEVERAL))
        return Assessment((self._unified(measures), *measures), tuple(found))

    def nobody(self) -> Assessment:
        """A picture without a face."""
        return self._without(FACE_ABSENT, 0)

    def _without(self, reason: Code, count: int) -> Assessment:
        """No face to judge: how many there are is all that can be said."""
        rest = [NotAssessed(each, reason) for each in (UNIFIED, *COMPONENTS) if each != "single face present"]
        return Assessment((self._score("single face present", count), *rest), (Finding(reason),))

    def _score(self, measure: str, raw: float) -> Score:
        return self._calibrations[measure].score(raw)

    def _place(self, frame: Pixels, mesh: FaceMesh, pose: HeadPose, count: int) -> list[Score | NotAssessed]:
        """Where the head is in the picture, and which way it is turned."""
        height, width = frame.shape[:2]
        right, left = mesh.eyes
        x, y = (right + left) / 2
        apart, down = max(mesh.inter_eye, 1e-6), max(mesh.eyes_to_chin, 1e-6)
        return [
            self._score("single face present", count),
            self._score("face presence", mesh.presence),
            self._score("inter-eye distance", apart / max(math.cos(math.radians(pose.yaw)), 0.5)),
            self._score("head size", 2 * down / height),
            self._score("leftward crop of the face image", float(x) / apart),
            self._score("rightward crop of the face image", (width - float(x)) / apart),
            self._score("margin above of the face image", float(y) / down),
            self._score("margin below of the face image", (height - float(y)) / down),
            self._score("head pose yaw", pose.yaw),
            self._score("head pose pitch", pose.pitch),
            self._score("head pose roll", pose.roll),
        ]

    def _sight(
        self, frame: Pixels, overview: Overview, look: FaceLook, yaw: float, closed: tuple[float, float]
    ) -> list[Score | NotAssessed]:
        """What can be seen of it."""
        cut, mesh = FaceCut(look.pixels, look.grey, look.places), look.mesh
        detail = pixels_say.detail_of(frame, mesh)
        eyes, spread = eye_opening(mesh, closed), pixels_say.background_spread(overview, mesh)
        return [
            self._score("luminance mean", pixels_say.luminance_mean(cut)),
            self._score("luminance variance", pixels_say.luminance_variance(cut)),
            self._score("under-exposure prevention", pixels_say.under_exposure(cut)),
            self._score("over-exposure prevention", pixels_say.over_exposure(cut)),
            self._score("illumination uniformity", pixels_say.light_on_left(cut)),
            self._score("dynamic range", pixels_say.dynamic_range(cut)),
            self._score("natural colour", pixels_say.colour_distance(cut)),
            self._score("sharpness", pixels_say.sharpness(detail)),
            self._score("compression artefacts", pixels_say.blockiness(detail)),
            self._score("eyes open", eyes),
            self._score("mouth closed", mouth_opening(mesh)),
            self._score("eyes visible", pixels_say.reflection(cut)),
            self._gaze(cut, yaw, eyes),
            NotAssessed("background uniformity", FACE_BACKGROUND_UNSEEN)
            if spread is None
            else self._score("background uniformity", spread),
        ]

    def _gaze(self, cut: FaceCut, yaw: float, eyes: float) -> Score | NotAssessed:
        if eyes < self._calibrations["eyes open"].thresholds["closed"]:
            return NotAssessed("gaze", FACE_EYES_CLOSED)
        degrees = gaze(cut.grey, cut.places, yaw)
        return NotAssessed("gaze", FACE_GAZE_UNSEEN) if degrees is None else self._score("gaze", degrees)

    def _unified(self, measures: Sequence[Score | NotAssessed]) -> Score:
        values = {each.measure: each.value for each in measures if isinstance(each, Score)}
        least = min(values[each] for each in _OF_THE_FACE)
        return self._score(UNIFIED, math.sqrt(least * sum(values.values()) / len(values)))


def _is_cut(frame: Pixels, mesh: FaceMesh) -> bool:
    """Whether the face reaches beyond the frame."""
    height, width = frame.shape[:2]
    x, y, w, h = mesh.box
    return x < 0 or y < 0 or x + w > width or y + h > height
