"""Whether a living face sits before the camera: watched over the guidance's own frames, decided when it is taken.

``LivenessWatching`` follows one stream. It collects the window that is judged and, where the policy asks for it,
the challenge: an order of movements nobody knows before. Whoever else sits down begins anew. ``LivenessJudge``
decides over such a window.

The officer learns the outcome in one sentence and nothing of what led to it: what the station can be deceived with
is for the supervisor, who reads the sealed signals.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from muster.analysis.face_guidance import FaceReading
from muster.analysis.liveness_challenge import Challenge, Standing
from muster.analysis.liveness_fusion import LIVENESS_REFUSED, Attestation, Liveness, LivenessDecision, Outcome
from muster.analysis.liveness_observation import LivenessWatch, Window
from muster.devices.frames import Frame
from muster.domain.assessment import Finding, NotAssessed
from muster.domain.biometrics import LivenessOutcome
from muster.errors import Code
from muster.workstation.policy import LivenessDemand

# From here on movement against the background can be judged.
_LEAST_FRAMES = 8


@dataclass(frozen=True, slots=True, eq=False)
class AliveView:
    """What was collected up to one frame. ``challenge`` is None where none is asked for."""

    window: Window
    challenge: Challenge | None = None

    @property
    def is_settled(self) -> bool:
        """Whether there is enough to judge."""
        if self.challenge is not None:
            return self.challenge.standing is not Standing.ASKING
        return sum(each.mesh is not None for each in self.window) >= _LEAST_FRAMES

    @property
    def instruction(self) -> Code | None:
        """What the person is asked to do now, once something is asked."""
        has_begun = self.challenge is not None and self.challenge.rest is not None
        return self.challenge.instruction if self.challenge is not None and has_begun else None

    @property
    def has_failed(self) -> bool:
        """Whether the challenge came to an end that is none: another attempt is due."""
        return self.challenge is not None and self.challenge.standing is Standing.FAILED


class LivenessWatching:
    """One stream, one thread. Never raises over what it sees."""

    def __init__(self, demand: LivenessDemand) -> None:
        self._asks = demand is LivenessDemand.CHALLENGE
        self._watch = LivenessWatch()
        self._track = -1
        self._newest_s = float("-inf")
        self._challenge: Challenge | None = None

    def see(self, frame: Frame, reading: FaceReading, *, is_well_placed: bool) -> AliveView:
        """The challenge begins when the face is placed well for the first time."""
        time_s = frame.taken_at.timestamp()
        if reading.track != self._track or time_s < self._newest_s:  # or the clock was put back
            self._begin(reading.track)
        self._newest_s = time_s
        seen = self._watch.join(frame.pixels, reading, time_s)
        if self._asks:
            self._challenge = self._challenge or (Challenge.drawn() if is_well_placed else None)
            if self._challenge is not None and seen is not None:
                self._challenge = self._challenge.step(seen)
        return AliveView(self._watch.window, self._challenge or (_NOT_BEGUN if self._asks else None))

    def _begin(self, track: int) -> None:
        self._track = track
        self._watch.clear()
        self._challenge = None


_NOT_BEGUN = Challenge(())


class LivenessJudge:
    """Loads its networks at the first judgement (a tenth of a second); then as long again for each."""

    def judge(self, alive: AliveView, *, attested: bool = False) -> JudgedLiveness:
        """A window that is too short confirms nobody. Raises ``Unavailable``, ``NotAuthentic`` for weights."""
        attestation = Attestation.SEEN if attested else Attestation.NOT_ASKED
        decision = self._liveness.decide(alive.window, alive.challenge, attestation)
        signals = _written(decision, alive.challenge)
        if decision.outcome is Outcome.ACCEPTED and alive.is_settled:
            return JudgedLiveness(LivenessOutcome.CONFIRMED, (), signals)
        outcome = LivenessOutcome.ATTESTED if attested else LivenessOutcome.REFUSED
        return JudgedLiveness(outcome, (Finding(LIVENESS_REFUSED),), signals)

    @cached_property
    def _liveness(self) -> Liveness:
        return Liveness()


@dataclass(frozen=True, slots=True)
class JudgedLiveness:
    """``findings`` is what the officer hears, ``signals`` JSON for the supervisor."""

    outcome: LivenessOutcome
    findings: tuple[Finding, ...] = ()
    signals: bytes = b""


NOT_JUDGED = JudgedLiveness(LivenessOutcome.NOT_JUDGED)


def _written(decision: LivenessDecision, challenge: Challenge | None) -> bytes:
    measures = {
        each.measure: {"reason": each.reason.name}
        if isinstance(each, NotAssessed)
        else {"raw": each.raw, "value": each.value}
        for each in decision.assessment.measures
    }
    asked = None
    if challenge is not None:
        failure = challenge.failure.value if challenge.failure else None
        asked = {"actions": [each.value for each in challenge.actions], "done": challenge.done, "failure": failure}
    said = {
        "outcome": decision.outcome.value,
        "refused_by": list(decision.refused_by),
        "challenge": asked,
        "measures": measures,
    }
    return json.dumps(said, sort_keys=True).encode()
