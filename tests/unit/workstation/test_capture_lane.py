"""How the captures of a registration stand, told from its events alone; and what the person is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.domain.assessment import Finding
from muster.domain.biometrics import (
    Attestation,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    SampleFacts,
)
from muster.domain.lifecycle import (
    BlobRef,
    CaptureAttempted,
    ExceptionMarked,
    Registration,
    SampleCaptured,
    Started,
)
from muster.domain.lifecycle import apply as after
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.errors import Code
from muster.workstation.capture_lane import PlacementState, next_placement, placements
from muster.workstation.spoken_prompts import advising, asking_for

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEW = Registration(
    RegistrationId("10001" * 2 + "00001" + "20260301120000"), Started(AT, Process.NEW, ("eng",), "mmuster", 0.1)
)
THUMBS = CaptureGroup.THUMBS
LEFT_THUMB, RIGHT_THUMB = BiometricAttribute.LEFT_THUMB, BiometricAttribute.RIGHT_THUMB


def _taken(attribute: BiometricAttribute, *, forced: bool = False) -> SampleCaptured:
    device = DigitalId("1", "Muster", "Reader", "Finger", "Slap", "Muster", "MUSTER")
    facts = SampleFacts(attribute, 70, 1, forced, AT, device, "1", "0.9.5", Attestation("", "", "", ""))
    return SampleCaptured(AT, facts, BlobRef("0", "00", 1))


def _missing(attribute: BiometricAttribute) -> ExceptionMarked:
    return ExceptionMarked(AT, BiometricException(attribute, ExceptionKind.PERMANENT, "missing"))


def _of_thumbs(*events: SampleCaptured | ExceptionMarked | CaptureAttempted) -> tuple[PlacementState, int]:
    state = NEW
    for event in events:
        state = after(state, event)
    (thumbs,) = (each for each in placements(state, USUAL_STEPS) if each.step is Step.THUMBS)
    return thumbs.state, thumbs.attempts


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), PlacementState.WAITING),
        ((CaptureAttempted(AT, THUMBS),), PlacementState.WEAK),
        ((CaptureAttempted(AT, THUMBS), _taken(LEFT_THUMB)), PlacementState.WEAK),
        ((_missing(LEFT_THUMB),), PlacementState.WAITING),
        ((_taken(LEFT_THUMB), _taken(RIGHT_THUMB)), PlacementState.GOOD),
        ((_taken(LEFT_THUMB), _missing(RIGHT_THUMB)), PlacementState.GOOD),
        ((_taken(LEFT_THUMB), _taken(RIGHT_THUMB, forced=True)), PlacementState.KEPT),
        ((_missing(LEFT_THUMB), _missing(RIGHT_THUMB)), PlacementState.EXCEPTED),
    ],
)
def test_a_placement_stands_as_its_events_tell(
    events: tuple[SampleCaptured | ExceptionMarked | CaptureAttempted, ...], state: PlacementState
) -> None:
    assert _of_thumbs(*events)[0] is state


def test_attempts_are_counted_over_every_sitting() -> None:
    assert _of_thumbs(CaptureAttempted(AT, THUMBS), CaptureAttempted(AT, THUMBS))[1] == 2


def test_a_photo_of_exceptions_is_asked_for_only_where_there_are_any_and_last() -> None:
    assert Step.EXCEPTION_PHOTO not in [each.step for each in placements(NEW, USUAL_STEPS)]
    missing = after(NEW, _missing(LEFT_THUMB))
    assert placements(missing, USUAL_STEPS)[-1].step is Step.EXCEPTION_PHOTO


def test_a_process_without_hands_has_no_place_for_them() -> None:
    plan = (Step.CONSENT, Step.FACE, Step.PREVIEW)
    assert [each.step for each in placements(NEW, plan)] == [Step.FACE]
    done = replace(NEW, samples={BiometricAttribute.FACE: _taken(BiometricAttribute.FACE)})
    assert next_placement(done, plan) is None


def test_nobody_is_asked_for_four_fingers_they_do_not_have() -> None:
    whole, part = asking_for(Step.LEFT_SLAP), asking_for(Step.LEFT_SLAP, [BiometricAttribute.LEFT_LITTLE])
    assert "four" in whole.sentence and "four" not in part.sentence
    assert asking_for(Step.LEFT_SLAP, [BiometricAttribute.RIGHT_LITTLE]) is whole


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (("QUALITY_BELOW_THRESHOLD", "FINGER_DRY"), "FINGER_DRY"),
        (("WRONG_FINGER",), "ASK_OTHER_SIDE"),
        (("FACE_SEVERAL",), None),  # the officer's to see to
        ((), None),
    ],
)
def test_the_person_hears_only_what_they_can_do_something_about(codes: tuple[str, ...], said: str | None) -> None:
    advice = advising(Finding(Code(each, each)) for each in codes)
    assert (advice.name if advice else None) == said
