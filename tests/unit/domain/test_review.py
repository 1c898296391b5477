"""Which signs a registration shows, and how heavy they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from muster.domain.biometrics import (
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    LivenessOutcome,
    SampleFacts,
)
from muster.domain.lifecycle import (
    BlobRef,
    CaptureAttempted,
    CaptureEvent,
    ConsentGiven,
    DemographicsEntered,
    Event,
    ExceptionMarked,
    LivenessJudged,
    OfIntroducer,
    PersonAnswered,
    SampleCaptured,
    Signed,
    Started,
    fold,
)
from muster.domain.person import Reply
from muster.domain.registration import Process, RegistrationId, Step
from muster.domain.review import (
    Around,
    Flag,
    ReviewRules,
    Share,
    Sign,
    Standing,
    flags,
    is_drawn,
    kilometres,
    outset,
)
from muster.domain.step_times import step_times

_AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
_ID = RegistrationId("10001100020000120260301080000")
_DEVICE = DigitalId("SL-1", "Mark", "One", "Finger", "Slap", "Provider", "PID")
_START = Started(_AT, Process.NEW, ("eng",), "erika", 0.1)


def _after(seconds: float) -> datetime:
    return _AT + timedelta(seconds=seconds)


def _sample(
    seconds: float, quality: float, *, forced: bool, attribute: BiometricAttribute = BiometricAttribute.LEFT_INDEX
) -> SampleCaptured:
    facts = SampleFacts(attribute, quality, 3, forced, _after(seconds), _DEVICE, "D-1", "0.9.5", None)
    return SampleCaptured(_after(seconds), facts, BlobRef(f"{attribute.value}{seconds}", "d" * 64, 3))


def _flags(*events: Event, around: Around | None = None, rules: ReviewRules | None = None) -> dict[Sign, Flag]:
    state = fold(_ID, (_START, *events))
    found = flags(state, (_START, *events), around or Around(), rules or ReviewRules())
    return {each.sign: each for each in found}


def test_nothing_unusual_shows_no_sign() -> None:
    assert (
        _flags(
            ConsentGiven(_after(20), "eng", "v1"),
            DemographicsEntered(_after(80), {"fullName": "Erika"}),
            _sample(120, 70, forced=False),
            Signed(_after(140), "erika", "d", "s"),
        )
        == {}
    )


def test_captures_that_were_kept_too_poor_are_told_with_the_lowest() -> None:
    seen = _flags(
        _sample(60, 12.4, forced=True),
        _sample(61, 33, forced=True, attribute=BiometricAttribute.LEFT_RING),
        _sample(62, 5, forced=False, attribute=BiometricAttribute.LEFT_MIDDLE),
    )
    assert seen[Sign.FORCED].detail == {"count": 2, "lowest": 12}
    assert seen[Sign.FORCED].sentence.startswith("Captures kept below the threshold: 2; the lowest has quality 12")


def test_exceptions_are_told_and_which_are_for_good() -> None:
    marked = [
        ExceptionMarked(_after(60), BiometricException(attribute, kind, "reason"))
        for attribute, kind in (
            (BiometricAttribute.LEFT_THUMB, ExceptionKind.PERMANENT),
            (BiometricAttribute.LEFT_EYE, ExceptionKind.TEMPORARY),
        )
    ]
    assert _flags(*marked)[Sign.EXCEPTIONS].detail == {"count": 2, "permanent": 1}


@pytest.mark.parametrize(
    ("officer", "others", "told"),
    [
        (Share(19, 19), Share(0, 100), False),  # too few to say anything
        (Share(10, 40), Share(25, 100), False),  # as everybody else
        (Share(8, 20), Share(25, 100), False),  # more, and by chance perhaps
        (Share(16, 20), Share(25, 100), True),
        (Share(60, 200), Share(20, 100), True),  # not much more, and surely
        (Share(3, 20), Share(), True),  # nobody else works here
    ],
)
def test_an_officers_exceptions_are_a_sign_only_where_chance_does_not_explain_them(
    officer: Share, others: Share, told: bool
) -> None:
    seen = _flags(around=Around(officer=officer, others=others))
    assert (Sign.OFFICER_EXCEPTIONS in seen) is told


def test_a_face_that_was_refused_before_it_was_taken_for_a_living_one_is_told() -> None:
    face = _sample(60, 90, forced=False, attribute=BiometricAttribute.FACE)
    refused = LivenessJudged(_after(50), LivenessOutcome.REFUSED, None)
    confirmed = LivenessJudged(_after(60), LivenessOutcome.CONFIRMED, None, face.record.name)
    attested = replace(confirmed, outcome=LivenessOutcome.ATTESTED)
    assert _flags(refused, face, confirmed)[Sign.LIVENESS_NEAR].detail == {"refused": 1}
    assert Sign.LIVENESS_NEAR not in _flags(face, confirmed)
    assert set(_flags(refused, face, attested)) == {Sign.ATTESTED}


def test_what_the_introducer_showed_is_told_as_what_the_person_showed() -> None:
    def brought(*events: CaptureEvent) -> dict[Sign, Flag]:
        return _flags(*map(OfIntroducer, events))

    face = _sample(60, 90, forced=False, attribute=BiometricAttribute.FACE)
    refused = LivenessJudged(_after(50), LivenessOutcome.REFUSED, None)
    confirmed = LivenessJudged(_after(60), LivenessOutcome.CONFIRMED, None, face.record.name)
    missing = BiometricException(BiometricAttribute.LEFT_THUMB, ExceptionKind.PERMANENT, "reason")
    assert brought(_sample(60, 12.4, forced=True))[Sign.FORCED].detail == {"count": 1, "lowest": 12}
    assert brought(ExceptionMarked(_after(60), missing))[Sign.EXCEPTIONS].detail == {"count": 1, "permanent": 1}
    assert set(brought(face, replace(confirmed, outcome=LivenessOutcome.ATTESTED))) == {Sign.ATTESTED}
    assert brought(refused, face, confirmed)[Sign.LIVENESS_NEAR].detail == {"refused": 1}


def test_a_step_that_nobody_can_do_so_quickly_is_told_and_one_that_took_too_long() -> None:
    seen = _flags(
        ConsentGiven(_after(1), "eng", "v1"),
        DemographicsEntered(_after(400), {}),
        _sample(2000, 70, forced=False),
        rules=ReviewRules(most_s={Step.DEMOGRAPHICS: 300}),
    )
    assert seen[Sign.QUICK].detail == {"step": "consent", "seconds": 1, "least": 2}
    assert seen[Sign.SLOW].detail == {"step": "demographics", "minutes": 7, "most": 5}


def test_a_clock_that_was_set_back_is_told() -> None:
    seen = _flags(ConsentGiven(_after(100), "eng", "v1"), DemographicsEntered(_after(40), {}))
    assert seen[Sign.CLOCK].detail == {"seconds": 60}


def test_what_the_person_said_was_wrong_is_told_though_it_was_mended() -> None:
    wrong = PersonAnswered(_after(50), Reply.WRONG, "eng", "d", True)
    assert _flags(wrong, DemographicsEntered(_after(90), {}))[Sign.PERSON_DISAGREED].detail == {"count": 1}


def test_a_packet_is_outside_only_where_there_is_a_fence() -> None:
    assert _flags(around=Around(away_km=12)) == {}
    assert Sign.OUTSIDE in _flags(around=Around(away_km=12), rules=ReviewRules(fence_km=5))
    assert _flags(around=Around(away_km=4), rules=ReviewRules(fence_km=5)) == {}


def test_a_face_that_was_only_just_living_is_a_sign() -> None:
    assert _flags(around=Around(liveness=(64.96, 60)))[Sign.LIVENESS_MARGIN].detail == {
        "value": 65.0,
        "threshold": 60,
    }
    assert _flags(around=Around(liveness=(65.1, 60))) == {}


def test_the_heaviest_sign_comes_first_and_a_weight_of_nothing_is_no_sign() -> None:
    around = Around(alike=1, same_document=2, conflicts=3)
    assert list(_flags(around=around)) == [Sign.DUPLICATES, Sign.SAME_DOCUMENT, Sign.CONFLICTS]
    weights = {Sign.CONFLICTS: 9, Sign.DUPLICATES: 0, Sign.SAME_DOCUMENT: 1}
    assert list(_flags(around=around, rules=ReviewRules(weights=weights))) == [Sign.CONFLICTS, Sign.SAME_DOCUMENT]


def test_every_sign_has_a_weight_and_a_sentence() -> None:
    assert set(ReviewRules().weights) == set(Sign)
    assert all(each.code.sentence.endswith(".") for each in Sign)


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert kilometres((52, 13), (53, 13)) == pytest.approx(111.2, abs=0.1)
    assert kilometres((52, 13), (52, 13)) == 0


@pytest.mark.parametrize(
    ("weight", "digest", "required", "expected"),
    [
        (0, "f" * 64, False, (Standing.NOT_ASKED, False, False)),
        (0, "0" * 64, False, (Standing.WAITING, True, True)),
        (5, "f" * 64, False, (Standing.WAITING, False, True)),
        (4, "f" * 64, False, (Standing.NOT_ASKED, False, False)),
        (0, "f" * 64, True, (Standing.WAITING, False, False)),
        (5, "F" * 64, True, (Standing.WAITING, False, True)),
    ],
)
def test_who_is_looked_at(weight: int, digest: str, required: bool, expected: tuple[Standing, bool, bool]) -> None:
    seen = (Flag(Sign.FORCED, weight),) if weight else ()
    assert outset(seen, digest, ReviewRules(required=required)) == expected


def test_a_tenth_is_drawn_where_a_tenth_is_asked_for() -> None:
    drawn = [is_drawn(f"{number * 0x100_0193 % 2**32:08X}", 0.1) for number in range(10_000)]
    assert 900 < sum(drawn) < 1100


# How long steps took


def test_the_time_up_to_an_event_is_the_time_of_its_step() -> None:
    times = step_times(
        (
            _START,
            ConsentGiven(_after(10), "eng", "v1"),
            DemographicsEntered(_after(70), {}),
            CaptureAttempted(_after(90), CaptureGroup.LEFT_SLAP),
            _sample(95, 70, forced=False),
        )
    )
    assert {step: lasted.total_seconds() for step, lasted in times.by_step.items()} == {
        Step.CONSENT: 10,
        Step.DEMOGRAPHICS: 60,
        Step.LEFT_SLAP: 25,
    }
    assert times.working == timedelta(seconds=95) and times.pauses == ()


def test_a_long_gap_is_a_pause_and_nobodys_work() -> None:
    times = step_times((_START, ConsentGiven(_after(3600), "eng", "v1"), DemographicsEntered(_after(3660), {})))
    assert [(each.began, each.lasted) for each in times.pauses] == [(_AT, timedelta(hours=1))]
    assert times.by_step == {Step.CONSENT: timedelta(0), Step.DEMOGRAPHICS: timedelta(seconds=60)}
