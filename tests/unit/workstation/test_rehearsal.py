"""Other settings, tried on registrations of before: who would have gone otherwise, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.bench import filled_store
from muster.domain.operators import Operator, Role
from muster.domain.registration import RegistrationId, StationId
from muster.domain.review import Flag, ReviewLine, ReviewRules, Sign, Standing
from muster.errors import Cancelled, Refused
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.policy_settings import SETTINGS
from muster.workstation.rehearsal import Case, Outcome, Rehearsing, case_of, outcome

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


# Over a store


@pytest.fixture(scope="module")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    database = filled_store.opened(tmp_path_factory.mktemp("rehearsed"))
    filled_store.fill(database, _COUNT, records_each=40)
    yield database
    database.close()


def _rehearsing(database: Any, role: Role = Role.SUPERVISOR) -> Rehearsing:
    name = filled_store.SUPERVISOR if role is Role.SUPERVISOR else filled_store.OFFICERS[0]
    operator = Operator(name, frozenset({role}))
    blobs: Any = None  # nobody's content is opened

    def day_after() -> datetime:
        return filled_store.BEGUN + timedelta(days=1)

    return Rehearsing(Journal(database, blobs, StationId("10001", "10001"), operator, day_after))


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


def test_whoever_waited_long_enough_ends_it(_store: Any) -> None:
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        _rehearsing(_store).rehearse(Policy(), Policy(), cancel=cancel)
