"""Other settings, tried on registrations of before: who would have gone otherwise, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.bench import filled_store
from muster.clock import rfc3339
from muster.domain.delivery import ServerStatus
from muster.domain.duplicates import Person, Whose
from muster.domain.operators import Operator, Role
from muster.domain.registration import RegistrationId, StationId
from muster.domain.review import Flag, ReviewLine, ReviewRules, Sign, Standing
from muster.errors import Cancelled, Refused
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.policy_settings import SETTINGS
from muster.workstation.rehearsal import (
    Case,
    Further,
    KeptRehearsed,
    Outcome,
    Rehearsed,
    Rehearsing,
    case_of,
    outcome,
)
from muster.workstation.rehearsal_waits import Waits, WrongRow

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_NUMBER = RegistrationId("10001100019999920260301120000")
_NEVER_DRAWN = "f" * 64
_COUNT = 60
_CAPTURED = AuditEvent.SAMPLE_CAPTURED


def _line(*flags: Flag) -> ReviewLine:
    return ReviewLine(_NUMBER, "packet", _NOON, "erika", flags, False, False, False, Standing.NOT_ASKED)


def _record(sequence: int, event: str, **detail: str) -> AuditRecord:
    return AuditRecord(sequence, _NOON, event, "erika", _NUMBER.text, detail, "", "")


def _captured(sequence: int, attribute: str, quality: str, **more: str) -> AuditRecord:
    return _record(sequence, "MUS-BIO-001", attribute=attribute, quality=quality, sha256=f"s{sequence}", **more)


def _case(*records: AuditRecord, flags: tuple[Flag, ...] = (), away_km: float | None = None) -> Case:
    sealed = _record(99, "MUS-PKT-001", sha256=_NEVER_DRAWN)
    return case_of(_line(*flags), (*records, sealed), away_km)


def _by(case: Case, **settings: object) -> Outcome:
    policy = Policy(review=ReviewRules(sample=0))
    for name, value in settings.items():
        policy = SETTINGS[name.replace("__", ".")].put(policy, value)  # type: ignore[arg-type]
    return outcome(case, policy)


def test_a_capture_is_below_a_threshold_that_is_raised_above_its_quality_and_no_sooner() -> None:
    case = _case(_captured(1, "leftThumb", "40.0"))
    assert _by(case, finger_threshold=40) == Outcome((), 0, asked=False, must_be_seen=False)
    above = _by(case, finger_threshold=41)
    assert [each.attribute.value for each in above.below] == ["leftThumb"]
    assert (above.risk, above.must_be_seen) == (3, False)


def test_the_last_capture_counts_and_one_that_was_set_aside_does_not() -> None:
    twice = _case(_captured(1, "leftThumb", "20.0"), _captured(2, "leftThumb", "70.0"))
    assert _by(twice).below == ()
    aside = _case(_captured(1, "leftThumb", "20.0"), _record(2, "MUS-BIO-009", attribute="leftThumb"))
    assert aside.captures == ()


def test_whose_quality_decides_is_the_policys_rule() -> None:
    judged = _record(2, "MUS-BIO-008", attribute="leftThumb", quality="30.0", device_quality="80.0", sha256="s1")
    case = _case(_captured(1, "leftThumb", "80.0"), judged)
    assert case.captures[0].station == 30.0
    assert len(_by(case).below) == 1  # the lower of the two, as the policy is shipped


def test_the_introducers_captures_are_held_against_the_same_threshold_beside_the_persons() -> None:
    case = _case(_captured(1, "leftThumb", "80.0"), _captured(2, "leftThumb", "10.0", of="introducer"))
    assert [(each.device, each.of_introducer) for each in _by(case).below] == [(10.0, True)]


def test_a_face_that_was_kept_against_its_findings_stays_a_sign_by_every_threshold() -> None:
    case = _case(_captured(1, "face", "50.0", forced="true"), flags=(Flag(Sign.FORCED, 3, {"count": 1}),))
    assert _by(case, finger_threshold=0, iris_threshold=0).risk == 3


@pytest.mark.parametrize(
    ("flag", "setting", "value", "risk"),
    [
        (Flag(Sign.CONFLICTS, 4, {"count": 1}), "review__weights__conflicts", 9, 9),
        (Flag(Sign.CONFLICTS, 4, {"count": 1}), "review__weights__conflicts", 0, 0),
        (Flag(Sign.LIVENESS_MARGIN, 3, {"value": 52.0, "threshold": 50.0}), "review__liveness_margin", 1.0, 0),
        (Flag(Sign.CLOCK, 4, {"seconds": 20}), "review__clock_tolerance_s", 60, 0),
        (Flag(Sign.OFFICER_EXCEPTIONS, 3, {"registrations": 25}), "review__officer_least", 30, 0),
        (Flag(Sign.OFFICER_EXCEPTIONS, 3, {"registrations": 25}), "review__officer_least", 25, 3),
    ],
)
def test_what_was_seen_weighs_as_the_settings_say(flag: Flag, setting: str, value: object, risk: int) -> None:
    assert _by(_case(flags=(flag,)), **{setting: value}).risk == risk


def test_a_fence_that_is_drawn_now_finds_who_was_outside_of_it_then() -> None:
    case = _case(away_km=30.0)
    assert (_by(case).risk, _by(case, review__fence_km=29).risk, _by(case, review__fence_km=30).risk) == (0, 5, 0)


def test_who_is_drawn_follows_from_the_packet_and_the_share() -> None:
    case = replace(_case(), digest="40" + "0" * 62)  # at a quarter
    assert [_by(case, review__sample=share).asked for share in (0.25, 0.26)] == [False, True]


_CONSENT, _ANSWER = "MUS-REG-002", "MUS-PER-001"


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ({}, True),
        ({"reply": "agreed"}, True),
        ({"reply": "agreed", "signature": "digest"}, False),
        ({"reply": "agreed", "cannot_sign": "true"}, False),
        ({"reply": "right", "signature": "digest"}, True),
    ],
)
def test_who_agreed_without_signing_is_asked_where_a_signature_counts(answer: dict[str, str], asked: bool) -> None:
    case = _case(_record(1, _CONSENT), *([_record(2, _ANSWER, **answer)] if answer else []))
    assert _by(case).further == frozenset()
    assert _by(case, consent_signature_required=True).further == ({Further.SIGNATURE} if asked else set())


@pytest.mark.parametrize(
    ("records", "process", "asked"),
    [
        ([("MUS-BIO-004", {})], "NEW", True),
        ([("MUS-BIO-004", {"of": "introducer"})], "NEW", False),
        ([("MUS-BIO-004", {}), ("MUS-BIO-005", {})], "NEW", False),
        ([("MUS-BIO-004", {}), ("MUS-BIO-001", {"quality": "60"})], "NEW", False),
        ([("MUS-BIO-004", {})], "UPDATE", False),
        ([("MUS-BIO-004", {})], "of a newer version", True),
    ],
)
def test_a_photo_is_asked_for_where_an_exception_stays_and_the_process_has_one(
    records: list[tuple[str, dict[str, str]]], process: str, asked: bool
) -> None:
    told = [
        _record(number, event, attribute="leftThumb", sha256="s", **detail)
        for number, (event, detail) in enumerate(records, 2)
    ]
    case = _case(_record(1, "MUS-REG-001", process=process), *told)
    assert _by(case).further == ({Further.EXCEPTION_PHOTO} if asked else set())
    assert _by(case, exception_photo_required=False).further == frozenset()


# Over a store


@pytest.fixture(scope="module")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    database = filled_store.opened(tmp_path_factory.mktemp("rehearsed"))
    filled_store.fill(database, _COUNT, records_each=40)
    yield database
    database.close()


def _rehearsing(database: Any, role: Role = Role.SUPERVISOR, days: int = 1) -> Rehearsing:
    name = filled_store.SUPERVISOR if role is Role.SUPERVISOR else filled_store.OFFICERS[0]
    operator = Operator(name, frozenset({role}))
    blobs: Any = None  # nobody's content is opened

    def days_after() -> datetime:
        return filled_store.BEGUN + timedelta(days=days)

    return Rehearsing(Journal(database, blobs, StationId("10001", "10001"), operator, days_after))


def test_an_officer_tries_nothing_out(_store: Any) -> None:
    with pytest.raises(Refused):
        _rehearsing(_store, Role.OFFICER).rehearse(Policy(), Policy())


def test_the_same_settings_change_nothing(_store: Any) -> None:
    rehearsal = _rehearsing(_store).rehearse(Policy(), Policy())
    assert (rehearsal.cases, rehearsal.differing) == (_COUNT, ())


def test_only_who_was_sealed_in_those_days_is_looked_at(_store: Any) -> None:
    assert _rehearsing(_store).rehearse(Policy(), Policy(), days=0).cases == 0


def test_a_threshold_above_all_qualities_changes_all_and_that_somebody_tried_is_on_record(_store: Any) -> None:
    seen: list[tuple[int, int]] = []
    strict = replace(Policy(), finger_threshold=90)
    rehearsal = _rehearsing(_store).rehearse(Policy(), strict, progress=lambda done, of: seen.append((done, of)))
    lines = [each.line.registration_id.text for each in rehearsal.differing]
    with _store.read() as work:
        captured = [each for each in work.registrations.ids() if work.trail.about(each.text, [_CAPTURED])]
    assert sorted(lines) == sorted(each.text for each in captured) and len(lines) > _COUNT / 2
    assert seen[-1] == (_COUNT, _COUNT) and all(
        each.newly_below and not each.no_longer_below for each in rehearsal.differing
    )
    with _store.read() as work:
        newest = work.trail.newest()
    assert newest is not None and newest.event == "MUS-POL-002"
    assert newest.detail == {"registrations": str(_COUNT), "differing": str(len(lines)), "days": "30"}


@pytest.mark.parametrize(
    "setting", [("finger_threshold", 41), ("limits.packets_waiting", 10), ("patience.free", 3)]
)
def test_whoever_waited_long_enough_ends_it(_store: Any, setting: tuple[str, int]) -> None:
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        _rehearsing(_store).rehearse(Policy(), _with(*setting), cancel=cancel)


def _with(name: str, value: int, policy: Policy | None = None) -> Policy:
    return SETTINGS[name].put(policy or Policy(), value)


def test_registrations_are_not_looked_at_for_limits_and_passwords_alone(_store: Any) -> None:
    rehearsal = _rehearsing(_store).rehearse(Policy(), _with("limits.packets_waiting", 10))
    assert (rehearsal.cases, rehearsal.sign_ins) == (0, None) and rehearsal.limits is not None
    rehearsal = _rehearsing(_store).rehearse(Policy(), _with("patience.free", 3))
    assert rehearsal.cases == 0 and rehearsal.limits is None and rehearsal.sign_ins is not None
    rehearsal = _rehearsing(_store).rehearse(Policy(), _with("idle_notice_min", 1))
    assert (rehearsal.cases, rehearsal.limits, rehearsal.sign_ins, rehearsal.differences) == (0, None, None, 0)


def test_days_on_which_review_would_have_stopped_the_station_are_told_from_store_and_trail(
    tmp_path: Path,
) -> None:
    """The last two hundred of three hundred wait for review; a hundred are made a day."""
    database = filled_store.opened(tmp_path)
    filled_store.fill(database, 300, records_each=10)
    first = filled_store.BEGUN.astimezone().date()
    try:
        rehearsing = _rehearsing(database, days=4)
        limits = rehearsing.rehearse(Policy(), _with("limits.packets_in_review", 150)).limits
        later = rehearsing.rehearse(Policy(), _with("limits.packets_in_review", 150), days=1).limits
        sent = rehearsing.rehearse(Policy(), _with("limits.packets_waiting", 10)).limits
        with database.read() as work:
            newest = work.trail.newest()
    finally:
        database.close()
    assert limits is not None and limits.begun == 300
    # By the limit of now, a hundred, it stopped on the evening of the second day.
    assert {(each.day - first).days for each in limits.days} == {1}
    assert [(each.stops, each.most) for each in limits.days] == [(False, 100.0)]
    assert later is not None and (later.begun, later.days) == (0, ())  # two hundred lay there all day by both
    assert sent is not None and sent.days == ()  # one at a time, and it is sent at once
    assert newest is not None and newest.detail["differing"] == "0"


def test_wrong_attempts_are_told_with_when_they_were_made(tmp_path: Path) -> None:
    database = filled_store.opened(tmp_path)
    filled_store.fill(database, 1, records_each=4)
    at = filled_store.BEGUN + timedelta(days=364)
    try:
        with database.work() as work:
            detail = {"count": "6", "last": rfc3339(at)}
            work.record(AuditEvent.SIGN_IN_FAILED, actor="erika", **detail)
        rehearsing = _rehearsing(database, days=366)
        found = rehearsing.rehearse(Policy(), _with("patience.first_wait_s", 60), days=30)
    finally:
        database.close()
    told = found.sign_ins
    assert told is not None and (told.wrong, told.rows, found.differences) == (6, 1, 1)
    (one,) = told.differing
    assert (one.row, one.before, one.after) == (WrongRow("erika", at, 6), Waits(2, 60, 90), Waits(2, 120, 180))


def test_what_is_kept_too_long_for_other_settings_is_counted_and_what_was_destroyed_for_less(
    tmp_path: Path,
) -> None:
    database = filled_store.opened(tmp_path)
    filled = filled_store.fill(database, 210, records_each=4)
    now = filled_store.BEGUN + timedelta(days=100)
    try:
        with database.work() as work:
            packets = [work.review.find(each).packet_id for each in filled.registrations[:4]]  # type: ignore[union-attr]
            for packet, days in zip(packets, (5, 20, 40, 50), strict=True):
                work.outbox.hear(packet, ServerStatus.PROCESSED, now - timedelta(days=days))
            for packet in packets[2:]:
                work.outbox.mark_destroyed(packet, now)
            for name, days in (("young", 5), ("older", 20)):
                work.gallery.put(Person(Whose.REGISTRATION, name), "network", now - timedelta(days=days), b"")
            work.record(AuditEvent.STATUS_ASKED, actor="max")
        rehearsing = _rehearsing(database, days=100)
        both = _with("face_template_kept_for_days", 10, _with("packet_kept_for_days", 10))
        fewer, longer, ever = (
            rehearsing.rehearse(Policy(), policy)
            for policy in (
                both,
                _with("packet_kept_for_days", 45),
                SETTINGS["packet_kept_for_days"].put(Policy(), None),
            )
        )
    finally:
        database.close()
    assert fewer.kept == KeptRehearsed(packets=1, octets=1_500_000, faces=1, back=0) and fewer.differences == 2
    assert longer.kept == KeptRehearsed(packets=0, octets=0, faces=0, back=1)
    assert ever.kept == KeptRehearsed(packets=0, octets=0, faces=0, back=2)


@pytest.mark.parametrize(("minutes", "spared"), [(16, 1), (15.5, 1), (14, None)])
def test_a_lock_that_was_opened_at_once_is_spared_by_a_longer_time_and_a_shorter_one_is_not_told(
    tmp_path: Path, minutes: float, spared: int | None
) -> None:
    database = filled_store.opened(tmp_path)
    filled_store.fill(database, 1, records_each=4)
    try:
        with database.work() as work:
            for event, detail in (
                (AuditEvent.SCREEN_LOCKED, {"idle": "true"}),
                (AuditEvent.SCREEN_UNLOCKED, {"by": "password"}),
                (AuditEvent.SCREEN_LOCKED, {"idle": "true"}),
            ):
                work.record(event, actor="erika", **detail)
        found = _rehearsing(database, days=366).rehearse(Policy(), replace(Policy(), idle_lock_min=minutes))
    finally:
        database.close()
    assert found.locks is not None and found.locks.locks == 2
    assert (len(found.locks.spared) if found.locks.spared is not None else None) == spared
    assert found.differences == (spared or 0)


def test_what_else_would_be_asked_stands_in_one_order_at_every_start() -> None:
    """A set of words begins with another one in each process."""
    nothing, both = Outcome((), 0, False, False), Outcome((), 0, False, False, frozenset(Further))
    first_to_last = (Further.SIGNATURE, Further.EXCEPTION_PHOTO)
    more, less = Rehearsed(_line(), nothing, both), Rehearsed(_line(), both, nothing)
    assert (more.asked_besides, more.asked_no_longer) == (first_to_last, ())
    assert (less.asked_besides, less.asked_no_longer) == ((), first_to_last)
