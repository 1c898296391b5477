"""Whoever brings the person: their captures are folded as the person's are, and never mixed with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.domain.biometrics import (
    Attestation,
    AttestedBecause,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    ForcedBecause,
    LivenessOutcome,
    SampleFacts,
    StationJudgement,
)
from muster.domain.lifecycle import (
    BlobRef,
    CaptureAttempted,
    CaptureEvent,
    Confirmed,
    Event,
    ExceptionMarked,
    IntroducerCompared,
    LivenessJudged,
    OfIntroducer,
    PoorSamplesKept,
    Registration,
    SampleCaptured,
    SampleJudged,
    SampleSetAside,
    Signed,
    Started,
    StepCompleted,
    fold,
)
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.domain.step_times import step_of

_NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_THUMB = BiometricAttribute.LEFT_THUMB
_ENDING = (
    StepCompleted(_NOON, Step.PREVIEW),
    Signed(_NOON, "officer1", "b" * 64, "signature"),
)
_ALIKE = IntroducerCompared(_NOON, "officer1", is_operator=True)


def _sample(attribute: BiometricAttribute, name: str = "0") -> SampleCaptured:
    facts = SampleFacts(
        attribute=attribute,
        quality=80.0,
        attempts=1,
        forced=False,
        captured_at=_NOON,
        device=DigitalId("S-1", "Mark", "One", "Finger", "Slap", "Provider", "PID"),
        device_code="D-1",
        device_service_version="0.9.5",
        attestation=Attestation("", "", "", "0.9.5"),
    )
    return SampleCaptured(_NOON, facts, BlobRef(name * 32, "a" * 64, 3))


def _after(*events: Event) -> Registration:
    started = Started(_NOON, Process.NEW, ("eng",), "officer1", 0.1)
    return fold(RegistrationId("10001100020000120260301120000"), [started, *events])


_HAPPENINGS: tuple[CaptureEvent, ...] = (
    CaptureAttempted(_NOON, CaptureGroup.THUMBS),
    _sample(_THUMB),
    SampleJudged(_NOON, _THUMB, "0" * 32, StationJudgement("NFIQ 2", 38.0)),
    PoorSamplesKept(_NOON, (_THUMB,), ForcedBecause.WORN),
    ExceptionMarked(
        _NOON, BiometricException(BiometricAttribute.RIGHT_THUMB, ExceptionKind.TEMPORARY, "bandaged")
    ),
)


@pytest.mark.parametrize(
    "what", [_HAPPENINGS[0], _HAPPENINGS[1], *_HAPPENINGS[3:]], ids=lambda each: type(each).__name__
)
def test_what_happens_to_the_introducer_changes_nothing_of_the_person(what: CaptureEvent) -> None:
    before = _after(_sample(_THUMB))
    after = _after(_sample(_THUMB), OfIntroducer(what))
    assert after.turned.introducer == before.turned.introducer
    assert after.introducer != before.introducer


def test_what_happens_to_the_introducer_is_what_would_have_happened_to_the_person() -> None:
    assert _after(*map(OfIntroducer, _HAPPENINGS)).turned == _after(*_HAPPENINGS)


def test_turned_twice_it_is_as_it_was() -> None:
    state = _after(_sample(BiometricAttribute.FACE), *map(OfIntroducer, _HAPPENINGS))
    assert state.turned.turned == state


def test_the_step_is_done_with_one_capture() -> None:
    assert not _after(_sample(_THUMB)).is_done(Step.INTRODUCER)
    assert _after(OfIntroducer(_sample(_THUMB))).is_done(Step.INTRODUCER)


def test_a_capture_set_aside_leaves_the_step_open() -> None:
    aside = SampleSetAside(_NOON, _THUMB, "0" * 32)
    assert not _after(OfIntroducer(_sample(_THUMB)), OfIntroducer(aside)).is_done(Step.INTRODUCER)


def test_a_marked_finger_alone_is_no_capture() -> None:
    assert not _after(OfIntroducer(_HAPPENINGS[-1])).is_done(Step.INTRODUCER)


def test_a_capture_of_the_introducer_takes_the_signature_back() -> None:
    state = _after(*_ENDING, OfIntroducer(_sample(_THUMB)))
    assert (state.previewed, state.signed) == (False, None)


def test_another_capture_is_compared_anew() -> None:
    state = _after(OfIntroducer(_sample(_THUMB)), _ALIKE)
    assert state.is_introduced_by_operator
    assert not _after(OfIntroducer(_sample(_THUMB)), _ALIKE, OfIntroducer(_sample(_THUMB, "1"))).compared


def test_a_supervisor_who_confirmed_before_the_officer_was_recognized_did_not_know_it() -> None:
    confirmed = Confirmed(_NOON, "supervisor1", "b" * 64, (), "signature")
    unlike = replace(_ALIKE, is_operator=False)
    assert _after(OfIntroducer(_sample(_THUMB)), confirmed, unlike).confirmed == confirmed
    assert _after(OfIntroducer(_sample(_THUMB)), confirmed, _ALIKE).confirmed is None


def test_a_late_judgement_of_the_introducer_keeps_the_comparison() -> None:
    judged = OfIntroducer(_HAPPENINGS[2])
    assert _after(OfIntroducer(_sample(_THUMB)), _ALIKE, judged).is_introduced_by_operator


def test_an_introducer_who_looks_like_the_officer_is_looked_at_soon() -> None:
    assert _after(OfIntroducer(_sample(_THUMB))).risk == 0
    assert _after(OfIntroducer(_sample(_THUMB)), _ALIKE).risk == 1


def test_what_is_poor_missing_or_attested_of_the_introducer_is_looked_at_as_soon_as_the_persons() -> None:
    face = _sample(BiometricAttribute.FACE)
    attested = LivenessJudged(_NOON, LivenessOutcome.ATTESTED, None, "0" * 32, AttestedBecause.OTHER)
    forced = replace(_sample(_THUMB), facts=replace(_sample(_THUMB).facts, forced=True))
    missing = ExceptionMarked(_NOON, BiometricException(_THUMB, ExceptionKind.PERMANENT, "reason"))
    for happened in ((face, attested), (forced,), (missing,)):
        assert _after(*map(OfIntroducer, happened)).risk == 1 == _after(*happened).risk


def test_the_time_it_takes_is_the_introducers_and_no_judgements() -> None:
    assert [step_of(OfIntroducer(each)) for each in _HAPPENINGS[:3]] == [Step.INTRODUCER, Step.INTRODUCER, None]


def test_nobody_is_asked_for_an_introducer_as_a_rule() -> None:
    assert Step.INTRODUCER not in USUAL_STEPS
