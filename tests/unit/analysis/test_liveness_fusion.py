from __future__ import annotations

import pytest

from muster.analysis.calibration import Calibration
from muster.analysis.liveness_challenge import Action, Challenge, Standing
from muster.analysis.liveness_fusion import ATTESTATION, CHALLENGE, LIVENESS, Attestation, Fusion, Outcome
from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

BECAUSE = Code("TEST_REASON", "For a test.")
PASSED = Challenge((Action.TURN_LEFT,), standing=Standing.PASSED)
FAILED = Challenge((Action.TURN_LEFT,), standing=Standing.FAILED)


def scale(measure: str, **thresholds: float) -> Calibration:
    return Calibration(measure, ((0, 0), (1, 100)), thresholds)


FUSION = Fusion(
    {
        LIVENESS: Calibration(LIVENESS, ((0, 0), (100, 100)), {"accept": 60, "least": 2}),
        CHALLENGE: scale(CHALLENGE, refuse=50, weight=1),
        ATTESTATION: scale(ATTESTATION, refuse=50, weight=1),
        "a": scale("a", refuse=30, weight=3),
        "b": scale("b", refuse=30, weight=1),
    }
)


def score(measure: str, value: float) -> Score:
    return Score(measure, value / 100, value)


def test_nothing_assessed_is_not_accepted() -> None:
    decision = FUSION.decide([NotAssessed("a", BECAUSE), NotAssessed("b", BECAUSE)])
    assert decision.outcome is Outcome.UNDECIDED
    assert [each.code.name for each in decision.assessment.findings] == ["LIVENESS_REFUSED"]


@pytest.mark.parametrize("measure", ["a", "b"])
def test_no_signal_alone_accepts(measure: str) -> None:
    assert FUSION.decide([score(measure, 100)]).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(("a", "b"), [(100, 29), (29, 100)])
def test_the_weakest_refuses_whatever_the_others_say(a: float, b: float) -> None:
    decision = FUSION.decide([score("a", a), score("b", b)], PASSED, Attestation.SEEN)
    assert decision.outcome is Outcome.REFUSED
    assert len(decision.refused_by) == 1


def test_a_mean_below_the_threshold_is_refused_though_no_signal_refuses() -> None:
    assert FUSION.decide([score("a", 40), score("b", 100)]).outcome is Outcome.REFUSED
    assert FUSION.decide([score("a", 100), score("b", 40)]).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("challenge", [FAILED, Challenge((Action.TURN_LEFT,))])
def test_a_challenge_that_is_not_passed_refuses(challenge: Challenge) -> None:
    decision = FUSION.decide([score("a", 100), score("b", 100)], challenge)
    assert decision.refused_by == (CHALLENGE,)


def test_an_officer_who_doubts_refuses() -> None:
    decision = FUSION.decide([score("a", 100), score("b", 100)], PASSED, Attestation.DOUBTED)
    assert decision.refused_by == (ATTESTATION,)


def test_an_officer_alone_accepts_nobody() -> None:
    assert FUSION.decide([], attestation=Attestation.SEEN).outcome is Outcome.UNDECIDED


def test_the_officer_hears_one_sentence_whatever_refused() -> None:
    one = FUSION.decide([score("a", 0), score("b", 100)]).assessment.findings
    assert one == FUSION.decide([score("a", 100), score("b", 100)], FAILED).assessment.findings
    assert [each.sentence for each in one] == [
        "The picture could not be accepted. Ask the person to look into the camera again."
    ]


def test_every_signal_is_kept_for_the_supervisor() -> None:
    said = FUSION.decide([score("a", 0), NotAssessed("b", BECAUSE)]).assessment
    assert [each.measure for each in said.measures] == [LIVENESS, "a", "b", CHALLENGE, ATTESTATION]
