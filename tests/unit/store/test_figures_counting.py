"""What one registration adds to the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from muster.audit.catalogue import AuditEvent
from muster.domain.registration import Step
from muster.store.figures_counting import Counted, Told, counted

_BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
_BEGUN = (0, AuditEvent.REGISTRATION_STARTED, {"process": "NEW"})

_Said = tuple[float, AuditEvent, dict[str, str]]  # seconds since the beginning, what, its detail


def _counted(*said: _Said, sealed_at: float = 3000) -> Counted:
    told = (_BEGUN, *said, (sealed_at, AuditEvent.PACKET_SEALED, {}))
    return counted(
        [
            Told(number, _BEGIN + timedelta(seconds=at), event.id, detail.pop("by", "erika"), detail)
            for number, (at, event, detail) in enumerate(((at, event, {**said}) for at, event, said in told), 1)
        ]
    )


def _sample(attribute: str, attempt: int = 1, **more: str) -> dict[str, str]:
    facts = {"attribute": attribute, "quality": "60.0", "device": "R3", "forced": "false", "sha256": attribute}
    return {**facts, "attempt": str(attempt), **more}


def test_a_sample_that_was_set_aside_does_not_count() -> None:
    made = _counted(
        (1, AuditEvent.SAMPLE_CAPTURED, _sample("leftIndex")),
        (2, AuditEvent.SAMPLE_CAPTURED, _sample("leftThumb", attempt=2, forced="true")),
        (3, AuditEvent.SAMPLE_SET_ASIDE, {"attribute": "leftIndex"}),
    )
    assert [(each.attribute, each.first, each.forced) for each in made.samples] == [("leftThumb", False, True)]


def test_a_finger_that_was_taken_again_counts_once() -> None:
    made = _counted(
        (1, AuditEvent.SAMPLE_CAPTURED, _sample("leftIndex", quality="20.0")),
        (2, AuditEvent.SAMPLE_CAPTURED, _sample("leftIndex", attempt=2)),
    )
    assert [(each.quality, each.first) for each in made.samples] == [(60.0, False)]


def test_what_the_station_measured_counts_before_what_the_device_says() -> None:
    judged = {"attribute": "leftIndex", "quality": "41.0", "measure": "NFIQ 2", "sha256": "leftIndex"}
    made = _counted(
        (1, AuditEvent.SAMPLE_CAPTURED, _sample("leftIndex")),
        (2, AuditEvent.SAMPLE_JUDGED, judged),
        (3, AuditEvent.SAMPLE_CAPTURED, _sample("leftThumb")),
        (4, AuditEvent.SAMPLE_JUDGED, {**judged, "attribute": "leftThumb", "sha256": "another"}),
    )
    assert [(each.measure, each.quality) for each in made.samples] == [("NFIQ 2", 41.0), ("", 60.0)]


def test_what_is_captured_of_an_introducer_is_nobodys_finger_here() -> None:
    of = {"of": "introducer"}
    made = _counted(
        (30, AuditEvent.SAMPLE_CAPTURED, {**_sample("leftThumb"), **of}),
        (31, AuditEvent.EXCEPTION_MARKED, {"attribute": "rightThumb", "kind": "Permanent", **of}),
    )
    assert made.samples == () and made.exceptions == ()
    assert made.times == {(Step.INTRODUCER, "erika"): 31.0}


def test_an_exception_that_was_cleared_or_captured_after_all_is_none() -> None:
    marks = [
        (number, AuditEvent.EXCEPTION_MARKED, {"attribute": each, "kind": "Permanent"})
        for number, each in enumerate(("leftIndex", "leftThumb", "leftEye"))
    ]
    made = _counted(
        *marks,
        (4, AuditEvent.EXCEPTION_CLEARED, {"attribute": "leftIndex"}),
        (5, AuditEvent.SAMPLE_CAPTURED, _sample("leftThumb")),
    )
    assert made.exceptions == (("leftEye", "Permanent"),)


def test_a_pause_and_what_lies_before_going_on_are_no_work() -> None:
    made = _counted(
        (20, AuditEvent.CONSENT_GIVEN, {}),
        (900, AuditEvent.DEMOGRAPHICS_DRAFTED, {}),
        (910, AuditEvent.DEMOGRAPHICS_ENTERED, {}),
        (1000, AuditEvent.REGISTRATION_RESUMED, {"by": "hans"}),
        (1030, AuditEvent.CAPTURE_ATTEMPTED, {"group": "left_slap", "by": "hans"}),
        (1040, AuditEvent.SAMPLE_CAPTURED, {**_sample("leftRing"), "by": "hans"}),
    )
    assert made.times == {
        (Step.CONSENT, "erika"): 20.0,
        (Step.DEMOGRAPHICS, "erika"): 10.0,
        (Step.LEFT_SLAP, "hans"): 40.0,
    }


def test_a_clock_that_was_set_back_takes_no_time_away() -> None:
    made = _counted((20, AuditEvent.CONSENT_GIVEN, {}), (5, AuditEvent.DEMOGRAPHICS_ENTERED, {}))
    assert made.times == {(Step.CONSENT, "erika"): 20.0, (Step.DEMOGRAPHICS, "erika"): 0.0}


@pytest.mark.parametrize("detail", [{"attribute": "thirdEye"}, {}, {"attribute": "leftIndex", "quality": "good"}])
def test_what_a_newer_version_wrote_counts_for_nothing(detail: dict[str, str]) -> None:
    made = _counted((5, AuditEvent.SAMPLE_CAPTURED, detail), (6, AuditEvent.CAPTURE_ATTEMPTED, {"group": "feet"}))
    assert made.samples == () and made.is_new


def test_what_is_sealed_again_adds_only_what_was_done_since() -> None:
    made = _counted(
        (10, AuditEvent.CONSENT_GIVEN, {}),
        (11, AuditEvent.SAMPLE_CAPTURED, _sample("leftIndex")),
        (12, AuditEvent.EXCEPTION_MARKED, {"attribute": "leftEye", "kind": "Permanent"}),
        (20, AuditEvent.REGISTRATION_SIGNED, {}),
        (21, AuditEvent.PACKET_SEALED, {}),
        (100, AuditEvent.SAMPLE_CAPTURED, _sample("leftThumb")),
        (120, AuditEvent.REGISTRATION_SIGNED, {"by": "hans"}),
        sealed_at=121,
    )
    assert (made.is_new, made.officer) == (False, "hans")
    assert [each.attribute for each in made.samples] == ["leftThumb"] and made.exceptions == ()
    assert made.times == {(Step.THUMBS, "erika"): 79.0, (Step.SIGNATURE, "hans"): 20.0}
