"""From signals to one decision: the weakest can refuse, none alone can accept.

No open network is good enough to be believed alone, and every classical measure has an attack it cannot see. So
each signal that was assessed may refuse below its own ``refuse``; and to be accepted, their weighted mean has to
reach ``accept``, with at least ``least`` of them assessed, the challenge passed where it is asked for, and nothing
said against it by the officer. Weights and thresholds are data (``models/calibration.toml``).

The decision keeps every signal for the supervisor and the audit trail. Officer and person hear one sentence,
whichever signal it was: an attacker must not learn what to mend.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from muster.analysis.calibration import Calibration, calibration
from muster.analysis.liveness_bezel import BezelSignal
from muster.analysis.liveness_challenge import Challenge, Standing
from muster.analysis.liveness_depth import DepthSignal
from muster.analysis.liveness_frozen import FrozenSignal
from muster.analysis.liveness_observation import Signal, Window
from muster.analysis.liveness_parallax import ParallaxSignal
from muster.analysis.liveness_passive import PassiveSignal
from muster.analysis.liveness_screen import MoireSignal
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score
from muster.errors import Code

LIVENESS_REFUSED = Code(
    "LIVENESS_REFUSED", "The picture could not be accepted. Ask the person to look into the camera again."
)
LIVENESS_NOT_ASKED = Code("LIVENESS_NOT_ASKED", "This was not asked for.")

LIVENESS = "liveness"
CHALLENGE = "liveness challenge"
ATTESTATION = "liveness attestation"


class Attestation(Enum):
    """What the officer says about who sits there."""

    SEEN = "seen"  # the person is here, with nothing before the face
    DOUBTED = "doubted"
    NOT_ASKED = "not asked"


class Outcome(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDECIDED = "undecided"  # too little was assessed: not accepted either


@dataclass(frozen=True, slots=True)
class LivenessDecision:
    """``assessment`` holds ``liveness`` and every signal, for the supervisor and the trail; its finding is what
    the officer may read out. ``refused_by`` names the signals that refused; never shown at the counter."""

    outcome: Outcome
    assessment: Assessment
    refused_by: tuple[str, ...] = ()


class Fusion:
    """Weights and thresholds, read once. Raises ``Unavailable``, ``NotAuthentic``."""

    def __init__(self, scales: Mapping[str, Calibration]) -> None:
        self._scales = scales

    @classmethod
    def of(cls, signals: Iterable[Signal], models: Path | None = None) -> Fusion:
        own = {name: calibration(name, models) for name in (LIVENESS, CHALLENGE, ATTESTATION)}
        return cls(own | {each.name: each.scale for each in signals})

    def decide(
        self,
        measures: Sequence[Score | NotAssessed],
        challenge: Challenge | None = None,
        attestation: Attestation = Attestation.NOT_ASKED,
    ) -> LivenessDecision:
        """``challenge`` where one was asked for; one that is not passed refuses."""
        every = (*measures, self._challenge(challenge), self._attestation(attestation))
        scores = [each for each in every if isinstance(each, Score)]
        refused_by = tuple(each.measure for each in scores if each.value < self._of(each, "refuse"))
        weight = sum(self._of(each, "weight") for each in scores)
        mean = sum(each.value * self._of(each, "weight") for each in scores) / weight if weight else 0.0
        limits = self._scales[LIVENESS].thresholds
        if refused_by:
            outcome = Outcome.REFUSED
        elif len(scores) < limits["least"]:
            outcome = Outcome.UNDECIDED
        else:
            outcome = Outcome.ACCEPTED if mean >= limits["accept"] else Outcome.REFUSED
        together = self._scales[LIVENESS].score(round(mean, 2))
        findings = () if outcome is Outcome.ACCEPTED else (Finding(LIVENESS_REFUSED),)
        return LivenessDecision(outcome, Assessment((together, *every), findings), refused_by)

    def _of(self, score: Score, threshold: str) -> float:
        return self._scales[score.measure].thresholds[threshold]

    def _challenge(self, challenge: Challenge | None) -> Score | NotAssessed:
        if challenge is None:
            return NotAssessed(CHALLENGE, LIVENESS_NOT_ASKED)
        return self._scales[CHALLENGE].score(float(challenge.standing is Standing.PASSED))

    def _attestation(self, attestation: Attestation) -> Score | NotAssessed:
        if attestation is Attestation.NOT_ASKED:
            return NotAssessed(ATTESTATION, LIVENESS_NOT_ASKED)
        return self._scales[ATTESTATION].score(float(attestation is Attestation.SEEN))


class Liveness:
    """Every signal over one window, and what follows from them. ``passive`` is a deployer's (``model_packs``)."""

    name = LIVENESS

    def __init__(self, models: Path | None = None, passive: Signal | None = None) -> None:
        self._signals: tuple[Signal, ...] = (
            passive or PassiveSignal(models=models),
            MoireSignal(models),
            BezelSignal(models),
            FrozenSignal(models),
            ParallaxSignal(models),
            DepthSignal(models),
        )
        self._fusion = Fusion.of(self._signals, models)

    def decide(
        self,
        window: Window,
        challenge: Challenge | None = None,
        attestation: Attestation = Attestation.NOT_ASKED,
    ) -> LivenessDecision:
        return self._fusion.decide([each.read(window) for each in self._signals], challenge, attestation)

    def assess(self, subject: Window) -> Assessment:
        return self.decide(subject).assessment
