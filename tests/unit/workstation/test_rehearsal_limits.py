"""Which days other limits would have stopped, told from what the trail says of packets and of the server."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.workstation.rehearsal_limits import (
    Beginning,
    LimitDay,
    Pile,
    differing_days,
    good_runs,
    pile_before,
)

_BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
_END = _BEGUN + timedelta(days=10)


def _at(day: float, event: AuditEvent, whose: str = "", **detail: str) -> AuditRecord:
    """So many days after the beginning."""
    return AuditRecord(0, _BEGUN + timedelta(days=day), event.id, "erika", whose, detail, "", "")


def _sealed(day: float, *whose: str) -> list[AuditRecord]:
    return [_at(day, AuditEvent.PACKET_SEALED, each) for each in whose]


def _days(
    name: str, limits: tuple[float, float], records: list[AuditRecord], beginning: Beginning | None = None
) -> list[tuple[int, float, int, bool]]:
    """Day of March, the most, how many were begun, and whether it would have stopped."""
    found = differing_days({name: limits}, records, beginning or Beginning(_BEGUN), _END, lambda at: at)
    assert all(each.name == name for each in found)
    return [(each.day.day, each.most, each.begun, each.stops) for each in found]


def test_a_day_stops_from_the_packet_on_that_reaches_the_limit_and_until_one_is_sent() -> None:
    records = [
        *_sealed(0.1, "a", "b"),
        _at(0.2, AuditEvent.REGISTRATION_STARTED, "c"),
        *_sealed(1.1, "c"),
        _at(1.2, AuditEvent.REGISTRATION_STARTED, "d"),
        _at(1.3, AuditEvent.PACKET_UPLOADED, "a"),
        _at(1.4, AuditEvent.REGISTRATION_STARTED, "e"),
    ]
    assert _days("packets_waiting", (500, 3), records) == [(3, 3.0, 1, True)]
    assert _days("packets_waiting", (500, 4), records) == []


def test_a_limit_that_is_raised_frees_the_days_on_which_it_was_reached() -> None:
    records = [*_sealed(0.1, "a", "b"), _at(2.1, AuditEvent.PACKET_UPLOADED, "b")]
    assert _days("packets_waiting", (2, 50), records) == [
        (2, 2.0, 0, False),
        (3, 2.0, 0, False),
        (4, 2.0, 0, False),
    ]


@pytest.mark.parametrize(
    ("event", "waits_again"),
    [
        (AuditEvent.PACKET_TRIED_AGAIN, True),
        (AuditEvent.PACKET_WANTED_AGAIN, True),
        (AuditEvent.PACKET_GIVEN_UP, False),
    ],
)
def test_what_is_to_be_sent_again_waits_again(event: AuditEvent, waits_again: bool) -> None:
    records = [*_sealed(0.1, "a"), _at(0.1, AuditEvent.PACKET_UPLOADED, "a"), _at(1.1, event, "a")]
    assert bool(_days("packets_waiting", (500, 1), records)) is waits_again


def test_another_stations_packet_that_is_tried_again_counts_for_nothing() -> None:
    records = [_at(1.1, AuditEvent.PACKET_TRIED_AGAIN, packet="of another station")]
    assert _days("packets_waiting", (500, 1), records) == []


def test_what_waits_for_review_is_counted_there_until_a_supervisor_signed() -> None:
    beginning = Beginning(_BEGUN, reviewed={"a"})
    signed = _at(1.1, AuditEvent.REVIEW_SIGNED, "a", decision="approve")
    records = [*_sealed(0.1, "a"), _at(1.0, AuditEvent.REVIEW_DECIDED, "a", decision="approve"), signed]
    assert [day for day, *_ in _days("packets_in_review", (100, 1), records, beginning)] == [2, 3]
    assert [day for day, *_ in _days("packets_waiting", (500, 1), records, beginning)] == list(range(3, 13))


@pytest.mark.parametrize("decision", ["reject", "send_back"])
def test_what_is_kept_from_going_is_in_review_and_then_on_no_pile(decision: str) -> None:
    records = [
        *_sealed(0.1, "a"),
        _at(1.1, AuditEvent.REVIEW_DECIDED, "a", decision=decision),
        _at(2.1, AuditEvent.REVIEW_CAME_BACK, "a", decision=decision),
    ]
    assert [day for day, *_ in _days("packets_waiting", (500, 1), records)] == [2, 3]
    assert [day for day, *_ in _days("packets_in_review", (100, 1), records)] == [3, 4]


def test_what_is_on_its_way_on_a_drive_waits_whatever_a_supervisor_decides_until_the_server_has_it() -> None:
    records = [
        *_sealed(0.1, "a"),
        _at(0.5, AuditEvent.PACKET_HANDED_OVER, "a"),
        _at(1.1, AuditEvent.REVIEW_DECIDED, "a", decision="hold"),
        _at(2.1, AuditEvent.PACKET_CARRIED, "a", status="PROCESSING"),
    ]
    assert [day for day, *_ in _days("packets_waiting", (500, 1), records)] == [2, 3, 4]
    assert _days("packets_in_review", (100, 1), records) == []


def test_a_decision_about_what_was_sent_changes_no_pile() -> None:
    records = [
        *_sealed(0.1, "a"),
        _at(0.1, AuditEvent.PACKET_CARRIED, "a", status="PROCESSING"),
        _at(1.1, AuditEvent.REVIEW_DECIDED, "a", decision="hold"),
        _at(2.1, AuditEvent.REVIEW_SIGNED, "a", decision="approve"),
    ]
    assert _days("packets_in_review", (100, 1), records) == []
    assert _days("packets_waiting", (500, 1), records) == []


def test_the_oldest_in_review_grows_old_without_any_record_and_the_next_one_is_the_oldest_then() -> None:
    beginning = Beginning(
        _BEGUN,
        {"old": Pile.REVIEW, "new": Pile.REVIEW},
        {"old": _BEGUN - timedelta(days=2), "new": _BEGUN + timedelta(days=0)},
    )
    records = [_at(2.5, AuditEvent.REVIEW_SIGNED, "old", decision="approve")]
    assert _days("oldest_in_review", (50, 4), records, beginning) == [
        (4, 4.5, 0, True),
        (6, 4.67, 0, True),
        *((day, pytest.approx(day - 1 - 1 / 3, abs=0.01), 0, True) for day in range(7, 12)),
        (12, 10.0, 0, True),
    ]


def test_days_without_sending_count_from_the_last_that_was_sent_while_something_waits() -> None:
    beginning = Beginning(_BEGUN, last_sent=_BEGUN - timedelta(days=30))
    alone = _sealed(1, "a")
    assert [day for day, *_ in _days("days_without_sending", (100, 7), alone, beginning)] == [10, 11, 12]
    sent = [*_sealed(1, "a", "b"), _at(4, AuditEvent.PACKET_UPLOADED, "a")]
    assert [day for day, *_ in _days("days_without_sending", (100, 5), sent, beginning)] == [11, 12]
    handed = [*alone, _at(4, AuditEvent.PACKET_HANDED_OVER, "a")]
    assert [day for day, *_ in _days("days_without_sending", (100, 5), handed, beginning)] == [11, 12]
    assert _days("days_without_sending", (100, 3), [], beginning) == []


@pytest.mark.parametrize(
    ("name", "job"),
    [("master_data_age", "master_data"), ("job_configuration", "configuration"), ("job_users", "users")],
)
def test_what_the_server_said_is_as_old_as_the_last_good_run_of_its_own_job(name: str, job: str) -> None:
    records = [
        _at(1, AuditEvent.JOB_RAN, job=job, outcome="done"),
        _at(2, AuditEvent.JOB_RAN, job=job, outcome="SERVER_UNREACHABLE"),
        _at(3, AuditEvent.JOB_RAN, job="another", outcome="done"),
    ]
    assert [day for day, *_ in _days(name, (30, 8), records)] == [11, 12]
    assert [day for day, *_ in _days(name, (30, 8), [*records, _at(4, AuditEvent.BUNDLE_IMPORTED)])] == []
    assert _days(name, (30, 3), []) == []  # what was never heard has no age


def test_a_clock_that_is_set_back_lets_no_time_pass() -> None:
    records = [*_sealed(2, "a"), *_sealed(1, "b"), _at(3, AuditEvent.PACKET_UPLOADED, "a")]
    assert [day for day, *_ in _days("packets_waiting", (500, 2), records)] == [4, 5]


def test_days_are_those_of_the_station() -> None:
    records = [*_sealed(0.6, "a"), _at(0.61, AuditEvent.PACKET_UPLOADED, "a")]  # at 22:24 UTC
    found = differing_days(
        {"packets_waiting": (500, 1)}, records, Beginning(_BEGUN), _END, lambda at: at + timedelta(hours=3)
    )
    assert found == (LimitDay("packets_waiting", date(2026, 3, 3), 1.0, 0, stops=True),)


def test_several_limits_are_told_in_the_order_of_their_days() -> None:
    limits = {"packets_waiting": (500.0, 1.0), "days_without_sending": (100.0, 8.0)}
    found = differing_days(limits, _sealed(1, "a"), Beginning(_BEGUN), _BEGUN + timedelta(days=9.5), lambda at: at)
    assert [each.name for each in found if each.day.day == 11] == ["days_without_sending", "packets_waiting"]
    assert [each.day for each in found] == sorted(each.day for each in found)


@pytest.mark.parametrize(
    ("events", "is_reviewed", "pile"),
    [
        ([(AuditEvent.PACKET_UPLOADED, "")], False, Pile.WAITING),
        ([(AuditEvent.PACKET_CARRIED, "")], False, Pile.WAITING),
        ([(AuditEvent.PACKET_GIVEN_UP, "")], False, Pile.WAITING),
        ([(AuditEvent.PACKET_TRIED_AGAIN, "")], False, Pile.WAITING),
        ([(AuditEvent.PACKET_WANTED_AGAIN, "")], False, None),
        ([(AuditEvent.REVIEW_SIGNED, "approve")], True, Pile.REVIEW),
        ([(AuditEvent.REVIEW_SIGNED, "approve")], False, None),
        ([(AuditEvent.REVIEW_SIGNED, "approve"), (AuditEvent.PACKET_UPLOADED, "")], False, Pile.WAITING),
        ([(AuditEvent.REVIEW_CAME_BACK, "send_back")], False, Pile.REVIEW),
        ([(AuditEvent.REVIEW_DECIDED, "hold")], False, None),
    ],
)
def test_where_a_packet_lay_before_is_told_by_what_happened_to_it_first(
    events: list[tuple[AuditEvent, str]], is_reviewed: bool, pile: Pile | None
) -> None:
    records = [_at(day, event, "a", decision=decision) for day, (event, decision) in enumerate(events)]
    assert pile_before(records, is_reviewed=is_reviewed) is pile


def test_no_more_records_are_read_than_it_takes_to_know_when_each_job_last_went_well() -> None:
    jobs = ("master_data", "configuration", "users")
    newest = [_at(-day, AuditEvent.JOB_RAN, job=job, outcome="done") for day, job in enumerate(jobs, 1)]
    unread = iter([*newest, _at(-9, AuditEvent.JOB_RAN, job="users", outcome="done")])
    found = good_runs(unread)
    assert {job: (_BEGUN - at).days for job, at in found.items()} == {
        "master_data": 1,
        "configuration": 2,
        "users": 3,
    }
    assert len(list(unread)) == 1


def test_a_set_up_file_is_the_last_that_was_heard_unless_a_job_ran_since() -> None:
    newest_first = [
        _at(-1, AuditEvent.JOB_RAN, job="users", outcome="done"),
        _at(-2, AuditEvent.JOB_RAN, job="master_data", outcome="SERVER_UNREACHABLE"),
        _at(-3, AuditEvent.BUNDLE_IMPORTED),
        _at(-4, AuditEvent.JOB_RAN, job="master_data", outcome="done"),
    ]
    assert {job: (_BEGUN - at).days for job, at in good_runs(newest_first).items()} == {
        "users": 1,
        "master_data": 3,
        "configuration": 3,
    }
