"""Following the face before the camera: each frame judged, the best of a good stretch held ready.

Which findings keep a picture from being taken is the policy's (``Policy.face_blocks``); the rest warn. What blocks
comes first, and within that what the person should do next. Every frame passes ``FaceWatch.see`` once, in order
and on the thread of the camera; liveness is watched there as well, over what the guidance saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from muster.analysis.face_best_frame import BestFrame
from muster.analysis.face_guidance import FaceGuidance, FaceReading, largest
from muster.analysis.face_quality import UNIFIED
from muster.devices.frames import Frame
from muster.domain.assessment import Assessment, Finding, Score, Severity, blocking
from muster.domain.biometrics import DigitalId
from muster.errors import Code
from muster.workstation.face_liveness import AliveView, LivenessWatching
from muster.workstation.policy import LivenessDemand, Policy

# A slow computer judges a frame in a few tenths of a second; who sat down in between is another track.
_GAP_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class JudgedFace:
    """One frame and what was said about it.

    ``box`` is x, y, width, height of the face in pixels, ``quality`` 0..100 (0 where no face was to be judged),
    ``measures`` the raw numbers in each measure's own unit.
    """

    frame: Frame
    box: tuple[float, float, float, float] | None
    findings: tuple[Finding, ...]
    quality: float
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class FaceView:
    """The newest frame of the live picture, and the ``best`` of the stretch that it belongs to: None until nothing
    has been in the way for long enough. ``good_since_s`` is for how long nothing has been; ``may_be_forced``
    whether the newest may be kept whatever was found, once the attempts are used up. ``alive`` is what liveness is
    judged by; None where it is not."""

    now: JudgedFace
    best: JudgedFace | None
    good_since_s: float
    may_be_forced: bool
    camera: DigitalId
    alive: AliveView | None = None

    @property
    def frame(self) -> Frame:
        return self.now.frame

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        return self.now.box

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What to do, what is next first; those that only warn stand behind those that block."""
        return self.now.findings

    @property
    def quality(self) -> float:
        return self.now.quality

    @property
    def is_blocked(self) -> bool:
        return bool(blocking(self.now.findings))

    @property
    def ready(self) -> bool:
        return self.best is not None and (self.alive is None or self.alive.is_settled)

    @property
    def instruction(self) -> Code | None:
        """What the person is asked to do, so that liveness can be told; None while nothing is asked."""
        return self.alive.instruction if self.alive is not None else None

    @property
    def has_challenge_failed(self) -> bool:
        """Whether the person did not do what was asked: this was an attempt."""
        return self.alive is not None and self.alive.has_failed

    @property
    def to_keep(self) -> JudgedFace:
        """What is kept when the picture is taken now."""
        return self.best or self.now


class FaceWatch:
    """One stream of one camera."""

    def __init__(
        self, guidance: FaceGuidance, policy: Policy, camera: DigitalId, *, for_liveness: bool = True
    ) -> None:
        self._guidance = guidance
        self._blocks = policy.face_blocks
        self._never_kept = policy.face_never_kept
        self._best: BestFrame[JudgedFace] = BestFrame(steady_for_s=policy.face_good_for_s, gap_s=_GAP_S)
        self._camera = camera
        is_watched = for_liveness and policy.face_liveness is not LivenessDemand.NONE
        self._alive = LivenessWatching(policy.face_liveness) if is_watched else None

    def see(self, frame: Frame) -> FaceView:
        reading = self._guidance.look(frame.pixels)
        assessment = replace(reading.assessment, findings=by_policy(reading.assessment.findings, self._blocks))
        judged = judged_face(frame, _box(reading), assessment)
        self._best.see(judged, assessment, frame.taken_at, reading.track)
        may_be_forced = all(each.code.name not in self._never_kept for each in judged.findings)
        best = self._best.taken
        alive = None
        if self._alive is not None:
            alive = self._alive.see(frame, reading, is_well_placed=best is not None)
        return FaceView(judged, best, self._best.steady_s, may_be_forced, self._camera, alive)


def judged_face(frame: Frame, box: tuple[float, float, float, float] | None, assessment: Assessment) -> JudgedFace:
    """``assessment`` with its findings as heavy as the policy has them."""
    return JudgedFace(
        frame=frame,
        box=box,
        findings=assessment.findings,
        quality=assessment.value(UNIFIED) or 0.0,
        measures={each.measure: each.raw for each in assessment.measures if isinstance(each, Score)},
    )


def by_policy(findings: Iterable[Finding], blocks: frozenset[str]) -> tuple[Finding, ...]:
    """The findings as heavy as the policy has them, what blocks first and otherwise in their order."""
    weighed = [
        replace(each, severity=Severity.BLOCKS if each.code.name in blocks else Severity.WARNS)
        for each in findings
    ]
    return tuple(sorted(weighed, key=lambda each: each.severity is not Severity.BLOCKS))


def _box(reading: FaceReading) -> tuple[float, float, float, float] | None:
    if reading.mesh is not None:
        x, y, w, h = (float(each) for each in reading.mesh.box)
        return x, y, w, h
    face = largest(reading.faces)
    return None if face is None else (face.x, face.y, face.w, face.h)
