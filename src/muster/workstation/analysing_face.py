"""Judging one picture of a face, and whether two show the same person: what ``muster analyse face`` and ``muster
match face`` do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from muster.analysis.api import Pixels
from muster.analysis.face_guidance import FaceGuidance, FaceReading, largest
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_pack import PackRecogniser
from muster.analysis.face_quality import COMPONENTS, UNIFIED
from muster.analysis.face_recognition import Recogniser, ShippedRecogniser, compare
from muster.analysis.face_template import template_in
from muster.analysis.faces import FaceDetector
from muster.analysis.liveness_fusion import Liveness as FaceLiveness
from muster.analysis.liveness_fusion import Outcome
from muster.analysis.liveness_observation import LIVENESS_NO_FACE, LIVENESS_TOO_SHORT, LivenessWatch
from muster.analysis.pictures import read_picture
from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code
from muster.workstation.inspection import read_file
from muster.workstation.told_measures import Component, ToldFinding

LIVENESS_ONE_PICTURE = Code(
    "LIVENESS_ONE_PICTURE", "One picture was judged by itself: whether anything in it moves cannot be told."
)

PACK_VARIABLE = "MUSTER_FACE_PACK"


@dataclass(frozen=True, slots=True)
class Liveness:
    """``score`` 0..100 and the verdict; None where it was not judged. ``reason`` is the code of why not, or of
    what the judgement leaves out, ``sentence`` the same in words."""

    score: float | None
    live: bool | None
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Quality:
    unified: float | None
    components: Mapping[str, Component]


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees, signed as ``analysis.face_pose`` says: + is turned left, looking down, leaning right."""

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class FaceReport:
    """``faces`` is how many there are; everything else is about the largest. ``box`` is x, y, width, height."""

    faces: int
    box: tuple[float, float, float, float] | None
    liveness: Liveness
    quality: Quality
    pose: Pose | None
    findings: tuple[ToldFinding, ...]


@dataclass(frozen=True, slots=True)
class FaceMatchReport:
    """``score`` and ``threshold`` are cosines, -1 to 1; ``network`` says which network they belong to."""

    score: float
    threshold: float
    match: bool
    value: float
    network: str


def analyse_face(path: Path) -> FaceReport:
    """Raises ``BadInput`` (no picture), ``Unavailable``, ``NotAuthentic`` (weights)."""
    pixels = read_picture(read_file(path))
    reading = FaceGuidance().look(pixels)
    face = largest(reading.faces)
    return FaceReport(
        faces=len(reading.faces),
        box=None if face is None else (round(face.x, 1), round(face.y, 1), round(face.w, 1), round(face.h, 1)),
        liveness=_liveness(pixels, reading),
        quality=_quality(reading),
        pose=_pose(reading),
        findings=tuple(ToldFinding.of(each) for each in reading.assessment.findings),
    )


def match_faces(a: Path, b: Path, pack: Path | None = None) -> FaceMatchReport:
    """``pack`` is the folder of a deployer's own network; else the one that ``MUSTER_FACE_PACK`` names; else the
    shipped one.

    Raises ``BadInput`` (no picture, no face, several faces), ``Unavailable``, ``NotAuthentic`` (weights, pack).
    """
    return match_pictures(read_picture(read_file(a)), read_picture(read_file(b)), pack)


def match_pictures(a: Pixels, b: Pixels, pack: Path | None = None) -> FaceMatchReport:
    """The same of (h, w, 3) RGB pictures. Raises ``BadInput`` (no face, several faces), ``Unavailable``,
    ``NotAuthentic``."""
    recogniser = chosen_recogniser(pack)
    detector, mesher = FaceDetector(), FaceMesher()
    one, other = (template_in(each, detector, mesher, recogniser) for each in (a, b))
    result = compare(one, other, recogniser.calibration)
    return FaceMatchReport(
        round(result.score.raw, 4), result.threshold, result.is_match, result.score.value, one.network
    )


def chosen_recogniser(pack: Path | None = None) -> Recogniser:
    """The network of ``pack``, or of the folder that ``MUSTER_FACE_PACK`` names, or the shipped one."""
    named = os.environ.get(PACK_VARIABLE)
    folder = pack or (Path(named) if named else None)
    return ShippedRecogniser() if folder is None else PackRecogniser(folder)


def _liveness(pixels: Pixels, reading: FaceReading) -> Liveness:
    """What one picture can tell: networks, moire and the edges of a medium. Movement cannot be judged by it, which
    ``reason`` says."""
    watch, face_liveness = LivenessWatch(), FaceLiveness()
    watch.join(pixels, reading, 0.0)
    if reading.look is None:
        return _liveness_because(LIVENESS_NO_FACE)
    decision = face_liveness.decide(watch.window)
    if decision.outcome is Outcome.UNDECIDED:
        return _liveness_because(LIVENESS_TOO_SHORT)
    # One signal that refuses is not made up for by the others.
    score = min(decision.assessment.value(each) or 0.0 for each in ("liveness", *decision.refused_by))
    return _liveness_because(LIVENESS_ONE_PICTURE, score, decision.outcome is Outcome.ACCEPTED)


def _liveness_because(reason: Code, score: float | None = None, live: bool | None = None) -> Liveness:
    return Liveness(score, live, reason.name, reason.say())


def _quality(reading: FaceReading) -> Quality:
    return Quality(
        reading.assessment.value(UNIFIED), {name: _component(reading.assessment[name]) for name in COMPONENTS}
    )


def _component(measure: Score | NotAssessed) -> Component:
    told = Component.of(measure)
    return told if told.raw is None else replace(told, raw=round(told.raw, 4))


def _pose(reading: FaceReading) -> Pose | None:
    if reading.pose is None:
        return None
    return Pose(round(reading.pose.yaw, 1), round(reading.pose.pitch, 1), round(reading.pose.roll, 1))
